//! The file of a plugin, once its signatures were checked.

use crate::args::Args;
use crate::failure::Failure;
use std::path::{Path, PathBuf};

/// The file from which a plugin is to be loaded: its own, or with `--trust` a sealed copy of what was checked.
///
/// # Errors
///
/// If `--trust` is given, and too few of its keys have signed the plugin.
#[cfg(not(all(feature = "trust", target_os = "linux")))]
pub(super) fn file(path: &Path, _: &Args) -> Result<PathBuf, Failure> {
    // A path without a folder would be looked for in the system's folders.
    Ok(Path::new(".").join(path))
}

/// The file from which a plugin is to be loaded: its own, or with `--trust` a sealed copy of what was checked.
///
/// # Errors
///
/// If `--trust` is given, and too few of its keys have signed the plugin.
#[cfg(all(feature = "trust", target_os = "linux"))]
pub(super) fn file(path: &Path, args: &Args) -> Result<PathBuf, Failure> {
    use precompile_runtime::artifact::Code;
    use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, memfd_create};
    use std::fs::{self, File};
    use std::io::Write;
    use std::os::fd::{AsRawFd, IntoRawFd};

    let Some(trust) = args.demands.signatures.trust()? else {
        // A path without a folder would be looked for in the system's folders.
        return Ok(Path::new(".").join(path));
    };
    let failed = |text: String| {
        Failure::own(Code::Plugin, || format!("can't use the plugin `{}`: {text}", path.display()))
    };
    let content = fs::read(path).map_err(|error| failed(error.to_string()))?;
    let mut beside = path.as_os_str().to_owned();
    beside.push(".minisig");
    // Without signatures, none count.
    let signatures = fs::read_to_string(&beside).unwrap_or_default();
    let (signers, wanted) = (trust.signers_of_file(&content, &signatures), trust.threshold());
    if signers.len() < wanted {
        return Err(failed(format!(
            "{} of the trusted keys have signed it, and {wanted} must: sign it with `minisign -Sm {}`, whose \
             signature lies beside it as `{}`",
            signers.len(),
            path.display(),
            Path::new(&beside).display()
        )));
    }
    // Nobody can change what was checked. Its file stays open as long as the process.
    let sealed = || -> std::io::Result<PathBuf> {
        let mut file = File::from(memfd_create("plugin", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)?);
        file.write_all(&content)?;
        fcntl_add_seals(&file, SealFlags::WRITE | SealFlags::SHRINK | SealFlags::GROW | SealFlags::SEAL)?;
        let path = format!("/proc/self/fd/{}", file.as_raw_fd());
        let _ = file.into_raw_fd();
        Ok(path.into())
    };
    sealed().map_err(|error| failed(format!("no copy of it can be made: {error}")))
}
