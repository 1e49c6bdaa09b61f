//! A folder of labelled records: `records.jsonl`, `records.meta.jsonl` and `labels.json`, of which the first is enough.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use portcullis_cloudtrail::{Access, Record};
use serde_json::Value;

use crate::labels::{self, Label, Labels, Problem};
use crate::subject::Subject;
use crate::verdict::{Verdict, judge};

/// A record with what is claimed of it.
#[derive(Clone, Debug)]
pub struct Item {
    /// The id that labels use.
    pub id: String,
    /// The event's id, unlike that of any other record of the source.
    pub event_id: String,
    /// The record, with that id.
    pub json: String,
    /// What it means.
    pub access: Access,
    /// Whether the record says that the call only reads.
    pub read_only: Option<bool>,
    /// What it is about.
    pub subject: Option<Subject>,
    /// What is claimed of it.
    pub verdict: Verdict,
    /// The label behind the claim.
    pub label: Option<Label>,
}

/// The records of one folder, in the order of the file.
#[derive(Clone, Debug, Default)]
pub struct Source {
    /// The folder's name.
    pub name: String,
    /// Whether there are labels at all.
    pub labelled: bool,
    /// The records, each text once.
    pub items: Vec<Item>,
    /// How many records had been there already, word for word.
    pub copies: usize,
    /// What could not be read.
    pub problems: Vec<Problem>,
}

const RECORDS: &str = "records.jsonl";

/// The folders below `data`, or `data` itself, that hold records, by name.
///
/// # Errors
///
/// When `data` cannot be listed.
pub fn folders(data: &Path) -> io::Result<Vec<PathBuf>> {
    if data.join(RECORDS).is_file() {
        return Ok(vec![data.to_owned()]);
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(data)? {
        let folder = entry?.path();
        if folder.join(RECORDS).is_file() {
            found.push(folder);
        }
    }
    found.sort();
    Ok(found)
}

/// Reads one folder. What cannot be read is listed and left out.
pub fn load(folder: &Path) -> Source {
    let name =
        folder.file_name().map_or_else(|| folder.display().to_string(), |name| name.to_string_lossy().into_owned());
    let mut problems = Vec::new();
    let mut text = |file: &str, needed: bool| match fs::read(folder.join(file)) {
        Ok(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
        Err(error) if !needed && error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => {
            problems.push(Problem { place: format!("{name}/{file}"), reason: error.to_string() });
            None
        }
    };
    let records = text(RECORDS, true).unwrap_or_default();
    let meta = text("records.meta.jsonl", false);
    let labels = text("labels.json", false);
    let mut source = read(&name, &records, meta.as_deref(), labels.as_deref());
    source.problems.splice(0..0, problems);
    source
}

/// Reads the texts of one folder.
pub fn read(name: &str, records: &str, meta: Option<&str>, labels: Option<&str>) -> Source {
    let mut source = Source { name: name.to_owned(), labelled: labels.is_some(), ..Source::default() };
    let ids = meta.map(|meta| ids(meta, name, &mut source.problems)).unwrap_or_default();
    let (labels, problems) = labels.map(|text| labels::read(text, &format!("{name}/labels.json"))).unwrap_or_default();
    source.problems.extend(problems);
    let mut used = BTreeSet::new();
    let mut by_text: BTreeMap<&str, usize> = BTreeMap::new();
    let mut by_event_id: BTreeMap<String, usize> = BTreeMap::new();
    for (number, line) in
        records.lines().enumerate().map(|(index, line)| (index + 1, line.trim_matches(['\u{feff}', ' ', '\t', '\r'])))
    {
        if line.is_empty() {
            continue;
        }
        let id = ids.get(&number).cloned().unwrap_or_else(|| format!("{name}:{number:06}"));
        let event_id = match Record::parse(line) {
            Ok(record) => Access::of(&record).event_id.unwrap_or_default(),
            Err(error) => {
                source
                    .problems
                    .push(Problem { place: format!("{name}/{RECORDS}, line {number}"), reason: error.to_string() });
                used.insert(id);
                continue;
            }
        };
        let label = find(&labels, &[&id, &number.to_string(), &event_id], &mut used);
        if let Some(first) = by_text.get(line).and_then(|index| source.items.get_mut(*index)) {
            source.copies += 1;
            reconsider(first, label);
            continue;
        }
        by_text.insert(line, source.items.len());
        let taken = by_event_id.insert(event_id.clone(), source.items.len()).is_some();
        let json = if taken || event_id.is_empty() { renamed(line, &id) } else { line.to_owned() };
        source.items.extend(item(id, json, label));
    }
    let orphans = labels.keys().filter(|id| !used.contains(*id));
    source.problems.extend(
        orphans
            .map(|id| Problem { place: format!("{name}/labels.json, `{id}`"), reason: "names no record".to_owned() }),
    );
    source
}

fn item(id: String, json: String, label: Option<&Label>) -> Option<Item> {
    let record = Record::parse(&json).ok()?;
    let access = Access::of(&record);
    let (subject, verdict) = judge(&record, label);
    let read_only = record.read_only.as_ref().and_then(|text| text.as_str().parse().ok());
    let event_id = access.event_id.clone().unwrap_or_default();
    Some(Item { id, event_id, access, read_only, subject, verdict, label: label.cloned(), json })
}

/// The same record again under another label: where the two do not agree, what is claimed rests on something that the
/// record does not show.
fn reconsider(first: &mut Item, label: Option<&Label>) {
    let Ok(record) = Record::parse(&first.json) else { return };
    let (subject, verdict) = judge(&record, label);
    let speaks = |verdict: &Verdict| !matches!(verdict, Verdict::Nothing(_));
    if !speaks(&verdict) || verdict == first.verdict {
        return;
    }
    if speaks(&first.verdict) {
        first.verdict = Verdict::Nothing("two labels of the same record contradict each other".to_owned());
    } else {
        (first.subject, first.verdict, first.label) = (subject, verdict, label.cloned());
    }
}

/// The label by the first of these names that has one.
fn find<'a>(labels: &'a Labels, names: &[&str], used: &mut BTreeSet<String>) -> Option<&'a Label> {
    let (id, label) = names.iter().find_map(|name| labels.get_key_value(*name))?;
    used.insert(id.clone());
    Some(label)
}

/// Ids by line number, from the file beside the records.
fn ids(meta: &str, name: &str, problems: &mut Vec<Problem>) -> BTreeMap<usize, String> {
    let mut ids = BTreeMap::new();
    for (index, line) in meta.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        match serde_json::from_str::<Value>(line) {
            Ok(value) => {
                let number = value.get("line").and_then(Value::as_u64).and_then(|line| usize::try_from(line).ok());
                if let Some(id) = value.get("id").and_then(Value::as_str) {
                    ids.insert(number.unwrap_or(index + 1), id.to_owned());
                }
            }
            Err(error) => problems.push(Problem {
                place: format!("{name}/records.meta.jsonl, line {}", index + 1),
                reason: format!("not JSON: {error}"),
            }),
        }
    }
    ids
}

/// The record under an `eventID` of its own. Test data often leaves the id out, or gives one id to different events;
/// findings could then not be told apart, and a detector that drops repeated events would drop these.
fn renamed(json: &str, id: &str) -> String {
    let Ok(Value::Object(mut record)) = serde_json::from_str(json) else { return json.to_owned() };
    record.insert("eventID".to_owned(), Value::String(id.to_owned()));
    Value::Object(record).to_string()
}
