//! What every Unix limits.

use anyhow::Result;

/// Limits this process, which has all its threads and descriptors. Of its memory, what it may write to counts,
/// but for what it maps to share, and not address space that is only reserved.
///
/// # Errors
///
/// Where the system doesn't.
#[cfg(unix)]
pub(super) fn set(max_memory_bytes: u64) -> Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let limit = |resource, most| {
        let most = Some(most);
        setrlimit(resource, Rlimit { current: most, maximum: most })
    };
    // A module leaves nothing behind, not even the memory of who compiled it.
    limit(Resource::Core, 0)?;
    limit(Resource::Fsize, 0)?;
    limit(Resource::Nofile, DESCRIPTORS)?;
    limit(Resource::Nproc, 0)?;
    Ok(limit(Resource::Data, max_memory_bytes)?)
}

/// Standard input, standard output, standard error.
#[cfg(unix)]
const DESCRIPTORS: u64 = 3;

#[cfg(not(unix))]
pub(super) fn set(_: u64) -> Result<()> {
    anyhow::bail!("this system has no limits on processes")
}
