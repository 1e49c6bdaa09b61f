//! Measures how fast a replay is, and in how little memory. `cargo xtask bench replay` builds what it needs and runs it.

use std::path::PathBuf;

use anyhow::Result;
use clap::{Parser, Subcommand};
use portcullis_throughput::{
    Bench, Command, Data, decompress, log_files, parse, phases, pipeline, scenario, shares, used,
};

/// As in the command: parsing alone shall not be slower for its allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How fast a replay is, and in how little memory.
#[derive(Debug, Parser)]
#[command(name = "throughput")]
struct Throughput {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Make logs and let everybody go through them.
    Run {
        /// The `portcullis` command, or what takes the arguments of its `replay`.
        #[arg(long)]
        replay: PathBuf,
        /// The `rsigma` command.
        #[arg(long)]
        rsigma: PathBuf,
        /// A folder to work in.
        #[arg(long)]
        work: PathBuf,
        /// How many records of ordinary logs.
        #[arg(long, default_value_t = 500_000)]
        records: u64,
        /// How many rounds.
        #[arg(long, default_value_t = 3)]
        rounds: usize,
        /// Leave out the memory at a million records and at four.
        #[arg(long)]
        quick: bool,
    },
    /// Make the logs that are measured with.
    Make {
        /// The folder, which is made anew.
        folder: PathBuf,
        /// How many records.
        #[arg(long, default_value_t = 500_000)]
        records: u64,
        /// How many of a hundred are about keys and secrets.
        #[arg(long, default_value_t = 8)]
        relevant: u8,
    },
    /// Decompress the log files of a folder, and nothing else.
    Floor { folder: PathBuf },
    /// Decompress and parse the log files of a folder; print how long parsing took.
    Parse { folder: PathBuf },
    /// Print where the time of a replay on one thread goes.
    Phases {
        folder: PathBuf,
        #[arg(long)]
        settings: PathBuf,
        #[arg(long, default_value_t = 3)]
        rounds: usize,
    },
    /// Run another program; print what it took.
    #[command(hide = true)]
    Used {
        /// Where its output goes.
        #[arg(long)]
        output: Option<PathBuf>,
        #[arg(last = true, required = true)]
        command: Vec<std::ffi::OsString>,
    },
    /// Have so many bytes in memory. For the test of the measurement.
    #[command(hide = true)]
    Hold { bytes: usize },
}

fn main() -> Result<()> {
    match Throughput::parse().what {
        What::Run { replay, rsigma, work, records, rounds, quick } => {
            std::fs::create_dir_all(&work)?;
            Bench { this: std::env::current_exe()?, replay, rsigma, work, records, rounds, quick }.run()
        }
        What::Make { folder, records, relevant } => {
            println!("{}", Data::make(&folder, &scenario(records, relevant))?.line());
            Ok(())
        }
        What::Floor { folder } => {
            let files = log_files(&folder)?;
            println!("{}", decompress(files.paths.iter().map(PathBuf::as_path))?);
            Ok(())
        }
        What::Parse { folder } => {
            let files = log_files(&folder)?;
            println!("{}", serde_json::to_string(&parse(files.paths.iter().map(PathBuf::as_path))?)?);
            Ok(())
        }
        What::Phases { folder, settings, rounds } => {
            print!("{}", shares(&phases(&folder, &pipeline(&settings)?, rounds)?));
            Ok(())
        }
        What::Used { output, command } => {
            let mut command = command.into_iter();
            let program = command.next().unwrap_or_default();
            let command = Command { program: program.into(), arguments: command.collect(), output };
            println!("{}", serde_json::to_string(&used(&command)?)?);
            Ok(())
        }
        What::Hold { bytes } => {
            let held = vec![1_u8; bytes];
            println!("{}", held.iter().filter(|byte| **byte == 1).count());
            Ok(())
        }
    }
}
