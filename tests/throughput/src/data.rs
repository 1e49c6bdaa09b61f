//! Logs to measure with, made from a seed.

use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::thread;

use anyhow::{Context as _, Result};
use libdeflater::{CompressionLvl, Compressor};
use portcullis_simulate::{LogFile, Scenario, Simulation};

use crate::figures::{approximate, megabytes, thousands};
use crate::{About, LogFiles, about, log_files};

/// So many records of an organisation of two accounts, `relevant_percent` of a hundred about keys and secrets, with every attack
/// once. More records are more days of the same organisation, 62,500 a day: beyond the first week, in which first
/// sightings mean nothing yet, from half a million on.
pub fn scenario(records: u64, relevant_percent: u8) -> Scenario {
    let days = u32::try_from(records.div_ceil(62_500)).unwrap_or(u32::MAX);
    Scenario { records, relevant_percent, days, accounts: 2, ..Scenario::default() }
}

/// Logs to measure with.
#[derive(Clone, Debug)]
pub struct Data {
    /// Where they are.
    pub folder: PathBuf,
    /// The files.
    pub files: LogFiles,
    /// What the records are about.
    pub about: About,
}

impl Data {
    /// Makes logs in a folder, anew: `AWSLogs/…` and `portcullis.yaml`.
    pub fn make(folder: &Path, scenario: &Scenario) -> Result<Self> {
        let context = || format!("cannot make logs in `{}`", folder.display());
        if folder.exists() {
            fs::remove_dir_all(folder).with_context(context)?;
        }
        fs::create_dir_all(folder).with_context(context)?;
        let simulation = Simulation::new(scenario).with_context(context)?;
        fs::write(folder.join("portcullis.yaml"), simulation.settings()).with_context(context)?;
        write(folder, simulation).with_context(context)?;
        let files = log_files(&folder.join("AWSLogs"))?;
        let about = about(files.paths.iter().map(PathBuf::as_path))?;
        Ok(Self { folder: folder.to_owned(), files, about })
    }

    /// The paths of the files.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.files.paths.iter().map(PathBuf::as_path)
    }

    /// `500,000 records, 8.1 % of them about keys and secrets, 9.5 % relevant; in 4,812 files, 96.0 MB stored, 640.2 MB of text`.
    pub fn line(&self) -> String {
        let About { records, keys_and_secrets, relevant, text } = self.about;
        let share = |part| 100.0 * approximate(part) / approximate(records.max(1));
        format!(
            "{} records, {:.1} % of them about keys and secrets, {:.1} % relevant; in {} files, {} stored, {} of text",
            thousands(approximate(records)),
            share(keys_and_secrets),
            share(relevant),
            thousands(approximate(self.files.paths.len() as u64)),
            megabytes(self.files.bytes),
            megabytes(text)
        )
    }
}

/// Compresses and writes every file, on all cores.
fn write(folder: &Path, simulation: Simulation) -> Result<()> {
    let files = Mutex::new(simulation);
    let work = || -> Result<()> {
        let mut compressor = Compressor::new(CompressionLvl::default());
        loop {
            // A panic of another thread ends this one's work too: the scope hands it on.
            let next = files.lock().unwrap_or_else(PoisonError::into_inner).next();
            let Some(LogFile { path, text, .. }) = next else { return Ok(()) };
            let mut stored = vec![0; compressor.gzip_compress_bound(text.len())];
            let length = compressor.gzip_compress(&text, &mut stored).context("it cannot be compressed")?;
            let path = folder.join(path);
            fs::create_dir_all(path.parent().unwrap_or(folder))?;
            fs::write(path, stored.get(..length).unwrap_or_default())?;
        }
    };
    let threads = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers
            .into_iter()
            .try_for_each(|worker| worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_logs_are_as_they_were_wanted() {
        let folder = tempfile::tempdir().unwrap();
        let logs = folder.path().join("logs");
        fs::create_dir(&logs).unwrap();
        fs::write(logs.join("stale.json.gz"), "of another run").unwrap();
        let data = Data::make(&logs, &scenario(2_000, 20)).unwrap();
        assert_eq!(data.about.records, 2_000);
        assert!((350..=450).contains(&data.about.keys_and_secrets), "{:?}", data.about);
        assert!(!logs.join("stale.json.gz").exists());
        crate::pipeline(&logs.join("portcullis.yaml")).unwrap();
    }

    #[test]
    fn more_records_are_more_days() {
        let days = |records| scenario(records, 8).days;
        assert_eq!([1, 62_500, 62_501, 500_000, 1_000_000, 4_000_000].map(days), [1, 1, 2, 8, 16, 64]);
    }

    #[test]
    fn a_line() {
        let files = LogFiles { paths: vec![PathBuf::new(); 1_200], bytes: 9_600_000 };
        let about = About { records: 50_000, keys_and_secrets: 4_056, relevant: 5_000, text: 64_020_000 };
        let line = Data { folder: PathBuf::new(), files, about }.line();
        assert_eq!(
            line,
            "50,000 records, 8.1 % of them about keys and secrets, 10.0 % relevant; in 1,200 files, 9.6 MB stored, 64.0 MB of text"
        );
    }
}
