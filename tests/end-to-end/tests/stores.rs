//! The stores that detection keeps in DynamoDB do what those in memory do, which replays and the other tests rest on: the
//! same calls in the same order, with the same answers.

#![cfg(test)]

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use anyhow::{Context as _, Result};
use aws_sdk_dynamodb::types::{AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType};
use jiff::Timestamp;
use portcullis_aws::{DynamoSightings, DynamoWindows};
use portcullis_domain::Outcome;
use portcullis_end_to_end::HOME;
use portcullis_end_to_end::aws::Aws;
use portcullis_end_to_end::emulator::Emulator;
use portcullis_knowledge::{Attr, Bucket as TenMinutes, Change, Day, Key, KnowledgeStore as _, MemoryKnowledge};
use portcullis_windows::{Anchor, Bucket, Event, MemoryWindows, WindowKey, WindowStore};
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

const TABLE: &str = "detection";
const CALLS: usize = 400;

/// A call to a store of windows.
#[derive(Clone, Debug)]
enum Call {
    Add(WindowKey, i64, Bucket),
    Trim(WindowKey, i64, Vec<Event>),
    Range(WindowKey, RangeInclusive<i64>),
    Announce(WindowKey, i64, Anchor),
    Announced(WindowKey, RangeInclusive<i64>),
}

/// What a store of windows answered, or why it did not.
async fn answer(store: &dyn WindowStore, call: &Call) -> Result<String> {
    Ok(match call {
        Call::Add(key, number, part) => format!("{:?}", store.add(key, *number, part).await?),
        Call::Trim(key, number, surplus) => format!("{:?}", store.trim(key, *number, surplus).await?),
        Call::Range(key, numbers) => format!("{:?}", store.range(key, numbers.clone()).await?),
        Call::Announce(key, piece, anchor) => format!("{:?}", store.announce(key, *piece, anchor).await?),
        Call::Announced(key, pieces) => format!("{:?}", store.announced(key, pieces.clone()).await?),
    })
}

/// One of the few windows, so that calls meet in them.
fn window() -> impl Strategy<Value = WindowKey> + Clone {
    let group = prop_oneof![
        Just(Vec::new()),
        Just(vec!["role/app".to_owned()]),
        Just(vec!["role/app".to_owned(), String::new()]),
        Just(vec!["ünï#\u{0}cödé".to_owned(), "x".repeat(3000)]),
    ];
    (prop_oneof!["many-reads", "many"], group).prop_map(|(correlation, group)| WindowKey { correlation, group })
}

fn event() -> impl Strategy<Value = Event> + Clone {
    let value = prop_oneof![Just(None), Just(Some(String::new())), Just(Some("prod/db \"1\"".to_owned()))];
    let body = prop_oneof![Just(String::new()), Just("{\"a\":\"é\"}".to_owned())];
    (-3_i64..3, 0_u16..3, value, body).prop_map(|(at, leaf, value, body)| {
        let group = value.iter().cloned().collect();
        Event { at, id: format!("e{at}"), leaf, value, group, body }
    })
}

fn bucket() -> impl Strategy<Value = Bucket> {
    let events = proptest::collection::btree_set(event(), 0..6);
    (events, any::<bool>(), any::<u64>()).prop_map(|(events, more, version)| Bucket { events, more, version })
}

fn call() -> impl Strategy<Value = Call> {
    let number = prop_oneof![-2_i64..3, Just(i64::MIN), Just(i64::MAX)];
    let numbers = (number.clone(), number.clone()).prop_map(|(a, b)| a.min(b)..=a.max(b));
    let surplus = proptest::collection::btree_set(event(), 0..6).prop_map(|events| events.into_iter().collect());
    let anchor = (-3_i64..3, any::<bool>()).prop_map(|(at, continued)| Anchor { at, id: format!("e{at}"), continued });
    prop_oneof![
        3 => (window(), number.clone(), bucket()).prop_map(|(key, number, part)| Call::Add(key, number, part)),
        1 => (window(), number.clone(), surplus).prop_map(|(key, number, surplus)| Call::Trim(key, number, surplus)),
        2 => (window(), numbers.clone()).prop_map(|(key, numbers)| Call::Range(key, numbers)),
        1 => (window(), number, anchor).prop_map(|(key, piece, anchor)| Call::Announce(key, piece, anchor)),
        1 => (window(), numbers).prop_map(|(key, pieces)| Call::Announced(key, pieces)),
    ]
}

/// The key of an item, one of each kind, and some of them of a length that keys do not have.
fn item_key() -> impl Strategy<Value = Key> + Clone {
    let account = || "111122223333".to_owned();
    let name = || prop_oneof![Just("a".to_owned()), Just("b#c".to_owned()), Just("x".repeat(3000))];
    prop_oneof![
        Just(Key::Watch { account: account() }),
        name().prop_map(move |actor| Key::Actor { account: account(), actor }),
        name().prop_map(move |asset| Key::Asset { account: account(), asset }),
        (name(), name()).prop_map(move |(actor, asset)| Key::Pair { account: account(), actor, asset }),
    ]
}

/// A change of up to seven steps, each a kind and two numbers.
fn change() -> impl Strategy<Value = Change> {
    let outcome = prop_oneof![Just(Outcome::Success), Just(Outcome::Denied), Just(Outcome::Failed)];
    proptest::collection::vec((0..11, -4_i64..5, 0_i64..3, outcome), 1..8).prop_map(|steps| {
        let mut change = Change::default();
        for (kind, number, other, outcome) in steps {
            let (time, day) = (Timestamp::from_second(number).unwrap_or_default(), Day(number));
            let (place, event) = (format!("198.51.{number}.0/24"), format!("e-{other}"));
            match kind {
                0 => change.watch(time),
                1 => change.claim(&event),
                2 => change.seen_at(time),
                3 => change.last(day),
                4 => change.place(&place, &event),
                5 => change.used_from(&place, &event),
                6 => change.count(day, outcome),
                7 => change.bucket(TenMinutes(number)),
                8 => change.peak(day, other),
                9 => change.remove(Attr::Bucket(TenMinutes(number))),
                _ => change.remove(Attr::Peak(day)),
            }
        }
        change
    })
}

/// Always the same values, so that a failure comes again.
fn always<S: Strategy>(strategy: &S) -> Result<S::Value> {
    let random = TestRng::from_seed(RngAlgorithm::ChaCha, b"windows and what was seen before");
    let mut runner = TestRunner::new_with_rng(Config::default(), random);
    Ok(strategy.new_tree(&mut runner).map_err(|reason| anyhow::anyhow!("no values: {reason}"))?.current())
}

/// A table like the template's, with no more in it than these stores need.
async fn table(aws: &Aws) -> Result<()> {
    let create = aws.dynamodb().create_table().table_name(TABLE).billing_mode(BillingMode::PayPerRequest);
    let attribute =
        |name| AttributeDefinition::builder().attribute_name(name).attribute_type(ScalarAttributeType::S).build();
    let key = |name, kind| KeySchemaElement::builder().attribute_name(name).key_type(kind).build();
    let create = create.attribute_definitions(attribute("pk")?).attribute_definitions(attribute("sk")?);
    let create = create.key_schema(key("pk", KeyType::Hash)?).key_schema(key("sk", KeyType::Range)?);
    create.send().await.context("failed to create the table")?;
    Ok(())
}

#[tokio::test]
async fn windows_in_the_table_are_windows_in_memory() -> Result<()> {
    let Some(emulator) = Emulator::start_or_skip()? else { return Ok(()) };
    let aws = emulator.root_of(HOME).await;
    table(&aws).await?;
    let (stored, memory) = (DynamoWindows::with(aws.dynamodb(), TABLE), MemoryWindows::default());
    let mut seen = BTreeMap::<&str, usize>::new();
    for call in always(&proptest::collection::vec(call(), CALLS))? {
        let expected = answer(&memory, &call).await?;
        assert_eq!(answer(&stored, &call).await?, expected, "{call:?}");
        let kind = match &call {
            Call::Add(..) | Call::Trim(..) | Call::Announce(..) => "written",
            Call::Range(..) | Call::Announced(..) if expected.len() < 10 => "read in vain",
            Call::Range(..) | Call::Announced(..) => "read",
        };
        *seen.entry(kind).or_default() += 1;
    }
    assert!(seen.len() == 3 && seen.values().all(|count| *count > 20), "one-sided: {seen:?}");
    Ok(())
}

#[tokio::test]
async fn what_was_seen_is_in_the_table_as_in_memory() -> Result<()> {
    let Some(emulator) = Emulator::start_or_skip()? else { return Ok(()) };
    let aws = emulator.root_of(HOME).await;
    table(&aws).await?;
    let (stored, memory) = (DynamoSightings::with(aws.dynamodb(), TABLE), MemoryKnowledge::default());
    for (key, change) in always(&proptest::collection::vec((item_key(), change()), CALLS))? {
        let expected = memory.update(&key, &change).await?;
        assert_eq!(stored.update(&key, &change).await?, expected, "{change:?} of {key:?}");
    }
    let mut expected = memory.items();
    assert!(expected.len() > 15, "few items: {}", expected.len());
    let mut keys: Vec<Key> = expected.keys().cloned().collect();
    // More than one call takes, most of which are not there.
    keys.extend((0..150).map(|n| Key::Actor { account: "444455556666".to_owned(), actor: n.to_string() }));
    let found = stored.load(&keys).await?;
    // In memory an item that lost its last attribute is an empty one, as an absent one is.
    expected.retain(|key, item| !item.is_empty() || found.contains_key(key));
    assert_eq!(found, expected);
    Ok(())
}
