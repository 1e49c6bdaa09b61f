//! Parsing alone: each record of a decompressed file into the typed, borrowed record that rules see, with `sonic-rs`.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use portcullis_cloudtrail::Record;
use serde::{Deserialize, Serialize};

use crate::Decompressed;

/// A log file as CloudTrail delivers it.
#[derive(Deserialize)]
struct LogFile<'a> {
    #[serde(borrow, rename = "Records")]
    records: Vec<Record<'a>>,
}

/// What parsing came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Parsed {
    /// The records.
    pub records: u64,
    /// The seconds spent in parsing, without those of reading and decompressing.
    pub seconds: f64,
}

/// Parses all files. Each is parsed right after it was decompressed, as a reader of logs would.
pub fn parse<'p>(paths: impl IntoIterator<Item = &'p Path>) -> Result<Parsed> {
    let mut decompressed = Decompressed::default();
    let (mut records, mut spent) = (0, Duration::ZERO);
    for path in paths {
        let text = decompressed.read(path)?;
        let begin = Instant::now();
        let file: LogFile<'_> =
            sonic_rs::from_slice(text).with_context(|| format!("cannot parse `{}`", path.display()))?;
        records += file.records.len() as u64;
        drop(file);
        spent += begin.elapsed();
    }
    Ok(Parsed { records, seconds: spent.as_secs_f64() })
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn every_record_is_parsed() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            let mut encoder =
                flate2::write::GzEncoder::new(std::fs::File::create(&path).unwrap(), flate2::Compression::fast());
            encoder.write_all(text.as_bytes()).unwrap();
            encoder.finish().unwrap();
            path
        };
        let two = write("two", r#"{"Records":[{"eventName":"A"},{"eventName":"B","resources":null}]}"#);
        let one = write("one", r#"{"Records":[{"eventName":"C","userIdentity":{"type":"Root"}}]}"#);
        assert_eq!(parse([&*two, &*one]).unwrap().records, 3);
        let wrong = write("wrong", r#"{"Records":[{"eventName":["A"]}]}"#);
        assert!(format!("{:#}", parse([&*wrong]).unwrap_err()).starts_with("cannot parse `"));
    }
}
