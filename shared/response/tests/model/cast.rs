//! Who takes part, how IAM has them in the beginning, and the settings.

use portcullis_domain::{PolicyArn, Principal};
use portcullis_response::memory::MemoryIam;
use portcullis_response::{AccessKey, Identity};
use portcullis_testkit::World;
use proptest::prelude::*;

/// So many policies may be attached to anybody.
pub(crate) const QUOTA: usize = 3;
pub(crate) const DENY: &str = "arn:aws:iam::aws:policy/AWSDenyAll";
pub(crate) const LOCKOUT: &str = "arn:aws:iam::111122223333:policy/portcullis/portcullis-lockout";

/// One of the cast.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Member {
    pub(crate) arn: &'static str,
    /// The policies attached to it in the beginning, by their first letters.
    attached: &'static str,
    boundary: bool,
    /// Whether it has an access key, and whether that is active.
    key: Option<bool>,
    tag: Option<(&'static str, &'static str)>,
    /// Whether it may ever be contained.
    pub(crate) touchable: bool,
}

const fn member(arn: &'static str, attached: &'static str) -> Member {
    Member { arn, attached, boundary: false, key: None, tag: None, touchable: true }
}

const fn untouchable(arn: &'static str) -> Member {
    Member { touchable: false, ..member(arn, "a") }
}

pub(crate) const OPERATORS: [&str; 2] =
    ["arn:aws:iam::111122223333:role/oncall", "arn:aws:iam::111122223333:user/carol"];

pub(crate) const CAST: [Member; 12] = [
    member("arn:aws:iam::111122223333:role/team/app", "ab"),
    Member { boundary: true, ..member("arn:aws:iam::111122223333:role/team/full", "cba") },
    member("arn:aws:iam::111122223333:role/batch", "abc"),
    Member { key: Some(true), ..member("arn:aws:iam::111122223333:user/mallory", "a") },
    Member { key: Some(false), boundary: true, ..member("arn:aws:iam::111122223333:user/old/bob", "bca") },
    member(OPERATORS[0], "a"),
    Member { key: Some(true), ..member(OPERATORS[1], "") },
    untouchable("arn:aws:iam::111122223333:role/break-glass/admin"),
    Member { tag: Some(("portcullis:protected", "true")), ..untouchable("arn:aws:iam::111122223333:role/team/spared") },
    untouchable("arn:aws:iam::111122223333:role/app-respond"),
    untouchable("arn:aws:iam::111122223333:role/pipeline/deploy"),
    untouchable("arn:aws:iam::444455556666:role/team/app"),
];

pub(crate) fn policy(letter: char) -> PolicyArn {
    format!("arn:aws:iam::111122223333:policy/{letter}").parse().unwrap()
}

pub(crate) fn is_ours(policy: &PolicyArn) -> bool {
    [DENY, LOCKOUT].contains(&policy.as_str())
}

/// Whether what we attach or put there denies it anything.
pub(crate) fn is_denied(identity: &Identity) -> bool {
    identity.attached.iter().chain(&identity.boundary).any(is_ours)
}

impl Member {
    pub(crate) fn is_user(&self) -> bool {
        self.arn.contains(":user/")
    }

    pub(crate) fn key(&self) -> Option<String> {
        self.key.map(|_| format!("AKIAEXAMPLE{}", self.arn.len()))
    }

    /// As IAM has it, made for the `nth` time.
    pub(crate) fn made(&self, nth: u32) -> Identity {
        let kind = if self.is_user() { "AIDA" } else { "AROA" };
        Identity {
            id: format!("{kind}EXAMPLE{:03}{nth:03}", self.arn.len()),
            arn: self.arn.to_owned(),
            attached: self.attached.chars().map(policy).collect(),
            boundary: self.boundary.then(|| policy('x')),
            tags: self.tag.map(|(key, value)| (key.to_owned(), value.to_owned())).into_iter().collect(),
            keys: self.key().map(|id| AccessKey { id, active: self.key == Some(true) }).into_iter().collect(),
            last_used: None,
        }
    }

    pub(crate) fn principal(&self, id: &str) -> Principal {
        let id = Some(id.to_owned());
        if self.is_user() {
            Principal::User { arn: self.arn.parse().unwrap(), id }
        } else {
            Principal::Role { arn: self.arn.parse().unwrap(), id }
        }
    }
}

/// What the settings say.
#[derive(Clone, Debug)]
pub(crate) struct Setup {
    mode: &'static str,
    unanswered: &'static str,
    when_full: &'static str,
    escalates: bool,
    pub(crate) per_hour: u32,
    active: Option<usize>,
    repeat_after: u8,
}

pub(crate) fn setups() -> impl Strategy<Value = Setup> {
    (
        prop_oneof![4 => Just("enforce"), 1 => Just("ask")],
        prop::sample::select(vec!["page", "lockout", "quarantine"]),
        prop::sample::select(vec!["boundary", "page"]),
        any::<bool>(),
        prop_oneof![3 => Just(1000_u32), 1 => 0..4_u32],
        prop_oneof![3 => Just(None), 1 => (0..50_usize).prop_map(Some)],
        prop::sample::select(vec![60_u8, 0]),
    )
        .prop_map(|(mode, unanswered, when_full, escalates, per_hour, active, repeat_after)| Setup {
            mode,
            unanswered,
            when_full,
            escalates,
            per_hour,
            active,
            repeat_after,
        })
}

impl Setup {
    /// One that contains, and sends nothing twice for an hour.
    pub(crate) const fn enforcing() -> Self {
        let (mode, unanswered, when_full) = ("enforce", "page", "boundary");
        Self { mode, unanswered, when_full, escalates: false, per_hour: 1000, active: None, repeat_after: 60 }
    }

    pub(crate) fn world(&self) -> World {
        let Self { mode, unanswered, when_full, escalates, per_hour, repeat_after, .. } = self;
        let [role, user] = OPERATORS;
        let settings = format!(
            "mode: {mode}
protected: ['arn:aws:iam::*:role/break-glass/*']
operators: ['{role}', '{user}']
response:
  critical: {{critical: quarantine, sensitive: lockout, standard: ask, unclassified: page}}
  high: {{critical: lockout, sensitive: ask, otherwise: page}}
  medium: page
asking: {{expires_after: 30m, unanswered: {{critical: {unanswered}, otherwise: {unanswered}}}}}
lockout: {{lifts_after: 1h, when_full: {when_full}, escalates: {escalates}}}
quarantine: {{lifts_after: 4h}}
limits: {{per_hour: {per_hour}, share: 10%, at_least: 1}}
paging: {{repeat_after: {repeat_after}m}}
"
        );
        let mut world = World { iam: MemoryIam::with_quota(QUOTA), ..World::with(&settings) };
        world.around.active = self.active;
        for member in CAST {
            world.iam.set(member.made(0));
        }
        world
    }
}
