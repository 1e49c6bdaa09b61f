"""The AWS managed policy `AWSDenyAll`.

AWS publishes `arn:aws:iam::aws:policy/AWSDenyAll`, default version v2, which
denies every action on every resource. Policies are evaluated at each request, so
attaching it ends what sessions already issued can do.
Source: AWS Managed Policy Reference, "AWSDenyAll"; IAM User Guide, "Revoke IAM
role temporary security credentials".

MiniStack 1.5.33 keeps a catalogue of common AWS managed policies without this
one: attaching it is accepted and denies nothing.

Wrapped: `ministack.services.iam._seed_aws_managed_policies`, which fills the
catalogue at start-up and again after a reset.
"""

import json

from ministack.services import iam

from portcullis_emulator.wrapping import Function, wrap

NAME = "AWSDenyAll"
ARN = f"arn:aws:iam::aws:policy/{NAME}"
_DEFAULT_VERSION = "v2"
_DOCUMENT = {
    "Version": "2012-10-17",
    "Statement": [{"Sid": "DenyAll", "Effect": "Deny", "Action": ["*"], "Resource": "*"}],
}


def add_to_catalogue() -> None:
    record = iam._make_aws_managed_record(NAME, json.dumps(_DOCUMENT), "Deny all access.")
    # MiniStack's helper files every document as v1, yet the first version of
    # this policy is long replaced: a client that reads the default version must
    # be sent to v2.
    (version,) = record["Versions"].values()
    version["VersionId"] = _DEFAULT_VERSION
    record["DefaultVersionId"] = _DEFAULT_VERSION
    record["Versions"] = {_DEFAULT_VERSION: version}
    iam._aws_managed_policies[ARN] = record


def install() -> None:
    def around(original: Function) -> Function:
        def seed_aws_managed_policies():
            original()
            add_to_catalogue()

        return seed_aws_managed_policies

    wrap(iam, "_seed_aws_managed_policies", (), around)
    # MiniStack filled its catalogue when the module was imported.
    add_to_catalogue()
