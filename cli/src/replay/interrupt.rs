//! Ctrl-C: the first ends the reading, so that what was read is told; the second ends the command.

use std::fs::{self, File};
use std::io::{self, Read};
use std::process::exit;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result};
use portcullis_logs::Input;

/// What shells say of a command that was interrupted: 128 and the number of the signal.
const INTERRUPTED: i32 = 130;

static STOP: AtomicBool = AtomicBool::new(false);

/// Listens from now on; answers with what is set by the first Ctrl-C (or the signal to end).
pub(crate) fn listen() -> Result<&'static AtomicBool> {
    ctrlc::set_handler(|| {
        if STOP.swap(true, Ordering::Relaxed) {
            exit(INTERRUPTED);
        }
        anstream::eprintln!("\nportcullis: ending with what was read; once more ends it at once");
    })
    .context("cannot listen for Ctrl-C")?;
    Ok(&STOP)
}

/// How often somebody who waits for more looks whether to go on.
const LOOK: Duration = Duration::from_millis(50);

/// The size of a piece, in bytes, and how many of them wait to be taken.
const PIECE: usize = 64 << 10;
const PIECES: usize = 4;

/// The same inputs; what comes bit by bit ends where it is when `stop` is set, also while it stands still.
pub(super) fn heed<'i>(
    items: impl Iterator<Item = Input> + Send + 'i,
    stop: &'static AtomicBool,
) -> impl Iterator<Item = Input> + Send + 'i {
    items.map(move |input| match input {
        Input::Stream { name, reader } => Input::Stream { name, reader: Box::new(Heeding::new(|| Ok(reader), stop)) },
        // A pipe by its name: it has no size, and opening it may wait too.
        Input::File { path, size: 0 } if fs::metadata(&path).is_ok_and(|known| !known.is_file() && !known.is_dir()) => {
            let name = path.display().to_string();
            let open = || Ok(Box::new(File::open(path)?) as Box<dyn Read + Send>);
            Input::Stream { name, reader: Box::new(Heeding::new(open, stop)) }
        }
        other => other,
    })
}

/// A reader that somebody else reads for, so that it never waits for long.
struct Heeding {
    pieces: Receiver<io::Result<Vec<u8>>>,
    piece: io::Cursor<Vec<u8>>,
    stop: &'static AtomicBool,
}

impl Heeding {
    fn new(
        open: impl FnOnce() -> io::Result<Box<dyn Read + Send>> + Send + 'static,
        stop: &'static AtomicBool,
    ) -> Self {
        let (sender, pieces) = sync_channel(PIECES);
        // It is left behind when the command ends, however long it still waits.
        thread::spawn(move || {
            let mut reader = match open() {
                Ok(reader) => reader,
                Err(error) => return sender.send(Err(error)).unwrap_or_default(),
            };
            let mut buffer = vec![0; PIECE];
            loop {
                let piece = match reader.read(&mut buffer) {
                    Ok(0) => return,
                    Ok(length) => Ok(buffer.get(..length).unwrap_or_default().to_vec()),
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                    Err(error) => Err(error),
                };
                let last = piece.is_err();
                if sender.send(piece).is_err() || last {
                    return;
                }
            }
        });
        Self { pieces, piece: io::Cursor::default(), stop }
    }
}

impl Read for Heeding {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let length = self.piece.read(buffer)?;
            if length > 0 || buffer.is_empty() {
                return Ok(length);
            }
            match self.pieces.recv_timeout(LOOK) {
                Ok(piece) => self.piece = io::Cursor::new(piece?),
                Err(RecvTimeoutError::Disconnected) => return Ok(0),
                Err(RecvTimeoutError::Timeout) if self.stop.load(Ordering::Relaxed) => return Ok(0),
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives what it has, then stands still for longer than a test.
    struct Still(&'static [u8]);

    impl Read for Still {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if self.0.is_empty() {
                thread::sleep(Duration::from_mins(10));
            }
            self.0.read(buffer)
        }
    }

    #[test]
    fn what_stands_still_ends_when_told() {
        static STOPPED: AtomicBool = AtomicBool::new(true);
        let mut reader = Heeding::new(|| Ok(Box::new(Still(b"what there is"))), &STOPPED);
        assert_eq!(io::read_to_string(&mut reader).unwrap(), "what there is");
    }

    #[test]
    fn all_of_it_comes_through_and_so_do_errors() {
        static GOING_ON: AtomicBool = AtomicBool::new(false);
        let whole: Vec<u8> = (0..1_000_000_u32).map(|n| n.to_le_bytes()[0]).collect();
        let copy = whole.clone();
        let mut reader = Heeding::new(|| Ok(Box::new(io::Cursor::new(copy))), &GOING_ON);
        let mut read = Vec::new();
        reader.read_to_end(&mut read).unwrap();
        assert!(read == whole);
        let mut reader = Heeding::new(|| Err(io::ErrorKind::PermissionDenied.into()), &GOING_ON);
        assert_eq!(reader.read_to_end(&mut read).unwrap_err().kind(), io::ErrorKind::PermissionDenied);
    }
}
