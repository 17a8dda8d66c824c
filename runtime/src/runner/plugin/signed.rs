//! The signatures of a plugin's file.

use precompile_runtime::artifact::Trust;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// A sealed copy of a plugin that trusted keys have signed.
///
/// # Errors
///
/// The reason as a text: the file can't be read, too few of the keys have signed it, or no copy can be made.
pub(super) fn copy(path: &Path, trust: &Trust) -> Result<PathBuf, String> {
    let content = fs::read(path).map_err(|error| error.to_string())?;
    let mut beside = path.as_os_str().to_owned();
    beside.push(".minisig");
    // Without signatures, none count.
    let signatures = fs::read_to_string(&beside).unwrap_or_default();
    let (signers, wanted) = (trust.signers_of_file(&content, &signatures), trust.threshold());
    if signers.len() < wanted {
        return Err(format!(
            "{} of the trusted keys have signed it, and {wanted} must: sign it with `minisign -Sm {}`, whose \
             signature lies beside it as `{}`",
            signers.len(),
            path.display(),
            Path::new(&beside).display()
        ));
    }
    sealed(&content).map_err(|error| format!("no copy of it can be made: {error}"))
}

/// A file that nobody can change, so that what is loaded is what was checked. It stays open as long as the process.
#[cfg(target_os = "linux")]
fn sealed(content: &[u8]) -> io::Result<PathBuf> {
    use io::Write;
    use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, memfd_create};
    use std::os::fd::{AsRawFd, IntoRawFd};

    let mut file = fs::File::from(memfd_create("plugin", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)?);
    file.write_all(content)?;
    fcntl_add_seals(&file, SealFlags::WRITE | SealFlags::SHRINK | SealFlags::GROW | SealFlags::SEAL)?;
    let path = format!("/proc/self/fd/{}", file.as_raw_fd());
    let _ = file.into_raw_fd();
    Ok(path.into())
}

/// A file that nobody can change, which is there on Linux alone.
#[cfg(not(target_os = "linux"))]
fn sealed(_: &[u8]) -> io::Result<PathBuf> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "signed plugins are for Linux, which can seal a file"))
}
