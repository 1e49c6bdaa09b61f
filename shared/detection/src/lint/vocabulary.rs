//! What can stand in a record, as far as that is a closed list: names of fields, and values.
//!
//! Sources: CloudTrail User Guide, *CloudTrail record contents*, *CloudTrail userIdentity element* and *CloudTrail record
//! contents for Insights events*; what is derived is listed in [`crate::PORTCULLIS_FIELDS`].

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Shape {
    /// One value, of which nothing more is known.
    One,
    /// One value, one of these words.
    Words(&'static [&'static str]),
    /// True or false.
    Truth,
    /// True, or absent.
    True,
    /// Several values, or one.
    Several,
    /// Several values, or one, each one of these words.
    SeveralWords(&'static [&'static str]),
    /// An object with these members.
    Members(&'static [(&'static str, Shape)]),
    /// A list of objects with these members.
    ListOf(&'static [(&'static str, Shape)]),
    /// An object with any members.
    Open,
}

use Shape::{ListOf, Members, One, Open, Several, SeveralWords, True, Truth, Words};

/// The members of a record. `insightDetails` is in Insights events alone. `eventContext` is not here: event data stores
/// keep it, logs and EventBridge never carry it.
pub(super) const RECORD: &[(&str, Shape)] = &[
    ("eventTime", One),
    ("eventVersion", One),
    ("userIdentity", Members(IDENTITY)),
    ("eventSource", One),
    ("eventName", One),
    ("awsRegion", One),
    ("sourceIPAddress", One),
    ("userAgent", One),
    ("errorCode", One),
    ("errorMessage", One),
    ("requestParameters", Open),
    ("responseElements", Open),
    ("additionalEventData", Open),
    ("requestID", One),
    ("eventID", One),
    ("eventType", Words(EVENT_TYPES)),
    ("apiVersion", One),
    ("managementEvent", Truth),
    ("readOnly", Truth),
    ("resources", ListOf(&[("ARN", One), ("ARNPrefix", One), ("accountId", One), ("type", One)])),
    ("recipientAccountId", One),
    ("serviceEventDetails", Open),
    ("sharedEventID", One),
    ("vpcEndpointId", One),
    ("vpcEndpointAccountId", One),
    ("eventCategory", One),
    (
        "addendum",
        Members(&[("reason", One), ("updatedFields", Several), ("originalRequestID", One), ("originalEventID", One)]),
    ),
    ("sessionCredentialFromConsole", One),
    ("edgeDeviceDetails", Open),
    (
        "tlsDetails",
        Members(&[("tlsVersion", One), ("cipherSuite", One), ("clientProvidedHostHeader", One), ("keyExchange", One)]),
    ),
    ("insightDetails", Open),
];

/// Beside the documented types the ones that have been seen: `AwsVpceEvent` beside `AwsVpceEvents`.
const EVENT_TYPES: &[&str] = &[
    "AwsApiCall",
    "AwsServiceEvent",
    "AwsConsoleAction",
    "AwsConsoleSignIn",
    "AwsVpceEvents",
    "AwsVpceEvent",
    "AwsCloudTrailInsight",
];

const IDENTITY: &[(&str, Shape)] = &[
    ("type", Words(IDENTITY_TYPES)),
    ("principalId", One),
    ("arn", One),
    ("accountId", One),
    ("accessKeyId", One),
    ("userName", One),
    ("userId", One),
    ("identityStoreArn", One),
    ("identityProvider", One),
    ("invokedBy", One),
    ("invokedByDelegate", Members(&[("accountId", One)])),
    ("credentialId", One),
    ("onBehalfOf", Members(&[("userId", One), ("identityStoreArn", One)])),
    (
        "inScopeOf",
        Members(&[
            ("sourceArn", One),
            ("sourceAccount", One),
            ("issuerType", One),
            ("credentialsIssuedTo", One),
            ("credentialsIssuedToVersion", One),
        ]),
    ),
    ("sessionContext", Members(SESSION)),
];

const IDENTITY_TYPES: &[&str] = &[
    "Root",
    "IAMUser",
    "AssumedRole",
    "Role",
    "FederatedUser",
    "Directory",
    "AWSAccount",
    "AWSService",
    "IdentityCenterUser",
    "SAMLUser",
    "WebIdentityUser",
    "Unknown",
];

const SESSION: &[(&str, Shape)] = &[
    (
        "sessionIssuer",
        Members(&[("type", One), ("userName", One), ("principalId", One), ("arn", One), ("accountId", One)]),
    ),
    ("attributes", Members(&[("creationDate", One), ("mfaAuthenticated", Truth)])),
    ("webIdFederationData", Members(&[("federatedProvider", One), ("attributes", Open)])),
    ("sourceIdentity", One),
    ("ec2RoleDelivery", One),
    ("assumedRoot", Truth),
];

/// What the derived fields hold; those that are not here hold any one value.
const DERIVED: &[(&str, Shape)] = &[
    (
        "portcullis.actor.kind",
        Words(&[
            "role",
            "user",
            "federated-user",
            "root",
            "service",
            "foreign-account",
            "identity-center-user",
            "external-identity",
            "unknown",
        ]),
    ),
    ("portcullis.actor.authorized", Truth),
    ("portcullis.actor.protected", Truth),
    ("portcullis.actor.rotator", Truth),
    ("portcullis.actor.quarantined", True),
    ("portcullis.asset.arn", Several),
    ("portcullis.asset.name", Several),
    ("portcullis.asset.kind", SeveralWords(&["key", "secret"])),
    ("portcullis.asset.tier", Words(&["critical", "sensitive", "standard"])),
    ("portcullis.asset.decoy", True),
    ("portcullis.asset.first_use", Truth),
    ("portcullis.outcome", Words(&["success", "denied", "failed"])),
    ("portcullis.origin.network", Words(&["public", "private", "vpc-endpoint", "aws", "unknown"])),
    ("portcullis.origin.first_seen", Truth),
    ("portcullis.time.off_hours", Truth),
    ("portcullis.first_seen", Truth),
    ("portcullis.learning", Truth),
    ("portcullis.rate.level", Words(&["usual", "above", "learning"])),
    ("portcullis.exposes_to", SeveralWords(&["public", "foreign-account"])),
    ("portcullis.audit.store", Words(&["named", "likely"])),
    ("portcullis.self", True),
    ("portcullis.target.quarantined", True),
    ("portcullis.trail.lost", SeveralWords(&["management", "reads", "writes", "kms"])),
];

/// Calls that one service alone has, by the first part of its `eventSource`.
pub(super) const CALLS: &[(&str, &[&str])] = &[
    (
        "kms",
        &[
            "Decrypt",
            "Encrypt",
            "GenerateDataKey",
            "GenerateDataKeyWithoutPlaintext",
            "GenerateDataKeyPair",
            "GenerateDataKeyPairWithoutPlaintext",
            "ReEncrypt",
            "DisableKey",
            "ScheduleKeyDeletion",
            "CancelKeyDeletion",
            "PutKeyPolicy",
            "RevokeGrant",
            "RetireGrant",
            "ImportKeyMaterial",
            "DeleteImportedKeyMaterial",
            "DisableKeyRotation",
            "ReplicateKey",
        ],
    ),
    (
        "secretsmanager",
        &[
            "GetSecretValue",
            "BatchGetSecretValue",
            "PutSecretValue",
            "CreateSecret",
            "UpdateSecret",
            "DeleteSecret",
            "RestoreSecret",
            "DescribeSecret",
            "ListSecrets",
            "RotateSecret",
            "CancelRotateSecret",
            "ReplicateSecretToRegions",
            "UpdateSecretVersionStage",
        ],
    ),
    (
        "cloudtrail",
        &[
            "StopLogging",
            "StartLogging",
            "CreateTrail",
            "UpdateTrail",
            "DeleteTrail",
            "PutEventSelectors",
            "LookupEvents",
        ],
    ),
    ("ssm", &["GetParameter", "GetParameters", "GetParametersByPath", "GetParameterHistory", "PutParameter"]),
    ("iam", &["AttachRolePolicy", "DetachRolePolicy", "PutRolePolicy", "UpdateAssumeRolePolicy"]),
];

/// The names of a CloudTrail record's members.
pub fn record_members() -> impl Iterator<Item = &'static str> {
    RECORD.iter().map(|(name, _)| *name)
}

/// What a derived field holds.
pub(super) fn derived(field: &str) -> Shape {
    DERIVED.iter().find(|(name, _)| *name == field).map_or(One, |(_, shape)| *shape)
}

#[cfg(test)]
mod tests {
    use portcullis_domain::{Network, Outcome, Tier};
    use portcullis_knowledge::RateLevel;

    use super::*;
    use crate::PORTCULLIS_FIELDS;

    #[test]
    fn every_derived_field_is_one_that_rules_may_use() {
        for (name, _) in DERIVED {
            assert!(PORTCULLIS_FIELDS.iter().any(|(field, _)| field == name), "{name}");
        }
    }

    /// The meaning of a field in the list of fields names every word that it can be.
    #[test]
    fn the_words_are_those_that_the_list_of_fields_tells() {
        for (name, shape) in DERIVED {
            let (Words(words) | SeveralWords(words)) = shape else { continue };
            let (_, meaning) = PORTCULLIS_FIELDS.iter().find(|(field, _)| field == name).unwrap();
            for word in *words {
                assert!(meaning.contains(word), "{name}: {word}: {meaning}");
            }
        }
    }

    #[test]
    fn the_words_are_those_of_the_types() {
        let words = |field: &str| match derived(field) {
            Words(words) => words,
            other => panic!("{field}: {other:?}"),
        };
        let outcomes = [Outcome::Success, Outcome::Denied, Outcome::Failed].map(Outcome::as_str);
        assert_eq!(words("portcullis.outcome"), outcomes);
        let networks = [Network::Public, Network::Private, Network::VpcEndpoint, Network::Aws, Network::Unknown]
            .map(Network::as_str);
        assert_eq!(words("portcullis.origin.network"), networks);
        let levels = [RateLevel::Usual, RateLevel::Above, RateLevel::Learning].map(RateLevel::as_str);
        assert_eq!(words("portcullis.rate.level"), levels);
        for tier in Tier::ALL {
            assert!(words("portcullis.asset.tier").contains(&tier.as_str()));
        }
    }
}
