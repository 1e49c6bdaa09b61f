"""The CloudTrail record of one call.

Source: CloudTrail User Guide, "CloudTrail record contents"; AWS KMS Developer
Guide, "Logging AWS KMS API calls with AWS CloudTrail"; IAM User Guide, "Logging
IAM and AWS STS API calls with AWS CloudTrail".
"""

import os
import time
import uuid
from typing import Any

from portcullis_emulator.cloudtrail import shapes
from portcullis_emulator.cloudtrail.call import Call
from portcullis_emulator.cloudtrail.classification import is_read_only
from portcullis_emulator.cloudtrail.identity import foreign_identity

# A request that fails authentication has no caller to name, and AWS records none.
_AUTHENTICATION_FAILURES = frozenset(
    {
        "ExpiredToken",
        "ExpiredTokenException",
        "IncompleteSignature",
        "IncompleteSignatureException",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
_CREDENTIAL_VENDING = frozenset(
    {"AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity", "GetFederationToken", "GetSessionToken"}
)
# CloudTrail writes the algorithm even where the request leaves it to its default.
_DEFAULT_ALGORITHM = frozenset({"Decrypt", "Encrypt"})


def records_of(call: Call) -> list[dict[str, Any]]:
    """The records of a call: none, one, or one for each account that it touches."""
    op = shapes.operation(call.service, call.action)
    answer = shapes.response_members(op, call.status, call.response_headers, call.response_body)
    error = answer.get("Error", {}) if call.status >= 300 else {}
    if error.get("Code") in _AUTHENTICATION_FAILURES:
        return []
    denied = error.get("Code", "").startswith("AccessDenied")

    parameters: dict[str, Any] | None = shapes.recorded(
        op.input_shape, shapes.request_members(op, call.request_body)
    )
    if call.service == "kms" and call.action in _DEFAULT_ALGORITHM:
        parameters.setdefault("encryptionAlgorithm", "SYMMETRIC_DEFAULT")
    resources = [] if denied else _resources(call, parameters, answer)
    if denied and os.environ.get("PORTCULLIS_DENIED_PARAMETERS", "null") != "present":
        parameters = None

    record = base_record(call)
    if error:
        record["errorCode"] = "AccessDenied" if denied else error["Code"]
        record["errorMessage"] = error.get("Message", "")
    record["requestParameters"] = parameters or None
    record["responseElements"] = None if error else _response_elements(call, op, answer)
    if answer.get("KeyMaterialId"):
        record["additionalEventData"] = {"keyMaterialId": answer["KeyMaterialId"]}
    if resources:
        record["resources"] = resources
    return [record, *_copies(call, record)]


def base_record(call: Call) -> dict[str, Any]:
    """The members of a record that do not depend on the outcome of the call."""
    return {
        "eventVersion": "1.11",
        "userIdentity": call.identity,
        "eventTime": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(call.time)),
        "eventSource": f"{call.service}.amazonaws.com",
        "eventName": call.action,
        "awsRegion": call.region,
        "sourceIPAddress": call.source_ip,
        "userAgent": call.user_agent,
        "requestParameters": None,
        "responseElements": None,
        "requestID": call.request_id,
        "eventID": str(uuid.uuid4()),
        "readOnly": is_read_only(call.service, call.action),
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": call.account_id,
        "eventCategory": "Management",
    }


def kms_resource(arn: str) -> dict[str, str]:
    return {"accountId": arn.split(":")[4], "type": "AWS::KMS::Key", "ARN": arn}


def _resources(call: Call, parameters: dict[str, Any], answer: dict[str, Any]) -> list[dict[str, str]]:
    if call.service == "kms":
        metadata = answer.get("KeyMetadata") or {}
        arn = call.kms_key_arn or metadata.get("Arn")
        return [kms_resource(arn)] if arn else []
    if call.service == "sts" and parameters.get("roleArn"):
        role = parameters["roleArn"]
        return [{"accountId": role.split(":")[4], "type": "AWS::IAM::Role", "ARN": role}]
    return []


def _response_elements(call: Call, op: Any, answer: dict[str, Any]) -> dict[str, Any] | None:
    if is_read_only(call.service, call.action) and call.action not in _CREDENTIAL_VENDING:
        return None
    elements = shapes.recorded(op.output_shape, answer)
    if call.service == "kms" and call.kms_key_arn:
        # KMS names the key here also where the operation itself answers nothing.
        elements["keyId"] = call.kms_key_arn
    return elements or None


def _copies(call: Call, record: dict[str, Any]) -> list[dict[str, Any]]:
    """The copy for the account whose role was assumed from another account."""
    owners = {resource["accountId"] for resource in record.get("resources", ())} - {call.account_id}
    if not owners or "errorCode" in record:
        return []
    record["sharedEventID"] = str(uuid.uuid4())
    return [
        {
            **record,
            "userIdentity": foreign_identity(call.identity),
            "eventID": str(uuid.uuid4()),
            "recipientAccountId": owner,
        }
        for owner in owners
    ]
