//! Attacks that read.

use super::{Outcome, outside};
use crate::activity::secrets::{decrypt, read};
use crate::clock::Zone;
use crate::organization::{HOME, SERVICES, Work, agent};
use crate::record::{Call, Identity, Session};
use crate::stage::Stage;

pub(super) fn unauthorized_read(stage: &mut Stage<'_>) -> Option<Outcome> {
    let account = stage.account;
    let app = account.app("exports")?;
    let secret = account.app("worker")?.secrets.first()?;
    let identity = app.identity(&mut stage.rng, stage.at);
    let origin = app.origin(stage.network, "secretsmanager", &mut stage.rng);
    for _ in 0..2 {
        let key = secret.key.at(stage.at).to_owned();
        read(stage, &identity, &origin, secret, &key);
        stage.wait(90);
    }
    Some(Outcome {
        actor: app.role.arn.clone(),
        assets: vec![secret.arn.clone()],
        rules: vec!["unauthorized-access-critical-asset"],
        ..Outcome::default()
    })
}

pub(super) fn mass_read(stage: &mut Stage<'_>) -> Option<Outcome> {
    let account = stage.account;
    let app = account.app("crm")?;
    let identity = app.identity(&mut stage.rng, stage.at);
    let mut origin = app.origin(stage.network, "secretsmanager", &mut stage.rng);
    agent::GO.clone_into(&mut origin.agent);
    let listed = Call::reading(identity.clone(), origin.clone(), "secretsmanager", "ListSecrets");
    stage.say(&listed.request(r#""maxResults":100"#));
    let mut assets = Vec::new();
    let secrets = SERVICES.iter().filter_map(|name| account.app(name)).filter_map(|app| app.secrets.first());
    for secret in secrets {
        stage.wait(18);
        read(stage, &identity, &origin, secret, secret.key.first());
        assets.push(secret.arn.clone());
    }
    Some(Outcome {
        actor: app.role.arn.clone(),
        assets,
        rules: Vec::new(),
        once_learned: vec!["many-secrets-first-read-by-one-actor", "secrets-listed-then-read"],
        while_learning: vec!["many-secrets-read-while-learning"],
    })
}

/// The batch is one record, and each of its secrets another (Secrets Manager User Guide, *Log AWS Secrets Manager events with AWS
/// CloudTrail*).
pub(super) fn batch_read(stage: &mut Stage<'_>) -> Option<Outcome> {
    let account = stage.account;
    let app = account.app("search")?;
    let identity = app.identity(&mut stage.rng, stage.at);
    let origin = app.origin(stage.network, "secretsmanager", &mut stage.rng);
    let batch = Call::reading(identity.clone(), origin.clone(), "secretsmanager", "BatchGetSecretValue");
    stage.say(&batch.request(r#""filters":[{"key":"all","values":["services/"]}],"maxResults":20"#));
    let mut assets = Vec::new();
    let secrets = SERVICES.iter().take(4).filter_map(|name| account.app(name)).filter_map(|app| app.secrets.first());
    for secret in secrets {
        let one = Call::reading(identity.clone(), origin.clone(), "secretsmanager", "GetSecretValue");
        stage.say(&one.request(format!(r#""secretId":"{}""#, secret.arn)));
        decrypt(stage, &identity, secret, secret.key.first());
        assets.push(secret.arn.clone());
    }
    Some(Outcome { actor: app.role.arn.clone(), assets, rules: vec!["secrets-read-in-batch"], ..Outcome::default() })
}

pub(super) fn denied_probe(stage: &mut Stage<'_>) -> Option<Outcome> {
    let account = stage.account;
    let app = account.app("media")?;
    let identity = app.identity(&mut stage.rng, stage.at);
    let origin = app.origin(stage.network, "secretsmanager", &mut stage.rng);
    let mut assets = Vec::new();
    let others = account.apps.iter().filter(|other| other.name != app.name);
    for secret in others.flat_map(|app| &app.secrets).take(26) {
        let call = Call::reading(identity.clone(), origin.clone(), "secretsmanager", "GetSecretValue");
        stage.say(&call.denied("secretsmanager:GetSecretValue", &secret.arn));
        assets.push(secret.arn.clone());
        stage.wait(12);
    }
    Some(Outcome {
        actor: app.role.arn.clone(),
        assets,
        rules: vec!["denied-access-critical-asset", "denied-calls-burst", "denied-reads-of-many-secrets"],
        ..Outcome::default()
    })
}

pub(super) fn off_hours_read(stage: &mut Stage<'_>) -> Option<Outcome> {
    let account = stage.account;
    let people = &stage.organization.people;
    let person = people.iter().find(|person| person.work == Work::RunsDatabases && person.zone == Zone::Europe)?;
    let secret = account.app("crm")?.secrets.first()?;
    let role = account.permission_set(&person.permission_set());
    let identity = Identity::Role(&role, Session::begun(person.session(), stage.at - 120));
    let origin = person.at_office(agent::CLI);
    let key = secret.key.at(stage.at).to_owned();
    read(stage, &identity, &origin, secret, &key);
    Some(Outcome {
        actor: role.arn.clone(),
        assets: vec![secret.arn.clone()],
        rules: vec!["classified-secret-read-out-of-hours"],
        ..Outcome::default()
    })
}

pub(super) fn decoy_touched(stage: &mut Stage<'_>) -> Option<Outcome> {
    let account = stage.account;
    let app = account.app("geo")?;
    let (_, secret) = &account.decoys;
    let identity = app.identity(&mut stage.rng, stage.at);
    let origin = app.origin(stage.network, "secretsmanager", &mut stage.rng);
    let described = Call::reading(identity.clone(), origin.clone(), "secretsmanager", "DescribeSecret");
    stage.say(&described.request(format!(r#""secretId":"{}""#, secret.name)));
    stage.wait(20);
    read(stage, &identity, &origin, secret, secret.key.first());
    Some(Outcome {
        actor: app.role.arn.clone(),
        assets: vec![secret.arn.clone()],
        rules: vec!["decoy-key-used", "decoy-secret-touched"],
        ..Outcome::default()
    })
}

pub(super) fn parameter_sweep(stage: &mut Stage<'_>) -> Option<Outcome> {
    let app = stage.account.app("warehouse")?;
    let identity = app.identity(&mut stage.rng, stage.at);
    for _ in 0..3 {
        let call = Call::reading(identity.clone(), outside(90), "ssm", "GetParametersByPath")
            .request(r#""path":"/","recursive":true,"withDecryption":true,"maxResults":10"#);
        stage.say(&call);
        stage.wait(4);
    }
    Some(Outcome {
        actor: app.role.arn.clone(),
        assets: vec![format!("arn:aws:ssm:{HOME}:{}:parameter/*", stage.account.id)],
        rules: vec!["parameters-read-from-the-root"],
        ..Outcome::default()
    })
}
