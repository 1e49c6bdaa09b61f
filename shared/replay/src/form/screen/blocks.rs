//! The parts of the screen: who, which rules, which guards, what is most important, what to do next.

use portcullis_domain::{FindingId, Severity};
use portcullis_settings::Mode;

use crate::form::escape::clean;
use crate::form::fit::{squeeze, width, wrap};
use crate::form::groups::Group;
use crate::form::{ActorSum, Done, Line, RuleSum, Summary, Told, Tone, short_ids};

/// How wide the column of labels is.
pub(super) const INDENT: usize = 12;

/// Some lines under one label, which may be cut to fewer.
pub(super) struct Block {
    label: &'static str,
    tone: Tone,
    /// Each of one or more lines that belong together.
    rows: Vec<Vec<Line>>,
    /// What is said of the rows that are left out: how many they are.
    rest: Box<dyn Fn(usize) -> String>,
    /// Fewer lines than this are of no use.
    pub(super) least: usize,
}

impl Block {
    /// One that may be cut. `rest` says of the rows from a place on what they come to.
    pub(super) fn of(
        label: &'static str,
        least: usize,
        rows: Vec<Vec<Line>>,
        rest: impl Fn(usize) -> String + 'static,
    ) -> Self {
        Self { label, tone: Tone::Quiet, rows, rest: Box::new(rest), least }
    }

    /// One that is never cut.
    pub(super) fn whole(label: &'static str, lines: Vec<Line>) -> Self {
        let least = lines.len();
        Self::of(label, least, lines.into_iter().map(|line| vec![line]).collect(), |_| String::new())
    }

    /// The same with another colour of its label.
    pub(super) fn sounding(self, tone: Tone) -> Self {
        Self { tone, ..self }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub(super) fn wanted(&self) -> usize {
        self.rows.iter().map(Vec::len).sum()
    }

    /// As many rows as fit into so many lines; where not all do, the last line tells of the rest.
    pub(super) fn within(self, lines: usize) -> Vec<Line> {
        let all = self.wanted() <= lines;
        let room = if all { lines } else { lines.saturating_sub(1) };
        let (mut kept, mut shown) = (Vec::new(), 0);
        for row in &self.rows {
            if kept.len() + row.len() > room {
                break;
            }
            kept.extend(row.iter().cloned());
            shown += 1;
        }
        if !all && lines > 0 {
            kept.push(Line::of(Tone::Quiet, (self.rest)(shown)));
        }
        let labelled = |(index, line): (usize, Line)| {
            let label = if index == 0 { self.label } else { "" };
            let start =
                if self.label.is_empty() { Line::default() } else { Line::of(self.tone, format!("{label:<INDENT$}")) };
            line.parts().fold(start, |start, (tone, text)| start.and(tone, text))
        };
        kept.into_iter().enumerate().map(labelled).collect()
    }
}

/// `1 finding`, `2 findings`.
pub(super) fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// What would have happened, in one sentence, and what else decides whether the rest counts for anything.
pub(super) fn headline(told: &Told<'_>, summary: &Summary, columns: usize) -> Vec<Line> {
    let (replay, mode) = (told.replay, told.settings.mode);
    let (quarantined, locked_out) = (summary.count(Done::Quarantined), summary.count(Done::LockedOut));
    let asked = replay.entries.iter().filter(|entry| entry.ask.is_some()).count();
    let would = [
        (quarantined, format!("quarantined {}", count(quarantined, "actor"))),
        (locked_out, format!("locked out {}", count(locked_out, "actor"))),
        (asked, format!("asked on-call {}", times(asked))),
        (replay.pages, format!("paged on-call {}", times(replay.pages))),
    ];
    let would: Vec<String> = would.into_iter().filter(|(number, _)| *number > 0).map(|(_, what)| what).collect();
    let sentence = match would.split_last() {
        _ if replay.read.records == 0 => "no record was read, so this says nothing about anybody".to_owned(),
        _ if replay.entries.is_empty() && replay.in_shadow.is_empty() => "nothing would have fired".to_owned(),
        None => "nobody would have been paged or contained".to_owned(),
        Some((last, [])) => format!("it would have {last}"),
        Some((last, before)) => format!("it would have {} and {last}", before.join(", ")),
    };
    let nobody = if quarantined + locked_out == 0 && !would.is_empty() { ", and contained nobody" } else { "" };
    let tone = if replay.entries.is_empty() { Tone::Strong } else { Tone::Grave };
    let sentence = wrap(&format!("mode {mode}: {sentence}{nobody}"), columns);
    let mut lines: Vec<Line> = sentence.into_iter().map(|line| Line::of(tone, line)).take(2).collect();
    if summary.held_by_mode > 0 && mode != Mode::Enforce {
        let held = count(summary.held_by_mode, "actor");
        let advice = "unless a guard refuses: see --mode enforce";
        lines.push(Line::plain(format!("mode enforce would contain {held}, {advice}")));
    }
    lines.extend(super::interrupted(told));
    lines
}

fn times(number: usize) -> String {
    if number == 1 { "once".to_owned() } else { format!("{number} times") }
}

/// Whom the findings are about, and what would have been done to each.
pub(super) fn actors(summary: &Summary, room: usize) -> Block {
    let row = |actor: &ActorSum| {
        let tone = if actor.done >= Done::LockedOut { Tone::Grave } else { Tone::Plain };
        let guard = actor.spared.as_ref().map_or(String::new(), |(guard, _)| format!(", guard: {guard}"));
        let more = format!("  {}{guard}", count(actor.findings, "finding"));
        let short = squeeze(&actor.short, room.saturating_sub(13 + width(&more)).max(16));
        let done = Line::of(tone, format!("{:<13}", actor.done.in_words()));
        vec![done.and(Tone::Plain, short).and(Tone::Quiet, more)]
    };
    let rows = summary.actors.iter().map(row).collect();
    let all: Vec<Done> = summary.actors.iter().map(|actor| actor.done).collect();
    Block::of("actors", 2, rows, move |shown| {
        let rest = all.get(shown..).unwrap_or_default();
        let counted = [Done::Quarantined, Done::LockedOut, Done::Asked, Done::Paged, Done::Recorded].map(|done| {
            let number = rest.iter().filter(|known| **known == done).count();
            (number > 0).then(|| format!("{number} {}", done.in_words()))
        });
        let counted: Vec<String> = counted.into_iter().flatten().collect();
        format!("and {}: {}", count(rest.len(), "more actor"), counted.join(", "))
    })
}

/// The rules that fired, by severity.
pub(super) fn rules(told: &Told<'_>, summary: &Summary, room: usize) -> Block {
    let severities: Vec<String> =
        summary.severities.iter().rev().map(|(severity, number)| format!("{number} {severity}")).collect();
    let findings = told.replay.entries.len();
    let head = Line::of(Tone::Strong, findings.to_string())
        .and(Tone::Plain, if severities.is_empty() { String::new() } else { format!(": {}", severities.join(", ")) });
    let most = if room < 64 { room.saturating_sub(22) } else { room - 40 };
    let widest = summary.rules.iter().take(super::LINES).map(|rule| width(&rule.rule)).max().unwrap_or(0).min(most);
    let row = |rule: &RuleSum| {
        let name = squeeze(&rule.rule, widest);
        vec![
            Line::of(tone(rule.severity), format!("{:<14}", rule.severity.as_str()))
                .and(Tone::Plain, format!("{:>6}  {name:<widest$}", rule.findings))
                .and(Tone::Quiet, format!("  by {}", count(rule.actors, "actor"))),
        ]
    };
    let rows = std::iter::once(vec![head]).chain(summary.rules.iter().map(row)).collect();
    let counts: Vec<usize> = summary.rules.iter().map(|rule| rule.findings).collect();
    Block::of("findings", 3, rows, move |shown| {
        let rest = counts.get(shown.saturating_sub(1)..).unwrap_or_default();
        format!("and {}: {}", count(rest.len(), "more rule"), count(rest.iter().sum(), "finding"))
    })
}

/// How a severity sounds.
const fn tone(severity: Severity) -> Tone {
    match severity {
        Severity::Critical | Severity::High => Tone::Grave,
        Severity::Medium => Tone::Warning,
        Severity::Low | Severity::Informational => Tone::Plain,
    }
}

/// What fired in shadow, on one line.
pub(super) fn shadow(told: &Told<'_>, summary: &Summary) -> Block {
    let rules: Vec<String> =
        summary.shadow_rules.iter().map(|rule| format!("{} {}", rule.findings, rule.rule)).collect();
    let lines = if rules.is_empty() {
        Vec::new()
    } else {
        vec![
            Line::of(Tone::Strong, told.replay.in_shadow.len().to_string())
                .and(Tone::Plain, format!(": {}", rules.join(", "))),
        ]
    };
    Block::whole("in shadow", lines)
}

/// What the settings exempt, on one line.
pub(super) fn exempted(told: &Told<'_>) -> Block {
    let exempted = &told.replay.read.exempted;
    let each: Vec<String> = exempted.iter().map(|((rule, why), number)| format!("{number} {rule} ({why})")).collect();
    let lines = if each.is_empty() {
        Vec::new()
    } else {
        let sum: usize = exempted.values().sum();
        vec![Line::of(Tone::Strong, sum.to_string()).and(Tone::Plain, format!(" by the settings: {}", each.join(", ")))]
    };
    Block::whole("exempted", lines)
}

/// The guards that would have refused, and for whom.
pub(super) fn guards(summary: &Summary) -> Block {
    let rows = summary.guards.iter().map(|guard| {
        let all: Vec<&str> = guard.actors.iter().map(String::as_str).take(8).collect();
        vec![
            Line::plain(format!("{:<22}{:>6}  ", guard.guard, guard.findings))
                .and(Tone::Quiet, format!("for {}", all.join("; "))),
        ]
    });
    let rows: Vec<Vec<Line>> = rows.collect();
    let all = rows.len();
    Block::of("guards", 2, rows, move |shown| format!("and {}", count(all.saturating_sub(shown), "more guard")))
}

/// The most important findings, each on two lines.
pub(super) fn findings(told: &Told<'_>, groups: &[Group], room: usize) -> Block {
    let length = short_ids(told.replay);
    let row = |group: &Group| {
        let head = Line::of(Tone::Strong, short(&group.finding, length))
            .and(tone(group.severity), format!("  {:<8}", group.severity))
            .and(Tone::Plain, format!("  {}  ", squeeze(&group.rule, room.saturating_sub(34).max(16))))
            .and(if group.done >= Some(Done::LockedOut) { Tone::Grave } else { Tone::Plain }, &group.decision);
        let first =
            group.first.map_or("at an unknown time".to_owned(), |time| time.strftime("%Y-%m-%d %H:%M").to_string());
        let when = if group.is_single() { first } else { format!("{} from {first}", group.events()) };
        let (mut actor, mut on) = (group.actor.clone(), group.on());
        let left = room.saturating_sub(width(&when) + 8).max(24);
        if width(&actor) + width(&on) > left {
            // What is short stays whole; of two long ones each gets a half.
            let half = left / 2;
            let kept = width(&on).min(half.max(left.saturating_sub(width(&actor))));
            (on, actor) = (squeeze(&on, kept), squeeze(&actor, left - kept));
        }
        vec![head, Line::of(Tone::Quiet, format!("  {actor} on {on}, {when}"))]
    };
    let rows: Vec<Vec<Line>> = groups.iter().map(row).collect();
    let all = rows.len();
    Block::of("gravest", 5, rows, move |shown| {
        let more = count(all.saturating_sub(shown), "more kind");
        format!("and {more} of findings: --format csv lists every one, --report out.html shows them")
    })
}

/// The beginning of an id that is told.
pub(super) fn short(id: &FindingId, length: usize) -> String {
    id.as_str().get(..length).unwrap_or(id.as_str()).to_owned()
}

/// No note takes more lines.
const LONGEST_NOTE: usize = 3;

fn shortened(mut lines: Vec<String>) -> Vec<String> {
    if lines.len() > LONGEST_NOTE {
        lines.truncate(LONGEST_NOTE);
        if let Some(last) = lines.last_mut() {
            last.push('…');
        }
    }
    lines
}

/// What else people should know.
pub(super) fn notes(told: &Told<'_>, room: usize) -> Block {
    let row = |note: &String| -> Vec<Line> {
        let lines = shortened(wrap(&clean(note), room.saturating_sub(3)));
        // What goes on is moved in, so that one note ends where the next begins.
        let indented =
            |(index, line): (usize, String)| Line::plain(if index == 0 { line } else { format!("  {line}") });
        lines.into_iter().enumerate().map(indented).collect()
    };
    let rows: Vec<Vec<Line>> = told.notes.iter().map(row).collect();
    let all = rows.len();
    let rest = move |shown: usize| {
        format!("and {}: --format json has them all", count(all.saturating_sub(shown), "more note"))
    };
    Block::of("note", LONGEST_NOTE + 1, rows, rest).sounding(Tone::Warning)
}

/// What may be asked next.
pub(super) fn next(told: &Told<'_>, groups: &[Group]) -> Block {
    let length = short_ids(told.replay);
    let Some(first) = groups.first() else { return Block::whole("next", Vec::new()) };
    let line = |command: &str, what: &str| Line::plain(format!("{command:<20}  ")).and(Tone::Quiet, what);
    let explain = format!("--explain {}", short(&first.finding, length));
    Block::whole(
        "next",
        vec![
            line(&explain, "why it fired, what was decided, what would make it quiet"),
            line("--report out.html", "all of it to look at; --format csv|json|ndjson|ocsf|asff"),
        ],
    )
}
