//! What a run takes of the machine: processor time and memory.

use cpu_time::ThreadTime;

use crate::trace::Machine;

/// Counts from its start on.
#[derive(Debug)]
pub(super) struct Watch(ThreadTime);

impl Watch {
    pub(super) fn start() -> Self {
        Self(ThreadTime::now())
    }

    /// Both must be asked for on the same thread.
    pub(super) fn stop(self) -> Machine {
        Machine { client_cpu: self.0.elapsed(), peak_memory: peak_memory() }
    }
}

/// The most bytes that this process ever had resident, as Linux tells it; elsewhere it isn't known.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}
