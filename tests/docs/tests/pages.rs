//! The pages in `docs/` against the rules.

#![cfg(test)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use portcullis_detection::{Context, Pipeline, RuleSet, built_in};
use portcullis_docs::{
    Catalogue, TECHNIQUES, anchors, compare, complaints, files, lower_bound, pages, put, snippet, stale, technique,
    write,
};
use portcullis_settings::{Inventory, parse};

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::read(&root()).unwrap());
static PAGES: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| pages(&CATALOGUE));

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap().to_owned()
}

fn runbook() -> String {
    fs::read_to_string(root().join("docs/runbook.md")).unwrap()
}

fn none(what: &str, wrong: &[String]) {
    let list: String = wrong.iter().map(|wrong| format!("\n  {wrong}")).collect();
    assert!(wrong.is_empty(), "{what}{list}\n");
}

#[test]
fn pages_are_those_of_the_rules() {
    let wrong = compare(&root().join("docs/rules"), &PAGES).unwrap();
    none("docs/rules lags behind the rules: run cargo xtask docs", &wrong);
}

#[test]
fn other_files_are_those_of_the_code() {
    let wrong = stale(&root(), &files(&root(), &CATALOGUE).unwrap());
    none("docs lags behind the code: run cargo xtask docs", &wrong);
}

#[test]
fn files_are_written_once() {
    let folder = tempfile::tempdir().unwrap();
    let files = BTreeMap::from([("a.md", "text".to_owned())]);
    assert_eq!(stale(folder.path(), &files), ["a.md is stale"]);
    assert_eq!(put(folder.path(), &files).unwrap(), 1);
    assert_eq!((stale(folder.path(), &files), put(folder.path(), &files).unwrap()), (Vec::new(), 0));
}

/// Everything that the page of metrics must tell.
#[test]
fn the_page_of_metrics_tells_of_each() {
    let page = files(&root(), &CATALOGUE).unwrap().remove("docs/metrics.md").unwrap();
    for metric in portcullis_metrics::METRICS {
        assert_eq!(page.matches(&format!("\n| `{}` |", metric.name)).count(), 2, "{}", metric.name);
        assert!(page.contains(metric.meaning), "{}", metric.name);
    }
    let example = page.split("```json\n").nth(1).unwrap().split("```").next().unwrap();
    let example: serde_json::Value = serde_json::from_str(example).unwrap();
    assert_eq!(example["Asset"], "payroll key");
    assert_eq!(example["Actor"], "arn:aws:iam::111122223333:role/team/reporting");
}

#[test]
fn every_rule_leads_to_a_section_of_the_runbook_and_every_section_is_some_rules() {
    none("rules and runbook disagree:", &complaints(&CATALOGUE, &runbook()));
}

#[test]
fn a_page_is_short_and_tells_everything() {
    const SECTIONS: [&str; 7] = [
        "What it catches",
        "What it looks at",
        "What it misses",
        "When it is harmless",
        "How to tune it",
        "Tested with",
        "Source",
    ];
    let mut wrong = Vec::new();
    for entry in &CATALOGUE.entries {
        let page = &PAGES[&format!("{}.md", entry.id())];
        let lines = page.lines().count();
        if lines > 190 {
            wrong.push(format!("{}: {lines} lines; at most 190", entry.id()));
        }
        for section in SECTIONS {
            let text = page.split(&format!("\n## {section}\n")).nth(1).unwrap_or_default();
            if text.split("\n## ").next().unwrap_or_default().trim().len() < 15 {
                wrong.push(format!("{}: nothing under `{section}`", entry.id()));
            }
        }
        let cases = entry.cases.positive.iter().chain(&entry.cases.negative);
        let flat: String = page.split_whitespace().collect::<Vec<_>>().join(" ");
        for case in cases {
            if !flat.contains(&case.split_whitespace().collect::<Vec<_>>().join(" ")) {
                wrong.push(format!("{}: the case \"{case}\" is not told", entry.id()));
            }
        }
    }
    none("pages with gaps:", &wrong);
}

/// Each selection, field and value of every rule that counts is somewhere in the words.
#[test]
fn the_words_leave_nothing_out() {
    let mut wrong = Vec::new();
    for entry in &CATALOGUE.entries {
        let page = &PAGES[&format!("{}.md", entry.id())];
        let words = page.split("\n## What it looks at\n").nth(1).unwrap().split("\n## ").next().unwrap();
        let words: String = words.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut wanted = BTreeSet::new();
        collect(entry.id(), &mut wanted);
        assert!(wanted.len() > 2, "{}: {wanted:?}", entry.id());
        wrong.extend(
            wanted.iter().filter(|part| !words.contains(part.as_str())).map(|part| format!("{}: {part}", entry.id())),
        );
    }
    none("not told in words:", &wrong);
}

/// Everything that a rule and those below it go by.
fn collect(id: &str, wanted: &mut BTreeSet<String>) {
    let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some(rule) = CATALOGUE.documents.correlations.get(id) {
        wanted.extend(rule.group_by.iter().map(|field| format!("`{field}`")));
        rule.rules.iter().for_each(|name| collect(name, wanted));
    }
    if let Some(rule) = CATALOGUE.documents.rules.get(id) {
        let json = serde_json::to_value(&rule.detection.named).unwrap();
        wanted.extend(rule.detection.named.keys().map(|name| format!("**{name}**")));
        strings(&json, "", &mut |key, text| {
            if key == "name" || key == "original" {
                wanted.insert(flat(text));
            }
        });
    }
}

fn strings(value: &serde_json::Value, key: &str, tell: &mut impl FnMut(&str, &str)) {
    match value {
        serde_json::Value::String(text) => tell(key, text),
        serde_json::Value::Array(items) => items.iter().for_each(|item| strings(item, key, tell)),
        serde_json::Value::Object(members) => members.iter().for_each(|(key, value)| strings(value, key, tell)),
        _ => {}
    }
}

#[test]
fn the_settings_on_a_page_can_be_used_as_they_are() {
    let mut wrong = Vec::new();
    let mut rules = String::from("rules:\n");
    for entry in &CATALOGUE.entries {
        let (id, text) = (entry.id(), snippet(entry, &CATALOGUE.documents));
        let settings = match parse(&text) {
            Ok(settings) => settings,
            Err(problems) => {
                wrong.push(format!("{id}: {}", problems.render("portcullis.yaml", &text)));
                continue;
            }
        };
        assert!(settings.exemptions[0].rules.iter().any(|rule| rule.id == id), "{id}: {text}");
        let change = settings.override_of(id).unwrap();
        assert_eq!(change.shadow, Some(!entry.rule.shadow), "{id}");
        match lower_bound(id, &CATALOGUE.documents) {
            Some(bound) => assert!(change.threshold > Some(bound), "{id}: {text}"),
            None => assert_eq!(change.threshold, None, "{id}"),
        }
        rules.push_str(text.split("\nrules:\n").nth(1).unwrap());
    }
    none("settings that do not parse:", &wrong);
    // All of them at once: loading the rules takes its time.
    let changed = under(&rules);
    none("settings that rules do not take:", &changed.problems().iter().map(ToString::to_string).collect::<Vec<_>>());
    for entry in &CATALOGUE.entries {
        assert_eq!(changed.rule(entry.id()).unwrap().shadow, !entry.rule.shadow, "{}", entry.id());
    }
}

/// What has no threshold for the pages has none for the settings either.
#[test]
fn a_page_without_a_threshold_is_of_a_rule_without_one() {
    let without = CATALOGUE.entries.iter().filter(|entry| lower_bound(entry.id(), &CATALOGUE.documents).is_none());
    let ids: Vec<&str> = without.map(portcullis_docs::Entry::id).collect();
    let settings: String = ids.iter().map(|id| format!("  {id}: {{threshold: 7}}\n")).collect();
    let changed = under(&format!("rules:\n{settings}"));
    let refused: Vec<String> = changed.problems().iter().map(|problem| problem.message.clone()).collect();
    for id in &ids {
        assert!(
            refused.iter().any(|message| message.contains(&format!("`{id}`"))),
            "{id} has a threshold, and its page has none"
        );
    }
}

#[test]
fn the_settings_in_the_runbook_can_be_used_as_they_are() {
    let text = runbook();
    let blocks: Vec<&str> = text.split("\n```yaml\n").skip(1).filter_map(|rest| rest.split("\n```").next()).collect();
    assert!(!blocks.is_empty());
    for block in blocks {
        let changed = under(block);
        none("the runbook's settings:", &changed.problems().iter().map(ToString::to_string).collect::<Vec<_>>());
        for name in parse(block).unwrap().rule_names() {
            assert!(changed.rule(&name.id).is_some(), "the runbook's settings name no rule of the pack: {}", name.id);
        }
    }
}

/// The built-in rules under these settings.
fn under(settings: &str) -> RuleSet {
    let settings = parse(settings).unwrap();
    Pipeline::new(RuleSet::load(&built_in()), settings, Inventory::default(), Context::default()).rules
}

#[test]
fn links_lead_somewhere() {
    let docs = root().join("docs");
    let mut all: Vec<(PathBuf, String)> =
        PAGES.iter().map(|(name, text)| (docs.join("rules").join(name), text.clone())).collect();
    all.push((docs.join("runbook.md"), runbook()));
    let mut wrong = Vec::new();
    for (path, text) in &all {
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if target.starts_with("https://") {
                continue;
            }
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            let file = if file.is_empty() { path.clone() } else { path.parent().unwrap().join(file) };
            let there = fs::read_to_string(&file).unwrap_or_default();
            let headings: BTreeSet<String> = there.lines().filter_map(heading).collect();
            if there.is_empty() || (!anchor.is_empty() && !headings.contains(anchor)) {
                wrong.push(format!("{}: {target}", path.display()));
            }
        }
    }
    none("dead links:", &wrong);
}

/// The address of a heading of any level.
fn heading(line: &str) -> Option<String> {
    let text = line.trim_start_matches('#');
    (text.len() < line.len()).then(|| anchors(&format!("###{text}")).pop()).flatten()
}

#[test]
fn the_table_of_techniques_holds_those_that_rules_name_and_no_others() {
    assert!(TECHNIQUES.is_sorted_by(|a, b| a.id < b.id));
    let used: BTreeSet<&str> =
        CATALOGUE.entries.iter().flat_map(|entry| &entry.rule.reference.attack).map(String::as_str).collect();
    let known: BTreeSet<&str> = TECHNIQUES.iter().map(|technique| technique.id).collect();
    let unused: Vec<_> = known.difference(&used).collect();
    assert!(unused.is_empty(), "no rule names {unused:?}: take them out of src/attack.rs");
    for former in TECHNIQUES.iter().filter(|technique| technique.now.is_some()) {
        assert!(former.now.and_then(technique).is_some_and(|now| now.now.is_none()), "{}", former.id);
    }
}

/// A finding is looked up under both ids, so both are named.
#[test]
fn a_rule_that_names_a_former_technique_names_the_present_one_too() {
    let mut wrong = Vec::new();
    for entry in &CATALOGUE.entries {
        let named = &entry.rule.reference.attack;
        for former in TECHNIQUES.iter().filter(|technique| technique.now.is_some()) {
            let has = |id: &str| named.iter().any(|named| named == id);
            if has(former.id) != has(former.now.unwrap()) {
                wrong.push(format!("{}: give both {} and {}", entry.id(), former.id, former.now.unwrap()));
            }
        }
    }
    none("half of a pair:", &wrong);
}

#[test]
fn a_missing_a_stale_and_an_orphaned_page_are_noticed_and_mended() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rules");
    let pages: BTreeMap<String, String> =
        ["a.md", "b.md", "c.md"].into_iter().map(|name| (name.to_owned(), name.to_owned())).collect();
    assert_eq!(compare(&path, &pages).unwrap().len(), 3, "no folder yet");
    assert_eq!(write(&path, &pages).unwrap(), (3, 0));
    assert_eq!(compare(&path, &pages).unwrap(), [""; 0]);
    fs::remove_file(path.join("a.md")).unwrap();
    fs::write(path.join("b.md"), "changed by hand").unwrap();
    fs::write(path.join("gone.md"), "").unwrap();
    fs::write(path.join("notes.txt"), "").unwrap();
    let wrong = compare(&path, &pages).unwrap();
    assert_eq!(wrong, ["a.md is missing", "b.md is stale", "gone.md is left over: no rule has this id"]);
    assert_eq!(write(&path, &pages).unwrap(), (2, 1));
    assert_eq!(compare(&path, &pages).unwrap(), [""; 0]);
    assert!(path.join("notes.txt").exists(), "only pages are taken away");
}

#[test]
fn a_gap_of_the_runbook_is_noticed() {
    let good = runbook();
    let renamed = good.replacen("\n### Key deletion\n", "\n### Key removal\n", 1);
    let wrong = complaints(&CATALOGUE, &renamed);
    assert!(wrong.iter().any(|wrong| wrong.contains("has no section `key-deletion`")), "{wrong:?}");
    assert!(wrong.iter().any(|wrong| wrong.contains("no rule leads to section `key-removal`")), "{wrong:?}");
    let twice = format!("{good}\n### Key deletion\n");
    let wrong = complaints(&CATALOGUE, &twice);
    assert!(wrong.iter().any(|wrong| wrong.contains("two sections `key-deletion`")), "{wrong:?}");
    let silent = good.replacen("**Quiet**", "**Silent**", 1);
    let wrong = complaints(&CATALOGUE, &silent);
    assert!(wrong.iter().any(|wrong| wrong.ends_with("tell **Quiet** too")), "{wrong:?}");
}
