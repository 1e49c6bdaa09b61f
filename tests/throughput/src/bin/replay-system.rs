//! The same as `replay-alone` with the system's allocator, to know what the other one is worth.

use clap::Parser as _;
use portcullis_throughput::Alone;

fn main() -> anyhow::Result<()> {
    Alone::parse().run(std::io::stdout().lock())
}
