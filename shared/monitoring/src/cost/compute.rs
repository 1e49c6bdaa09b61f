//! Functions, queues, tables and the calls that Portcullis makes.

use portcullis_settings::Settings;

use super::cloudwatch::{PAGE, RECONCILED_PER_DAY, count};
use super::item::Item;
use super::load::{DAYS, Function, Load};
use super::quantity::{Quantity, whole};

/// Writes of `detect` for a thousand events: what `cargo xtask bench cost` prints for assets that each actor uses once in ten
/// minutes, as `README.md` tells.
pub const WRITES_PER_THOUSAND: u32 = 13;

/// Writes of `respond` for a finding: its entry, twice, the incident, and the links of the chain.
const WRITES_PER_FINDING: f64 = 6.0;

/// A queue that Lambda takes from is asked by five pollers at once, each of which waits 20 seconds (Lambda Developer Guide,
/// *Configuring scaling behavior for SQS event source mappings*; SQS Developer Guide, *Amazon SQS short and long polling*).
const IDLE_POLLS_PER_DAY: f64 = 5.0 * 86_400.0 / 20.0;

/// Schedules of the template, in a day.
const WATCHES: f64 = 1440.0;
const RELEASES: f64 = 288.0;
const HEARTBEATS: f64 = 288.0;

/// What a call to AWS takes, in milliseconds, where many are made one after the other.
const CALL: f64 = 100.0;

impl Load {
    /// Between 1 and 10.
    pub(super) fn batch(&self) -> u32 {
        self.events_per_invocation.clamp(1, 10)
    }

    /// Of `detect`.
    pub(super) fn invocations_per_day(&self) -> f64 {
        self.events() / f64::from(self.batch())
    }

    #[expect(clippy::cast_precision_loss, reason = "nobody has 2^52 events a day")]
    fn events(&self) -> f64 {
        self.events_per_day as f64
    }

    /// How many copies of `detect` are at work at once, as long as its events come evenly.
    fn workers(&self) -> f64 {
        let busy = self.invocations_per_day() / 86_400.0 * f64::from(Function::DETECT.milliseconds) / 1000.0;
        busy.ceil().clamp(1.0, 10.0)
    }
}

pub(super) fn compute(settings: &Settings, load: &Load) -> Vec<Quantity> {
    let mut quantities = functions(settings, load).to_vec();
    quantities.extend(messages(load));
    quantities.extend(tables(load));
    quantities.extend(calls(settings, load));
    quantities
}

fn functions(settings: &Settings, load: &Load) -> [Quantity; 2] {
    let detect = load.invocations_per_day() * DAYS;
    let findings = f64::from(load.findings_per_day) + 2.0 * f64::from(load.alarms_per_day);
    let respond = (WATCHES + findings) * DAYS;
    let release = RELEASES * DAYS;
    let (heartbeats, hourly) = (HEARTBEATS * DAYS, RECONCILED_PER_DAY * DAYS);
    let all = detect + respond + release + heartbeats + hourly;
    // Each hour alarms and rotations are read, call by call.
    let longer = (watched(settings) * 5.0 / PAGE + watched(settings) + 5.0) * CALL;
    let seconds = Function::DETECT.gb_seconds(detect, 0.0)
        + Function::RESPOND.gb_seconds(respond, 0.0)
        + Function::RELEASE.gb_seconds(release, 0.0)
        + Function::ALARMS.gb_seconds(heartbeats, 0.0)
        + Function::ALARMS.gb_seconds(hourly, longer);
    let functions =
        Function::MEASURED.iter().map(|one| format!("{} {} ms with {} MB", one.name, one.milliseconds, one.memory));
    let functions: Vec<String> = functions.collect();
    [
        Quantity::new(
            Item::LAMBDA_REQUEST,
            all,
            format!(
                "detect {}: events by {} at once; respond {}: every minute, for each finding and for each change of an alarm; \
                 release {}: every 5 minutes; alarms {}: every 5 minutes and every hour",
                whole(detect),
                load.batch(),
                whole(respond),
                whole(release),
                whole(heartbeats + hourly),
            ),
        ),
        Quantity::new(
            Item::LAMBDA_DURATION,
            seconds,
            format!(
                "{}, as long as a first call takes; alarms {} ms with {} MB, each hour {} ms more, {} for a call to AWS",
                functions.join(", "),
                Function::ALARMS.milliseconds,
                Function::ALARMS.memory,
                whole(longer),
                whole(CALL),
            ),
        ),
    ]
}

fn messages(load: &Load) -> [Quantity; 5] {
    let events = load.events() * DAYS;
    let findings = f64::from(load.findings_per_day) * DAYS;
    // A ring and its end.
    let notices = 2.0 * f64::from(load.alarms_per_day) * DAYS;
    let pages = findings / 2.0 + notices;
    let idle = 2.0 * IDLE_POLLS_PER_DAY * DAYS;
    [
        Quantity::new(
            Item::SQS_REQUEST,
            events + 2.0 * load.invocations_per_day() * DAYS + 3.0 * (findings + notices) + idle,
            format!(
                "each event is sent, each batch received and deleted; each finding and change of an alarm 3; two queues with \
                 five pollers that wait 20 seconds, at most {} in vain",
                whole(idle)
            ),
        ),
        Quantity::new(Item::EVENT, events, "events that the rules let through to the queue".to_owned()),
        Quantity::new(
            Item::SCHEDULED,
            (WATCHES + RELEASES + HEARTBEATS + RECONCILED_PER_DAY) * DAYS,
            "watch every minute, release and heartbeat every 5 minutes, reconcile every hour".to_owned(),
        ),
        Quantity::new(
            Item::SNS_REQUEST,
            pages + notices,
            format!(
                "half of {} findings a day are paged; {} alarms a day ring and end, told to respond, which pages",
                load.findings_per_day, load.alarms_per_day
            ),
        ),
        Quantity::new(
            Item::SNS_DELIVERY,
            pages + notices,
            "each page to one subscriber, each change of an alarm to the queue of findings".to_owned(),
        ),
    ]
}

fn tables(load: &Load) -> [Quantity; 2] {
    let events = load.events() * DAYS;
    let writes = events * f64::from(WRITES_PER_THOUSAND) / 1000.0;
    let findings = f64::from(load.findings_per_day) * DAYS;
    [
        Quantity::new(
            Item::DYNAMODB_WRITE,
            writes + findings * WRITES_PER_FINDING,
            format!(
                "{WRITES_PER_THOUSAND} for a thousand events, where each actor uses each asset once in ten minutes (`cargo xtask \
                 bench cost`), {} for a finding, each of one unit",
                whole(WRITES_PER_FINDING)
            ),
        ),
        Quantity::new(
            Item::DYNAMODB_READ,
            writes + (load.workers() * 1440.0 + 2.0 * WATCHES + RELEASES) * DAYS + findings * WRITES_PER_FINDING,
            "what is written is read before; who is contained is read every minute by each worker of detect and twice by respond, \
             and every 5 minutes by release"
                .to_owned(),
        ),
    ]
}

fn calls(settings: &Settings, load: &Load) -> [Quantity; 4] {
    let minutes = 1440.0 * DAYS;
    let workers = load.workers();
    let hourly = RECONCILED_PER_DAY * DAYS;
    [
        Quantity::new(
            Item::S3_GET,
            (workers + 1.0) * minutes + RELEASES * DAYS + 2.0 * hourly,
            format!(
                "the settings: every minute by each worker of detect (here {}) and by respond, every 5 minutes by release, \
                 twice an hour by alarms. Add one for each rule of your own, each minute and worker",
                whole(workers)
            ),
        ),
        Quantity::new(Item::S3_LIST, workers * minutes, "your own rules, every minute by each worker of detect".to_owned()),
        Quantity::new(
            Item::KMS_REQUEST,
            HEARTBEATS * DAYS + workers * minutes + watched(settings) * hourly + hourly,
            "a heartbeat every 5 minutes, the aliases every minute by each worker of detect, and every hour the rotation of one key \
             for each watched entry"
                .to_owned(),
        ),
        Quantity::new(
            Item::SECRETS_REQUEST,
            HEARTBEATS * DAYS + (watched(settings) / PAGE).ceil().max(1.0) * hourly,
            format!("a heartbeat every 5 minutes, and every hour the list of secrets, {} to a page", whole(PAGE)),
        ),
    ]
}

fn watched(settings: &Settings) -> f64 {
    count(settings.assets.iter().filter(|entry| entry.is_watched()).count())
}
