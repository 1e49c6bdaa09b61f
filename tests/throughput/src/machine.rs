//! What it ran on.

use std::fs;
use std::num::NonZeroUsize;
use std::thread::available_parallelism;

/// What it ran on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Machine {
    /// How many threads may run at once.
    pub cores: NonZeroUsize,
    /// What the processor calls itself; absent where Linux does not say.
    pub processor: Option<String>,
}

impl Machine {
    /// This one.
    pub fn this() -> Self {
        let cpuinfo = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        Self { cores: available_parallelism().unwrap_or(NonZeroUsize::MIN), processor: processor(&cpuinfo) }
    }

    /// `2 cores, Intel(R) Xeon(R) Processor`.
    pub fn line(&self) -> String {
        let s = if self.cores == NonZeroUsize::MIN { "" } else { "s" };
        format!("{} core{s}, {}", self.cores, self.processor.as_deref().unwrap_or("processor unknown"))
    }
}

/// The first processor of `/proc/cpuinfo`; that of Arm has no name there.
fn processor(cpuinfo: &str) -> Option<String> {
    let named = cpuinfo.lines().filter_map(|line| line.split_once(':'));
    named
        .map(|(key, name)| (key.trim(), name.trim()))
        .find(|(key, _)| *key == "model name")
        .map(|(_, name)| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_processor_is_named() {
        let cpuinfo = "processor\t: 0\nmodel\t\t: 207\nmodel name\t: Some(R) Processor: 9 @ 2.30GHz\n\nprocessor\t: 1\nmodel name\t: Other\n";
        assert_eq!(processor(cpuinfo).as_deref(), Some("Some(R) Processor: 9 @ 2.30GHz"));
        assert_eq!(processor("processor\t: 0\nBogoMIPS\t: 243.75\n"), None);
    }

    #[test]
    fn a_line() {
        let machine = |cores, processor: Option<&str>| {
            Machine { cores: NonZeroUsize::new(cores).unwrap(), processor: processor.map(str::to_owned) }.line()
        };
        assert_eq!(machine(2, Some("Xeon")), "2 cores, Xeon");
        assert_eq!(machine(1, None), "1 core, processor unknown");
    }
}
