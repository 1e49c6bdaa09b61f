use portcullis_cloudtrail::Record;

use super::*;

const LIMITS: Limits = Limits {
    slices: 400,
    actors: 50,
    shown_actors: 40,
    pairs: 100,
    shown_pairs: 400,
    aliases: 10,
    handovers: 20,
    handover_actors: 20,
    handover_slices: 60,
};

fn call(service: &str, name: &str, user: &str, rest: &str) -> Access {
    let json = format!(
        r#"{{"eventSource":"{service}.amazonaws.com","eventName":"{name}","eventTime":"2026-01-05T08:00:00Z",
        "userIdentity":{{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/{user}"}},{rest}}}"#
    );
    Access::of(&Record::parse(&json).unwrap())
}

/// What a handover needs stays, whatever else comes.
#[test]
fn what_is_needed_keeps_its_name() {
    let settings = portcullis_settings::parse("mode: observe").unwrap();
    let inventory = Inventory::default();
    let mut builder = OverviewBuilder::new(&settings, &inventory, LIMITS);
    let arn = |name: &str| format!(r#"{{"ARN":"arn:aws:kms:eu-west-1:111122223333:{name}"}}"#);
    let pointed = |name, key: &str| {
        call("kms", name, "admin", &format!(r#""resources":[{},{}]"#, arn("alias/a"), arn(&format!("key/{key}"))))
    };
    let rotated = call("kms", "RotateKeyOnDemand", "rotator", &format!(r#""resources":[{}]"#, arn("key/turned")));
    let noise = |builder: &mut OverviewBuilder<'_>| {
        for number in 0..10_000 {
            let secret = format!(r#""requestParameters":{{"secretId":"{number}"}}"#);
            let access = call("secretsmanager", "GetSecretValue", &format!("u{number}"), &secret);
            builder.see(&access, &Judgement::default(), false);
        }
    };
    for access in [pointed("CreateAlias", "old"), pointed("UpdateAlias", "new"), rotated] {
        builder.see(&access, &Judgement::default(), false);
        noise(&mut builder);
    }
    let name = |handover: &Handover| {
        let Handover { what, by, old, new, .. } = handover;
        format!("{what} by {by}: {old}, {new}")
    };
    let mut found: Vec<String> = builder.finish().handovers.iter().map(name).collect();
    found.sort();
    let user = "arn:aws:iam::111122223333:user";
    let expected = [
        format!("alias/a by {user}/admin: key old, key new"),
        format!("key turned by {user}/rotator: key turned, key turned"),
    ];
    assert_eq!(found, expected);
}

/// Names that come once do not stay.
#[test]
fn memory_is_bounded() {
    let settings = portcullis_settings::parse("mode: observe").unwrap();
    let inventory = Inventory::default();
    let mut builder = OverviewBuilder::new(&settings, &inventory, LIMITS);
    for number in 0..30_000 {
        let long = "x".repeat(1_000);
        let secret = format!(r#""requestParameters":{{"secretId":"{number}-{long}"}}"#);
        let access = call("secretsmanager", "GetSecretValue", &format!("u{number}"), &secret);
        builder.see(&access, &Judgement::default(), false);
        // What room is left for, and as many new names as may come before it is looked.
        let most = LIMITS.actors + LIMITS.pairs + 8_193;
        assert!(builder.actors.len() <= most && builder.assets.len() <= most);
        assert!(builder.hours.iter().count() <= 50 && builder.pairs.iter().count() <= 100);
    }
    let overview = builder.finish();
    assert_eq!(overview.timeline.iter().map(|slice| slice.success).sum::<u64>(), 30_000);
    assert!(overview.uses.iter().all(|used| used.asset.len() < 800), "cut");
}
