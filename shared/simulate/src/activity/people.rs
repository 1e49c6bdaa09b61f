//! What people do with keys and secrets, in their hours.

use super::Turn;
use super::keys::looked_at;
use super::secrets::{decrypt, read};
use crate::ids;
use crate::organization::{HOME, Person, Role, Work, agent};
use crate::record::{Call, Identity, Origin, Session};
use crate::rng::Rng;
use crate::stage::Stage;

/// A session in which somebody works in an account.
pub(super) fn session<'w>(person: &Person, role: &'w Role, at: i64) -> Identity<'w> {
    Identity::Role(role, Session::going_on(person.session(), at))
}

/// Somebody of those who do this work, where it is their time of day.
pub(super) fn somebody(stage: &mut Stage<'_>, work: &[Work]) -> Option<Person> {
    let present = |person: &&Person| work.contains(&person.work) && stage.moment.people(person.zone) > 0;
    let present: Vec<&Person> = stage.organization.people.iter().filter(present).collect();
    stage.rng.pick(&present).map(|person| (*person).clone())
}

/// A database is looked after, by somebody who knows its password for that.
pub(crate) fn database_operator(stage: &mut Stage<'_>, turn: Turn) {
    let Some(person) = somebody(stage, &[Work::RunsDatabases]) else { return };
    let account = stage.account;
    let role = account.permission_set(&person.permission_set());
    let identity = session(&person, &role, stage.at);
    let names = ["crm", "reports"];
    let Some(app) = account.app(names.get(turn % 2).copied().unwrap_or_default()) else { return };
    let Some(secret) = app.secrets.first().cloned() else { return };
    let origin = person.at_office(agent::CLI);
    let listed = Call::reading(identity.clone(), origin.clone(), "secretsmanager", "ListSecrets")
        .request(format!(r#""maxResults":50,"filters":[{{"key":"name","values":["prod/{}"]}}]"#, app.name));
    stage.say(&listed);
    stage.wait(20);
    let key = secret.key.at(stage.at).to_owned();
    read(stage, &identity, &origin, &secret, &key);
}

/// A developer looks at secrets and keys in the console, and at the value of one that nobody classified.
pub(crate) fn developer(stage: &mut Stage<'_>, turn: Turn) {
    let Some(person) = somebody(stage, &[Work::Develops]) else { return };
    let account = stage.account;
    let role = account.permission_set(&person.permission_set());
    let identity = session(&person, &role, stage.at);
    let origin = in_browser(&person, &mut stage.rng);
    let listed = Call::reading(identity.clone(), origin.clone(), "secretsmanager", "ListSecrets")
        .request(r#""maxResults":100,"sortOrder":"asc""#)
        .in_console();
    stage.say(&listed);
    stage.wait(30);
    let services: Vec<_> = account.apps.iter().filter(|app| app.role.arn.contains("/services/")).collect();
    let Some(app) = turn.checked_rem(services.len()).and_then(|turn| services.get(turn)) else { return };
    let Some(secret) = app.secrets.first() else { return };
    let call = |name| {
        Call::reading(identity.clone(), origin.clone(), "secretsmanager", name)
            .request(format!(r#""secretId":"{}""#, secret.arn))
            .in_console()
    };
    stage.say(&call("DescribeSecret"));
    if stage.rng.per_mille(120) {
        // Developers may not read what production reads, and now and then forget it.
        stage.wait(5);
        stage.say(&call("GetSecretValue").denied("secretsmanager:GetSecretValue", &secret.arn));
    } else if stage.rng.per_mille(500) {
        stage.wait(20);
        stage.say(&call("GetSecretValue"));
        decrypt(stage, &identity, secret, secret.key.first());
    }
}

fn in_browser(person: &Person, rng: &mut Rng) -> Origin {
    if rng.per_mille(300) { person.at_home(agent::BROWSER) } else { person.at_office(agent::BROWSER) }
}

/// Somebody of the platform looks at a key in the console.
pub(crate) fn platform_operator(stage: &mut Stage<'_>, turn: Turn) {
    let Some(person) = somebody(stage, &[Work::RunsPlatform]) else { return };
    let account = stage.account;
    let role = account.permission_set(&person.permission_set());
    let identity = session(&person, &role, stage.at);
    let origin = person.at_office(agent::BROWSER);
    let listed =
        Call::reading(identity.clone(), origin.clone(), "kms", "ListAliases").request(r#""limit":100"#).in_console();
    stage.say(&listed);
    let keys: Vec<_> = account.keys.iter().filter(|key| key.region == HOME).collect();
    let Some(key) = turn.checked_rem(keys.len()).and_then(|turn| keys.get(turn)) else { return };
    for name in ["DescribeKey", "GetKeyPolicy", "ListGrants"] {
        stage.wait(4);
        let call = looked_at(identity.clone(), origin.clone(), &account.id, key, name).in_console();
        stage.say(&call);
    }
}

/// The partner's program fetches its feed's password from where it always runs.
pub(crate) fn partner(stage: &mut Stage<'_>, _: Turn) {
    let (user, secret) = &stage.account.partner;
    let address = "2001:db8:900::25".to_owned();
    let origin = Origin { address, agent: agent::GO.to_owned(), endpoint: None };
    let identity = Identity::User(user);
    let call = Call::reading(identity.clone(), origin, "secretsmanager", "GetSecretValue")
        .request(format!(r#""secretId":"{}""#, secret.name));
    stage.say(&call);
    decrypt(stage, &identity, secret, secret.key.first());
}

/// A program asks for a secret that is no more.
pub(crate) fn misspelt(stage: &mut Stage<'_>, turn: Turn) {
    let services: Vec<_> = stage.account.apps.iter().filter(|app| app.role.arn.contains("/services/")).collect();
    let Some(app) = turn.checked_rem(services.len()).and_then(|turn| services.get(turn)) else { return };
    let identity = app.identity(&mut stage.rng, stage.at);
    let origin = app.origin(stage.network, "secretsmanager", &mut stage.rng);
    let old = ids::hex(&mut stage.rng, 4);
    let call = Call::reading(identity, origin, "secretsmanager", "GetSecretValue")
        .request(format!(r#""secretId":"services/{}/api-{old}""#, app.name))
        .failed("ResourceNotFoundException", "Secrets Manager can't find the specified secret.");
    stage.say(&call);
}
