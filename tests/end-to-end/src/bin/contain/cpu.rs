//! What the functions' processes have computed, as the kernel counts it.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use portcullis_end_to_end::emulator::Emulator;

/// How long each process of the emulator's functions has been on a processor, by its id.
pub(crate) fn of_functions(emulator: &Emulator) -> BTreeMap<u32, Duration> {
    let Ok(processes) = std::fs::read_dir("/proc") else { return BTreeMap::new() };
    let ids = processes.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    ids.filter(|id| is_function(*id, emulator)).map(|id| (id, on_processor(id))).collect()
}

/// How much longer than before; a process that is new has all of its time from now.
pub(crate) fn since(before: &BTreeMap<u32, Duration>, now: &BTreeMap<u32, Duration>) -> Duration {
    let more = |(id, time): (&u32, &Duration)| time.saturating_sub(before.get(id).copied().unwrap_or_default());
    now.iter().map(more).sum()
}

/// Whether the process is one of `detect` or `respond`, and calls this emulator.
fn is_function(id: u32, emulator: &Emulator) -> bool {
    let Ok(environment) = std::fs::read(format!("/proc/{id}/environ")) else { return false };
    let text = String::from_utf8_lossy(&environment);
    let value = |name: &str| text.split('\0').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    let function = value("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_default();
    value("AWS_ENDPOINT_URL") == Some(emulator.url())
        && ["-detect", "-respond"].iter().any(|end| function.ends_with(end))
}

/// The first figure of `schedstat`, in nanoseconds, of all its threads (Linux, Documentation/scheduler/sched-stats.rst).
fn on_processor(id: u32) -> Duration {
    let Ok(threads) = std::fs::read_dir(format!("/proc/{id}/task")) else { return Duration::ZERO };
    let time = |thread: &Path| -> Option<u64> {
        std::fs::read_to_string(thread.join("schedstat")).ok()?.split(' ').next()?.parse().ok()
    };
    Duration::from_nanos(threads.flatten().filter_map(|thread| time(&thread.path())).sum())
}
