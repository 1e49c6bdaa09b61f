//! Why the pack leaves certain attacks alone on purpose, and why it speaks up where another tool's test expects silence.
//!
//! The table is general: a row names a kind of call and a circumstance, never a record. The first row that fits gives
//! the reason. A miss that no row fits is unexplained, which is a fault of the pack or of this table.

use portcullis_domain::Outcome;

use crate::source::Item;
use crate::subject::Subject;

/// When a reason holds. Every condition that is given must.
#[derive(Clone, Copy, Debug)]
pub struct Reason {
    /// What the record is about; empty for anything.
    pub subjects: &'static [Subject],
    /// Names of calls, a `*` at the end standing for any rest; empty for any call.
    pub events: &'static [&'static str],
    /// What came of the call; empty for anything.
    pub outcomes: &'static [Outcome],
    /// The reason, for a reader of the report.
    pub text: &'static str,
}

/// Beyond what a record tells, what its label and the other records tell of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Circumstance {
    /// A rule fired on it in the stream of its source.
    FoundInStream,
    /// It is of a burst that was reported with other calls as its evidence.
    Reported,
    /// Only rules that are being tried out fired on it.
    TriedOut,
    /// By its label's own terms it takes more such events than the source holds.
    BelowThreshold,
}

impl Circumstance {
    /// The reason for a miss, for a reader of the report.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::FoundInStream => "needs history: a lone record cannot show it; found in the stream",
            Self::Reported => "one of a burst that was reported, once, with other calls as evidence",
            Self::TriedOut => "found by a rule in shadow alone: written down, too noisy to page out of the box",
            Self::BelowThreshold => {
                "by the label's own terms no alert: it takes more such events than there are in the data"
            }
        }
    }
}

/// Why the pack left an attack alone; absent when nobody has said so.
pub(crate) fn of_miss(item: &Item, circumstance: Option<Circumstance>) -> Option<&'static str> {
    circumstance.map(Circumstance::reason).or_else(|| first(MISSES, item))
}

/// Why a rule fires although the label calls the record harmless; absent when nobody has said so.
pub(crate) fn of_false_positive(item: &Item) -> Option<&'static str> {
    first(FALSE_POSITIVES, item)
}

fn first(table: &[Reason], item: &Item) -> Option<&'static str> {
    table.iter().find(|reason| reason.holds(item)).map(|reason| reason.text)
}

impl Reason {
    fn holds(&self, item: &Item) -> bool {
        let named = |pattern: &&str| match pattern.strip_suffix('*') {
            Some(start) => item.access.action.name.starts_with(start),
            None => item.access.action.name == *pattern,
        };
        (self.subjects.is_empty() || item.subject.is_some_and(|subject| self.subjects.contains(&subject)))
            && (self.events.is_empty() || self.events.iter().any(named))
            && (self.outcomes.is_empty() || self.outcomes.contains(&item.access.outcome))
    }
}

/// Calls that hand out what is kept, or use a key: not reconnaissance, although most of them only read.
const USES: &[&str] = &[
    "GetSecretValue",
    "BatchGetSecretValue",
    "GetParameter",
    "GetParameters",
    "GetParametersByPath",
    "GetParameterHistory",
    "Decrypt",
    "DeriveSharedSecret",
    "Encrypt",
    "GenerateDataKey*",
    "GenerateMac",
    "ReEncrypt*",
    "Sign",
];

/// Attacks that the pack leaves alone.
const MISSES: &[Reason] = &[
    Reason {
        subjects: &[],
        events: USES,
        outcomes: &[Outcome::Success],
        text: "one use looks like any other: needs history, or settings that say whose it is",
    },
    Reason {
        subjects: &[],
        events: USES,
        outcomes: &[Outcome::Denied],
        text: "one refused use: paged when refusals add up, or when the asset is classified",
    },
    Reason {
        subjects: &[],
        events: &["Get*", "List*", "Describe*", "Lookup*", "Head*", "Validate*"],
        outcomes: &[],
        text: "read-only reconnaissance; recorded, not paged",
    },
    Reason {
        subjects: &[],
        events: &[],
        outcomes: &[Outcome::Failed],
        text: "the call failed, and not for want of permission: nothing was changed",
    },
    Reason {
        subjects: &[],
        events: &[
            "EnableKey",
            "CancelKeyDeletion",
            "RestoreSecret",
            "ConnectCustomKeyStore",
            "StartLogging",
            "EnableRule",
        ],
        outcomes: &[],
        text: "undoes a loss, or begins to watch",
    },
    Reason {
        subjects: &[Subject::Keys, Subject::Secrets],
        events: &[
            "DeleteAlias",
            "DeleteResourcePolicy",
            "DeleteSecret",
            "PutSecretValue",
            "ReplicateSecretToRegions",
            "RetireGrant",
            "RevokeGrant",
            "TagResource",
            "UntagResource",
            "UpdateSecret",
            "UpdateSecretVersionStage",
        ],
        outcomes: &[Outcome::Success],
        text: "ordinary on an asset that nobody has classified; rules of their own watch the classified ones",
    },
    Reason {
        subjects: &[Subject::Keys, Subject::Secrets],
        events: &[
            "DeleteAlias",
            "PutSecretValue",
            "ReplicateSecretToRegions",
            "RetireGrant",
            "RevokeGrant",
            "TagResource",
            "UntagResource",
            "UpdateSecret",
            "UpdateSecretVersionStage",
        ],
        outcomes: &[Outcome::Denied],
        text: "refused, and ordinary on an unclassified asset even when it succeeds",
    },
    Reason {
        subjects: &[Subject::Keys, Subject::Secrets],
        events: &["DisableKeyRotation", "RotateSecret", "UpdateAlias", "UpdatePrimaryRegion"],
        outcomes: &[Outcome::Denied],
        text: "refused, and would have taken no asset away nor opened it; on a critical asset it is paged",
    },
    Reason {
        subjects: &[Subject::Keys],
        events: &["CreateKey"],
        outcomes: &[Outcome::Denied],
        text: "a refused new key is an ordinary mistake; what is done with keys is watched",
    },
    Reason {
        subjects: &[Subject::Parameters],
        events: &["PutParameter", "DeleteParameter", "DeleteParameters"],
        outcomes: &[],
        text: "one parameter changed or deleted is ordinary; many in a row are paged",
    },
    Reason {
        subjects: &[Subject::Trail],
        events: &[
            "ArchiveFindings",
            "BatchUpdateFindings",
            "DeleteChannel",
            "DeleteConfigRule",
            "DeleteRule",
            "DisableRule",
            "PutInsightSelectors",
            "PutRetentionConfiguration",
            "PutRule",
            "PutTargets",
            "RemoveTargets",
            "StopImport",
        ],
        outcomes: &[Outcome::Denied],
        text: "refused, and of low severity even when it succeeds: applications and tools do it every day",
    },
    Reason {
        subjects: &[Subject::Trail],
        events: &["PutRule", "PutTargets"],
        outcomes: &[Outcome::Success],
        text: "a rule that is written anew is ordinary, and its record does not tell what it matched before",
    },
    Reason {
        subjects: &[Subject::Trail],
        events: &[
            "CreateTrail",
            "DeleteRetentionConfiguration",
            "DisableFederation",
            "PutBucketOwnershipControls",
            "RemoveTags",
            "UpdateFindingsFeedback",
            "UpdateInsight",
        ],
        outcomes: &[],
        text: "adds to the record, or takes nothing from it and from those who watch",
    },
    Reason {
        subjects: &[Subject::Trail],
        events: &["ArchiveFindings", "BatchUpdateFindings", "DeleteObject", "DeleteObjects"],
        outcomes: &[Outcome::Success],
        text: "one alone is somebody's ordinary work; several in a row are paged",
    },
    Reason {
        subjects: &[Subject::Trail],
        events: &[
            "DeleteInvitations",
            "DeclineInvitations",
            "DeleteIPSet",
            "DeleteFilter",
            "DeleteBucketLifecycle",
            "DeleteRetentionPolicy",
        ],
        outcomes: &[],
        text: "takes nothing off the watch: an invitation nobody accepted, an exception that hid findings, an expiry",
    },
];

/// Harmless records on which a rule fires on purpose.
const FALSE_POSITIVES: &[Reason] = &[];

#[cfg(test)]
mod tests {
    use test_case::test_case;

    use super::*;
    use crate::source::read;

    fn reason(service: &str, name: &str, error: &str) -> Option<&'static str> {
        let json = format!(
            r#"{{"eventID":"e-1","eventSource":"{service}.amazonaws.com","eventName":"{name}","errorCode":"{error}"}}"#
        );
        of_miss(read("x", &json, None, None).items.first().unwrap(), None)
    }

    #[test_case("secretsmanager", "GetSecretValue", "", Some("needs history"))]
    #[test_case("kms", "GenerateDataKeyWithoutPlaintext", "", Some("needs history"))]
    #[test_case("ssm", "GetParametersByPath", "AccessDenied", Some("one refused use"); "a value, not reconnaissance")]
    #[test_case("secretsmanager", "DeleteSecret", "", Some("classified"))]
    #[test_case("secretsmanager", "ListSecrets", "AccessDenied", Some("reconnaissance"))]
    #[test_case("guardduty", "DeleteDetector", "BadRequestException", Some("nothing was changed"))]
    #[test_case("kms", "CreateKey", "AccessDenied", Some("ordinary mistake"))]
    #[test_case("cloudtrail", "StopLogging", "", None ; "a change that succeeded has no excuse")]
    #[test_case("cloudtrail", "StopLogging", "AccessDenied", None ; "nor has an attempt on a trail")]
    #[test_case("kms", "CreateKey", "", None ; "nor has a key that was made")]
    #[test_case("kms", "ScheduleKeyDeletion", "AccessDenied", None)]
    #[test_case("secretsmanager", "DeleteSecret", "AccessDenied", None)]
    #[test_case("kms", "TagResource", "AccessDenied", Some("refused, and ordinary"))]
    #[test_case("kms", "UpdateAlias", "AccessDenied", Some("no asset away"))]
    #[test_case("kms", "UpdateAlias", "", None ; "an alias that was moved")]
    #[test_case("cloudtrail", "CreateTrail", "", Some("takes nothing from it"))]
    #[test_case("cloudtrail", "PutInsightSelectors", "", None ; "Insights switched off")]
    #[test_case("events", "PutRule", "", Some("written anew"))]
    #[test_case("ssm", "DeleteSecret", "", None ; "of another subject")]
    fn by_call_and_outcome(service: &str, name: &str, error: &str, expected: Option<&str>) {
        match (reason(service, name, error), expected) {
            (Some(reason), Some(part)) => assert!(reason.contains(part), "{reason}"),
            (reason, expected) => assert_eq!(reason, expected),
        }
    }

    #[test]
    fn circumstances_come_before_the_table() {
        let source =
            read("x", r#"{"eventID":"e-1","eventSource":"kms.amazonaws.com","eventName":"Decrypt"}"#, None, None);
        let item = source.items.first().unwrap();
        assert_eq!(of_miss(item, Some(Circumstance::Reported)), Some(Circumstance::Reported.reason()));
    }
}
