"""The userIdentity element of a record.

Source: CloudTrail User Guide, "CloudTrail userIdentity element".
"""

import time
from typing import Any

from ministack.core import iam_evaluator
from ministack.services import iam, sts


def user_identity(access_key_id: str, account_id: str) -> dict[str, Any] | None:
    """Who called, or None if the credentials are not ones that the emulator issued."""
    credential = iam_evaluator.resolve_credential(access_key_id, account_id)
    if isinstance(credential, iam_evaluator.CredentialResolutionError):
        return None
    session = sts._sessions.get(access_key_id)
    identity = {
        "type": credential.principal_type,
        "principalId": credential.principal_id,
        "arn": credential.principal_arn,
        "accountId": credential.account_id,
        "accessKeyId": access_key_id,
    }
    if credential.principal_type == "AssumedRole":
        issuer = _role_issuer(credential)
        session_name = credential.principal_arn.rsplit("/", 1)[-1]
        identity["principalId"] = f"{issuer['principalId']}:{session_name}"
        identity["sessionContext"] = _session_context(session, issuer)
        if session.get("FunctionArn"):
            identity["inScopeOf"] = {
                "issuerType": "AWS::Lambda::Function",
                "credentialsIssuedTo": session["FunctionArn"],
            }
    elif credential.principal_type == "User":
        identity["type"] = "IAMUser"
        identity["userName"] = credential.principal_name
        if session is not None:
            identity["sessionContext"] = _session_context(session, None)
    elif credential.principal_type == "FederatedUser":
        issuer = _federating_user(credential.account_id, session.get("PrincipalName"))
        identity["sessionContext"] = _session_context(session, issuer)
    return identity


def foreign_identity(identity: dict[str, Any]) -> dict[str, str]:
    """How the caller appears in the copy that another account's trail gets."""
    return {
        "type": "AWSAccount",
        "principalId": identity["principalId"],
        "accountId": identity["accountId"],
    }


def _session_context(session: dict[str, Any], issuer: dict[str, str] | None) -> dict[str, Any]:
    created = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(session["IssuedAt"]))
    context: dict[str, Any] = {}
    if issuer is not None:
        context["sessionIssuer"] = issuer
    context["attributes"] = {"creationDate": created, "mfaAuthenticated": "false"}
    if session.get("SourceIdentity"):
        context["sourceIdentity"] = session["SourceIdentity"]
    return context


def _role_issuer(credential: iam_evaluator.ResolvedCredential) -> dict[str, str]:
    name = iam_evaluator._role_name_from_assumed_arn(credential.principal_arn)
    # The record of the role holds the path, which the session's ARN leaves out.
    # A role that was deleted under its session still has the id it was issued with.
    role = iam._roles.get_scoped(credential.account_id, None, name) or {}
    return {
        "type": "Role",
        "principalId": role.get("RoleId") or credential.principal_id.split(":")[0],
        "arn": role.get("Arn") or f"arn:aws:iam::{credential.account_id}:role/{name}",
        "accountId": credential.account_id,
        "userName": name,
    }


def _federating_user(account_id: str, name: str | None) -> dict[str, str]:
    if not name:
        return {
            "type": "Root",
            "principalId": account_id,
            "arn": f"arn:aws:iam::{account_id}:root",
            "accountId": account_id,
        }
    user = iam._users.get_scoped(account_id, None, name) or {}
    return {
        "type": "IAMUser",
        "principalId": user.get("UserId", ""),
        "arn": user.get("Arn") or f"arn:aws:iam::{account_id}:user/{name}",
        "accountId": account_id,
        "userName": name,
    }
