"""The resource that a KMS call by alias is authorised against.

AWS authorises a call on a key against the key's ARN, also where the caller names
the key by an alias; the alias's ARN counts only for the calls that manage aliases.
Source: AWS KMS Developer Guide, "Controlling access to aliases" and "Use aliases
to control access to KMS keys".

MiniStack 1.5.33 authorises against the alias's ARN: an Allow on the key does not
cover its alias.

Wrapped: `ministack.core.iam_actions.extract_resource_arn`.
"""

from ministack.core import iam_actions
from ministack.services import kms

from portcullis_emulator.wrapping import Function, wrap


def install() -> None:
    def around(original: Function) -> Function:
        def extract_resource_arn(service, method, path, headers, body, query_params, region, account_id):
            arn = original(service, method, path, headers, body, query_params, region, account_id)
            if service == "kms" and ":alias/" in arn:
                key = kms._resolve_key(arn)
                # An alias that does not exist is judged, and denied, by its own name.
                return key["Arn"] if key else arn
            return arn

        return extract_resource_arn

    wrap(
        iam_actions,
        "extract_resource_arn",
        ("service", "method", "path", "headers", "body", "query_params", "region", "account_id"),
        around,
    )
