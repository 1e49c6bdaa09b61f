//! What a principal may do, as IAM's simulator says.

use async_trait::async_trait;
use aws_sdk_iam::types::PolicyEvaluationDecisionType;
use portcullis_response::{Level, PortError, Simulate, Simulated, Target};

use super::IamSimulator;
use crate::error::{malformed, port_error};

/// What a lockout denies, an example of each kind.
const LOCKED_OUT: [&str; 4] =
    ["kms:Decrypt", "secretsmanager:GetSecretValue", "iam:DetachRolePolicy", "iam:DeleteRolePermissionsBoundary"];

/// What a quarantine denies too.
const QUARANTINED: [&str; 4] = ["sts:AssumeRole", "s3:GetObject", "iam:CreateAccessKey", "lambda:InvokeFunction"];

#[async_trait]
impl Simulate for IamSimulator {
    async fn simulate(&self, target: &Target, level: Level) -> Result<Simulated, PortError> {
        let what = || format!("failed to simulate what {} `{}` may do", target.kind(), target.name());
        let more: &[&str] = if level == Level::Quarantine { &QUARANTINED } else { &[] };
        let mut call = self.0.client(target).await?.simulate_principal_policy().policy_source_arn(target.arn());
        for action in LOCKED_OUT.iter().chain(more) {
            call = call.action_names(*action);
        }
        let answer = call.send().await.map_err(|error| port_error(what(), error))?;
        let results = answer.evaluation_results.unwrap_or_default();
        if results.is_empty() {
            return Err(malformed(what(), "the answer holds no result"));
        }
        let allowed = results.into_iter().find(|result| result.eval_decision == PolicyEvaluationDecisionType::Allowed);
        Ok(allowed.map_or(Simulated::Denied, |result| Simulated::Allowed { action: result.eval_action_name }))
    }
}
