"""The list of additions, in the order in which they are put in place."""

from collections.abc import Collection

from portcullis_emulator import (
    alarm_definitions,
    alarm_evaluation,
    alarm_notices,
    anomaly_detectors,
    aws_deny_all,
    cloudtrail,
    cloudwatch_authorisation,
    cloudwatch_errors,
    cloudwatch_tags,
    custom_resources,
    dashboards,
    denial_message,
    dynamodb_leading_keys,
    dynamodb_table_properties,
    embedded_metrics,
    event_bus_accounts,
    event_bus_policies,
    event_bus_regions,
    event_condition_keys,
    event_history,
    event_rule_states,
    event_source_permissions,
    event_target_policy,
    faults,
    iam_condition_keys,
    iam_resource_path,
    iam_role_properties,
    kms_alias,
    lambda_environment,
    lambda_report,
    last_used,
    metric_filters,
    organization,
    policy_attachment,
    policy_simulation,
    principal_arn,
    s3_object_lock,
    schedule_role,
    secure_transport,
    source_identity,
    template_conditions,
)

_ADDITIONS = (
    iam_condition_keys,
    iam_resource_path,
    kms_alias,
    principal_arn,
    secure_transport,
    aws_deny_all,
    policy_attachment,
    policy_simulation,
    last_used,
    iam_role_properties,
    # After those that tell the resource: the wording of a denial names the resource that was judged.
    denial_message,
    source_identity,
    template_conditions,
    custom_resources,
    event_rule_states,
    event_target_policy,
    event_bus_regions,
    event_bus_accounts,
    event_bus_policies,
    event_condition_keys,
    event_history,
    schedule_role,
    organization,
    event_source_permissions,
    dynamodb_leading_keys,
    dynamodb_table_properties,
    s3_object_lock,
    lambda_environment,
    lambda_report,
    embedded_metrics,
    metric_filters,
    alarm_evaluation,
    alarm_notices,
    alarm_definitions,
    anomaly_detectors,
    dashboards,
    cloudwatch_tags,
    cloudwatch_authorisation,
    cloudwatch_errors,
    # Inside of CloudTrail, whose records tell a failed call as such.
    faults,
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
