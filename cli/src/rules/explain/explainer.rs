//! Looks at a record with a rule.

use anyhow::{Result, anyhow, bail};
use jiff::Timestamp;
use portcullis_cloudtrail::{Access, Record};
use portcullis_detection::{Pipeline, Place, Rule, RuleEvent, RuleFile};
use portcullis_knowledge::History;
use portcullis_settings::{Judgement, Subject};
use rsigma_eval::{CompiledRule, Event as _, evaluate_rule, explain_rule};
use rsigma_parser::{SigmaRule, parse_sigma_yaml};

use super::answer::{Counted, Detection, Explanation, Head, Summary};
use super::{absent, node};
use crate::load::nearest;

/// What is known of a record.
pub(super) struct Known<'a> {
    pub(super) record: Record<'a>,
    pub(super) access: Access,
    pub(super) judgement: Judgement,
    history: History,
}

/// A rule, and what it takes to explain it.
pub(super) struct Explainer<'p> {
    pipeline: &'p Pipeline,
    rule: &'p Rule,
    /// The detection rules, as the engine has them and as they are written.
    detections: Vec<(&'p CompiledRule, SigmaRule)>,
}

impl<'a> Known<'a> {
    pub(super) fn of(json: &'a str, pipeline: &Pipeline) -> Result<Self> {
        let record = Record::parse(json).map_err(|error| anyhow!("{error}"))?;
        let access = Access::of(&record);
        let subject =
            Subject { actor: &access.actor, assets: &access.assets, origin: &access.origin, time: access.time };
        let judgement = pipeline.settings.judge(&subject, &pipeline.inventory);
        Ok(Self { record, access, judgement, history: History::default() })
    }

    fn event<'e>(&'e self, pipeline: &'e Pipeline) -> RuleEvent<'e, 'a> {
        let Self { record, access, judgement, history } = self;
        RuleEvent { record, access, judgement, history, settings: &pipeline.settings, context: &pipeline.context }
    }
}

impl<'p> Explainer<'p> {
    pub(super) fn new(id: &str, pipeline: &'p Pipeline, files: &[RuleFile]) -> Result<Self> {
        let rules = &pipeline.rules;
        let Some(rule) = rules.rule(id).or_else(|| rules.detection(id)) else {
            if let Some(problem) = rules.problems().iter().find(|problem| problem.message.contains(id)) {
                bail!("`{id}` is not loaded: {problem}");
            }
            let meant = nearest(id, rules.rules().map(|rule| rule.reference.id.as_str()));
            let meant = meant.map(|meant| format!("; did you mean `{meant}`?")).unwrap_or_default();
            bail!("there is no rule `{id}`{meant}; `portcullis rules list` names them all");
        };
        let written = |id: &str| {
            let file = rules.detection(id).map(|rule| &rule.file)?;
            let text = files.iter().find(|known| known.name == *file)?;
            let collection = parse_sigma_yaml(&text.yaml).ok()?;
            collection.rules.into_iter().find(|sigma| sigma.name.as_deref() == Some(id))
        };
        let detections = rules.detections_of(id).into_iter();
        let mut found: Vec<(&CompiledRule, SigmaRule)> = Vec::new();
        for pair in detections.filter_map(|id| Some((rules.compiled(id)?, written(id)?))) {
            // A correlation may name one twice.
            if !found.iter().any(|(known, _)| known.id == pair.0.id) {
                found.push(pair);
            }
        }
        Ok(Self { pipeline, rule, detections: found })
    }

    fn matches(&self, known: &Known<'_>) -> bool {
        let event = known.event(self.pipeline);
        self.detections.iter().any(|(compiled, _)| evaluate_rule(compiled, &event).is_some())
    }

    pub(super) fn summary(&self, number: usize, known: &Known<'_>) -> Summary {
        let access = &known.access;
        Summary {
            number,
            event_id: access.event_id.clone(),
            time: access.time,
            service: access.action.service.clone(),
            call: access.action.name.clone(),
            actor: access.actor.principal.to_string(),
            outcome: access.outcome.as_str(),
            matched: self.matches(known),
        }
    }

    pub(super) fn explain(&self, number: usize, known: &Known<'_>) -> Explanation {
        let event = known.event(self.pipeline);
        let counting = self.pipeline.rules.correlation(&self.rule.reference.id);
        let detections: Vec<Detection> = self
            .detections
            .iter()
            .map(|(compiled, written)| {
                let trace = explain_rule(compiled, &event);
                let why = |field: &str| absent::why(field, known, self.pipeline);
                let conditions = node::of_rule(&trace, written, &why);
                let rule = written.name.clone().unwrap_or_default();
                let places = counting.filter(|_| trace.matched).map(|counting| counting.places(&rule, &event));
                let not_counted = places.as_ref().filter(|places| places.is_empty()).and(counting).map(|counting| {
                    let missing = counting.fields(&rule).into_iter().find(|field| !has(&event, field));
                    match missing {
                        _ if known.access.time.is_none() => "the record has no time that can be read".to_owned(),
                        None => "a field to group by has no single value".to_owned(),
                        Some(field) => match why(field) {
                            Some(why) => format!("`{field}` is absent: {why}"),
                            None => format!("`{field}` is absent"),
                        },
                    }
                });
                let counted = places.unwrap_or_default().into_iter();
                Detection {
                    matched: trace.matched,
                    conditions,
                    counted: counted.map(|Place { group, value }| Counted { group, value }).collect(),
                    not_counted,
                    rule,
                }
            })
            .collect();
        Explanation {
            rule: Head {
                id: self.rule.reference.id.clone(),
                title: self.rule.reference.title.clone(),
                severity: self.rule.reference.severity.to_string(),
                counts: counting.map(|counting| counting.to_string()),
                shadow: self.rule.shadow,
                file: self.rule.file.clone(),
            },
            record: self.summary(number, known),
            matched: detections.iter().any(|detection| detection.matched),
            notes: self.notes(known, &detections),
            detections,
        }
    }

    fn notes(&self, known: &Known<'_>, detections: &[Detection]) -> Vec<String> {
        let (id, settings) = (&self.rule.reference.id, &self.pipeline.settings);
        let rules = &self.pipeline.rules;
        let mut notes = Vec::new();
        if rules.rule(id).is_none() {
            notes.push(
                "it is a base rule: it makes no findings of its own, a correlation counts what it matches".to_owned(),
            );
        }
        if let Some(counting) = rules.correlation(id) {
            notes.push(format!(
                "it fires at {counting}, for each {}; what one record adds is a part of that",
                counting.group_by().join(" and ")
            ));
        }
        if detections.iter().any(|detection| detection.matched) {
            // An exemption that ends is none for an event without a time.
            let at = known.access.time.unwrap_or(Timestamp::MAX);
            if let Some(exempted) = settings.exemption(id, &known.access.actor, &self.pipeline.inventory, at) {
                notes.push(format!("the settings exempt the actor, so nothing comes of it: {exempted}"));
            }
        }
        if self.rule.shadow {
            let by = match settings.override_of(id) {
                Some(change) if change.shadow == Some(true) => format!("by the settings, line {}", change.rule.line),
                _ => "by its own file".to_owned(),
            };
            notes.push(format!("the rule is in shadow ({by}): its findings are written down, and nobody is paged"));
        }
        notes
    }
}

fn has(event: &RuleEvent<'_, '_>, field: &str) -> bool {
    event.get_field(field).is_some_and(|value| !value.is_null())
}
