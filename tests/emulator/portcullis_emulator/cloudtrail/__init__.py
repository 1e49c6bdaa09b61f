"""CloudTrail's records of the key and secret services, delivered to EventBridge.

AWS records every authenticated call of KMS, Secrets Manager, IAM, STS, CloudTrail
and the SSM parameter store, allowed or denied, and hands the record, some time
after the call and on a best-effort basis, to the default event bus of the account
and Region as `AWS API Call via CloudTrail`. IAM is a global service whose events
appear in us-east-1.
Source: CloudTrail User Guide, "CloudTrail record contents", "CloudTrail
userIdentity element" and "CloudTrail concepts"; EventBridge User Guide, "Events
from AWS services via AWS CloudTrail"; AWS KMS Developer Guide, "Logging AWS KMS
API calls with AWS CloudTrail"; Secrets Manager User Guide, "CloudTrail entries
for Secrets Manager".

MiniStack 1.5.33 can keep an audit log of its own for LookupEvents. It names the
caller by access key, omits denied calls and CloudTrail's own calls, and never
reaches EventBridge.

Wrapped: `ministack.app._dispatch_service_request`, which every request to these
services passes through, denied ones included.

- `call`: what is taken down while the request is in hand;
- `identity`: the userIdentity element;
- `shapes`: requestParameters and responseElements;
- `classification`: which calls count as read-only;
- `record`: the record of one call;
- `forwarded`: the records of what Secrets Manager does for the caller;
- `delivery`: the background thread, the file, LookupEvents and the event bus.
"""

from portcullis_emulator.cloudtrail import call, delivery


def install() -> None:
    call.install(delivery.Delivery.from_environment())
