//! A replay that is made up: a month of an organization with twelve actors and ten assets. The same whenever it is made.
//!
//! Findings are written by hand; what follows from them is decided as in any replay.

mod cast;
mod found;
mod seen;

use std::error::Error;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use jiff::Timestamp;
use portcullis_activity::Overview;
use portcullis_detection::{RuleFile, RuleSet, built_in};
use portcullis_replay::{Replay, decide};
use portcullis_settings::{Mode, Settings, parse};

use crate::Shown;

/// What an example says in the place of a text that a log, a settings file or a rule of one's own could hold.
pub type Wording<'w> = &'w dyn Fn(&str) -> String;

/// A replay, and all that a report shows of it.
#[derive(Debug)]
pub struct Example {
    /// What was replayed.
    pub replay: Replay,
    /// Who used what.
    pub overview: Overview,
    /// The settings.
    pub settings: Settings,
    /// The rules: the built-in ones that fire, and one more.
    pub rules: RuleSet,
    /// What whoever reads it must know beside.
    pub notes: Vec<String>,
    /// When the report was made.
    pub made: Timestamp,
}

const SETTINGS: &str = include_str!("example/portcullis.yaml");

impl Example {
    /// The example in plain words.
    ///
    /// # Errors
    ///
    /// Never, unless this module is wrong.
    pub fn plain() -> Result<Self, Box<dyn Error>> {
        Self::worded(&str::to_owned, Mode::Enforce)
    }

    /// The example in other words, and in this mode. `wording` keeps different texts different.
    ///
    /// # Errors
    ///
    /// When what stands in the place of a name cannot be one.
    pub fn worded(wording: Wording<'_>, mode: Mode) -> Result<Self, Box<dyn Error>> {
        let mut settings = parse(SETTINGS).map_err(|problems| problems.render("portcullis.yaml", SETTINGS))?;
        settings.mode = mode;
        let fires = |file: &RuleFile| found::RULES.iter().any(|rule| file.name.ends_with(&format!("/{rule}.yml")));
        let files: Vec<RuleFile> = built_in().into_iter().filter(fires).chain([own_rule(wording)]).collect();
        let rules = RuleSet::load(&files);
        let read = seen::reading(wording, found::findings(wording, &rules)?)?;
        let replay = at_once(decide(read, &settings, &mut |_, _| ())).ok_or("the ports in memory never wait")?;
        let notes = vec![wording(
            "the logs reach from 2026-11-01 to 2026-11-30; in the first 7 days of each account, a first sighting means nothing yet",
        )];
        let overview = seen::overview(wording)?;
        Ok(Self { replay, overview, settings, rules, notes, made: "2026-12-01T08:30:00Z".parse()? })
    }

    /// What the report shows.
    pub fn shown(&self) -> Shown<'_> {
        let Self { replay, overview, settings, rules, notes, made } = self;
        Shown { replay, overview, settings, rules, notes, made: *made, version: "0.1.0" }
    }
}

/// A rule of one's own, whose texts are somebody's too.
fn own_rule(wording: Wording<'_>) -> RuleFile {
    let text = |plain: &str| serde_json::Value::from(wording(plain)).to_string();
    let yaml = format!(
        "title: {}\nname: payroll-read-from-laptop\nlevel: medium\ndescription: {}\nfalsepositives: [{}]\n\
         tags: [attack.credential-access, attack.t1555.006]\n\
         portcullis: {{misses: {}, tuning: {}, runbook: {}}}\n\
         logsource: {{product: aws, service: cloudtrail}}\ndetection: {{s: {{eventName: GetSecretValue}}, condition: s}}\n",
        text("Payroll secret read from a laptop"),
        text("Secrets of payroll are read by machines. Whoever reads one from a laptop is asked why."),
        text("An engineer who mends a broken run, with a ticket."),
        text("Reads through a jump host."),
        text("Add the host of the on-call engineer under `networks:`."),
        text("#secret-read"),
    );
    RuleFile { name: "payroll.yml".to_owned(), yaml }
}

/// What comes of work that never waits.
fn at_once<T>(work: impl Future<Output = T>) -> Option<T> {
    match pin!(work).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(done) => Some(done),
        Poll::Pending => None,
    }
}
