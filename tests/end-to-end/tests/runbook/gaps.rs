//! What of the runbook the emulator cannot do. Of these commands only the form is tested, by the AWS CLI: that there is
//! such a service and operation, with such options, and such members in the answer.

use portcullis_end_to_end::runbook::Command;

/// The call, and why it is here. One that the emulator has learned to answer fails the test until it is taken out.
pub(crate) const GAPS: &[(&str, &str)] = &[
    ("accessanalyzer create-analyzer", NO_SERVICE),
    ("accessanalyzer list-analyzers", NO_SERVICE),
    ("cloudhsmv2 describe-clusters", NO_SERVICE),
    ("cloudtrail get-insight-selectors", NO_OPERATION),
    ("cloudtrail list-event-data-stores", NO_OPERATION),
    ("cloudtrail restore-event-data-store", NO_OPERATION),
    ("cloudtrail validate-logs", "the emulator writes no digests and has no keys for them"),
    ("configservice get-resource-config-history", NO_OPERATION),
    ("detective list-graphs", NO_SERVICE),
    ("ec2 modify-instance-metadata-options", NO_OPERATION),
    ("guardduty delete-filter", NO_SERVICE),
    ("guardduty delete-ip-set", NO_SERVICE),
    ("guardduty get-detector", NO_SERVICE),
    ("guardduty list-detectors", NO_SERVICE),
    ("guardduty list-filters", NO_SERVICE),
    ("guardduty list-findings", NO_SERVICE),
    ("guardduty list-ip-sets", NO_SERVICE),
    ("guardduty list-members", NO_SERVICE),
    ("guardduty unarchive-findings", NO_SERVICE),
    ("guardduty update-detector", NO_SERVICE),
    ("iam set-default-policy-version", NO_OPERATION),
    ("kms connect-custom-key-store", NO_OPERATION),
    ("kms describe-custom-key-stores", NO_OPERATION),
    ("kms list-key-rotations", NO_OPERATION),
    ("kms update-custom-key-store", NO_OPERATION),
    ("kms update-primary-region", NO_OPERATION),
    ("macie2 enable-macie", NO_SERVICE),
    ("macie2 get-macie-session", NO_SERVICE),
    ("secretsmanager remove-regions-from-replication", NO_OPERATION),
    ("securityhub batch-delete-automation-rules", NO_SERVICE),
    ("securityhub describe-hub", NO_SERVICE),
    ("securityhub enable-security-hub", NO_SERVICE),
    ("securityhub get-administrator-account", NO_SERVICE),
    ("securityhub get-enabled-standards", NO_SERVICE),
    ("securityhub list-automation-rules", NO_SERVICE),
    ("securityhub list-members", NO_SERVICE),
    ("service-quotas list-service-quotas", NO_SERVICE),
    ("ssm delete-resource-policy", NO_OPERATION),
    ("ssm get-resource-policies", NO_OPERATION),
];

const NO_SERVICE: &str = "the emulator has no such service";
const NO_OPERATION: &str = "the emulator has the service without this operation";

/// The gap that a command falls into, with its reason.
pub(crate) fn gap(command: &Command) -> Option<(&'static str, &'static str)> {
    GAPS.iter().copied().find(|(call, _)| command.calls(&format!("aws {call}")))
}

/// How the emulator says that it does not know a call.
const UNKNOWN: &[&str] = &["InvalidAction", "Unknown action", "Unknown CloudTrail action", "occurred (400)"];

/// Whether this says so.
pub(crate) fn is_unknown(error: &str) -> bool {
    UNKNOWN.iter().any(|words| error.contains(words))
}
