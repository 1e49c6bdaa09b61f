//! How long it takes to look at an access, of actors and assets that are known and of ones that never come again:
//!
//! ```text
//! cargo run --release -p portcullis-activity --example overview_speed
//! ```

use std::hint::black_box;
use std::time::Instant;

use portcullis_activity::{Limits, OverviewBuilder};
use portcullis_cloudtrail::{Access, Record};
use portcullis_settings::{Inventory, Judgement, Settings};

const CALLS: u32 = 2_000_000;

fn access(number: u32, actors: u32, assets: u32) -> Option<Access> {
    let (actor, asset) = (number % actors, number / 7 % assets);
    let service_and_target = if number.is_multiple_of(2) {
        format!(
            r#""eventSource":"kms.amazonaws.com","eventName":"Decrypt","resources":[{{"ARN":"arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-{asset:012}"}}]"#
        )
    } else {
        format!(
            r#""eventSource":"secretsmanager.amazonaws.com","eventName":"GetSecretValue","requestParameters":{{"secretId":"prod/application/{asset}"}}"#
        )
    };
    let json = format!(
        r#"{{"eventTime":"2026-01-05T08:10:00Z","awsRegion":"eu-west-1","recipientAccountId":"111122223333","userIdentity":{{"type":"AssumedRole",
        "sessionContext":{{"sessionIssuer":{{"arn":"arn:aws:iam::111122223333:role/team/application-{actor}"}}}}}},{service_and_target}}}"#
    );
    Record::parse(&json).ok().map(|record| Access::of(&record))
}

fn measure(what: &str, settings: &Settings, actors: u32, assets: u32, distinct: u32) {
    let inventory = Inventory::default();
    let judgement = Judgement::default();
    let mut accesses: Vec<Access> = (0..distinct).filter_map(|number| access(number, actors, assets)).collect();
    let mut builder = OverviewBuilder::new(settings, &inventory, Limits::default());
    let Some(begin) = accesses.first().and_then(|access| access.time) else { return };
    let start = Instant::now();
    for number in 0..CALLS {
        let place = number as usize % accesses.len();
        let Some(access) = accesses.get_mut(place) else { return };
        // Some two years in all.
        access.time = Some(begin + jiff::SignedDuration::from_secs(i64::from(number) * 36));
        builder.see(black_box(access), &judgement, false);
    }
    let seen = start.elapsed();
    let start = Instant::now();
    let overview = builder.finish();
    println!(
        "{what}: {} ns each, then {} ms to finish; {} slices, {} beyond",
        seen.as_nanos() / u128::from(CALLS),
        start.elapsed().as_millis(),
        overview.timeline.len(),
        overview.beyond
    );
}

fn main() {
    let Ok(settings) = portcullis_settings::parse("mode: observe") else { return };
    measure("one actor, one key and one secret", &settings, 1, 1, 2);
    measure("50 actors, 100 keys and 100 secrets", &settings, 50, 100, 10_000);
    measure(
        "1,000 actors, 10,000 keys and 10,000 secrets, more pairs than there is room for",
        &settings,
        1_000,
        10_000,
        400_000,
    );
    measure("each actor and asset once", &settings, 400_000, 400_000, 400_000);
}
