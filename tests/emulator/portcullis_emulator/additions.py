"""The list of additions, in the order in which they are put in place."""

from collections.abc import Collection

from portcullis_emulator import (
    aws_deny_all,
    cloudtrail,
    denial_message,
    dynamodb_leading_keys,
    dynamodb_table_properties,
    event_bus_regions,
    event_rule_states,
    event_source_permissions,
    event_target_policy,
    iam_condition_keys,
    iam_resource_path,
    kms_alias,
    lambda_environment,
    lambda_report,
    policy_attachment,
    principal_arn,
    secure_transport,
    source_identity,
)

_ADDITIONS = (
    iam_condition_keys,
    iam_resource_path,
    kms_alias,
    principal_arn,
    secure_transport,
    aws_deny_all,
    policy_attachment,
    # After the two resources: the wording of a denial names the resource that was judged.
    denial_message,
    source_identity,
    event_rule_states,
    event_target_policy,
    event_bus_regions,
    event_source_permissions,
    dynamodb_leading_keys,
    dynamodb_table_properties,
    lambda_environment,
    lambda_report,
    # The gateway last: it sees what all the others have done.
    cloudtrail,
)
NAMES = tuple(addition.__name__.rpartition(".")[2] for addition in _ADDITIONS)


def install(without: Collection[str]) -> None:
    """Puts every addition in place but those named in `without`.

    Leaving one out is for its own test, which shows that MiniStack alone would be
    wrong; once that control fails, MiniStack has caught up and the addition can go.
    """
    for name, addition in zip(NAMES, _ADDITIONS, strict=True):
        if name not in without:
            addition.install()
