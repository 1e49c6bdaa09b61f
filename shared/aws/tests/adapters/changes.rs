//! IAM's answers to who changes a role or a user. Each rule is for the one change that it names; another one fails the test.

use aws_sdk_iam::Client;
use aws_sdk_iam::operation::attach_role_policy::AttachRolePolicyOutput;
use aws_sdk_iam::operation::attach_user_policy::AttachUserPolicyOutput;
use aws_sdk_iam::operation::delete_role_permissions_boundary::DeleteRolePermissionsBoundaryOutput;
use aws_sdk_iam::operation::delete_user_permissions_boundary::DeleteUserPermissionsBoundaryOutput;
use aws_sdk_iam::operation::detach_role_policy::DetachRolePolicyOutput;
use aws_sdk_iam::operation::detach_user_policy::DetachUserPolicyOutput;
use aws_sdk_iam::operation::put_role_permissions_boundary::PutRolePermissionsBoundaryOutput;
use aws_sdk_iam::operation::put_user_permissions_boundary::PutUserPermissionsBoundaryOutput;
use aws_sdk_iam::operation::update_access_key::UpdateAccessKeyOutput;
use aws_sdk_iam::types::StatusType;
use aws_smithy_mocks::{Rule, mock};

use crate::principal::{Answer, DENY, KEY, Kind, always};

impl Kind {
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

    /// `PutRolePermissionsBoundary` or `PutUserPermissionsBoundary` of `policy`.
    pub(crate) fn put_boundary(self, policy: &'static str, answer: Answer) -> Rule {
        match self {
            Self::Role => always!(
                mock!(Client::put_role_permissions_boundary).match_requests(move |call| {
                    call.role_name() == Some("reporting") && call.permissions_boundary() == Some(policy)
                }),
                answer,
                || PutRolePermissionsBoundaryOutput::builder().build()
            ),
            Self::User => always!(
                mock!(Client::put_user_permissions_boundary).match_requests(move |call| {
                    call.user_name() == Some("mallory") && call.permissions_boundary() == Some(policy)
                }),
                answer,
                || PutUserPermissionsBoundaryOutput::builder().build()
            ),
        }
    }

    /// `DeleteRolePermissionsBoundary` or `DeleteUserPermissionsBoundary`.
    pub(crate) fn delete_boundary(self, answer: Answer) -> Rule {
        match self {
            Self::Role => always!(
                mock!(Client::delete_role_permissions_boundary)
                    .match_requests(|call| call.role_name() == Some("reporting")),
                answer,
                || DeleteRolePermissionsBoundaryOutput::builder().build()
            ),
            Self::User => always!(
                mock!(Client::delete_user_permissions_boundary)
                    .match_requests(|call| call.user_name() == Some("mallory")),
                answer,
                || DeleteUserPermissionsBoundaryOutput::builder().build()
            ),
        }
    }
}

/// `UpdateAccessKey` of [`KEY`] to `status`.
pub(crate) fn set_key(status: StatusType, answer: Answer) -> Rule {
    always!(
        mock!(Client::update_access_key).match_requests(move |call| {
            call.user_name() == Some("mallory") && call.access_key_id() == Some(KEY) && call.status() == Some(&status)
        }),
        answer,
        || UpdateAccessKeyOutput::builder().build()
    )
}
