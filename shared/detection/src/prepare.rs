//! What can be told of a record by itself, and what is left to tell once it is known what was seen before.

use std::sync::Arc;

use portcullis_cloudtrail::{Access, Record, RecordError};
use portcullis_domain::Finding;
use portcullis_knowledge::{History, Sighting};
use portcullis_settings::{Exempted, Judgement, Subject};

use crate::body::Told;
use crate::event::RuleEvent;
use crate::pipeline::{Pipeline, Tally};
use crate::route::{HistoryEvent, Memo, Route, Routed};
use crate::sighting::sightings;
use crate::windowed::{Entry, entries, single};

/// A record that was examined as far as it can be by itself: whoever has it needs the others only to learn what was seen before.
#[derive(Debug)]
pub struct Prepared<'p> {
    /// What the record means.
    pub access: Access,
    /// What the settings say of it.
    pub judgement: Judgement,
    /// What the access ledger is to keep of it.
    pub(crate) sightings: Vec<Sighting>,
    made: Made<'p>,
    open: Option<Open>,
}

/// What the rules came to.
#[derive(Debug, Default)]
struct Made<'p> {
    findings: Vec<Finding>,
    entries: Vec<Entry<'p>>,
    exempted: Vec<(String, String)>,
    timeless: usize,
    /// What windows keep of the event, worked out when the first one asks for it.
    body: Option<Told>,
}

/// The rules whose match depends on what was seen before.
#[derive(Debug)]
struct Open {
    route: Arc<Route>,
    memo: Memo,
    /// Their places in the route.
    rules: Vec<usize>,
}

impl Prepared<'_> {
    /// Whether the record's text is needed to finish.
    pub fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// Whether anything is left to do at all, but for what was prepared.
    pub fn is_done(&self) -> bool {
        self.open.is_none()
            && self.sightings.is_empty()
            && self.made.findings.is_empty()
            && self.made.entries.is_empty()
            && self.made.exempted.is_empty()
            && self.made.timeless == 0
    }
}

impl Pipeline {
    /// Examines a record by itself.
    ///
    /// # Errors
    ///
    /// When `json` is not a CloudTrail record.
    pub fn prepare(&self, json: &str) -> Result<Prepared<'_>, RecordError> {
        let record = Record::parse(json)?;
        let access = Access::of(&record);
        let subject =
            Subject { actor: &access.actor, assets: &access.assets, origin: &access.origin, time: access.time };
        let Self { settings, inventory, entries, .. } = self;
        let matching = |asset| entries.of(asset, || settings.matching(asset, inventory));
        let matching: Vec<Arc<[usize]>> = access.assets.iter().map(matching).collect();
        let judgement = settings.judge_by(&subject, inventory, &matching);
        let sightings = sightings(&record, &access, &judgement, self);
        let (made, open) = self.ask(&record, &access, &judgement);
        Ok(Prepared { access, judgement, sightings, made, open })
    }

    /// Asks every rule that could match, as far as it can be answered without history.
    fn ask(&self, record: &Record<'_>, access: &Access, judgement: &Judgement) -> (Made<'_>, Option<Open>) {
        let nothing = History::default();
        let event = self.event(record, access, judgement, &nothing);
        let route = self.rules.route_of(record);
        let (mut made, mut open, mut memo) = (Made::default(), Vec::new(), route.memo());
        for (place, rule) in route.rules.iter().enumerate() {
            match route.matches(rule, &event, &mut memo, false) {
                Some(false) => {}
                Some(true) => self.fire(rule, &event, &mut made),
                None => open.push(place),
            }
        }
        let open = (!open.is_empty()).then_some(Open { route, memo, rules: open });
        (made, open)
    }

    /// Puts what was prepared into the tally, and asks what was left open, now that it is known what was seen before.
    pub(crate) fn finish<'p>(
        &'p self,
        prepared: &mut Prepared<'p>,
        json: &str,
        history: History,
        tally: &mut Tally,
    ) -> Vec<Entry<'p>> {
        let mut made = std::mem::take(&mut prepared.made);
        if let Some(open) = prepared.open.take() {
            self.ask_open(open, prepared, json, history, &mut made);
            made.findings.sort_by(|a, b| a.rule.id.cmp(&b.rule.id));
        }
        tally.findings.extend(made.findings);
        tally.exempted.extend(made.exempted);
        tally.timeless += made.timeless;
        made.entries
    }

    fn ask_open<'p>(&'p self, open: Open, prepared: &Prepared<'p>, json: &str, history: History, made: &mut Made<'p>) {
        let Open { route, mut memo, rules } = open;
        let rules: Vec<&Routed> = rules.iter().filter_map(|place| route.rules.get(*place)).collect();
        let rules: Vec<&Routed> = if route.needs_record {
            rules
        } else {
            // Everything else has been asked before.
            let event = HistoryEvent(&history);
            let matches = |rule: &&Routed| route.matches(rule, &event, &mut memo, true) == Some(true);
            rules.into_iter().filter(matches).collect()
        };
        if rules.is_empty() {
            return;
        }
        // It was read once, so it can be read again.
        let Ok(record) = Record::parse(json) else { return };
        let event = self.event(&record, &prepared.access, &prepared.judgement, &history);
        for rule in rules {
            if route.matches(rule, &event, &mut memo, true) == Some(true) {
                self.fire(rule, &event, made);
            }
        }
    }

    fn event<'e, 'a>(
        &'e self,
        record: &'e Record<'a>,
        access: &'e Access,
        judgement: &'e Judgement,
        history: &'e History,
    ) -> RuleEvent<'e, 'a> {
        RuleEvent { record, access, judgement, history, context: &self.context, settings: &self.settings }
    }

    /// A rule that matches: its finding, and what correlations are to count.
    fn fire<'p>(&'p self, rule: &Routed, event: &RuleEvent<'_, '_>, made: &mut Made<'p>) {
        let RuleEvent { record, access, judgement, .. } = event;
        let finding = self.rules.detections.get(&rule.id).filter(|_| rule.outcome.finds);
        if let Some(rule) = finding
            && !self.is_exempt(&rule.reference.id, access, made)
        {
            made.findings.push(single(rule, record, access, judgement));
        }
        for (correlation, place) in &rule.outcome.counts {
            let Some(correlated) = self.rules.correlations.get(correlation) else { continue };
            if self.is_exempt(correlation, access, made) {
                continue;
            }
            made.timeless += usize::from(access.time.is_none());
            let body = made.body.get_or_insert_with(|| Told::of(event));
            made.entries.extend(entries(correlated, *place, event, body));
        }
    }

    /// Whether the settings let the actor set off the rule. An exemption that ends is none for an event without a time.
    fn is_exempt(&self, rule: &str, access: &Access, made: &mut Made<'_>) -> bool {
        let at = access.time.unwrap_or(jiff::Timestamp::MAX);
        let exempted = self.settings.exemption(rule, &access.actor, &self.inventory, at);
        let why = exempted.map(|exempted| match exempted {
            Exempted::Entry(entry) => entry.name.clone(),
            Exempted::Rule(_) => "the rule's own `exempt`".to_owned(),
        });
        why.is_some_and(|why| {
            made.exempted.push((rule.to_owned(), why));
            true
        })
    }
}
