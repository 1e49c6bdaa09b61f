"""What Secrets Manager does for its caller, as further records.

A batch read gives one record for the batch and a GetSecretValue record for each
secret. A secret under a customer managed key also gives a KMS record under the
caller's own identity: Decrypt for a read, GenerateDataKey for a write, tied to the
secret by the encryption context, and GenerateDataKey and Decrypt with the version
`RequestToValidateKeyAccess` when a key is set. `invokedBy`, sourceIPAddress and
userAgent are the service's name, and the access key is another temporary one.
Source: Secrets Manager User Guide, "CloudTrail entries for Secrets Manager" and
"Secret encryption and decryption in AWS Secrets Manager".
"""

import random
import string
import uuid
from dataclasses import replace
from typing import Any

from portcullis_emulator.cloudtrail import shapes
from portcullis_emulator.cloudtrail.call import Call
from portcullis_emulator.cloudtrail.record import base_record, kms_resource

_SERVICE = "secretsmanager.amazonaws.com"
_VALIDATION = "RequestToValidateKeyAccess"
_WRITES = frozenset({"CreateSecret", "PutSecretValue", "UpdateSecret"})
_KEY_SETTING = frozenset({"CreateSecret", "UpdateSecret"})


def records_of(call: Call) -> list[dict[str, Any]]:
    if call.service != "secretsmanager" or call.status >= 300:
        return []
    op = shapes.operation(call.service, call.action)
    answer = shapes.response_members(op, call.status, call.response_headers, call.response_body)
    if call.action == "GetSecretValue":
        return _decrypt(call, answer["ARN"], answer["VersionId"])
    if call.action == "BatchGetSecretValue":
        return _batch(call, answer)
    if call.action in _WRITES:
        return _write(call, answer, shapes.request_members(op, call.request_body))
    return []


def _batch(call: Call, answer: dict[str, Any]) -> list[dict[str, Any]]:
    records = []
    one = replace(call, action="GetSecretValue")
    for value in answer.get("SecretValues", []):
        record = base_record(one)
        record["requestParameters"] = {"secretId": value["ARN"]}
        records += [record, *_decrypt(call, value["ARN"], value["VersionId"])]
    for failure in answer.get("Errors", []):
        record = base_record(one)
        denied = failure["ErrorCode"].startswith("AccessDenied")
        record["errorCode"] = "AccessDenied" if denied else failure["ErrorCode"]
        record["errorMessage"] = failure.get("Message", "")
        if not denied:
            record["requestParameters"] = {"secretId": failure["SecretId"]}
        records.append(record)
    return records


def _write(call: Call, answer: dict[str, Any], request: dict[str, Any]) -> list[dict[str, Any]]:
    arn = answer["ARN"]
    records = []
    if call.action in _KEY_SETTING and request.get("KmsKeyId"):
        records += _kms(call, "GenerateDataKey", arn, _VALIDATION) + _decrypt(call, arn, _VALIDATION)
    if answer.get("VersionId"):
        records += _kms(call, "GenerateDataKey", arn, answer["VersionId"])
    return records


def _decrypt(call: Call, secret_arn: str, version_id: str) -> list[dict[str, Any]]:
    return _kms(call, "Decrypt", secret_arn, version_id)


def _kms(call: Call, action: str, secret_arn: str, version_id: str) -> list[dict[str, Any]]:
    key_arn = call.secret_key_arns.get(secret_arn)
    if not key_arn:
        return []
    record = base_record(replace(call, service="kms", action=action, request_id=str(uuid.uuid4())))
    record["userIdentity"] = {**call.identity, "accessKeyId": _temporary_key(), "invokedBy": _SERVICE}
    record["sourceIPAddress"] = _SERVICE
    record["userAgent"] = _SERVICE
    parameters = {"encryptionContext": {"SecretARN": secret_arn, "SecretVersionId": version_id}}
    if action == "Decrypt":
        parameters["encryptionAlgorithm"] = "SYMMETRIC_DEFAULT"
    else:
        parameters["keyId"] = key_arn
        parameters["keySpec"] = "AES_256"
    record["requestParameters"] = parameters
    record["resources"] = [kms_resource(key_arn)]
    return [record]


def _temporary_key() -> str:
    return "ASIA" + "".join(random.choices(string.ascii_uppercase + "234567", k=16))
