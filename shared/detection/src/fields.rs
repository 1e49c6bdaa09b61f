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
        "portcullis.actor.name",
        "what people call the actor, whatever session it used: its ARN where it has one, else `root of 111122223333`, the \
         service and so on; absent when the record does not say who called. For `group-by`",
    ),
    (
        "portcullis.actor.authorized",
        "whether the settings authorize the actor for every asset touched; absent when no entry says",
    ),
    ("portcullis.actor.protected", "whether the settings protect the actor from containment"),
    (
        "portcullis.actor.issued_to",
        "the ARN of the Lambda function or other resource that the credentials were issued to; absent when AWS does not say",
    ),
    (
        "portcullis.actor.rotator",
        "whether the settings name the actor as a rotator of the asset, or a Lambda function's or a service's credentials \
         stage a version of the secret as AWSPENDING",
    ),
    (
        "portcullis.actor.quarantined",
        "true while the ledger says that the actor is in quarantine or lockout; absent otherwise",
    ),
    ("portcullis.asset.arn", "the keys and secrets touched, as the record names them"),
    ("portcullis.asset.name", "the same, a secret by its short name"),
    ("portcullis.asset.kind", "key or secret; both when Secrets Manager uses a key for a secret"),
    (
        "portcullis.asset.tier",
        "critical, sensitive or standard: the highest among the assets; absent when none is classified",
    ),
    ("portcullis.asset.decoy", "true when a touched asset is a decoy; absent otherwise"),
    (
        "portcullis.asset.first_use",
        "whether nobody was ever seen using the asset before; absent where there is no history",
    ),
    ("portcullis.outcome", "success, denied or failed"),
    ("portcullis.via", "the AWS service that made the call with the actor's rights; absent for direct calls"),
    ("portcullis.origin.ip", "the caller's address; absent for calls by AWS services"),
    ("portcullis.origin.network", "public, private, vpc-endpoint, aws or unknown"),
    (
        "portcullis.origin.name",
        "the network of the settings that the caller's address or VPC endpoint belongs to; absent when none",
    ),
    (
        "portcullis.origin.id",
        "a word to count places by: the network of the settings, else the VPC endpoint, else `AS64496` where a database \
         tells, else the address's /24 (IPv4) or /48 (IPv6); absent for calls by AWS services",
    ),
    (
        "portcullis.origin.country",
        "ISO 3166-1 code of the country of a public address, `DE`; absent where no database tells",
    ),
    (
        "portcullis.origin.asn",
        "number of the autonomous system of a public address, 64496; absent where no database tells",
    ),
    (
        "portcullis.origin.organization",
        "who runs that autonomous system, as registered; absent where no database tells",
    ),
    (
        "portcullis.origin.first_seen",
        "whether the actor was never seen at this origin.id before; absent where there is no history and for calls by AWS \
         services",
    ),
    (
        "portcullis.origin.first_use",
        "whether the actor never used any key or secret from this origin.id before, however often it only looked or was \
         refused; absent where there is no history and for calls by AWS services",
    ),
    (
        "portcullis.time.off_hours",
        "whether the call was made outside the working hours that apply; absent when the settings name none",
    ),
    ("portcullis.time.change", "the change window of the settings that the call falls in; absent outside"),
    (
        "portcullis.first_seen",
        "whether the actor never used the asset before, that is, never successfully read the secret or put a value \
         into it, worked with the key (decrypted, encrypted, signed, had a data key, a MAC or a shared secret made), or \
         created either; looking, being refused and other changes do not count; absent where there is no history",
    ),
    (
        "portcullis.learning",
        "whether the account has been watched for less than the learning period, so that a first sighting means little yet",
    ),
    (
        "portcullis.rate.level",
        "usual, above or learning: the actor's use of the asset just now against its own history; absent for calls that \
         are not counted",
    ),
    (
        "portcullis.exposes_to",
        "public or foreign-account, or both: whom a policy of a key or secret, a grant, a re-encryption or a copy lets in or \
         hands data to; absent when nobody new",
    ),
    (
        "portcullis.audit.store",
        "named when the call is about a bucket or log group that the settings list under `audit`, likely when its name \
         suggests that it keeps audit logs; absent otherwise",
    ),
    (
        "portcullis.self",
        "true when the call is about a resource of Portcullis's own stack or its deny policy; absent otherwise",
    ),
    (
        "portcullis.target.quarantined",
        "true when the role or user that a call of IAM names, by `roleName` or `userName`, is in quarantine or lockout; absent \
         otherwise, also when the call names nobody",
    ),
    (
        "portcullis.trail.lost",
        "what new event selectors leave unrecorded: management, reads, writes or kms; absent when nothing",
    ),
];

/// Whether `field` can ever be present in an event: any member of a record can, of ours only the listed ones.
pub(crate) fn is_known(field: &str) -> bool {
    !field.starts_with("portcullis.") || PORTCULLIS_FIELDS.iter().any(|(name, _)| *name == field)
}
