//! Attacks with credentials that were stolen, or made for the purpose.

use super::{Outcome, outside};
use crate::activity::secrets::{decrypt, material, read};
use crate::clock::spoken;
use crate::organization::{App, GLOBAL, User, agent};
use crate::record::{Call, Identity, Origin, Session};
use crate::stage::Stage;

pub(super) fn new_network(stage: &mut Stage<'_>) -> Option<Outcome> {
    from_outside(stage, "worker", 20, "critical-key-used-from-new-network")
}

pub(super) fn stolen_instance_credentials(stage: &mut Stage<'_>) -> Option<Outcome> {
    from_outside(stage, "tokeniser", 40, "instance-credentials-used-elsewhere")
}

fn from_outside(stage: &mut Stage<'_>, app: &str, place: u64, rule: &'static str) -> Option<Outcome> {
    let app: &App = stage.account.app(app)?;
    // The key that it is used to, when its alias was pointed to another of late.
    let key = app.key.as_ref()?.at(stage.at - 3 * 86_400).to_owned();
    let identity = app.identity(&mut stage.rng, stage.at);
    for _ in 0..4 {
        let call = Call::reading(identity.clone(), outside(place), "kms", "Decrypt")
            .request(r#""encryptionAlgorithm":"SYMMETRIC_DEFAULT""#)
            .additional(format!(r#""keyMaterialId":"{}""#, material(&key)))
            .touching(&stage.account.id, "AWS::KMS::Key", &key);
        stage.say(&call);
        stage.wait(25);
    }
    Some(Outcome { actor: app.role.arn.clone(), assets: vec![key], once_learned: vec![rule], ..Outcome::default() })
}

pub(super) fn backdoor_access_key(stage: &mut Stage<'_>) -> Option<Outcome> {
    let account = stage.account;
    let role = &account.pipeline;
    let identity = Identity::Role(role, Session::begun("deploy-hotfix", stage.at - 60));
    let user = User::new(0, &account.id, "/", "svc-health-check");
    let named = format!(r#""userName":"{}""#, user.name);
    let by = |name| Call::writing(identity.clone(), outside(60), "iam", name);
    let made = by("CreateUser").request(named.clone()).response(format!(
        r#""user":{{"path":"/","userName":"{}","userId":"{}","arn":"{}","createDate":"{}"}}"#,
        user.name,
        user.id,
        user.arn,
        spoken(stage.at)
    ));
    stage.say_in(&account.id, GLOBAL, &made);
    stage.wait(10);
    let attached =
        by("AttachUserPolicy").request(format!(r#"{named},"policyArn":"arn:aws:iam::aws:policy/AdministratorAccess""#));
    stage.say_in(&account.id, GLOBAL, &attached);
    stage.wait(10);
    let key = by("CreateAccessKey").request(named.clone()).response(format!(
        r#""accessKey":{{{named},"accessKeyId":"{}","status":"Active","createDate":"{}"}}"#,
        user.key,
        spoken(stage.at)
    ));
    stage.say_in(&account.id, GLOBAL, &key);
    stage.wait(120);
    let secret = account.app("worker")?.secrets.get(1)?;
    let key = secret.key.at(stage.at).to_owned();
    read(stage, &Identity::User(&user), &outside(61), secret, &key);
    Some(Outcome {
        actor: user.arn.clone(),
        assets: vec![secret.arn.clone()],
        rules: vec!["managed-policy-grants-every-key-or-secret", "unauthorized-access-critical-asset"],
        ..Outcome::default()
    })
}

pub(super) fn key_from_many_places(stage: &mut Stage<'_>) -> Outcome {
    let (user, secret) = &stage.account.partner;
    let identity = Identity::User(user);
    let addresses = ["2001:db8:a1::5", "2001:db8:b2::17", "2001:db8:c3::4", "2001:db8:d4::9"];
    for address in addresses {
        let origin = Origin { address: address.to_owned(), agent: agent::ATTACKER.to_owned(), endpoint: None };
        let call = Call::reading(identity.clone(), origin, "secretsmanager", "GetSecretValue");
        stage.say(&call.request(format!(r#""secretId":"{}""#, secret.name)));
        decrypt(stage, &identity, secret, secret.key.first());
        stage.wait(100);
    }
    Outcome {
        actor: user.arn.clone(),
        assets: vec![secret.arn.clone()],
        once_learned: vec!["access-key-used-from-several-places"],
        ..Outcome::default()
    }
}
