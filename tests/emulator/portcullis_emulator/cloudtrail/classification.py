"""Which calls CloudTrail records, and which of them it calls read-only.

Source: EventBridge User Guide, "Management events from AWS services" (its list of
read-only actions holds the cryptographic operations of KMS); CloudTrail User
Guide, "Logging management events".
"""

SERVICES = frozenset({"kms", "secretsmanager", "iam", "sts", "cloudtrail", "ssm"})

# IAM's endpoint is global, and its events appear in this Region only.
GLOBAL_REGION = "us-east-1"
_GLOBAL_SERVICES = frozenset({"iam"})

_READ_PREFIXES = ("Get", "List", "Describe", "BatchGet", "Lookup", "Simulate", "Generate", "Validate")
_READ_ACTIONS = {
    "kms": frozenset({"Decrypt", "Encrypt", "ReEncrypt", "Sign", "Verify", "VerifyMac", "DeriveSharedSecret"}),
    # STS changes nothing that outlives the session it hands out.
    "sts": frozenset(
        {"AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity", "DecodeAuthorizationMessage"}
    ),
}


def is_read_only(service: str, action: str) -> bool:
    return action.startswith(_READ_PREFIXES) or action in _READ_ACTIONS.get(service, frozenset())


def region_of(service: str, request_region: str) -> str:
    return GLOBAL_REGION if service in _GLOBAL_SERVICES else request_region
