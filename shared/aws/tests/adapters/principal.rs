//! A role and a user, and IAM's answers to who reads them, so that every test runs on both.

use std::sync::Arc;

use aws_sdk_iam::Client;
use aws_sdk_iam::operation::get_role::GetRoleOutput;
use aws_sdk_iam::operation::get_user::GetUserOutput;
use aws_sdk_iam::operation::list_access_keys::ListAccessKeysOutput;
use aws_sdk_iam::operation::list_attached_role_policies::ListAttachedRolePoliciesOutput;
use aws_sdk_iam::operation::list_attached_user_policies::ListAttachedUserPoliciesOutput;
use aws_sdk_iam::types::{
    AccessKeyMetadata, AttachedPermissionsBoundary, AttachedPolicy, PermissionsBoundaryAttachmentType, Role,
    RoleLastUsed, StatusType, Tag, User,
};
use aws_smithy_mocks::{Rule, RuleMode, mock, mock_client};
use aws_smithy_types::DateTime;
use portcullis_aws::Accounts;
use portcullis_response::Target;

use crate::wire::xml_error;

/// The policy that denies everything.
pub(crate) const DENY: &str = "arn:aws:iam::aws:policy/AWSDenyAll";

/// A policy that somebody else has attached, or put there as a boundary.
pub(crate) const TEAM: &str = "arn:aws:iam::111122223333:policy/team/reading";

/// The access key of the user.
pub(crate) const KEY: &str = "AKIAEXAMPLEEXAMPLE01";

/// The marker on a last page, which says nothing because nothing is truncated. No rule answers whoever follows it.
const STALE: &str = "stale";

/// The accounts of an installation whose IAM answers so; a call that no rule is for fails the test.
pub(crate) fn accounts(rules: &[Rule]) -> Arc<Accounts> {
    Arc::new(Accounts::with(mock_client!(aws_sdk_iam, RuleMode::MatchAny, rules)))
}

/// What kind of principal a test is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Role,
    User,
}

/// What IAM answers to one call.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Answer {
    /// Done.
    Ok,
    /// No such role, user, key or attachment.
    NoSuchEntity,
    /// No permission.
    AccessDenied,
    /// The quota of attached policies is used up.
    LimitExceeded,
    /// A server that is overloaded, as often as it is asked.
    Unavailable,
    /// Too many calls, as often as it is asked.
    Throttled,
}

impl Answer {
    /// Status and body of an error; nothing for success.
    pub(crate) fn error(self) -> Option<(u16, Option<String>)> {
        match self {
            Self::Ok => None,
            Self::NoSuchEntity => Some((404, Some(xml_error("NoSuchEntity", "It cannot be found.")))),
            Self::AccessDenied => Some((403, Some(xml_error("AccessDenied", "Not authorized to do that.")))),
            Self::LimitExceeded => Some((409, Some(xml_error("LimitExceeded", "Cannot exceed PoliciesPerRole: 10")))),
            Self::Unavailable => Some((503, None)),
            Self::Throttled => Some((400, Some(xml_error("Throttling", "Rate exceeded")))),
        }
    }
}

/// A rule that answers so, however often it is asked.
macro_rules! always {
    ($rule:expr, $answer:expr, $output:expr) => {
        match $answer.error() {
            None => $rule.sequence().output($output).repeatedly().build(),
            Some((status, body)) => $rule.sequence().http_status(status, body).repeatedly().build(),
        }
    };
}
pub(crate) use always;

/// A rule that shows one thing after the other, and the last from then on.
macro_rules! showing {
    ($rule:expr, $shown:expr, $output:expr) => {{
        let (last, before) = $shown.split_last().unwrap();
        let mut sequence = $rule.sequence();
        for shown in before {
            sequence = sequence.output(move || $output(*shown));
        }
        sequence.output(move || $output(*last)).repeatedly().build()
    }};
}

/// Access keys, and whether each is active.
pub(crate) type Keys = &'static [(&'static str, bool)];

/// Policies, by their ARNs.
pub(crate) type Policies = &'static [&'static str];

impl Kind {
    pub(crate) const fn arn(self) -> &'static str {
        match self {
            Self::Role => "arn:aws:iam::111122223333:role/team/reporting",
            Self::User => "arn:aws:iam::111122223333:user/team/mallory",
        }
    }

    pub(crate) const fn id(self) -> &'static str {
        match self {
            Self::Role => "AROAEXAMPLEEXAMPLE01",
            Self::User => "AIDAEXAMPLEEXAMPLE01",
        }
    }

    /// How an error speaks of it.
    pub(crate) const fn spoken(self) -> &'static str {
        match self {
            Self::Role => "role `reporting`",
            Self::User => "user `mallory`",
        }
    }

    pub(crate) fn target(self) -> Target {
        match self {
            Self::Role => Target::Role { arn: self.arn().parse().unwrap(), id: None },
            Self::User => Target::User { arn: self.arn().parse().unwrap(), id: None },
        }
    }

    /// All that reads it, when it has `policies`, no boundary and, as a user, one active key.
    pub(crate) fn reads(self, policies: Policies) -> Vec<Rule> {
        vec![self.get(Answer::Ok), self.list(policies), keys(&[(KEY, true)])]
    }

    /// `GetRole` or `GetUser`, for the name without its path.
    pub(crate) fn get(self, answer: Answer) -> Rule {
        match self {
            Self::Role => always!(
                mock!(Client::get_role).match_requests(|call| call.role_name() == Some("reporting")),
                answer,
                || role(None)
            ),
            Self::User => always!(
                mock!(Client::get_user).match_requests(|call| call.user_name() == Some("mallory")),
                answer,
                || user(None)
            ),
        }
    }

    /// `GetRole` or `GetUser`, which shows one boundary after the other.
    pub(crate) fn get_showing(self, boundaries: &'static [Option<&'static str>]) -> Rule {
        match self {
            Self::Role => showing!(mock!(Client::get_role), boundaries, |arn: Option<&str>| role(arn.map(boundary))),
            Self::User => showing!(mock!(Client::get_user), boundaries, |arn: Option<&str>| user(arn.map(boundary))),
        }
    }

    /// `GetRole` or `GetUser`, which shows a boundary and not which one.
    pub(crate) fn get_without_name_of_boundary(self) -> Rule {
        let nameless = || AttachedPermissionsBoundary::builder().build();
        match self {
            Self::Role => mock!(Client::get_role).then_output(move || role(Some(nameless()))),
            Self::User => mock!(Client::get_user).then_output(move || user(Some(nameless()))),
        }
    }

    /// `GetRole` or `GetUser` that is answered the third time.
    pub(crate) fn get_at_the_third_attempt(self) -> Rule {
        match self {
            Self::Role => {
                mock!(Client::get_role).sequence().http_status(503, None).times(2).output(|| role(None)).build()
            }
            Self::User => {
                mock!(Client::get_user).sequence().http_status(503, None).times(2).output(|| user(None)).build()
            }
        }
    }

    /// The list of attached policies: one page, asked for again and again.
    pub(crate) fn list(self, policies: Policies) -> Rule {
        self.page(None, policies, None)
    }

    /// One page of that list: asked for by `marker`, naming the `next`.
    pub(crate) fn page(self, marker: Option<&'static str>, policies: Policies, next: Option<&'static str>) -> Rule {
        match self {
            Self::Role => mock!(Client::list_attached_role_policies)
                .match_requests(move |call| call.role_name() == Some("reporting") && call.marker() == marker)
                .then_output(move || role_page(policies, next)),
            Self::User => mock!(Client::list_attached_user_policies)
                .match_requests(move |call| call.user_name() == Some("mallory") && call.marker() == marker)
                .then_output(move || user_page(policies, next)),
        }
    }

    /// The list of attached policies, refused.
    pub(crate) fn list_refused(self, answer: Answer) -> Rule {
        match self {
            Self::Role => always!(mock!(Client::list_attached_role_policies), answer, || role_page(&[], None)),
            Self::User => always!(mock!(Client::list_attached_user_policies), answer, || user_page(&[], None)),
        }
    }

    /// The list of attached policies, which shows one thing after the other.
    pub(crate) fn list_showing(self, lists: &'static [Policies]) -> Rule {
        match self {
            Self::Role => {
                showing!(mock!(Client::list_attached_role_policies), lists, |list: Policies| role_page(list, None))
            }
            Self::User => {
                showing!(mock!(Client::list_attached_user_policies), lists, |list: Policies| user_page(list, None))
            }
        }
    }
}

/// The user's access keys.
pub(crate) fn keys(keys: Keys) -> Rule {
    mock!(Client::list_access_keys)
        .match_requests(|call| call.user_name() == Some("mallory"))
        .then_output(move || key_list(keys))
}

/// The user's access keys, refused.
pub(crate) fn keys_refused(answer: Answer) -> Rule {
    always!(mock!(Client::list_access_keys), answer, || key_list(&[]))
}

/// The user's access keys, which show one thing after the other.
pub(crate) fn keys_showing(lists: &'static [Keys]) -> Rule {
    showing!(mock!(Client::list_access_keys), lists, key_list)
}

fn boundary(arn: &str) -> AttachedPermissionsBoundary {
    let policy = PermissionsBoundaryAttachmentType::Policy;
    AttachedPermissionsBoundary::builder().permissions_boundary_type(policy).permissions_boundary_arn(arn).build()
}

fn tag() -> Tag {
    Tag::builder().key("team").value("payroll").build().unwrap()
}

fn role(boundary: Option<AttachedPermissionsBoundary>) -> GetRoleOutput {
    let used = RoleLastUsed::builder().last_used_date(DateTime::from_secs(1_767_571_200)).region("eu-west-1").build();
    let role = Role::builder().path("/team/").role_name("reporting").role_id(Kind::Role.id()).arn(Kind::Role.arn());
    let role = role.create_date(DateTime::from_secs(0)).tags(tag()).role_last_used(used);
    GetRoleOutput::builder().role(role.set_permissions_boundary(boundary).build().unwrap()).build()
}

fn user(boundary: Option<AttachedPermissionsBoundary>) -> GetUserOutput {
    let user = User::builder().path("/team/").user_name("mallory").user_id(Kind::User.id()).arn(Kind::User.arn());
    let user = user.create_date(DateTime::from_secs(0)).tags(tag());
    GetUserOutput::builder().user(user.set_permissions_boundary(boundary).build().unwrap()).build()
}

fn attached(policies: &[&str]) -> Vec<AttachedPolicy> {
    policies.iter().map(|arn| AttachedPolicy::builder().policy_arn(*arn).build()).collect()
}

fn role_page(policies: &[&str], next: Option<&str>) -> ListAttachedRolePoliciesOutput {
    let page = ListAttachedRolePoliciesOutput::builder().set_attached_policies(Some(attached(policies)));
    page.is_truncated(next.is_some()).marker(next.unwrap_or(STALE)).build()
}

fn user_page(policies: &[&str], next: Option<&str>) -> ListAttachedUserPoliciesOutput {
    let page = ListAttachedUserPoliciesOutput::builder().set_attached_policies(Some(attached(policies)));
    page.is_truncated(next.is_some()).marker(next.unwrap_or(STALE)).build()
}

fn key_list(keys: Keys) -> ListAccessKeysOutput {
    let status = |active| if active { StatusType::Active } else { StatusType::Inactive };
    let metadata =
        |(id, active): &(&str, bool)| AccessKeyMetadata::builder().access_key_id(*id).status(status(*active)).build();
    let keys = keys.iter().map(metadata).collect();
    ListAccessKeysOutput::builder().set_access_key_metadata(Some(keys)).build().unwrap()
}
