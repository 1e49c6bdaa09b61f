//! Attacks on those who watch.

use super::{Outcome, outside};
use crate::ids;
use crate::organization::HOME;
use crate::record::{Call, Identity, Session};
use crate::stage::Stage;

pub(super) fn trail_stopped(stage: &mut Stage<'_>) -> Outcome {
    let account = stage.account;
    let role = account.permission_set("PlatformOperator");
    let identity = Identity::Role(&role, Session::begun("clara@example.com", stage.at - 700));
    let trail = format!("arn:aws:cloudtrail:{HOME}:{}:trail/{}-local", account.id, account.unit);
    let stopped = Call::writing(identity.clone(), outside(120), "cloudtrail", "StopLogging");
    stage.say(&stopped.request(format!(r#""name":"{trail}""#)));
    stage.wait(60);
    let deleted = Call::writing(identity, outside(120), "guardduty", "DeleteDetector");
    let detector = ids::hex(&mut stage.rng, 32);
    stage.say(&deleted.request(format!(r#""detectorId":"{detector}""#)));
    Outcome {
        actor: role.arn.clone(),
        assets: vec![trail],
        rules: vec!["defences-dismantled", "guardduty-disabled", "trail-stopped-or-blinded"],
        ..Outcome::default()
    }
}

pub(super) fn trail_blinded(stage: &mut Stage<'_>) -> Outcome {
    let account = stage.account;
    let role = &account.pipeline;
    let identity = Identity::Role(role, Session::begun("deploy-41", stage.at - 300));
    let trail = format!("arn:aws:cloudtrail:{HOME}:{}:trail/{}-local", account.id, account.unit);
    let selectors = r#""eventSelectors":[{"readWriteType":"All","includeManagementEvents":true,"dataResources":[],"excludeManagementEventSources":["kms.amazonaws.com"]}]"#;
    let call = Call::writing(identity, outside(140), "cloudtrail", "PutEventSelectors")
        .request(format!(r#""trailName":"{trail}",{selectors}"#))
        .response(format!(r#""trailARN":"{trail}",{selectors}"#));
    stage.say(&call);
    Outcome {
        actor: role.arn.clone(),
        assets: vec![trail],
        rules: vec!["trail-stopped-or-blinded"],
        ..Outcome::default()
    }
}
