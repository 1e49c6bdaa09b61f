"""What a request to CloudWatch asks for.

The AWS SDK for Rust speaks Smithy RPC v2 in CBOR, boto3 and the AWS CLI JSON. The
older Query form of the API remains as MiniStack has it.
"""

import json
import re
from typing import Any

import cbor2

_OPERATION = re.compile(r"/operation/([^/?]+)")


def operation(path: str) -> str | None:
    """The operation that the path of an RPC v2 request names."""
    found = _OPERATION.search(path)
    return found.group(1) if found else None


def parameters(body: bytes) -> dict[str, Any] | None:
    """The parameters of a request in JSON or CBOR."""
    try:
        found = json.loads(body) if body[:1] == b"{" else cbor2.loads(body)
    except (ValueError, cbor2.CBORDecodeError):
        return None
    return found if isinstance(found, dict) else None
