//! Findings to test with.

use jiff::Timestamp;
use portcullis_domain::{
    Action, Actor, Asset, Evidence, Finding, FindingId, Origin, Outcome, Principal, RuleRef, SecretRef, Session,
    Severity, Source, Tier,
};

/// The ARN of the role that [`finding`] is about.
pub const ROLE: &str = "arn:aws:iam::111122223333:role/team/reporting";

/// A role as principal.
///
/// # Panics
///
/// When `arn` is not a role's.
#[expect(clippy::expect_used, reason = "a test that names a bad ARN should fail")]
pub fn role(arn: &str) -> Principal {
    Principal::Role { arn: arn.parse().expect("the ARN of a role"), id: Some("AROAEXAMPLEEXAMPLE01".to_owned()) }
}

/// A secret of account 111122223333 in eu-west-1.
pub fn secret(written: &str) -> Asset {
    Asset::Secret(SecretRef::new(written, "111122223333".parse().ok(), Some("eu-west-1".to_owned())))
}

/// [`ROLE`] read a critical secret that it is not authorized for, in the event `event_id`.
pub fn finding(event_id: &str) -> Finding {
    finding_by(role(ROLE), event_id)
}

/// The same by another principal.
///
/// # Panics
///
/// Never.
#[expect(clippy::expect_used, reason = "the time is a literal")]
pub fn finding_by(principal: Principal, event_id: &str) -> Finding {
    let time: Timestamp = "2026-01-05T08:10:00Z".parse().expect("a time");
    let rule = "unauthorized-access-critical-asset";
    Finding {
        id: FindingId::of_event(rule, "111122223333", event_id),
        rule: RuleRef {
            id: rule.to_owned(),
            title: "Unauthorized actor used a critical key or secret".to_owned(),
            severity: Severity::Critical,
            attack: vec!["T1555.006".to_owned()],
        },
        actor: Actor {
            principal,
            session: Session {
                name: Some("i-0abcd1234example".to_owned()),
                source_identity: Some("alice".to_owned()),
                mfa: Some(false),
                access_key_id: Some("ASIAEXAMPLEEXAMPLE01".to_owned()),
                issued_to: None,
                federated_as: None,
            },
        },
        assets: vec![secret("prod/payroll/db")],
        entries: Vec::new(),
        tier: Some(Tier::Critical),
        authorized: Some(false),
        account: "111122223333".parse().ok(),
        region: Some("eu-west-1".to_owned()),
        evidence: vec![Evidence {
            event_id: Some(event_id.to_owned()),
            time: Some(time),
            action: Action { service: "secretsmanager".to_owned(), name: "GetSecretValue".to_owned() },
            outcome: Outcome::Success,
            error_code: None,
            origin: Origin {
                source: "203.0.113.7".parse().map_or(Source::Missing, Source::Ip),
                user_agent: Some("aws-cli/2.31.0".to_owned()),
                vpc_endpoint: None,
            },
            via: None,
            record_sha256: "0".repeat(64),
        }],
        burst: None,
        shadow: false,
    }
}
