//! Attacks that let others in.

use super::{Outcome, outside};
use crate::activity::secrets::material;
use crate::ids;
use crate::organization::{FOREIGN, key_id};
use crate::record::{Call, Identity, Session};
use crate::stage::Stage;

const KEY: &str = "AWS::KMS::Key";

pub(super) fn key_opened(stage: &mut Stage<'_>) -> Option<Outcome> {
    let account = stage.account;
    let role = account.permission_set("PlatformOperator");
    let identity = Identity::Role(&role, Session::begun("manoj@example.com", stage.at - 600));
    let arn = account.key("crm")?.first();
    let statement = |sid: &str, account: &str, actions: &str| {
        format!(
            r#"{{\"Sid\":\"{sid}\",\"Effect\":\"Allow\",\"Principal\":{{\"AWS\":\"arn:aws:iam::{account}:root\"}},\"Action\":{actions},\"Resource\":\"*\"}}"#
        )
    };
    let policy = format!(
        r#"{{\"Version\":\"2012-10-17\",\"Statement\":[{},{}]}}"#,
        statement("Account", &account.id, r#"\"kms:*\""#),
        statement("Audit", FOREIGN, r#"[\"kms:Decrypt\",\"kms:DescribeKey\"]"#)
    );
    let put = Call::writing(identity, outside(80), "kms", "PutKeyPolicy")
        .request(format!(
            r#""keyId":"{}","policyName":"default","policy":"{policy}","bypassPolicyLockoutSafetyCheck":false"#,
            key_id(arn)
        ))
        .touching(&account.id, KEY, arn);
    stage.say(&put);
    let caller = ids::role_id(&mut stage.rng);
    for _ in 0..3 {
        stage.wait(120);
        let shared = ids::uuid(&mut stage.rng);
        let foreign = Identity::Account { account: FOREIGN, principal: format!("{caller}:audit") };
        let call = Call::reading(foreign, outside(81), "kms", "Decrypt")
            .request(format!(r#""keyId":"{arn}","encryptionAlgorithm":"SYMMETRIC_DEFAULT""#))
            .additional(format!(r#""keyMaterialId":"{}""#, material(arn)))
            .touching(&account.id, KEY, arn)
            .shared(&shared);
        stage.say(&call);
    }
    Some(Outcome {
        actor: role.arn.clone(),
        assets: vec![arn.to_owned()],
        rules: vec!["key-policy-opened-to-foreign-account"],
        once_learned: vec!["key-used-by-new-foreign-account"],
        ..Outcome::default()
    })
}

pub(super) fn grant(stage: &mut Stage<'_>) -> Option<Outcome> {
    let account = stage.account;
    let role = &account.key_administrator;
    let identity = Identity::Role(role, Session::begun("rotate-keys", stage.at - 80));
    let arn = account.key("backup")?.first();
    let grant = ids::hex(&mut stage.rng, 64);
    let call = Call::writing(identity, outside(110), "kms", "CreateGrant")
        .request(format!(
            r#""keyId":"{arn}","granteePrincipal":"arn:aws:iam::{FOREIGN}:role/collector","operations":["Decrypt","GenerateDataKey","CreateGrant"]"#
        ))
        .response(format!(r#""grantId":"{grant}","keyId":"{arn}""#))
        .touching(&account.id, KEY, arn);
    stage.say(&call);
    Some(Outcome {
        actor: role.arn.clone(),
        assets: vec![arn.to_owned()],
        rules: vec!["key-granted-to-foreign-account"],
        ..Outcome::default()
    })
}
