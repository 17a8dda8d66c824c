//! Limits that every Unix has.

use anyhow::Result;

/// The address space that an allocator, a stack and the program take at most for a thread, in bytes.
#[cfg(target_os = "linux")]
const RESERVED_BYTES: u64 = 512 << 20;

/// Limits this process, which has all its descriptors and so many threads. Of its memory, what it may write to counts,
/// but for what it maps to share, and not address space that is only reserved.
///
/// # Errors
///
/// Where the system doesn't.
#[cfg(unix)]
pub(super) fn set(max_memory_bytes: u64, threads: u64) -> Result<()> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = |resource, most: u64| {
        // Nobody may raise what is set already, and it is strict enough.
        let most = Some(most.min(getrlimit(resource).maximum.unwrap_or(u64::MAX)));
        setrlimit(resource, Rlimit { current: most, maximum: most })
    };
    // A module leaves nothing behind, not even the memory of who compiled it.
    limit(Resource::Core, 0)?;
    limit(Resource::Fsize, 0)?;
    limit(Resource::Nofile, DESCRIPTORS)?;
    limit(Resource::Nproc, 0)?;
    limit(Resource::Data, max_memory_bytes)?;
    // Address space costs tables, and is only reserved for the most part.
    #[cfg(target_os = "linux")]
    limit(Resource::As, max_memory_bytes.saturating_mul(2).saturating_add(threads * RESERVED_BYTES))?;
    Ok(())
}

/// Standard input, standard output, standard error.
#[cfg(unix)]
const DESCRIPTORS: u64 = 3;

#[cfg(not(unix))]
pub(super) fn set(_: u64, _: u64) -> Result<()> {
    anyhow::bail!("this system has no limits on processes")
}
