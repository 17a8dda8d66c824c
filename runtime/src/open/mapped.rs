//! Opening files by mapping them.

use super::Source;
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
    /// Opens a file: checks the digest, then maps the file itself instead of a copy, as systems do with programs, so
    /// that its pages are shared with all that map it, and profilers find its symbols.
    ///
    /// # Safety
    ///
    /// As [`Runtime::open_file`]; besides, **nobody changes the file until the [`Program`] and all that came from it
    /// are gone**: what is written to it later is executed, unchecked, and who shortens it ends this process. That
    /// goes for guests, too. One that is given a folder with the file in it, or with a hard link to it, can write its
    /// own machine code, and then has all rights of this process. It goes for `cp` and the like, which write to the
    /// file that is there. To rename another file into its place is fine, and is what `precompile` does; Windows
    /// refuses it meanwhile.
    ///
    /// # Errors
    ///
    /// Any [`OpenError`], also where the system lets nothing on the file's file system be executed (`noexec`).
    pub unsafe fn open_file_mapped(&self, path: impl AsRef<Path>) -> Result<Program, OpenError> {
        // SAFETY: the caller promises the same.
        unsafe { self.verify_and_map(path.as_ref(), &mut |_| {}) }
    }

    /// Like [`Runtime::open_file_mapped`], but leaves the digest unchecked, so that only the pages that are needed are
    /// read.
    ///
    /// # Safety
    ///
    /// As [`Runtime::open_file_mapped`]; besides, the file is undamaged.
    ///
    /// # Errors
    ///
    /// As [`Runtime::open_file_mapped`].
    pub unsafe fn open_file_mapped_unverified(&self, path: impl AsRef<Path>) -> Result<Program, OpenError> {
        let path = path.as_ref();
        let refuse = |source| OpenError::Io { path: path.into(), source };
        let file = open_to_map(path).map_err(refuse)?;
        let found = read_trailer(&file).or_else(|error| only_regular(&file).and(Err(error)));
        let manifest = match found.map_err(refuse)? {
            Some(trailer) => trailer.manifest,
            // SAFETY: the caller promises that the file doesn't change while it is mapped.
            None => trailer::read_unverified(&unsafe { map(&file) }.map_err(refuse)?)?.manifest,
        };
        // SAFETY: the caller promises the same.
        unsafe { self.make(manifest, Mapped { path, file }, &mut |_| {}) }
    }

    /// Like [`Runtime::open_file_mapped`], and calls `reached` after each phase, so that they can be measured apart.
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
        // SAFETY: the caller promises that the file doesn't change while it is mapped.
        let bytes = unsafe { map(&file) }.map_err(refuse)?;
        let manifest = trailer::read(&bytes)?.manifest;
        drop(bytes);
        // SAFETY: the caller promises the same, and the digest was right.
        unsafe { self.make(manifest, Mapped { path, file }, reached) }
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
        // Wasmtime maps components by their name only.
        // SAFETY: the caller promises the same of every file that has this name.
        let component = unsafe { Component::deserialize_file(engine, self.path) };
        if !is_at(&self.file, self.path).map_err(refuse)? {
            // Another was renamed into its place, perhaps before it was mapped.
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
/// It doesn't change while it is mapped.
unsafe fn map(file: &File) -> io::Result<Mmap> {
    // SAFETY: the caller promises the same.
    match unsafe { Mmap::map(file) } {
        Ok(bytes) if !bytes.is_empty() => Ok(bytes),
        // The system calls a device empty, and says other things of pipes.
        other => only_regular(file).and(other),
    }
}

/// Asked only where something is wrong, as it takes time.
fn only_regular(file: &File) -> io::Result<()> {
    match file.metadata()?.is_file() {
        true => Ok(()),
        false => Err(io::Error::new(io::ErrorKind::Unsupported, "only a regular file can be mapped")),
    }
}

/// The error of a file that was not mapped. Wasmtime says only what was denied to it.
#[cfg_attr(
    not(any(target_os = "linux", target_os = "android")),
    expect(unused_variables, reason = "Linux tells")
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

/// No file is larger, whatever an image claims; systems take some larger offsets for something else.
const MOST_BYTES: u64 = 1 << 62;

/// Reads what stands before and behind the image, which costs less than mapping all of it. `None` where the trailer isn't
/// found whole so: then all of the file is looked at, which tells why.
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
    // Less than was asked for is all that there is.
    let is_whole = bytes < behind.len();
    Ok(if is_whole { Trailer::parse(image, &behind[..bytes]).ok() } else { None })
}

#[cfg(not(windows))]
fn read_at(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, bytes, offset)
}

#[cfg(windows)]
fn read_at(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, bytes, offset)
}

/// The test that this name is still the open file's.
#[cfg(all(unix, feature = "component-model"))]
pub(super) fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let (open, named) = (file.metadata()?, path.metadata()?);
    Ok((open.dev(), open.ino()) == (named.dev(), named.ino()))
}

/// Windows renames nothing into the place of a file that is open as ours are.
#[cfg(all(not(unix), feature = "component-model"))]
pub(super) fn is_at(_: &File, _: &Path) -> io::Result<bool> {
    Ok(true)
}

#[cfg(not(windows))]
fn open_to_map(path: &Path) -> io::Result<File> {
    File::open(path)
}

/// Windows maps code only from a file that was opened to be executed.
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
