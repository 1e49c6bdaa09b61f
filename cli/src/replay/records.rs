//! The records that a finding rests on, read once more from where they came from.

use std::collections::HashMap;
use std::fs;

use portcullis_cloudtrail::{inflate, open};
use portcullis_domain::{Evidence, sha256_hex};
use portcullis_logs::Input;

use super::LIMIT;

/// So many are explained one by one.
const MOST: usize = 3;

/// Records as they were received, in the order of the evidence, and how many could not be found again.
pub(super) struct Found {
    pub(super) texts: Vec<String>,
    pub(super) missing: usize,
}

/// Looks for the records of the first pieces of evidence. What comes bit by bit, such as standard input, cannot be read twice.
pub(super) fn find(inputs: impl Iterator<Item = Input>, evidence: &[Evidence]) -> Found {
    let wanted: Vec<&Evidence> = evidence.iter().take(MOST).collect();
    let mut found: HashMap<&str, String> = HashMap::new();
    for input in inputs {
        if wanted.iter().all(|evidence| found.contains_key(evidence.record_sha256.as_str())) {
            break;
        }
        let bytes = match input {
            Input::File { path, .. } => fs::read(path).ok(),
            Input::Fetched { bytes, .. } => Some(bytes),
            Input::Stream { .. } | Input::Unread(_) => None,
        };
        let Some(bytes) = bytes else { continue };
        let inflated = inflate(&bytes, LIMIT);
        let text = String::from_utf8_lossy(&inflated.data);
        // Most files hold none of them, which is told by their bytes.
        if !wanted.iter().any(|evidence| evidence.event_id.as_ref().is_none_or(|id| text.contains(id.as_str()))) {
            continue;
        }
        for record in open(&text).records {
            let sha256 = sha256_hex(&record.json);
            if let Some(evidence) = wanted.iter().find(|evidence| evidence.record_sha256 == sha256) {
                found.entry(evidence.record_sha256.as_str()).or_insert_with(|| record.json.into_owned());
            }
        }
    }
    let missing = wanted.iter().filter(|evidence| !found.contains_key(evidence.record_sha256.as_str())).count();
    let texts = wanted.iter().filter_map(|evidence| found.remove(evidence.record_sha256.as_str())).collect();
    Found { texts, missing }
}
