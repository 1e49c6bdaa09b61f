//! What was decided, what each guard said, which calls it comes to, and how they are undone.

use portcullis_response::{AskState, Containment, PageState, Step};
use portcullis_settings::{Mode, Response};

use super::{labelled, text};
use crate::form::{Done, Line, Picked, Told, Tone};

pub(super) fn decision(told: &Told<'_>, picked: Picked<'_>, columns: usize) -> Vec<Line> {
    let Picked::Decided(entry) = picked else {
        let why = "in shadow: it would have been written down, and nothing else";
        return labelled("DECISION", [Line::of(Tone::Strong, why)]);
    };
    let (decision, finding, mode) = (&entry.decision, &entry.finding, told.settings.mode);
    let tier = finding.tier.map_or("no tier".to_owned(), |tier| format!("tier {tier}"));
    let mode = match mode {
        Mode::Enforce => "mode enforce allows all of it".to_owned(),
        mode => format!("mode {mode} allows no more than that"),
    };
    let then = match Done::of(entry) {
        done if done >= Done::LockedOut && decision.response == Response::Ask => format!(", then {}", done.in_words()),
        _ => String::new(),
    };
    let mut lines = vec![
        Line::of(Tone::Strong, format!("{}{then}", decision.response)),
        Line::plain(format!(
            "severity {}, {tier}: the settings ask for {}; {mode}",
            finding.rule.severity, decision.wanted
        )),
    ];
    let guards = decision.refusals.iter().flat_map(|refusal| {
        let mut told = text(&format!("guard {}: {refusal}", refusal.name()), columns);
        if let Some(first) = told.first_mut() {
            *first = Line::of(Tone::Warning, first.to_string());
        }
        told
    });
    lines.extend(guards);
    if decision.refusals.is_empty() && decision.response > Response::Page {
        lines.push(Line::plain("no guard refused"));
    }
    let mut all = labelled("DECISION", lines);
    if let Some(ask) = &entry.ask {
        let state = match &ask.state {
            AskState::Unanswered { .. } => format!("unanswered, which means {}", ask.unanswered),
            state => state.name().to_owned(),
        };
        all.extend(labelled("ASKED", [Line::plain(format!("for a {}, until {:.0}: {state}", ask.level, ask.until))]));
    }
    all.extend(plan(entry));
    all.extend(labelled("PAGE", [Line::plain(page(&entry.page))]));
    all
}

fn plan(entry: &portcullis_response::Entry) -> Vec<Line> {
    let Some(target) = entry.plan.target.as_ref().filter(|_| !entry.plan.is_empty()) else { return Vec::new() };
    let calls = entry.plan.steps.iter().map(|step| Line::plain(step.call(target)));
    let mut lines = labelled("CALLS", calls);
    if let Some(Containment::Contained { at, until, .. }) = &entry.containment {
        lines.extend(labelled("ENDS", [Line::plain(format!("{until:.0}, by itself; begun {at:.0}"))]));
    }
    let undo = entry.plan.steps.iter().rev().map(|step| Line::of(Tone::Quiet, undo(step)));
    let release = Line::plain(format!("portcullis release {} --reason \"...\"", target.arn()));
    lines.extend(labelled("UNDO", std::iter::once(release).chain(undo)));
    lines
}

/// What the release does.
fn undo(step: &Step) -> String {
    match step {
        Step::AttachPolicy { policy } => format!("  detaches {policy}"),
        Step::PutBoundary { former: Some(former), .. } => format!("  puts back the permissions boundary {former}"),
        Step::PutBoundary { former: None, .. } => "  takes the permissions boundary away".to_owned(),
        Step::DeactivateKey { key } => format!("  activates access key {key}"),
    }
}

fn page(page: &PageState) -> String {
    match page {
        PageState::None => "nobody would have been told".to_owned(),
        PageState::Sent { .. } => "on-call would have been woken".to_owned(),
        PageState::SentOfFailure { .. } => "on-call would have been told that the containment failed".to_owned(),
        PageState::Updated { .. } => "the open incident would have been brought up to date; nobody woken".to_owned(),
        PageState::Repeat { of } => format!("none: the same was paged a short while before, for {of}"),
    }
}
