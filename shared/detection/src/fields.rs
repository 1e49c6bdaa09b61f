//! The names that rules may use.

/// What Portcullis adds to a record, each with its meaning. A rule that names another field under `portcullis.` is
/// refused, because it could never match.
pub const PORTCULLIS_FIELDS: &[(&str, &str)] = &[
    (
        "portcullis.actor.kind",
        "role, user, federated-user, root, service, foreign-account, identity-center-user, external-identity or unknown",
    ),
    ("portcullis.actor.arn", "the role or user to act on, with its path; absent for other kinds"),
    ("portcullis.actor.role", "the role, with its path; absent for other kinds"),
    (
        "portcullis.actor.authorized",
        "whether the settings authorize the actor for every asset touched; absent when no entry says",
    ),
    ("portcullis.actor.protected", "whether the settings protect the actor from containment"),
    ("portcullis.asset.arn", "the keys and secrets touched, as the record names them"),
    ("portcullis.asset.name", "the same, a secret by its short name"),
    ("portcullis.asset.kind", "key or secret"),
    (
        "portcullis.asset.tier",
        "critical, sensitive or standard: the highest among the assets; absent when none is classified",
    ),
    ("portcullis.outcome", "success, denied or failed"),
    ("portcullis.origin.ip", "the caller's address; absent for calls by AWS services"),
    ("portcullis.origin.network", "public, private, vpc-endpoint, aws or unknown"),
    (
        "portcullis.trail.lost",
        "what new event selectors leave unrecorded: management, reads, writes or kms; absent when nothing",
    ),
    ("portcullis.via", "the AWS service that made the call with the actor's rights; absent for direct calls"),
];

/// Whether `field` can ever be present in an event: any member of a record can, of ours only the listed ones.
pub(crate) fn is_known(field: &str) -> bool {
    !field.starts_with("portcullis.") || PORTCULLIS_FIELDS.iter().any(|(name, _)| *name == field)
}
