"""Takes down, at the gateway, what a record needs of one request."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ministack import app
from ministack.core import iam_actions, responses, router
from ministack.services import kms, secretsmanager

from portcullis_emulator.cloudtrail import faults, shapes
from portcullis_emulator.cloudtrail.classification import SERVICES, region_of
from portcullis_emulator.cloudtrail.identity import user_identity
from portcullis_emulator.wrapping import Function, wrap


@dataclass(frozen=True)
class Call:
    """One request and its response, with what only the moment of the call can tell."""

    service: str
    action: str
    account_id: str
    region: str
    identity: dict[str, Any]
    source_ip: str
    user_agent: str
    request_id: str
    time: float
    request_body: bytes
    status: int
    response_headers: dict[str, str]
    response_body: bytes
    # The key a KMS call names, and the keys that encrypt the secrets a Secrets
    # Manager call reads or writes, by secret ARN.
    kms_key_arn: str | None = None
    secret_key_arns: dict[str, str] = field(default_factory=dict)


def observe(
    service: str,
    action: str,
    identity: dict[str, Any],
    request: dict[str, Any],
    response: tuple,
) -> Call:
    status, headers, response_body = response
    region = responses.get_region()
    return Call(
        service=service,
        action=action,
        account_id=responses.get_account_id(),
        region=region_of(service, region),
        identity=identity,
        source_ip=responses.get_request_client_ip(),
        user_agent=request["headers"].get("user-agent", ""),
        request_id=request["request_id"],
        time=time.time(),
        request_body=request["body"],
        status=status,
        response_headers=headers,
        response_body=response_body,
        kms_key_arn=_kms_key_arn(request["body"]) if service == "kms" else None,
        secret_key_arns=_secret_key_arns() if service == "secretsmanager" else {},
    )


def _kms_key_arn(body: bytes) -> str | None:
    typed = iam_actions._safe_json_field(body, "KeyId") or iam_actions._safe_json_field(body, "TargetKeyId")
    if not typed:
        typed = iam_actions._kms_key_id_from_ciphertext(iam_actions._safe_json_field(body, "CiphertextBlob"))
    key = kms._resolve_key(typed)
    return key["Arn"] if key else None


def _secret_key_arns() -> dict[str, str]:
    """The customer keys of the account's secrets.

    A batch may read any of them, and the account of a test has a handful.
    """
    arns = {}
    for secret in secretsmanager._secrets.values():
        key = kms._resolve_key(secret.get("KmsKeyId"))
        if key:
            arns[secret["ARN"]] = key["Arn"]
    return arns


def install(deliver: Callable[[Call], None]) -> None:
    """Hands every recordable call to `deliver`, which must not block."""

    def around(original: Function) -> Function:
        async def dispatch_service_request(method, path, headers, body, query_params, request_id):
            caller = None
            params = app._routing_params(method, path, headers, body, query_params)
            service = router.detect_service(method, path, headers, params)
            if service in SERVICES:
                # Taken before the call, which may delete the very role that makes it.
                caller = user_identity(
                    router.extract_access_key_id(headers, query_params), responses.get_account_id()
                )
            response = await original(method, path, headers, body, query_params, request_id)
            if caller is not None:
                try:
                    action = iam_actions.extract_iam_action(service, method, path, headers, body, params)
                    name = (action or "").partition(":")[2]
                    if shapes.operation(service, name):
                        request = {"headers": headers, "body": body, "request_id": request_id}
                        deliver(observe(service, name, caller, request, response))
                except Exception:
                    faults.report(f"no CloudTrail record of a call to {service}")
            return response

        return dispatch_service_request

    wrap(
        app,
        "_dispatch_service_request",
        ("method", "path", "headers", "body", "query_params", "request_id"),
        around,
    )
