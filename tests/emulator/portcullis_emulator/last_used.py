"""When a role and an access key were last used.

`GetRole` tells in `RoleLastUsed` when a session of the role last made a request, and
in which Region, and `GetAccessKeyLastUsed` the same of an access key, with the
service. A denied request counts, one that fails authentication does not. A role that
was never used has an empty `RoleLastUsed`; lists of roles leave it out.
Source: IAM API Reference, "RoleLastUsed", "GetRole" and "GetAccessKeyLastUsed".

MiniStack 1.5.33 leaves `RoleLastUsed` out, and reports every key as never used.

Wrapped: `ministack.core.iam_evaluator.enforce`, which judges every request, and the
entries of `ministack.services.iam._IAM_HANDLERS` for the two calls.
"""

import time

from ministack.core import iam_evaluator
from ministack.core.responses import _account_from_sts_session
from ministack.services import iam, sts

from portcullis_emulator.wrapping import Function, wrap

# Members of MiniStack's records of roles and access keys.
_MEMBER = "PortcullisLastUsed"


def _note(access_key_id: str, region: str, service: str) -> None:
    used = {"LastUsedDate": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "Region": region}
    session = sts._sessions.get(access_key_id)
    if session is not None:
        account = _account_from_sts_session(access_key_id)
        name = iam_evaluator._role_name_from_assumed_arn(session.get("Arn", ""))
        role = iam._roles.get_scoped(account, None, name)
        if role is not None and ":assumed-role/" in session["Arn"]:
            role[_MEMBER] = used
        return
    account = iam_evaluator.find_iam_access_key_account(access_key_id)
    if account is not None:
        key = iam._access_keys.get_scoped(account, None, access_key_id)
        key[_MEMBER] = {**used, "ServiceName": service}


def install() -> None:
    def around_enforce(original: Function) -> Function:
        def enforce(access_key_id, iam_action, service, region, resource_arn="*", service_context=None):
            result = original(access_key_id, iam_action, service, region, resource_arn, service_context)
            if access_key_id and not isinstance(result, iam_evaluator.AuthError):
                _note(access_key_id, region, service)
            return result

        return enforce

    def around_get_role(original: Function) -> Function:
        def get_role(params):
            role = iam._roles.get(iam._p(params, "RoleName")) or {}
            status, headers, body = original(params)
            used = _xml(role.get(_MEMBER, {}))
            return status, headers, body.replace(b"</Role>", f"<RoleLastUsed>{used}</RoleLastUsed></Role>".encode())

        return get_role

    def around_get_key(original: Function) -> Function:
        def get_access_key_last_used(params):
            key = iam._access_keys.get(iam._p(params, "AccessKeyId")) or {}
            status, headers, body = original(params)
            if status == 200 and _MEMBER in key:
                start, _, rest = body.partition(b"<AccessKeyLastUsed>")
                _, _, end = rest.partition(b"</AccessKeyLastUsed>")
                used = f"<AccessKeyLastUsed>{_xml(key[_MEMBER])}</AccessKeyLastUsed>"
                body = start + used.encode() + end
            return status, headers, body

        return get_access_key_last_used

    wrap(
        iam_evaluator,
        "enforce",
        ("access_key_id", "iam_action", "service", "region", "resource_arn", "service_context"),
        around_enforce,
    )
    wrap(iam._IAM_HANDLERS, "GetRole", ("p",), around_get_role)
    wrap(iam._IAM_HANDLERS, "GetAccessKeyLastUsed", ("p",), around_get_key)


def _xml(members: dict[str, str]) -> str:
    return "".join(f"<{name}>{value}</{name}>" for name, value in members.items())
