//! The plain way: one file after the other, every record parsed, nothing skipped. What the fast way must come to.

use std::collections::HashSet;
use std::sync::atomic::Ordering;

use portcullis_cloudtrail::{Access, Record, inflate, open};
use portcullis_detection::memory::Detector;
use portcullis_logs::{CoverageBuilder, FileFacts, Input, LogFileName, Unread};

use crate::reading::{LIMIT, Plan, Reading, hour_of};
use crate::watch::{Seen, Watcher, is_watched};

/// Reads everything, in the order it comes.
pub fn read(inputs: impl Iterator<Item = Input>, plan: &Plan<'_>, watchers: &mut [&mut dyn Watcher]) -> Reading {
    let mut reading = Reading::default();
    let mut detector = Detector::new(plan.pipeline, plan.watched_since);
    let mut events: HashSet<(String, String)> = HashSet::new();
    let mut coverage = CoverageBuilder::within(plan.span.since, plan.span.until);
    for input in inputs {
        if plan.stop.load(Ordering::Relaxed) {
            reading.interrupted = true;
            break;
        }
        let name = input.name();
        let unread = |place: String, reason: String| Unread { file: name.clone(), place, reason };
        let whole = || "the file".to_owned();
        let bytes = match input {
            Input::File { path, .. } => std::fs::read(path),
            Input::Fetched { bytes, .. } => Ok(bytes),
            Input::Stream { mut reader, .. } => {
                let mut bytes = Vec::new();
                std::io::Read::read_to_end(&mut reader, &mut bytes).map(|_| bytes)
            }
            Input::Unread(unread) => {
                reading.unreadable.push(unread);
                continue;
            }
        };
        let bytes = match bytes {
            Ok(bytes) => bytes,
            Err(error) => {
                reading.unreadable.push(unread(whole(), error.to_string()));
                continue;
            }
        };
        reading.files += 1;
        reading.bytes += bytes.len() as u64;
        let inflated = inflate(&bytes, LIMIT);
        let text = String::from_utf8_lossy(&inflated.data);
        let mut contents = open(&text);
        contents.records.retain(|raw| {
            let time = Record::parse(&raw.json).ok().and_then(|record| Access::of(&record).time);
            let holds = plan.span.holds(time);
            reading.outside += usize::from(!holds);
            holds
        });
        reading.without_records += contents.other.len();
        reading.named_log_files += contents.log_files.len();
        reading.unreadable.extend(inflated.problem.map(|problem| unread("the gzip stream".to_owned(), problem)));
        reading.unreadable.extend(contents.unreadable.into_iter().map(|piece| unread(piece.place, piece.reason)));
        let tally = detector.take(contents.records.iter().map(|raw| &*raw.json));
        let judged = tally.accesses.into_iter().zip(tally.judgements);
        let (mut records, mut reach) = (0, None);
        for (raw, (access, judgement)) in contents.records.iter().zip(judged) {
            let access = match access {
                Ok(access) => access,
                Err(error) => {
                    reading.unreadable.push(unread(format!("record {}", raw.number), error.to_string()));
                    continue;
                }
            };
            records += 1;
            match access.time {
                Some(time) => {
                    let (first, last) = reach.unwrap_or((time, time));
                    reach = Some((time.min(first), time.max(last)));
                    reading.hours.entry(hour_of(time)).or_default().read += 1;
                }
                None => reading.hourless += 1,
            }
            let mut again = false;
            if access.is_relevant() {
                reading.relevant += 1;
                let account = access.account.as_ref().map(ToString::to_string).unwrap_or_default();
                again = access.event_id.clone().is_some_and(|id| !events.insert((account, id)));
                reading.duplicates += usize::from(again);
                if let Some(time) = access.time {
                    let hour = reading.hours.entry(hour_of(time)).or_default();
                    hour.relevant += 1;
                    hour.duplicates += u64::from(again);
                }
            }
            if let Some(judgement) = judgement.filter(|_| is_watched(&access)) {
                let seen = Seen { access: &access, judgement: &judgement, again };
                for watcher in watchers.iter_mut() {
                    watcher.see(&seen);
                }
            }
        }
        for exempted in tally.exempted {
            *reading.exempted.entry(exempted).or_default() += 1;
        }
        reading.timeless += tally.timeless;
        reading.records += records;
        if let Some((first, last)) = reach {
            let (earliest, latest) = reading.reach.unwrap_or((first, last));
            reading.reach = Some((earliest.min(first), latest.max(last)));
        }
        coverage.file(&FileFacts { name: LogFileName::parse(&name), file: name, records, reach });
        plan.progress.read(bytes.len() as u64, records as u64);
    }
    reading.findings = detector.findings().cloned().collect();
    reading.coverage = coverage.finish();
    reading
}
