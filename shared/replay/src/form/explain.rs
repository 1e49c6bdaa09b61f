//! One finding, for a person: what fired, who, where, on what, what was decided and why, and what would make it quiet.

mod decision;
mod quiet;
#[cfg(test)]
mod tests;

use portcullis_domain::{Evidence, Finding};

use super::fit::wrap;
use super::screen::at;
use super::{Line, Picked, Told, Tone};

/// How wide the column of labels is, as on pages.
pub(super) const INDENT: usize = 10;

/// How many records are told one by one.
const RECORDS: usize = 20;

/// Everything about a finding, but what the rule asks of its records.
#[derive(Clone, Debug, Default)]
pub struct Explained {
    /// What fired, who, where, and the records that it rests on.
    pub before: Vec<Line>,
    /// What was decided and why, what would make it quiet, where to read on.
    pub after: Vec<Line>,
}

/// Explains a finding in lines of at most `columns`, as far as words can be broken.
pub fn explain(told: &Told<'_>, picked: Picked<'_>, columns: usize) -> Explained {
    let finding = picked.finding();
    let mut before = what(told, finding, columns);
    before.extend(who(finding));
    before.extend(evidence(finding));
    let mut after = decision::decision(told, picked, columns);
    after.extend(quiet::quiet(told, finding, columns));
    after.extend(quiet::read_on(told, finding));
    Explained { before, after }
}

/// A line under a label, which stands at the first of several.
pub(super) fn labelled(label: &str, lines: impl IntoIterator<Item = Line>) -> Vec<Line> {
    let line = |(index, line): (usize, Line)| {
        let start = Line::of(Tone::Strong, format!("{:<INDENT$}", if index == 0 { label } else { "" }));
        line.parts().fold(start, |start, (tone, text)| start.and(tone, text))
    };
    lines.into_iter().enumerate().map(line).collect()
}

/// A text in lines.
pub(super) fn text(text: &str, columns: usize) -> Vec<Line> {
    wrap(&super::escape::clean(text), columns.saturating_sub(INDENT).max(20)).into_iter().map(Line::plain).collect()
}

fn what(told: &Told<'_>, finding: &Finding, columns: usize) -> Vec<Line> {
    let rule = &finding.rule;
    let mut lines = vec![
        Line::of(Tone::Strong, finding.id.as_str())
            .and(Tone::Grave, format!("  {}  ", rule.severity))
            .and(Tone::Strong, &rule.title),
        Line::default(),
    ];
    let mut about = vec![Line::plain(&rule.id).and(
        Tone::Quiet,
        if rule.attack.is_empty() { String::new() } else { format!("  ATT&CK {}", rule.attack.join(", ")) },
    )];
    if let Some(rule) = told.rules.rule(&rule.id) {
        about.extend(text(&rule.description, columns));
    }
    if let Some(counting) = told.rules.correlation(&rule.id) {
        about
            .extend(text(&format!("It fires at {counting}, for each {}.", counting.group_by().join(" and ")), columns));
    }
    lines.extend(labelled("RULE", about));
    lines
}

fn who(finding: &Finding) -> Vec<Line> {
    let (actor, session) = (&finding.actor, &finding.actor.session);
    let mut who = vec![Line::plain(format!("{}, {}", actor.kind().as_str(), actor.principal))];
    let known = [
        ("session", session.name.clone()),
        ("source identity", session.source_identity.clone()),
        ("access key", session.access_key_id.clone()),
        ("issued to", session.issued_to.clone()),
        ("federated as", session.federated_as.clone()),
        ("MFA", session.mfa.map(|mfa| if mfa { "yes" } else { "no" }.to_owned())),
    ];
    who.extend(known.into_iter().filter_map(|(name, value)| Some(Line::plain(format!("{name} {}", value?)))));
    if let Some(authorized) = finding.authorized {
        let word = if authorized { "yes" } else { "no" };
        who.push(Line::plain(format!("authorized for what it used: {word}")));
    }
    let mut lines = labelled("WHO", who);
    let mut on: Vec<Line> = finding.assets.iter().take(RECORDS).map(|asset| Line::plain(asset.to_string())).collect();
    let more = finding.assets.len().saturating_sub(RECORDS);
    if more > 0 {
        on.push(Line::of(Tone::Quiet, format!("and {more} more")));
    }
    if on.is_empty() {
        on.push(Line::plain("the account"));
    }
    let tier = finding.tier.map(|tier| format!("tier {tier}"));
    let entries = finding.entries.iter().map(|entry| format!("entry `{entry}`"));
    let settings: Vec<String> = tier.into_iter().chain(entries).collect();
    if !settings.is_empty() {
        on.push(Line::of(Tone::Quiet, format!("by the settings: {}", settings.join(", "))));
    }
    lines.extend(labelled("ON", on));
    let place = [
        finding.account.as_ref().map(|id| format!("account {id}")),
        finding.region.as_ref().map(|r| format!("Region {r}")),
    ];
    let place: Vec<String> = place.into_iter().flatten().collect();
    if !place.is_empty() {
        lines.extend(labelled("WHERE", [Line::plain(place.join(", "))]));
    }
    lines
}

fn evidence(finding: &Finding) -> Vec<Line> {
    let row = |evidence: &Evidence| {
        let error = evidence.error_code.as_ref().map_or(String::new(), |code| format!(" {code}"));
        let via = evidence.via.as_ref().map_or(String::new(), |via| format!(" by {via} with its rights"));
        let agent = evidence.origin.user_agent.as_ref().map_or(String::new(), |agent| format!(", {agent}"));
        let id = evidence.event_id.as_deref().unwrap_or("without an id");
        [
            Line::plain(format!("{} {} {}{error}{via}", at(evidence.time), evidence.action, evidence.outcome)),
            Line::of(
                Tone::Quiet,
                format!(
                    "  event {id}, from {} ({}){agent}",
                    evidence.origin.source,
                    evidence.origin.network().as_str()
                ),
            ),
        ]
    };
    let mut rows: Vec<Line> = finding.evidence.iter().take(RECORDS).flat_map(row).collect();
    let more = finding.evidence.len().saturating_sub(RECORDS);
    if more > 0 {
        rows.push(Line::of(Tone::Quiet, format!("and {more} more; --format json has them")));
    }
    let mut lines = labelled("EVIDENCE", rows);
    if let Some(burst) = &finding.burst {
        let group: Vec<String> = burst.group.iter().map(|(name, value)| format!("{name} = {value}")).collect();
        let more = if burst.at_least { " or more" } else { "" };
        let mut window = vec![
            Line::plain(format!("{}{more} events from {:.0} to {:.0}", burst.events, burst.first, burst.last)),
            Line::plain(format!("counted together by {}", group.join(", "))),
        ];
        if !burst.actors.is_empty() {
            window.push(Line::plain(format!("several took part: {}", burst.actors.join(", "))));
        }
        window.push(Line::of(Tone::Quiet, "of a burst the evidence is a selection"));
        lines.extend(labelled("WINDOW", window));
    }
    lines
}
