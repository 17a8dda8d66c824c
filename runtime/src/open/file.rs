//! Opening files.

use crate::code::Code;
use crate::open_error::OpenError;
use crate::open_phase::OpenPhase;
use crate::program::Program;
use crate::runtime::Runtime;
use memmap2::Mmap;
use precompile_artifact::Manifest;
use precompile_artifact::manifest::Kind;
use precompile_artifact::trailer::{self, ELF_HEADER_BYTES, Trailer};
use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;
use wasmtime::Module;
#[cfg(feature = "component-model")]
use wasmtime::component::Component;

impl Runtime {
    /// Opens a file: checks the digest, then maps it, so that its pages are read when the code
    /// needs them and are shared with other processes.
    ///
    /// # Safety
    ///
    /// The file was written by `precompile` and nobody else changed it since. It doesn't change
    /// until the [`Program`] and all that came from it are gone, because it stays mapped; that
    /// the digest was right before says nothing about a later change. On Unix, renaming another
    /// such file into its place is fine, and is what `precompile` does; Windows refuses it
    /// meanwhile.
    ///
    /// # Errors
    ///
    /// Any [`OpenError`].
    pub unsafe fn open_file(&self, path: impl AsRef<Path>) -> Result<Program, OpenError> {
        // SAFETY: the caller promises the same.
        unsafe { self.verify(path.as_ref(), |_| {}) }
    }

    /// Like [`Runtime::open_file`], but leaves the digest unchecked, so that only the pages that
    /// are needed are read.
    ///
    /// # Safety
    ///
    /// As [`Runtime::open_file`]; besides, the file is undamaged.
    ///
    /// # Errors
    ///
    /// Any [`OpenError`].
    pub unsafe fn open_file_unverified(&self, path: impl AsRef<Path>) -> Result<Program, OpenError> {
        let path = path.as_ref();
        let refuse = |source| OpenError::Io { path: path.into(), source };
        let file = open_to_map(path).map_err(refuse)?;
        let manifest = match read_trailer(&file).map_err(refuse)? {
            Some(trailer) => trailer.manifest,
            // SAFETY: the caller promises that the file doesn't change while it is mapped.
            None => trailer::read_unverified(&unsafe { Mmap::map(&file) }.map_err(refuse)?)?.manifest,
        };
        // SAFETY: the caller promises the same.
        unsafe { self.map(path, file, manifest, |_| {}) }
    }

    /// Like [`Runtime::open_file`], and calls `reached` after each phase, so that they can be measured apart.
    ///
    /// # Safety
    ///
    /// As [`Runtime::open_file`].
    ///
    /// # Errors
    ///
    /// Any [`OpenError`].
    #[cfg(feature = "measure")]
    pub unsafe fn open_file_in_phases(
        &self,
        path: impl AsRef<Path>,
        reached: impl FnMut(OpenPhase),
    ) -> Result<Program, OpenError> {
        // SAFETY: the caller promises the same.
        unsafe { self.verify(path.as_ref(), reached) }
    }

    /// # Safety
    ///
    /// As [`Runtime::open_file`].
    unsafe fn verify(&self, path: &Path, reached: impl FnMut(OpenPhase)) -> Result<Program, OpenError> {
        let refuse = |source| OpenError::Io { path: path.into(), source };
        let file = open_to_map(path).map_err(refuse)?;
        // SAFETY: the caller promises that the file doesn't change while it is mapped.
        let bytes = unsafe { Mmap::map(&file) }.map_err(refuse)?;
        let manifest = trailer::read(&bytes)?.manifest;
        drop(bytes);
        // SAFETY: the caller promises the same, and the digest was right.
        unsafe { self.map(path, file, manifest, reached) }
    }

    /// Maps an artifact that has this manifest.
    ///
    /// # Safety
    ///
    /// As [`Runtime::open_file_unverified`].
    unsafe fn map(
        &self,
        #[cfg_attr(
            not(feature = "component-model"),
            expect(unused, reason = "modules are mapped by their file")
        )]
        path: &Path,
        file: File,
        manifest: Manifest,
        mut reached: impl FnMut(OpenPhase),
    ) -> Result<Program, OpenError> {
        reached(OpenPhase::Read);
        let manifest = Arc::new(manifest);
        let engine = self.engine_for(&manifest)?;
        reached(OpenPhase::Engine);
        let code = match manifest.kind {
            // SAFETY: the caller promises that the file is an artifact of precompile's, undamaged,
            // and that it doesn't change while it is mapped.
            Kind::Module => unsafe { Module::deserialize_open_file(&engine, file) }.map(Code::Module),
            #[cfg(feature = "component-model")]
            Kind::Component => {
                let refuse = |source| OpenError::Io { path: path.into(), source };
                // Wasmtime maps components by their name only.
                // SAFETY: the caller promises the same of every file that has this name.
                let component = unsafe { Component::deserialize_file(&engine, path) };
                if !is_at(&file, path).map_err(refuse)? {
                    // Another was renamed into its place, perhaps before it was mapped.
                    let replaced = "another file took its place while it was opened: open it again";
                    return Err(refuse(io::Error::other(replaced)));
                }
                component.map(Code::Component)
            }
            #[cfg(not(feature = "component-model"))]
            Kind::Component => unreachable!("it is no mismatch with this host"),
        };
        let program = Program::new(manifest, code.map_err(OpenError::Wasmtime)?);
        reached(OpenPhase::Deserialized);
        Ok(program)
    }
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

/// Whether this name is still the open file's.
#[cfg(all(unix, feature = "component-model"))]
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let (open, named) = (file.metadata()?, path.metadata()?);
    Ok((open.dev(), open.ino()) == (named.dev(), named.ino()))
}

/// Windows renames nothing into the place of a file that is open as ours are.
#[cfg(all(not(unix), feature = "component-model"))]
fn is_at(_: &File, _: &Path) -> io::Result<bool> {
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
