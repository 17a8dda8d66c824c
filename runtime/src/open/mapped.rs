//! Opening files by mapping them.

use super::Source;
use super::accepted::Accepted;
#[cfg(feature = "fat")]
use super::fat_file::copy_from_file;
#[cfg(feature = "component-model")]
use super::is_at::is_at;
use super::read_at::read_at;
use crate::open_error::OpenError;
use crate::open_phase::OpenPhase;
use crate::program::Program;
use crate::runtime::Runtime;
use memmap2::Mmap;
use precompile_artifact::trailer::{self, ELF_HEADER_BYTES, Trailer};
use std::fs::File;
use std::io;
use std::path::Path;
#[cfg(feature = "component-model")]
use wasmtime::component::Component;
use wasmtime::{Engine, Module};

impl Runtime {
    /// Opens a file: checks the digest, then maps the file itself instead of a copy, as systems do with programs. Its
    /// pages are shared by all processes that map it, and profilers find its symbols.
    ///
    /// # Safety
    ///
    /// As [`Runtime::open_file`]. Besides, **nobody changes the file until the [`Program`] and everything made from it
    /// are dropped**. Bytes that are written to the file later are executed, unchecked. If the file is shortened, this
    /// process ends.
    ///
    /// This includes guests: a guest with access to a folder with the file, or with a hard link to it, can write its
    /// own machine code, and then has all rights of this process. It also includes `cp` and similar programs, which
    /// write to an existing file. Renaming another file into its place is fine, and `precompile` does that; Windows
    /// refuses it while the file is open.
    ///
    /// The slice of a fat artifact is copied, as [`Runtime::open_file`] does.
    ///
    /// # Errors
    ///
    /// Any [`OpenError`], also if the file's file system doesn't allow execution (`noexec`).
    pub unsafe fn open_file_mapped(&self, path: impl AsRef<Path>) -> Result<Program, OpenError> {
        // SAFETY: the caller promises the same.
        unsafe { self.verify_and_map(path.as_ref(), &mut |_| {}) }
    }

    /// Like [`Runtime::open_file_mapped`], but doesn't check the digest, so that only the needed pages are read. A runtime
    /// that demands signatures checks it nevertheless.
    ///
    /// # Safety
    ///
    /// As [`Runtime::open_file_mapped`]. Besides, the file is undamaged.
    ///
    /// # Errors
    ///
    /// As [`Runtime::open_file_mapped`].
    pub unsafe fn open_file_mapped_unverified(&self, path: impl AsRef<Path>) -> Result<Program, OpenError> {
        let path = path.as_ref();
        // A signature is one of the digest, which must be right for it to count.
        #[cfg(feature = "trust")]
        if self.config.trust.is_some() {
            // SAFETY: the caller promises the same.
            return unsafe { self.verify_and_map(path, &mut |_| {}) };
        }
        let refuse = |source| OpenError::Io { path: path.into(), source };
        let file = open_to_map(path).map_err(refuse)?;
        #[cfg(feature = "fat")]
        if let Some(chosen) = self.slice_in_file(path, &file)? {
            // SAFETY: the caller promises more.
            return unsafe { self.copy_slice(path, &chosen, copy_from_file(&chosen, &file), &mut |_| {}) };
        }
        let found = read_trailer(&file).or_else(|error| only_regular(&file).and(Err(error)));
        let trailer = match found.map_err(refuse)? {
            Some(trailer) => trailer,
            // SAFETY: the caller promises that the file doesn't change while it is mapped.
            None => trailer::read_unverified(&unsafe { map(&file) }.map_err(refuse)?)?,
        };
        // SAFETY: the caller promises the same.
        unsafe { self.make(Accepted::unasked(trailer), Mapped { path, file }, &mut |_| {}) }
    }

    /// Like [`Runtime::open_file_mapped`]. Calls `reached` after each phase, so that phases can be measured separately.
    ///
    /// # Safety
    ///
    /// As [`Runtime::open_file_mapped`].
    ///
    /// # Errors
    ///
    /// As [`Runtime::open_file_mapped`].
    #[cfg(feature = "measure")]
    pub unsafe fn open_file_mapped_in_phases(
        &self,
        path: impl AsRef<Path>,
        mut reached: impl FnMut(OpenPhase),
    ) -> Result<Program, OpenError> {
        // SAFETY: the caller promises the same.
        unsafe { self.verify_and_map(path.as_ref(), &mut reached) }
    }

    /// # Safety
    ///
    /// As [`Runtime::open_file_mapped`].
    unsafe fn verify_and_map(
        &self,
        path: &Path,
        reached: &mut dyn FnMut(OpenPhase),
    ) -> Result<Program, OpenError> {
        let refuse = |source| OpenError::Io { path: path.into(), source };
        let file = open_to_map(path).map_err(refuse)?;
        #[cfg(feature = "fat")]
        if let Some(chosen) = self.slice_in_file(path, &file)? {
            // SAFETY: the caller promises more.
            return unsafe { self.copy_slice(path, &chosen, copy_from_file(&chosen, &file), reached) };
        }
        // SAFETY: the caller promises that the file doesn't change while it is mapped.
        let bytes = unsafe { map(&file) }.map_err(refuse)?;
        let accepted = self.accept(super::read_verified(&bytes)?)?;
        drop(bytes);
        // SAFETY: the caller promises the same, and the digest was right.
        unsafe { self.make(accepted, Mapped { path, file }, reached) }
    }
}

/// A file that is mapped, and doesn't change while it is.
struct Mapped<'a> {
    path: &'a Path,
    file: File,
}

impl Source for Mapped<'_> {
    unsafe fn module(self, engine: &Engine) -> Result<Module, OpenError> {
        // SAFETY: the caller promises the same, and that the file doesn't change.
        unsafe { Module::deserialize_open_file(engine, self.file) }
            .map_err(|error| not_mapped(self.path, error))
    }

    #[cfg(feature = "component-model")]
    unsafe fn component(self, engine: &Engine) -> Result<Component, OpenError> {
        let refuse = |source| OpenError::Io { path: self.path.into(), source };
        // Wasmtime maps components by path only.
        // SAFETY: the caller promises the same of every file that has this name.
        let component = unsafe { Component::deserialize_file(engine, self.path) };
        if !is_at(&self.file, self.path).map_err(refuse)? {
            // Another file was renamed into its place, perhaps before it was mapped.
            let replaced = "another file took its place while it was opened: open it again";
            return Err(refuse(io::Error::other(replaced)));
        }
        component.map_err(|error| not_mapped(self.path, error))
    }
}

/// Maps a file.
///
/// # Safety
///
/// The file doesn't change while it is mapped.
unsafe fn map(file: &File) -> io::Result<Mmap> {
    // SAFETY: the caller promises the same.
    match unsafe { Mmap::map(file) } {
        Ok(bytes) if !bytes.is_empty() => Ok(bytes),
        // The system reports a device as empty, and other errors for pipes.
        other => only_regular(file).and(other),
    }
}

/// The error of a file that isn't regular. Called only after a failure, because it takes time.
fn only_regular(file: &File) -> io::Result<()> {
    match file.metadata()?.is_file() {
        true => Ok(()),
        false => Err(io::Error::new(
            io::ErrorKind::Unsupported,
            "only a regular file can be mapped: open it without mapping",
        )),
    }
}

/// The error of a file that was not mapped. Wasmtime's own error doesn't name the reason.
#[cfg_attr(
    not(any(target_os = "linux", target_os = "android")),
    expect(unused_variables, reason = "used on Linux")
)]
fn not_mapped(path: &Path, error: wasmtime::Error) -> OpenError {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    {
        use rustix::fs::{StatVfsMountFlags, statvfs};
        if statvfs(path).is_ok_and(|system| system.f_flag.contains(StatVfsMountFlags::NOEXEC)) {
            let why = "nothing on its file system can be mapped to be executed (`noexec`): open a copy of it";
            return OpenError::Io {
                path: path.into(),
                source: io::Error::new(io::ErrorKind::PermissionDenied, why),
            };
        }
    }
    OpenError::Wasmtime(error)
}

/// The limit for the offset of a trailer. No file is larger, and some larger offsets have another meaning for systems.
const MOST_BYTES: u64 = 1 << 62;

/// Reads the header and the trailer, which costs less than mapping the whole file. `None` if no complete trailer is
/// found: then the whole file is read, which gives the error.
fn read_trailer(file: &File) -> io::Result<Option<Trailer>> {
    let mut header = [0; ELF_HEADER_BYTES];
    let mut behind = [0; 8 << 10];
    if read_at(file, &mut header, 0)? < header.len() {
        return Ok(None);
    }
    let Ok(image) = trailer::image(&header) else { return Ok(None) };
    if image.bytes > MOST_BYTES {
        return Ok(None);
    }
    let bytes = read_at(file, &mut behind, image.bytes)?;
    // A short read means that the file ends there.
    let is_whole = bytes < behind.len();
    Ok(if is_whole { Trailer::parse(image, &behind[..bytes]).ok() } else { None })
}

#[cfg(not(any(unix, windows)))]
fn open_to_map(path: &Path) -> io::Result<File> {
    File::open(path)
}

/// A pipe would otherwise be waited for, only to be refused.
#[cfg(unix)]
fn open_to_map(path: &Path) -> io::Result<File> {
    use rustix::fs::OFlags;
    use std::os::unix::fs::OpenOptionsExt;
    File::options().read(true).custom_flags(OFlags::NONBLOCK.bits() as i32).open(path)
}

/// Windows maps code only from a file that was opened for execution.
#[cfg(windows)]
fn open_to_map(path: &Path) -> io::Result<File> {
    use std::os::windows::fs::OpenOptionsExt;
    const FILE_GENERIC_READ: u32 = 0x0012_0089;
    const FILE_GENERIC_EXECUTE: u32 = 0x0012_00a0;
    const FILE_SHARE_READ: u32 = 1;
    std::fs::OpenOptions::new()
        .read(true)
        .access_mode(FILE_GENERIC_READ | FILE_GENERIC_EXECUTE)
        .share_mode(FILE_SHARE_READ)
        .open(path)
}
