//! Resource limits, which every Unix has.

use anyhow::Result;

/// The maximum address space of a thread, for an allocator, a stack and the program, in bytes.
#[cfg(target_os = "linux")]
const RESERVED_BYTES: u64 = 512 << 20;

/// Limits this process, after it has opened all its descriptors and started all its threads. Private writable memory
/// counts against the limit; shared mappings and address space that is only reserved don't.
///
/// # Errors
///
/// If the system refuses a limit.
#[cfg(unix)]
pub(super) fn set(max_memory_bytes: u64, threads: u64) -> Result<()> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = |resource, max: u64| {
        // An existing lower limit stays, as nobody may raise it.
        let max = Some(max.min(getrlimit(resource).maximum.unwrap_or(u64::MAX)));
        setrlimit(resource, Rlimit { current: max, maximum: max })
    };
    // A module leaves nothing behind, not even a core dump.
    limit(Resource::Core, 0)?;
    limit(Resource::Fsize, 0)?;
    limit(Resource::Nofile, DESCRIPTORS)?;
    limit(Resource::Nproc, 0)?;
    limit(Resource::Data, max_memory_bytes)?;
    // Address space is mostly only reserved, but its page tables cost memory.
    #[cfg(target_os = "linux")]
    limit(Resource::As, max_memory_bytes.saturating_mul(2).saturating_add(threads * RESERVED_BYTES))?;
    Ok(())
}

/// The number of descriptors: standard input, output and error.
#[cfg(unix)]
const DESCRIPTORS: u64 = 3;

#[cfg(not(unix))]
pub(super) fn set(_: u64, _: u64) -> Result<()> {
    anyhow::bail!("this system has no limits on processes")
}
