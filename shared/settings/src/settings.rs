//! What can be said in `portcullis.yaml`, and what holds when nothing is said.

use std::fmt;

use jiff::SignedDuration;
use portcullis_domain::{AccountId, ArnError, PolicyArn, Severity, Tier};

use crate::{
    AlarmSettings, AskingSettings, AssetEntry, AuditStores, AuthorizedActor, ChangeWindow, Exemption, LimitSettings,
    LockoutSettings, NamedNetwork, Protection, QuarantineSettings, Response, ResponseTable, RuleOverride, TopicArn,
    WorkingHours,
};

/// Everything that a deployment can say. The default is a fresh install: it only observes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    /// How far any response may go.
    pub mode: Mode,
    /// The keys and secrets that matter, in the order of the file.
    pub assets: Vec<AssetEntry>,
    /// Roles and users that are never touched, whatever they do, in the order of the file; those with the tag
    /// [`PROTECTED_TAG`](crate::PROTECTED_TAG) are not touched either.
    pub protected: Vec<Protection>,
    /// The roles and users that may release, by exact ARN, none twice. The last one that is not contained is never
    /// contained.
    pub operators: Vec<String>,
    /// The member accounts in which somebody may be contained through the member role, none twice. They are ours too.
    pub members: Vec<AccountId>,
    /// What is done, by severity and tier.
    pub response: ResponseTable,
    /// What is proposed to on-call, and what happens when nobody answers.
    pub asking: AskingSettings,
    /// How a lockout is made, and when it ends.
    pub lockout: LockoutSettings,
    /// How a quarantine is made, and when it ends.
    pub quarantine: QuarantineSettings,
    /// How many may be contained before people must look.
    pub limits: LimitSettings,
    /// Where pages go, and how often.
    pub paging: PagingSettings,
    /// When CloudWatch rings.
    pub alarms: AlarmSettings,
    /// The accounts that are ours beside the one that logged a record.
    pub accounts: Vec<AccountId>,
    /// Working hours, in the order of the file.
    pub hours: Vec<WorkingHours>,
    /// Planned work, in the order of the file.
    pub changes: Vec<ChangeWindow>,
    /// Places that people know by name, in the order of the file.
    pub networks: Vec<NamedNetwork>,
    /// Where the audit logs are kept.
    pub audit: AuditStores,
    /// Who may set off which rules, in the order of the file.
    pub exemptions: Vec<Exemption>,
    /// What is different here about single rules; no rule stands there twice.
    pub rules: Vec<RuleOverride>,
    /// The names of the MaxMind databases that lie beside the settings file.
    pub geoip: Vec<String>,
}

/// How far any response may go: a ceiling over the whole response table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// Findings are recorded; nobody is paged and nothing is touched.
    #[default]
    Observe,
    /// People are paged; nothing is touched.
    Page,
    /// People are paged and asked; nothing is touched unless somebody approves.
    Ask,
    /// The response table holds as written.
    Enforce,
}

/// Where pages go, and how often.
#[derive(Clone, Debug, PartialEq)]
pub struct PagingSettings {
    /// The topic that pages are published to; absent for the topic of the stack.
    pub topic: Option<TopicArn>,
    /// The same rule on the same actor pages at most once in this time: zero to 7 days, 1 hour by default.
    pub repeat_after: SignedDuration,
}

impl Settings {
    /// What is to be done about a finding: what the table says, but never more than the mode allows.
    /// `tier` is that of the finding's assets, absent when no entry names them.
    pub fn response(&self, severity: Severity, tier: Option<Tier>) -> Response {
        self.uncapped_response(severity, tier).min(self.mode.ceiling())
    }

    /// What the table says, whatever the mode: what *would have* been done.
    pub fn uncapped_response(&self, severity: Severity, tier: Option<Tier>) -> Response {
        self.response.response(severity, tier)
    }

    /// What is to be done when an ask was not answered in time: what the settings say for the tier, but never more than
    /// the mode allows. Short of `enforce` that is a page at most: `ask` allows nothing that nobody approved.
    pub fn unanswered(&self, tier: Option<Tier>) -> Response {
        match self.asking.unanswered(tier).min(self.mode.ceiling()) {
            // To ask once more would never end.
            Response::Ask => Response::Page,
            response => response,
        }
    }

    /// Whether an account is ours: named in the settings under `accounts` or `members`, or `home`, the one that logged
    /// the record, where that is known.
    pub fn is_own_account(&self, account: &AccountId, home: Option<&AccountId>) -> bool {
        home == Some(account) || self.own_accounts().any(|own| own == account)
    }

    /// The accounts that the settings say are ours: those under `accounts`, then those under `members`.
    pub fn own_accounts(&self) -> impl Iterator<Item = &AccountId> {
        self.accounts.iter().chain(&self.members)
    }

    /// Whether anybody is named by a tag, so that the inventory's `principals` are needed. Tags that protect do not
    /// count: they are read from IAM at the moment of acting.
    pub fn needs_principal_tags(&self) -> bool {
        self.actors().any(|actor| matches!(actor, AuthorizedActor::Tag { .. }))
    }

    /// Every item of every list of actors.
    fn actors(&self) -> impl Iterator<Item = &AuthorizedActor> {
        let of_assets = self.assets.iter().flat_map(|entry| [&entry.authorized, &entry.rotators]);
        let of_times =
            self.hours.iter().map(|entry| &entry.actors).chain(self.changes.iter().map(|entry| &entry.actors));
        let of_exemptions = self.exemptions.iter().map(|entry| &entry.actors);
        let of_rules = self.rules.iter().map(|entry| &entry.exempt);
        of_assets.chain(of_times).flatten().chain(of_exemptions.chain(of_rules)).flatten()
    }

    /// The policy that a quarantine attaches: the one in the settings, else `AWSDenyAll` of `partition`.
    ///
    /// # Errors
    ///
    /// When the settings name none and `partition` is not the name of an AWS partition.
    pub fn deny_policy(&self, partition: &str) -> Result<PolicyArn, ArnError> {
        self.quarantine.policy.clone().map_or_else(|| PolicyArn::aws_deny_all(partition), Ok)
    }
}

impl Mode {
    /// Every mode, from the mildest.
    pub const ALL: &'static [Self] = &[Self::Observe, Self::Page, Self::Ask, Self::Enforce];

    /// The word used in the settings.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Observe => "observe",
            Self::Page => "page",
            Self::Ask => "ask",
            Self::Enforce => "enforce",
        }
    }

    /// The strongest response that this mode allows.
    pub const fn ceiling(self) -> Response {
        match self {
            Self::Observe => Response::Observe,
            Self::Page => Response::Page,
            Self::Ask => Response::Ask,
            Self::Enforce => Response::Quarantine,
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Default for PagingSettings {
    fn default() -> Self {
        Self { topic: None, repeat_after: SignedDuration::from_hours(1) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use test_case::test_case;

    use super::*;

    #[test]
    fn a_fresh_install_only_observes() {
        let settings = Settings::default();
        for severity in Severity::ALL {
            for tier in [None, Some(Tier::Standard), Some(Tier::Sensitive), Some(Tier::Critical)] {
                assert_eq!(settings.response(*severity, tier), Response::Observe);
            }
        }
    }

    #[test_case(Mode::Observe, Response::Observe ; "observe")]
    #[test_case(Mode::Page, Response::Page ; "page")]
    #[test_case(Mode::Ask, Response::Ask ; "ask")]
    #[test_case(Mode::Enforce, Response::Quarantine ; "enforce")]
    fn the_mode_caps_the_table(mode: Mode, expected: Response) {
        let settings = Settings { mode, ..Settings::default() };
        assert_eq!(settings.response(Severity::Critical, Some(Tier::Critical)), expected);
        assert_eq!(
            settings.uncapped_response(Severity::Critical, Some(Tier::Critical)),
            Response::Quarantine,
            "what would have been done does not depend on the mode"
        );
    }

    #[test]
    fn the_mode_never_strengthens_the_table() {
        let settings = Settings { mode: Mode::Enforce, ..Settings::default() };
        assert_eq!(settings.response(Severity::Low, Some(Tier::Critical)), Response::Observe);
    }

    #[test]
    fn a_further_mode_allows_more() {
        let ceilings: Vec<Response> = Mode::ALL.iter().map(|mode| mode.ceiling()).collect();
        assert_eq!(ceilings, [Response::Observe, Response::Page, Response::Ask, Response::Quarantine]);
        assert!(
            Mode::ALL.is_sorted() && Mode::ALL.iter().all(|mode| mode.ceiling().contains() == (*mode == Mode::Enforce))
        );
    }

    #[test_case(Mode::Observe, Response::Observe, Response::Observe ; "observe")]
    #[test_case(Mode::Page, Response::Page, Response::Page ; "page")]
    #[test_case(Mode::Ask, Response::Page, Response::Page ; "ask allows nothing unanswered")]
    #[test_case(Mode::Enforce, Response::Lockout, Response::Page ; "enforce")]
    fn the_mode_caps_what_nobody_answered(mode: Mode, critical: Response, otherwise: Response) {
        let settings = crate::parse("asking: {unanswered: {critical: lockout}}").unwrap();
        let settings = Settings { mode, ..settings };
        let unanswered = [Some(Tier::Critical), Some(Tier::Sensitive), None].map(|tier| settings.unanswered(tier));
        assert_eq!(unanswered, [critical, otherwise, otherwise]);
    }

    #[test]
    fn the_deny_policy_follows_the_partition_unless_set() {
        let mut settings = Settings::default();
        assert_eq!(settings.deny_policy("aws-cn").unwrap().as_str(), "arn:aws-cn:iam::aws:policy/AWSDenyAll");
        assert!(settings.deny_policy("moon:base").is_err());
        settings.quarantine.policy = Some("arn:aws:iam::111122223333:policy/deny".parse().unwrap());
        assert_eq!(settings.deny_policy("aws-cn").unwrap().as_str(), "arn:aws:iam::111122223333:policy/deny");
    }

    #[test_case("accounts: ['111122223333']", "111122223333", None, true ; "named")]
    #[test_case("members: ['111122223333']", "111122223333", None, true ; "a member")]
    #[test_case("accounts: ['111122223333']\nmembers: ['111122223333']", "444455556666", None, false ; "not named")]
    #[test_case("", "444455556666", Some("444455556666"), true ; "the one that logged the record")]
    fn own_accounts(yaml: &str, account: &str, home: Option<&str>, expected: bool) {
        let settings = crate::parse(yaml).unwrap();
        let home: Option<AccountId> = home.map(|home| home.parse().unwrap());
        assert_eq!(settings.is_own_account(&account.parse().unwrap(), home.as_ref()), expected);
    }

    #[test_case("assets: [{name: a, secret: a, tier: critical, authorized: [X]}]" ; "authorized")]
    #[test_case("assets: [{name: a, secret: a, tier: critical, rotators: [X]}]" ; "rotators")]
    #[test_case("hours: [{name: a, zone: UTC, days: [mon], from: '07:00', to: '20:00', actors: [X]}]" ; "hours")]
    #[test_case("changes: [{name: a, from: 2026-11-21T22:00Z, to: 2026-11-22T04:00Z, actors: [X]}]" ; "changes")]
    #[test_case("exemptions: [{name: a, actors: [X], rules: [a], reason: a, until: 2026-11-21}]" ; "exemptions")]
    #[test_case("rules: {a: {exempt: [X]}}" ; "rules")]
    fn tags_of_principals_are_needed_wherever_they_are_named(yaml: &str) {
        let needs = |item: &str| crate::parse(&yaml.replace('X', item)).unwrap().needs_principal_tags();
        assert!(needs("{tag: team=payroll}"));
        assert!(!needs("{path: /team/payroll/}"));
    }

    #[test]
    fn tags_that_protect_need_no_inventory() {
        assert!(!crate::parse("protected: [{tag: team=payroll}]").unwrap().needs_principal_tags());
    }

    proptest! {
        #[test]
        fn observing_never_does_more(text in crate::parse::tests::properties::response_tables()) {
            let settings = Settings { mode: Mode::Observe, ..crate::parse(&text).unwrap() };
            for severity in Severity::ALL {
                for tier in [None, Some(Tier::Standard), Some(Tier::Sensitive), Some(Tier::Critical)] {
                    prop_assert_eq!(settings.response(*severity, tier), Response::Observe);
                }
            }
        }
    }
}
