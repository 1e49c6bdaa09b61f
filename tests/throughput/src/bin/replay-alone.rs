//! `portcullis replay` without the command around it, and so without the AWS SDK, which takes minutes to compile: for
//! profiles, and for trying out a change.

use clap::Parser as _;
use portcullis_throughput::Alone;

/// As in the command.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> anyhow::Result<()> {
    Alone::parse().run(std::io::stdout().lock())
}
