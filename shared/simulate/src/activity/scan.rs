//! The scanner of the security team goes through everything every night.

use super::Turn;
use super::keys::looked_at;
use crate::organization::agent;
use crate::record::{Call, Identity, Session};
use crate::stage::Stage;

pub(crate) fn nightly(stage: &mut Stage<'_>, turn: Turn) {
    let (account, network, region) = (stage.account, stage.network, stage.region);
    let identity = Identity::Role(&account.scanner, Session::begun("nightly-scan", stage.at - 30));
    let origin = |service: &str| network.origin(9, service, agent::PYTHON.to_owned());
    let (kms, secrets) = (origin("kms"), origin("secretsmanager"));
    let call = |name| Call::reading(identity.clone(), kms.clone(), "kms", name);
    stage.say(&call("ListKeys").request(r#""limit":1000"#));
    stage.say(&call("ListAliases").request(r#""limit":100"#));
    let listed = Call::reading(identity.clone(), secrets.clone(), "secretsmanager", "ListSecrets");
    stage.say(&listed.request(r#""maxResults":100,"includePlannedDeletion":true"#));
    let keys = account.keys.iter().chain(&account.retired).chain([&account.decoys.0]);
    let keys: Vec<_> = keys.filter(|key| key.region == region).collect();
    // Some of them each night, so that a week sees all.
    for (number, key) in keys.iter().enumerate() {
        if (number + turn).is_multiple_of(3) {
            stage.wait(2);
            for name in ["DescribeKey", "GetKeyRotationStatus", "GetKeyPolicy"] {
                let call = looked_at(identity.clone(), kms.clone(), &account.id, key, name);
                stage.say(&call);
            }
        }
    }
    let trails = Call::reading(identity.clone(), origin("cloudtrail"), "cloudtrail", "DescribeTrails");
    stage.say(&trails.request(r#""trailNameList":[],"includeShadowTrails":true"#));
    for app in account.apps.iter().skip(turn % 5).step_by(5) {
        for secret in app.secrets.iter().filter(|secret| secret.key.region == region) {
            stage.wait(2);
            let call = Call::reading(identity.clone(), secrets.clone(), "secretsmanager", "DescribeSecret");
            stage.say(&call.request(format!(r#""secretId":"{}""#, secret.arn)));
        }
    }
}
