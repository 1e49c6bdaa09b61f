//! The records of log files: as lines for programs that read only those, and what they are about.

use std::io::Write;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use portcullis_cloudtrail::{Access, Record};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::Decompressed;

/// A log file as CloudTrail delivers it, its records as they stand.
#[derive(Deserialize)]
struct LogFile<'a> {
    #[serde(borrow, rename = "Records")]
    records: Vec<&'a RawValue>,
}

/// What records are about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// All of them.
    pub records: u64,
    /// Calls of KMS and Secrets Manager.
    pub keys_and_secrets: u64,
    /// These, and whatever else Portcullis takes for relevant: the audit trail, parameters, IAM (`Access::is_relevant`).
    pub relevant: u64,
    /// The bytes of their text, decompressed.
    pub text: u64,
}

/// Writes every record as a line.
pub fn write_lines<'p>(paths: impl IntoIterator<Item = &'p Path>, to: &mut dyn Write) -> Result<u64> {
    let mut records = 0;
    each(paths, |_, record| {
        ensure!(!record.contains('\n'), "a record has line breaks");
        records += 1;
        to.write_all(record.as_bytes())?;
        Ok(to.write_all(b"\n")?)
    })?;
    to.flush()?;
    Ok(records)
}

/// Looks what the records are about.
pub fn about<'p>(paths: impl IntoIterator<Item = &'p Path>) -> Result<About> {
    let mut about = About::default();
    about.text = each(paths, |_, record| {
        let record = Record::parse(record)?;
        about.records += 1;
        about.keys_and_secrets += u64::from(matches!(record.service(), "kms" | "secretsmanager"));
        about.relevant += u64::from(Access::of(&record).is_relevant());
        Ok(())
    })?;
    Ok(about)
}

/// Shows every record; answers with the bytes of all texts.
fn each<'p>(paths: impl IntoIterator<Item = &'p Path>, mut see: impl FnMut(&Path, &str) -> Result<()>) -> Result<u64> {
    let mut decompressed = Decompressed::default();
    let mut bytes = 0;
    for path in paths {
        let text = decompressed.read(path)?;
        bytes += text.len() as u64;
        let context = || format!("cannot read the records of `{}`", path.display());
        let file: LogFile<'_> = serde_json::from_slice(text).with_context(context)?;
        for record in file.records {
            see(path, record.get()).with_context(context)?;
        }
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn log_file(folder: &Path, text: &str) -> PathBuf {
        let path = folder.join("log.json.gz");
        let mut encoder =
            flate2::write::GzEncoder::new(std::fs::File::create(&path).unwrap(), flate2::Compression::fast());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap();
        path
    }

    const KMS: &str = r#"{"eventName":"Decrypt","eventSource":"kms.amazonaws.com","eventVersion":"1.11"}"#;
    const TRAIL: &str = r#"{"eventName":"StopLogging","eventSource":"cloudtrail.amazonaws.com","eventVersion":"1.11"}"#;
    const EC2: &str = r#"{"eventName":"DescribeInstances","eventSource":"ec2.amazonaws.com","eventVersion":"1.11"}"#;

    #[test]
    fn each_record_is_a_line_as_it_stood() {
        let folder = tempfile::tempdir().unwrap();
        let path = log_file(folder.path(), &format!(r#"{{"Records":[{KMS},{EC2}]}}"#));
        let mut lines = Vec::new();
        assert_eq!(write_lines([&*path], &mut lines).unwrap(), 2);
        assert_eq!(String::from_utf8(lines).unwrap(), format!("{KMS}\n{EC2}\n"));
    }

    #[test]
    fn a_record_of_several_lines_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = log_file(folder.path(), "{\"Records\":[{\"eventName\":\n\"A\"}]}");
        assert!(write_lines([&*path], &mut Vec::new()).is_err());
    }

    #[test]
    fn what_they_are_about() {
        let folder = tempfile::tempdir().unwrap();
        let text = format!(r#"{{"Records":[{KMS},{EC2},{TRAIL},{EC2}]}}"#);
        let path = log_file(folder.path(), &text);
        let expected = About { records: 4, keys_and_secrets: 1, relevant: 2, text: text.len() as u64 };
        assert_eq!(about([&*path]).unwrap(), expected);
    }
}
