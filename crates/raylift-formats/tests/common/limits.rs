//! What reading one file may cost, whatever is in it.

use std::time::{Duration, Instant};

/// Far above what any of the inputs needs (most take milliseconds, in a debug build), far below what a person waits for.
const LONGEST: Duration = Duration::from_secs(20);
/// Bytes of memory of the whole test process at its worst.
const MOST_MEMORY: u64 = 300 << 20;

/// Does something and fails when it took too long or too much memory.
pub fn bounded<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let began = Instant::now();
    let result = work();
    let took = began.elapsed();
    assert!(took < LONGEST, "{what} took {took:?}");
    let memory = peak_memory();
    assert!(memory < MOST_MEMORY, "{what} took {} MB", memory >> 20);
    result
}

/// `VmHWM` of proc_pid_status(5).
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .unwrap();
    let kilobytes: u64 = line.trim().trim_end_matches(" kB").parse().unwrap();
    kilobytes << 10
}
