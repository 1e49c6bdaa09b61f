//! `portcullis rules list`: every rule that makes findings, and how it stands.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use owo_colors::OwoColorize as _;
use portcullis_detection::{Pipeline, Rule, RuleSet};
use portcullis_settings::{Inventory, Settings};
use serde::Serialize;

use crate::load::{self, Rules};
use crate::output::{Format, clean, json, say};

/// Which rules, and in which form.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Only rules that have all these words in their id, title, severity, area, techniques or state
    #[arg(value_name = "WORD")]
    words: Vec<String>,
    /// A rule file of your own, or a folder of them; may be given several times
    #[arg(long, value_name = "PATH")]
    rules: Vec<PathBuf>,
    /// The settings file [default: portcullis.yaml in the current folder]
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    /// The form of the answer
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

/// What is told of a rule.
#[derive(Debug, Serialize)]
struct Row {
    id: String,
    title: String,
    severity: String,
    /// `one record` or `correlation`.
    kind: &'static str,
    /// What a correlation takes: `3 values of portcullis.asset.arn in 1h`.
    counts: Option<String>,
    /// What a correlation counts together.
    group_by: Vec<String>,
    /// The folder of a built-in rule; absent for rules of the deployment.
    area: Option<String>,
    attack: Vec<String>,
    state: &'static str,
    /// What the settings change.
    overridden: Vec<String>,
    /// Whom the settings let set it off.
    exempt: Vec<Exempt>,
    file: String,
}

#[derive(Debug, Serialize)]
struct Exempt {
    /// The exemption; absent for the list in the rule's own entry.
    name: Option<String>,
    actors: Vec<String>,
    /// The last day on which it holds; absent when it has no end.
    until: Option<String>,
    /// Whether it still holds.
    holds: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let Rules { set, built_in, .. } = load::rules(&arguments.rules)?;
    let known = load::known(arguments.settings.as_deref())?;
    let pipeline = Pipeline::new(set, known.settings, Inventory::default(), known.context);
    let is_wanted = |row: &Row| arguments.words.iter().all(|word| row.text().contains(&word.to_lowercase()));
    let row = |rule| Row::of(rule, &pipeline.rules, &pipeline.settings, built_in.contains(&rule.file));
    let mut rows: Vec<Row> = pipeline.rules.rules().map(row).filter(is_wanted).collect();
    rows.sort_by(|a, b| (a.heading(), &a.id).cmp(&(b.heading(), &b.id)));
    match arguments.format {
        Format::Json => say!("{}", json(&rows)?),
        Format::Table => print(&rows),
    }
    for problem in pipeline.rules.problems() {
        anstream::eprintln!("note {problem}");
    }
    Ok(ExitCode::SUCCESS)
}

impl Row {
    fn of(rule: &Rule, rules: &RuleSet, settings: &Settings, is_built_in: bool) -> Self {
        let id = rule.reference.id.clone();
        let change = settings.override_of(&id);
        let shadow = change.and_then(|change| change.shadow);
        let counting = rules.correlation(&id);
        // Of a rule that counts nothing it is a problem, told below the list.
        let threshold = change.and_then(|change| change.threshold).filter(|_| counting.is_some());
        let overridden = [
            shadow.map(|shadow| if shadow { "put in shadow" } else { "taken out of shadow" }.to_owned()),
            threshold.map(|threshold| format!("threshold {threshold}")),
        ];
        let now = jiff::Timestamp::now();
        let named = settings.exemptions.iter().filter(|entry| entry.rules.iter().any(|name| name.id == id));
        let mut exempt: Vec<Exempt> = named
            .map(|entry| Exempt {
                name: Some(entry.name.clone()),
                actors: entry.actors.iter().map(ToString::to_string).collect(),
                until: Some(entry.until.to_string()),
                holds: entry.holds(now),
            })
            .collect();
        exempt.extend(change.filter(|change| !change.exempt.is_empty()).map(|change| Exempt {
            name: None,
            actors: change.exempt.iter().map(ToString::to_string).collect(),
            until: None,
            holds: true,
        }));
        Self {
            title: rule.reference.title.clone(),
            severity: rule.reference.severity.to_string(),
            kind: if counting.is_some() { "correlation" } else { "one record" },
            counts: counting.map(|counting| counting.to_string()),
            group_by: counting.map(|counting| counting.group_by().to_vec()).unwrap_or_default(),
            area: rule.file.split_once('/').filter(|_| is_built_in).map(|(area, _)| area.to_owned()),
            attack: rule.reference.attack.clone(),
            state: if rule.shadow { "shadow" } else { "on" },
            overridden: overridden.into_iter().flatten().collect(),
            exempt,
            file: rule.file.clone(),
            id,
        }
    }

    /// What it stands under in the table.
    fn heading(&self) -> (bool, &str) {
        (self.area.is_none(), self.area.as_deref().unwrap_or(&self.file))
    }

    /// Where the words are looked for.
    fn text(&self) -> String {
        let Self { id, title, severity, kind, counts, area, attack, state, overridden, exempt, .. } = self;
        let exempt = if exempt.is_empty() { "" } else { "exempt" };
        let (area, counts) = (area.as_deref().unwrap_or_default(), counts.as_deref().unwrap_or_default());
        let parts = [id.as_str(), title, severity, kind, counts, area, state, exempt];
        format!("{} {} {}", parts.join(" "), attack.join(" "), overridden.join(" ")).to_lowercase()
    }

    /// What it is about, without the field whose values are counted, which would not fit.
    fn about(&self) -> String {
        let Some(counts) = &self.counts else { return self.kind.to_owned() };
        match (counts.split_once("values of "), counts.rsplit_once(" in ")) {
            (Some((number, _)), Some((_, span))) => format!("{number}values in {span}"),
            _ => counts.clone(),
        }
    }

    /// What the settings say of it, a line each.
    fn details(&self) -> Vec<String> {
        let overridden = self.overridden.iter().map(|what| format!("{what} by the settings"));
        let exempt = self.exempt.iter().map(|Exempt { name, actors, until, holds }| {
            let name = name.as_ref().map(|name| format!(" (exemption `{name}`)")).unwrap_or_default();
            let actors = actors.join(", ");
            match (until, holds) {
                (Some(until), false) => format!("exempt until {until}, which is over: {actors}{name}"),
                (Some(until), true) => format!("exempt until {until}: {actors}{name}"),
                (None, _) => format!("exempt: {actors}"),
            }
        });
        overridden.chain(exempt).collect()
    }
}

/// The widest that a line gets.
const WIDTH: usize = 120;

fn print(rows: &[Row]) {
    if rows.is_empty() {
        say!("no rule has all these words");
        return;
    }
    let width = |text: fn(&Row) -> usize| rows.iter().map(text).max().unwrap_or_default();
    let columns = [
        width(|row| row.id.len()),
        width(|row| row.severity.len()).max("severity".len()),
        width(|row| row.about().len()),
        "shadow".len(),
    ];
    // Two spaces before each of the four, and before the last.
    let attack = WIDTH.saturating_sub(columns.iter().sum::<usize>() + 2 * (columns.len() + 1)).max(9);
    let [id, severity, kind, state] = columns;
    let line = |cells: [&str; 4]| {
        let [a, b, c, d] = cells;
        format!("  {a:id$}  {b:severity$}  {c:kind$}  {d:state$}")
    };
    say!("{}", format!("{}  ATT&CK", line(["rule", "severity", "of", "state"])).dimmed());
    let mut heading = None;
    for row in rows {
        if heading != Some(row.heading()) {
            let (_, text) = row.heading();
            say!("\n{}", clean(text).bold());
            heading = Some(row.heading());
        }
        let head = line([&row.id, &row.severity, &row.about(), row.state]);
        let mut techniques = wrap(&row.attack, attack).into_iter();
        say!("{}", format!("{head}  {}", techniques.next().unwrap_or_default()).trim_end());
        for line in techniques {
            say!("{:1$}  {line}", "", head.len());
        }
        for detail in row.details() {
            let words: Vec<String> = detail.split(' ').map(clean).collect();
            for line in wrap(&words, WIDTH - 6) {
                say!("      {line}");
            }
        }
    }
    let shadow = rows.iter().filter(|row| row.state == "shadow").count();
    let rules = if rows.len() == 1 { "rule" } else { "rules" };
    say!("\n{} {rules}, {shadow} in shadow", rows.len());
}

fn wrap(words: &[String], width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words {
        match lines.last_mut() {
            Some(line) if line.len() + 1 + word.len() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.clone()),
        }
    }
    lines
}
