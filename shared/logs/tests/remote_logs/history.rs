use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use portcullis_cloudtrail::open;
use portcullis_logs::{
    Clock, HistoryEvent, HistoryPage, Input, LOOKUPS, LookUp, Lookup, Pace, Timed, feed, from_history,
};
use portcullis_response::{PortError, PortErrorKind};
use proptest::prelude::*;
use serde_json::json;

use crate::memory::refusal;

const START: &str = "2026-01-05T08:00:00Z";

fn start() -> Timestamp {
    START.parse().unwrap()
}

/// Time passes only when somebody waits.
#[derive(Default)]
struct Fake(Mutex<SignedDuration>);

#[async_trait]
impl Clock for Fake {
    fn passed(&self) -> SignedDuration {
        *self.0.lock().unwrap()
    }

    async fn wait(&self, time: SignedDuration) {
        *self.0.lock().unwrap() += time;
    }
}

/// Events by their seconds since the start; of them, which service they are of, and whether they change something.
#[derive(Clone, Default)]
struct Memory {
    events: Vec<(i64, usize, bool)>,
    /// Answers "later" every so often.
    throttled: Option<usize>,
    refused_after: Option<usize>,
    asked: Arc<Mutex<Vec<(Lookup, i64, i64)>>>,
}

const SERVICES: [&str; 5] = [
    "kms.amazonaws.com",
    "secretsmanager.amazonaws.com",
    "ssm.amazonaws.com",
    "cloudtrail.amazonaws.com",
    "iam.amazonaws.com",
];

#[async_trait]
impl LookUp for Memory {
    async fn page(
        &self,
        lookup: Lookup,
        from: Timestamp,
        to: Timestamp,
        token: Option<String>,
    ) -> Result<HistoryPage, PortError> {
        let second = |time: Timestamp| time.duration_since(start()).as_secs();
        let mut asked = self.asked.lock().unwrap();
        asked.push((lookup, second(from), second(to)));
        if self.throttled.is_some_and(|every| asked.len().is_multiple_of(every)) {
            return Err(PortError { what: "slow down".to_owned(), kind: PortErrorKind::Retryable, source: None });
        }
        if self.refused_after.is_some_and(|after| asked.len() > after) {
            return Err(refusal("look up"));
        }
        let found = |(_, (at, service, writes)): &(usize, &(i64, usize, bool))| {
            let is_looked_for = match lookup {
                Lookup::Source(source) => SERVICES[*service] == source,
                Lookup::Writes => *writes,
            };
            is_looked_for && (second(from)..=second(to)).contains(at)
        };
        let mut events: Vec<_> = self.events.iter().enumerate().filter(found).collect();
        events.sort_by_key(|(number, (at, ..))| (-at, *number));
        let begin: usize = token.map_or(0, |token| token.parse().unwrap());
        let next = (begin + 50 < events.len()).then(|| (begin + 50).to_string());
        let page = events.into_iter().skip(begin).take(50).map(|(number, (at, service, _))| {
            let time = start() + SignedDuration::from_secs(*at);
            let id = number.to_string();
            let record =
                json!({"eventVersion": "1.11", "eventID": id, "eventSource": SERVICES[*service], "eventTime": time});
            HistoryEvent { id, time: Some(time), record: record.to_string() }
        });
        Ok(HistoryPage { events: page.collect(), next })
    }
}

struct Looked {
    inputs: Vec<Timed>,
    opened: Result<(), PortError>,
    took: SignedDuration,
}

fn look(memory: &Memory, seconds: i64) -> Looked {
    let memory = memory.clone();
    let (sender, opened) = std::sync::mpsc::channel();
    let clock = Arc::new(Fake::default());
    let theirs = Arc::clone(&clock);
    let (feed, _) = feed(move |outlet| async move {
        let mut pace = Pace::new(&*theirs);
        let stretch = (start(), start() + SignedDuration::from_secs(seconds));
        let told = |answer| sender.send(answer).unwrap();
        from_history(&memory, "111122223333 in eu-west-1", stretch, &mut pace, &outlet, told).await;
    })
    .unwrap();
    let opened = opened.recv().unwrap();
    let inputs: Vec<Timed> = feed.collect();
    Looked { inputs, opened, took: clock.passed() }
}

/// The numbers of the events, in the order they come.
fn numbers(inputs: &[Timed]) -> Vec<usize> {
    let mut numbers = Vec::new();
    for timed in inputs {
        let Input::Fetched { name, bytes } = &timed.input else { panic!("{timed:?}") };
        assert!(name.starts_with("event history of 111122223333 in eu-west-1, 2026-01-"), "{name}");
        let text = String::from_utf8(bytes.clone()).unwrap();
        let contents = open(&text);
        assert_eq!(contents.unreadable, []);
        for record in contents.records {
            let record: serde_json::Value = serde_json::from_str(&record.json).unwrap();
            numbers.push(record["eventID"].as_str().unwrap().parse().unwrap());
        }
    }
    numbers
}

#[test]
fn a_quiet_day_takes_seconds() {
    let memory = Memory { events: vec![(5, 1, false), (80_000, 0, false)], ..Memory::default() };
    let looked = look(&memory, 86_400);
    assert_eq!(numbers(&looked.inputs), [0, 1]);
    assert_eq!(looked.took, SignedDuration::from_secs(12), "25 questions, half a second apart");
    let asked = memory.asked.lock().unwrap();
    assert_eq!(asked.iter().map(|(lookup, ..)| *lookup).collect::<Vec<_>>()[..5], LOOKUPS);
}

#[test]
fn a_burst_is_cut_into_short_slices() {
    let events: Vec<(i64, usize, bool)> = (0..4000).map(|number| (3600 + number / 10, 0, number % 3 == 0)).collect();
    let memory = Memory { events, ..Memory::default() };
    let looked = look(&memory, 7200);
    assert_eq!(numbers(&looked.inputs), (0..4000).collect::<Vec<_>>());
    let asked = memory.asked.lock().unwrap().len();
    assert!(asked < 250, "{asked} questions where 107 are enough");
}

#[test]
fn later_is_no_end() {
    let events = (0..500).map(|number| (number, 1, false)).collect();
    let looked = look(&Memory { events, throttled: Some(3), ..Memory::default() }, 3600);
    assert_eq!(numbers(&looked.inputs), (0..500).collect::<Vec<_>>());
}

#[test]
fn what_is_refused_is_told() {
    let events: Vec<(i64, usize, bool)> = vec![(5, 1, false), (80_000, 0, false)];
    let first = look(&Memory { events: events.clone(), refused_after: Some(0), ..Memory::default() }, 86_400);
    assert_eq!((first.opened.unwrap_err().chain(), first.inputs.len()), ("failed to look up".to_owned(), 0));
    let later = look(&Memory { events, refused_after: Some(10), ..Memory::default() }, 86_400);
    assert!(later.opened.is_ok());
    let [seen, Timed { input: Input::Unread(unread), .. }] = later.inputs.as_slice() else {
        panic!("{:?}", later.inputs)
    };
    assert_eq!(numbers(std::slice::from_ref(seen)), [0]);
    assert_eq!(unread.file, "event history of 111122223333 in eu-west-1, 2026-01-05T11:00:00Z to 2026-01-05T14:59:59Z");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Whatever happened when: every event that is looked for comes once, in order.
    #[test]
    fn every_event_once(
        events in proptest::collection::vec((0_i64..20_000, 0_usize..5, any::<bool>()), 0..400),
        bursts in proptest::collection::vec((0_i64..20_000, 0_usize..5, 0_usize..1200), 0..2),
        seconds in 0_i64..20_000,
    ) {
        let burst = |(at, service, count): (i64, usize, usize)| std::iter::repeat_n((at, service, false), count);
        let events: Vec<_> = events.into_iter().chain(bursts.into_iter().flat_map(burst)).collect();
        let memory = Memory { events, ..Memory::default() };
        let found = numbers(&look(&memory, seconds).inputs);
        let wanted = |(_, (at, service, writes)): &(usize, &(i64, usize, bool))| *at < seconds && (*service < 4 || *writes);
        let expected: BTreeSet<usize> = memory.events.iter().enumerate().filter(wanted).map(|(number, _)| number).collect();
        prop_assert_eq!(found.len(), expected.len());
        prop_assert_eq!(found.iter().copied().collect::<BTreeSet<_>>(), expected);
        prop_assert!(found.is_sorted_by_key(|number| memory.events[*number].0));
    }
}
