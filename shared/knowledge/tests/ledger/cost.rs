//! What the ledger costs in writes.

use portcullis_knowledge::{Item, Value};

use crate::world::{DAY, observe_one, pair, run, sighting, watched};

#[path = "../../examples/cost/table.rs"]
mod table;

#[test]
fn steady_traffic_of_known_pairs_makes_few_writes() {
    let traffic = table::Traffic { actors: 20, assets: 10, every: 600, workers: 1 };
    let days = run(traffic.days(2)).unwrap();
    let (events, writes) = days[1];
    assert_eq!(events, 28_800);
    assert!(writes * 1000 < events * 20, "{writes} writes for {events} events");
}

#[test]
fn the_readme_tells_the_truth() {
    let table = run(table::table()).unwrap();
    let readme = include_str!("../../README.md");
    assert!(readme.contains(&table), "README.md should hold this table:\n{table}");
}

/// The size by which DynamoDB bills a write (Developer Guide, *DynamoDB item sizes and formats*): names and texts in
/// UTF-8, a number about one byte for two digits and one more.
fn billed(item: &Item) -> usize {
    let value = |value: &Value| match value {
        Value::Number(number) => number.to_string().len().div_ceil(2) + 1,
        Value::Text(text) => text.len(),
    };
    item.attributes().map(|(name, v)| name.len() + value(v)).sum()
}

#[tokio::test]
async fn a_pair_in_daily_use_stays_small() {
    let (mut knowledge, store) = watched().await;
    for day in 0..200 {
        for n in 0..5 {
            let event = format!("c0ffee00-0000-4000-8000-{day:08}{n:04}");
            observe_one(&mut knowledge, &store, sighting(event, day * DAY + n * 600)).await;
        }
    }
    knowledge.flush_all(&store).await.unwrap();
    let size = billed(&store.item(&pair()));
    assert!((1500..2000).contains(&size), "{size} bytes");
}
