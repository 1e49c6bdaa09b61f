//! How fast a replay is: builds what is measured, installs what it is measured against.

use anyhow::Result;

use crate::shell::{cargo, program, say, target};

/// The version that the figures in docs/performance.md are about.
const RSIGMA: &str = "0.23.0";

/// What to measure.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Arguments {
    /// Leave out the memory at a million records and at four, and take one round.
    #[arg(long)]
    quick: bool,
    /// Measure the replay without the command around it, which is built without the AWS SDK, in a minute or two.
    #[arg(long)]
    alone: bool,
    /// How many records of ordinary logs [default: 500000].
    #[arg(long)]
    records: Option<u64>,
}

/// Prints how fast a replay is, and in how little memory.
pub(crate) fn replay(arguments: &Arguments) -> Result<()> {
    let rsigma = target().join("rsigma");
    let command = rsigma.join("bin").join("rsigma");
    if !command.is_file() {
        say("installing rsigma, once");
        let root = rsigma.display().to_string();
        cargo(&["install", "rsigma", "--version", RSIGMA, "--locked", "--root", &root]).run()?;
    }
    say("building the command and what measures it");
    // In one go: built apart, what both depend on would be compiled twice.
    let mut build = vec!["build", "--release", "--bins", "--package", "portcullis-throughput"];
    if !arguments.alone {
        build.extend(["--package", "portcullis"]);
    }
    cargo(&build).run()?;
    let shown = |path: std::path::PathBuf| path.display().to_string();
    let release = |name: &str| shown(target().join("release").join(name));
    let replay = release(if arguments.alone { "replay-alone" } else { "portcullis" });
    let (rsigma, work) = (shown(command), shown(target().join("throughput")));
    let mut all = vec!["run", "--replay", &replay, "--rsigma", &rsigma, "--work", &work];
    if arguments.quick {
        all.extend(["--quick", "--rounds", "1"]);
    }
    let records = arguments.records.map(|records| records.to_string());
    if let Some(records) = &records {
        all.extend(["--records", records]);
    }
    program(&release("throughput"), &all).run()
}
