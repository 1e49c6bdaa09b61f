//! A role and a user, and IAM's answers about either, so that every test runs on both.

use aws_sdk_iam::Client;
use aws_sdk_iam::operation::attach_role_policy::AttachRolePolicyOutput;
use aws_sdk_iam::operation::attach_user_policy::AttachUserPolicyOutput;
use aws_sdk_iam::operation::detach_role_policy::DetachRolePolicyOutput;
use aws_sdk_iam::operation::detach_user_policy::DetachUserPolicyOutput;
use aws_sdk_iam::operation::get_role::GetRoleOutput;
use aws_sdk_iam::operation::get_user::GetUserOutput;
use aws_sdk_iam::operation::list_attached_role_policies::ListAttachedRolePoliciesOutput;
use aws_sdk_iam::operation::list_attached_user_policies::ListAttachedUserPoliciesOutput;
use aws_sdk_iam::types::{AttachedPolicy, Role, User};
use aws_smithy_mocks::{Rule, mock};
use aws_smithy_types::DateTime;
use portcullis_response::Target;

use crate::wire::xml_error;

/// The policy that denies.
pub(crate) const DENY: &str = "arn:aws:iam::aws:policy/AWSDenyAll";

/// The marker on a last page, which says nothing because nothing is truncated. No rule answers whoever follows it.
const STALE: &str = "stale";

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
    /// No such role, user or attachment.
    NoSuchEntity,
    /// No permission.
    AccessDenied,
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

    /// `GetRole` or `GetUser`, for the name without its path.
    pub(crate) fn get(self, answer: Answer) -> Rule {
        match self {
            Self::Role => {
                always!(
                    mock!(Client::get_role).match_requests(|call| call.role_name() == Some("reporting")),
                    answer,
                    role
                )
            }
            Self::User => {
                always!(
                    mock!(Client::get_user).match_requests(|call| call.user_name() == Some("mallory")),
                    answer,
                    user
                )
            }
        }
    }

    /// `GetRole` or `GetUser` that is answered the third time.
    pub(crate) fn get_at_the_third_attempt(self) -> Rule {
        match self {
            Self::Role => mock!(Client::get_role).sequence().http_status(503, None).times(2).output(role).build(),
            Self::User => mock!(Client::get_user).sequence().http_status(503, None).times(2).output(user).build(),
        }
    }

    /// The list of attached policies: one page, asked for again and again.
    pub(crate) fn list(self, policies: &'static [&'static str]) -> Rule {
        self.page(None, policies, None)
    }

    /// One page of that list: asked for by `marker`, naming the `next`.
    pub(crate) fn page(
        self,
        marker: Option<&'static str>,
        policies: &'static [&'static str],
        next: Option<&'static str>,
    ) -> Rule {
        match self {
            Self::Role => mock!(Client::list_attached_role_policies)
                .match_requests(move |call| call.role_name() == Some("reporting") && call.marker() == marker)
                .sequence()
                .output(move || role_page(policies, next))
                .repeatedly()
                .build(),
            Self::User => mock!(Client::list_attached_user_policies)
                .match_requests(move |call| call.user_name() == Some("mallory") && call.marker() == marker)
                .sequence()
                .output(move || user_page(policies, next))
                .repeatedly()
                .build(),
        }
    }

    /// The list of attached policies, refused.
    pub(crate) fn list_refused(self, answer: Answer) -> Rule {
        match self {
            Self::Role => always!(mock!(Client::list_attached_role_policies), answer, || role_page(&[], None)),
            Self::User => always!(mock!(Client::list_attached_user_policies), answer, || user_page(&[], None)),
        }
    }

    /// The list of attached policies, which shows a change only when it is asked for the third time.
    pub(crate) fn list_late(self, before: &'static [&'static str], after: &'static [&'static str]) -> Rule {
        match self {
            Self::Role => mock!(Client::list_attached_role_policies)
                .sequence()
                .output(move || role_page(before, None))
                .times(2)
                .output(move || role_page(after, None))
                .build(),
            Self::User => mock!(Client::list_attached_user_policies)
                .sequence()
                .output(move || user_page(before, None))
                .times(2)
                .output(move || user_page(after, None))
                .build(),
        }
    }

    /// `AttachRolePolicy` or `AttachUserPolicy` of [`DENY`].
    pub(crate) fn attach(self, answer: Answer) -> Rule {
        match self {
            Self::Role => always!(
                mock!(Client::attach_role_policy)
                    .match_requests(|call| call.role_name() == Some("reporting") && call.policy_arn() == Some(DENY)),
                answer,
                || AttachRolePolicyOutput::builder().build()
            ),
            Self::User => always!(
                mock!(Client::attach_user_policy)
                    .match_requests(|call| call.user_name() == Some("mallory") && call.policy_arn() == Some(DENY)),
                answer,
                || AttachUserPolicyOutput::builder().build()
            ),
        }
    }

    /// `DetachRolePolicy` or `DetachUserPolicy` of [`DENY`].
    pub(crate) fn detach(self, answer: Answer) -> Rule {
        match self {
            Self::Role => always!(
                mock!(Client::detach_role_policy)
                    .match_requests(|call| call.role_name() == Some("reporting") && call.policy_arn() == Some(DENY)),
                answer,
                || DetachRolePolicyOutput::builder().build()
            ),
            Self::User => always!(
                mock!(Client::detach_user_policy)
                    .match_requests(|call| call.user_name() == Some("mallory") && call.policy_arn() == Some(DENY)),
                answer,
                || DetachUserPolicyOutput::builder().build()
            ),
        }
    }
}

fn role() -> GetRoleOutput {
    let role = Role::builder()
        .path("/team/")
        .role_name("reporting")
        .role_id(Kind::Role.id())
        .arn(Kind::Role.arn())
        .create_date(DateTime::from_secs(0))
        .build();
    GetRoleOutput::builder().role(role.unwrap()).build()
}

fn user() -> GetUserOutput {
    let user = User::builder()
        .path("/team/")
        .user_name("mallory")
        .user_id(Kind::User.id())
        .arn(Kind::User.arn())
        .create_date(DateTime::from_secs(0))
        .build();
    GetUserOutput::builder().user(user.unwrap()).build()
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
