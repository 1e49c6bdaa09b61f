//! Log files to a folder, compressed by as many threads as there are.

use std::fs;
use std::io::Write as _;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Mutex;
use std::thread;

use anyhow::{Context as _, Result};
use flate2::Compression;
use flate2::write::GzEncoder;
use portcullis_simulate::{LogFile, Simulation};

/// What was written.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Written {
    pub(super) files: usize,
    pub(super) records: usize,
    /// As stored.
    pub(super) bytes: usize,
}

/// Writes every file below `folder`. One thread makes a file at a time while others compress theirs.
pub(super) fn all(folder: &Path, simulation: Simulation) -> Result<Written> {
    let files = Mutex::new(simulation);
    let work = || -> Result<Written> {
        let mut written = Written::default();
        // A thread that panicked holds no file that matters any more: its panic ends the command.
        while let Some(file) = files.lock().unwrap_or_else(std::sync::PoisonError::into_inner).next() {
            written.bytes += one(folder, &file)?;
            written.files += 1;
            written.records += file.records;
        }
        Ok(written)
    };
    let threads = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let mut all = Written::default();
        for worker in workers {
            let part = worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
            all.files += part.files;
            all.records += part.records;
            all.bytes += part.bytes;
        }
        Ok(all)
    })
}

/// Writes a file, and answers with its size.
fn one(folder: &Path, file: &LogFile) -> Result<usize> {
    let path = folder.join(&file.path);
    let context = || format!("cannot write `{}`", path.display());
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).with_context(context)?;
    }
    let mut encoder = GzEncoder::new(Vec::with_capacity(file.text.len() / 8), Compression::new(6));
    encoder.write_all(&file.text).with_context(context)?;
    let bytes = encoder.finish().with_context(context)?;
    fs::write(&path, &bytes).with_context(context)?;
    Ok(bytes.len())
}
