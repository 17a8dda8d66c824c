//! A private copy of an artifact, which nobody can change.

#[cfg(feature = "fat")]
use super::read_at::read_at;
use super::{Source, read_verified};
use crate::open_error::OpenError;
use alloc::vec;
use alloc::vec::Vec;
use core::ops::Deref;
#[cfg(any(target_os = "linux", target_os = "android"))]
use memmap2::Mmap;
#[cfg(feature = "fat")]
use precompile_artifact::fat::{Extent, Head, is_fat};
use precompile_artifact::trailer::{self, Trailer};
use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::Path;
#[cfg(feature = "component-model")]
use wasmtime::component::Component;
use wasmtime::{Engine, Module};

/// A private copy of an artifact, which nobody can change, whatever happens to the original file.
pub(super) enum PrivateCopy {
    /// A sealed file in memory. Its pages are mapped, and not copied again.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    Sealed { file: File, bytes: Mmap },
    /// A copy for other systems, which wasmtime copies once more.
    Owned(Vec<u8>),
}

/// The size of one read, in bytes: it fits the caches of most CPUs.
const CHUNK_BYTES: usize = 64 << 10;

/// The size of one read of a file that says it is shorter, as those of `/proc` do.
const SMALLEST_CHUNK_BYTES: usize = 4 << 10;

/// The maximum length after an image, in bytes: more than any trailer has. It bounds the reading of an endless stream.
const MOST_BEHIND_BYTES: u64 = 64 << 20;

/// A function like [`std::io::Read::read`]. A trait object of [`std::io::Read`] would add all of its other methods.
type ReadSome<'a> = &'a mut dyn FnMut(&mut [u8]) -> io::Result<usize>;

impl PrivateCopy {
    /// Reads a file or a stream to its end. If the start is no artifact, the rest isn't read, because devices have no
    /// end. The length in the header may be wrong. A file ends nevertheless, and the caller must bound a stream.
    pub(super) fn of(read: ReadSome<'_>) -> io::Result<PrivateCopy> {
        PrivateCopy::of_chunks(read, CHUNK_BYTES)
    }

    /// Reads a file or a stream to its end, as [`PrivateCopy::of`], by so many bytes at once.
    fn of_chunks(read: ReadSome<'_>, chunk_bytes: usize) -> io::Result<PrivateCopy> {
        let first = Chunk::read(read, chunk_bytes)?;
        let Ok(image) = trailer::image(&first) else { return Ok(PrivateCopy::Owned(first.to_vec())) };
        #[cfg(feature = "fat")]
        let bytes = fat_bytes(&first).unwrap_or(image.bytes);
        #[cfg(not(feature = "fat"))]
        let bytes = image.bytes;
        // One excess chunk is enough for a refusal.
        let most = bytes.saturating_add(MOST_BEHIND_BYTES);
        #[cfg(any(target_os = "linux", target_os = "android"))]
        if let Some(file) = sealed::create() {
            return sealed::fill(file, first, read, most);
        }
        PrivateCopy::owned(first, read, most)
    }

    /// Reads a file to its end, as [`PrivateCopy::of`]. The system copies a large one at once, but in builds for size.
    pub(super) fn of_file(mut file: &File) -> io::Result<PrivateCopy> {
        let metadata = file.metadata()?;
        #[cfg(all(any(target_os = "linux", target_os = "android"), not(feature = "portable-digest")))]
        if let Some(copy) = sealed::of_large_file(file, &metadata)? {
            return Ok(copy);
        }
        // The pages of a larger buffer would be touched for nothing. One byte more shows the end.
        let bytes = if metadata.is_file() { metadata.len().saturating_add(1) } else { u64::MAX };
        let bytes = usize::try_from(bytes).unwrap_or(usize::MAX).clamp(SMALLEST_CHUNK_BYTES, CHUNK_BYTES);
        PrivateCopy::of_chunks(&mut |buffer| file.read(buffer), bytes)
    }

    /// Reads these parts of a file, one after the other. The system copies many bytes at once, but in builds for size.
    #[cfg(feature = "fat")]
    pub(super) fn of_extents(file: &File, extents: &[Extent]) -> io::Result<PrivateCopy> {
        #[cfg(all(any(target_os = "linux", target_os = "android"), not(feature = "portable-digest")))]
        if let Some(copy) = sealed::of_large_extents(file, extents)? {
            return Ok(copy);
        }
        let mut extents = extents.to_vec();
        let mut next = 0;
        PrivateCopy::of(&mut |buffer| {
            let Some(Extent { offset, bytes }) = extents.get_mut(next) else { return Ok(0) };
            let most = usize::try_from(*bytes).unwrap_or(usize::MAX).min(buffer.len());
            let read = read_at(file, &mut buffer[..most], *offset)?;
            (*offset, *bytes) = (*offset + read as u64, *bytes - read as u64);
            next += usize::from(*bytes == 0);
            Ok(read)
        })
    }

    /// Reads the trailer, and checks the digest.
    ///
    /// # Errors
    ///
    /// Any [`ReadError`](trailer::ReadError), and with the name that is given, the system's if the copy can't be read.
    pub(super) fn trailer(&self, name: &Path) -> Result<Trailer, OpenError> {
        match self {
            #[cfg(all(any(target_os = "linux", target_os = "android"), not(feature = "portable-digest")))]
            PrivateCopy::Sealed { file, bytes } => {
                let trailer = trailer::read_unverified(bytes)?;
                // The file is read by several threads if it is large, which takes less time than the pages of its mapping.
                let hash = precompile_parallel::hash_file(file, trailer.digest_offset);
                let hash = hash.map_err(|source| OpenError::Io { path: name.into(), source })?;
                Ok(trailer.verified(hash)?)
            }
            _ => {
                let _ = name;
                Ok(read_verified(self)?)
            }
        }
    }

    /// The same copy, for a profiler. By its map, perf names code alone whose memory is no file's.
    #[cfg(feature = "profile")]
    pub(super) fn profiled_by(self, profiler: wasmtime::ProfilingStrategy) -> PrivateCopy {
        match profiler {
            wasmtime::ProfilingStrategy::PerfMap => PrivateCopy::Owned(self.to_vec()),
            _ => self,
        }
    }

    fn owned(first: Chunk, read: ReadSome<'_>, most: u64) -> io::Result<PrivateCopy> {
        let mut bytes = Vec::new();
        first.and_the_rest(read, most, &mut |part| {
            bytes.extend_from_slice(part);
            Ok(())
        })?;
        Ok(PrivateCopy::Owned(bytes))
    }
}

/// The length of the slices and the head of a fat artifact that starts like this, in bytes; `None` of others.
#[cfg(feature = "fat")]
fn fat_bytes(start: &[u8]) -> Option<u64> {
    is_fat(start).then(|| Head::read(start, u64::MAX).ok())?.map(|head| head.index.end())
}

/// A part of the input. All parts but the last fill their buffer.
struct Chunk {
    buffer: Vec<u8>,
    bytes: usize,
}

impl Chunk {
    fn read(read: ReadSome<'_>, most: usize) -> io::Result<Chunk> {
        let mut chunk = Chunk { buffer: vec![0; most], bytes: 0 };
        chunk.read_next(read)?;
        Ok(chunk)
    }

    fn read_next(&mut self, read: ReadSome<'_>) -> io::Result<()> {
        self.bytes = 0;
        while self.bytes < self.buffer.len() {
            match read(&mut self.buffer[self.bytes..]) {
                Ok(0) => break,
                Ok(bytes) => self.bytes += bytes,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Passes this chunk and all that follow to `write`, up to the chunk with which they exceed `most` bytes.
    fn and_the_rest(
        mut self,
        read: ReadSome<'_>,
        most: u64,
        write: &mut dyn FnMut(&[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut left = most;
        loop {
            write(&self)?;
            let is_too_long = left < self.bytes as u64;
            if is_too_long || self.bytes < self.buffer.len() {
                return Ok(());
            }
            left -= self.bytes as u64;
            self.read_next(read)?;
        }
    }
}

impl Deref for Chunk {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.buffer[..self.bytes]
    }
}

impl Deref for PrivateCopy {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            #[cfg(any(target_os = "linux", target_os = "android"))]
            PrivateCopy::Sealed { bytes, .. } => bytes,
            PrivateCopy::Owned(bytes) => bytes,
        }
    }
}

impl Source for PrivateCopy {
    unsafe fn module(self, engine: &Engine) -> Result<Module, OpenError> {
        match self {
            #[cfg(any(target_os = "linux", target_os = "android"))]
            PrivateCopy::Sealed { file, bytes } => {
                // SAFETY: the caller promises that this is an artifact of precompile's. Nobody changes a sealed file.
                let mapped = unsafe { Module::deserialize_open_file(engine, file) };
                match mapped {
                    // Some systems allow executable memory, but no executable files.
                    // SAFETY: as for `Owned`.
                    Err(error) if sealed::is_denied(&error) => unsafe { (&*bytes).module(engine) },
                    mapped => mapped.map_err(OpenError::Wasmtime),
                }
            }
            // SAFETY: the caller promises the same.
            PrivateCopy::Owned(bytes) => unsafe { bytes.as_slice().module(engine) },
        }
    }

    #[cfg(feature = "component-model")]
    unsafe fn component(self, engine: &Engine) -> Result<Component, OpenError> {
        match self {
            #[cfg(any(target_os = "linux", target_os = "android"))]
            PrivateCopy::Sealed { file, bytes } => {
                // SAFETY: as for a module.
                let mapped = unsafe { sealed::component(engine, &file) };
                // SAFETY: as for `Owned`.
                mapped.map_or_else(|| unsafe { (&*bytes).component(engine) }, Ok)
            }
            // SAFETY: the caller promises the same.
            PrivateCopy::Owned(bytes) => unsafe { bytes.as_slice().component(engine) },
        }
    }
}

/// Sealed files in memory, on Linux.
#[cfg(any(target_os = "linux", target_os = "android"))]
mod sealed {
    use super::*;
    use memmap2::MmapOptions;
    #[cfg(not(feature = "portable-digest"))]
    use rustix::fs::sendfile;
    use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, memfd_create};
    use rustix::io::Errno;
    use rustix::process::{Resource, getrlimit};
    #[cfg(not(feature = "portable-digest"))]
    use std::fs::Metadata;
    use std::io::{Seek, Write};

    const TOO_LARGE: &str = "it is larger than files may be (`ulimit -f`), and its copy in memory counts as one: \
                             raise that, or map it";

    /// A new file in memory, if the system supports that.
    pub(super) fn create() -> Option<File> {
        let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
        // The file isn't to be started as a program. Some systems require this flag, and older ones don't support it.
        // The file's pages can be mapped as executable in either case.
        let create = |flags| memfd_create(c"artifact", flags).ok();
        create(flags | MemfdFlags::NOEXEC_SEAL).or_else(|| create(flags)).map(File::from)
    }

    /// Fills a file in memory with a chunk and what follows it, and seals it.
    pub(super) fn fill(file: File, first: Chunk, read: ReadSome<'_>, most: u64) -> io::Result<PrivateCopy> {
        // The limit for files applies, and a process that exceeds it is ended by a signal.
        let mut room = getrlimit(Resource::Fsize).current.unwrap_or(u64::MAX);
        first.and_the_rest(read, most, &mut |part| {
            let left = room.checked_sub(part.len() as u64);
            room = left.ok_or_else(|| io::Error::new(ErrorKind::FileTooLarge, TOO_LARGE))?;
            (&file).write_all(part)
        })?;
        seal(file)
    }

    /// Copies a regular file that is hashed in more than one part. `None` of another file, and where the copy fails, as
    /// it does of a file that becomes shorter meanwhile: reading it from the start tells why.
    #[cfg(not(feature = "portable-digest"))]
    pub(super) fn of_large_file(file: &File, metadata: &Metadata) -> io::Result<Option<PrivateCopy>> {
        use precompile_artifact::trailer::ELF_HEADER_BYTES;
        use std::os::unix::fs::FileExt;

        let bytes = metadata.len();
        if !metadata.is_file() || bytes <= precompile_parallel::PART_BYTES {
            return Ok(None);
        }
        let mut header = [0; ELF_HEADER_BYTES];
        let most = match file.read_exact_at(&mut header, 0).map(|()| trailer::image(&header)) {
            Ok(Ok(image)) => image.bytes.saturating_add(MOST_BEHIND_BYTES),
            _ => return Ok(None),
        };
        let room = getrlimit(Resource::Fsize).current.unwrap_or(u64::MAX);
        match create().filter(|_| bytes <= most.min(room)) {
            Some(copy) if copy_range(file, &copy, 0, bytes).is_ok() => seal(copy).map(Some),
            _ => Ok(None),
        }
    }

    /// Copies parts of a file, one after the other, that are hashed in more than one part together. `None` of smaller ones,
    /// and where the copy fails.
    #[cfg(all(feature = "fat", not(feature = "portable-digest")))]
    pub(super) fn of_large_extents(file: &File, extents: &[Extent]) -> io::Result<Option<PrivateCopy>> {
        let bytes = extents.iter().map(|extent| extent.bytes).sum::<u64>();
        let room = getrlimit(Resource::Fsize).current.unwrap_or(u64::MAX);
        if bytes <= precompile_parallel::PART_BYTES || bytes > room {
            return Ok(None);
        }
        let Some(copy) = create() else { return Ok(None) };
        let mut copied = extents.iter().map(|extent| copy_range(file, &copy, extent.offset, extent.bytes));
        if copied.all(|copied| copied.is_ok()) { seal(copy).map(Some) } else { Ok(None) }
    }

    /// Copies a range of a file to the end of another without a buffer of ours. Two threads took as long: a file in memory is written by
    /// one at a time.
    #[cfg(not(feature = "portable-digest"))]
    fn copy_range(from: &File, to: &File, offset: u64, bytes: u64) -> io::Result<()> {
        let mut at = offset;
        while at < offset + bytes {
            let left = usize::try_from(offset + bytes - at).unwrap_or(usize::MAX);
            match sendfile(to, from, Some(&mut at), left) {
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(_) | Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Seals a file in memory. If that fails, the copy is in this process' own memory.
    fn seal(file: File) -> io::Result<PrivateCopy> {
        let seals = SealFlags::WRITE | SealFlags::SHRINK | SealFlags::GROW | SealFlags::SEAL;
        if fcntl_add_seals(&file, seals).is_err() {
            // Linux refuses as busy while a page of the file is in use elsewhere, as for a moment by page migration.
            (&file).rewind()?;
            let read: ReadSome<'_> = &mut |buffer| (&file).read(buffer);
            return PrivateCopy::owned(Chunk::read(read, CHUNK_BYTES)?, read, u64::MAX);
        }
        // A private mapping, because older kernels treat a shared one as writable.
        // SAFETY: nobody can change or shorten the file any more.
        let bytes = unsafe { MmapOptions::new().map_copy_read_only(&file) }?;
        Ok(PrivateCopy::Sealed { file, bytes })
    }

    /// Returns true if the system denied the mapping, rather than that the artifact is invalid.
    pub(super) fn is_denied(error: &wasmtime::Error) -> bool {
        matches!(error.root_cause().downcast_ref(), Some(&(Errno::ACCESS | Errno::PERM)))
    }

    /// Maps a component, which wasmtime does by path only. `None` if the system has no paths of open files (`/proc`).
    ///
    /// # Safety
    ///
    /// As [`Component::deserialize_file`].
    #[cfg(feature = "component-model")]
    pub(super) unsafe fn component(engine: &Engine, file: &File) -> Option<Component> {
        use std::os::fd::AsRawFd;
        let name = std::format!("/proc/self/fd/{}", file.as_raw_fd());
        // SAFETY: the caller promises the same of the file.
        let component = unsafe { Component::deserialize_file(engine, &name) }.ok()?;
        super::super::is_at::is_at(file, name.as_ref()).is_ok_and(|is_it| is_it).then_some(component)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::open::accepted::Accepted;
    use crate::program::Program;
    use crate::runtime::Runtime;
    use std::fs;
    use std::io::Read;
    use support::Folder;
    use wasmtime::{Instance, Store};

    /// An artifact whose function returns 42, from its memory.
    fn artifact() -> Vec<u8> {
        let text = r#"(module (memory 1) (data (i32.const 8) "\2a")
            (func (export "answer") (result i32) (i32.load (i32.const 8))))"#;
        fs::read(Folder::new().compile("answer", text, &[])).unwrap()
    }

    fn copy_of(mut bytes: &[u8]) -> PrivateCopy {
        PrivateCopy::of(&mut |buffer| bytes.read(buffer)).unwrap()
    }

    fn answer(copy: PrivateCopy) -> i32 {
        let trailer = copy.trailer("copy".as_ref()).unwrap();
        answer_of(trailer, copy)
    }

    fn answer_of(trailer: Trailer, copy: PrivateCopy) -> i32 {
        let accepted = Accepted::unasked(trailer);
        // SAFETY: the tests have just compiled it, and nobody changed it.
        let program: Program = unsafe { Runtime::new().make(accepted, copy, &mut |_| {}) }.unwrap();
        let mut store = Store::new(program.engine(), ());
        let instance = Instance::new(&mut store, program.module().unwrap(), &[]).unwrap();
        instance.get_typed_func::<(), i32>(&mut store, "answer").unwrap().call(&mut store, ()).unwrap()
    }

    #[test]
    fn a_copy_without_a_file_in_memory() {
        let artifact = artifact();
        let mut source = &*artifact;
        let read: ReadSome<'_> = &mut |buffer| source.read(buffer);
        let copy = PrivateCopy::owned(Chunk::read(read, CHUNK_BYTES).unwrap(), read, u64::MAX).unwrap();
        assert_eq!(answer(copy), 42);
    }

    /// A file may become longer while it is read, so that its end is in no first chunk.
    #[test]
    fn chunks_of_any_size() {
        let artifact = artifact();
        for bytes in [64, 1000, artifact.len() - 1, artifact.len(), artifact.len() + 1] {
            let mut source = &*artifact;
            let copy = PrivateCopy::of_chunks(&mut |buffer| source.read(buffer), bytes).unwrap();
            assert_eq!(&*copy, &*artifact, "{bytes}");
            assert_eq!(answer(copy), 42, "{bytes}");
        }
    }

    #[cfg(any(target_os = "linux", target_os = "android"))]
    #[test]
    fn a_sealed_file_can_not_be_changed() {
        use memmap2::MmapMut;
        use std::fs::OpenOptions;
        use std::io::Write;
        use std::os::fd::AsRawFd;
        let copy = copy_of(&artifact());
        let PrivateCopy::Sealed { file, bytes } = &copy else { panic!("this system has no files in memory") };
        // Through the file itself, and through one that is opened anew, as processes of the same user can.
        let name = std::format!("/proc/self/fd/{}", file.as_raw_fd());
        let again = OpenOptions::new().read(true).write(true).open(name).unwrap();
        for file in [file, &again] {
            let mut writer = file;
            assert!(writer.write_all(b"changed").is_err());
            assert!(file.set_len(0).is_err() && file.set_len(2 * bytes.len() as u64).is_err());
            // SAFETY: nobody reads the mapping.
            assert!(unsafe { MmapMut::map_mut(file) }.is_err());
        }
        drop(again);
        assert_eq!(answer(copy), 42);
    }

    /// The system copies a large file at once, and several threads check the copy.
    #[test]
    fn a_large_file() {
        let text = std::format!(
            r#"(module (memory 40) (data (i32.const 8) "\2a") (data (i32.const 64) "{}")
                (func (export "answer") (result i32) (i32.load8_u (i32.const 8))))"#,
            "x".repeat(2 << 20)
        );
        let artifact = fs::read(Folder::new().compile("large", &text, &[])).unwrap();
        assert!(artifact.len() > 2 << 20);
        let folder = Folder::new();
        let copy_of_file = |bytes: &[u8]| {
            PrivateCopy::of_file(&File::open(folder.write("copied.cwasm", bytes)).unwrap()).unwrap()
        };
        assert_eq!(answer(copy_of_file(&artifact)), 42);
        #[cfg(all(any(target_os = "linux", target_os = "android"), not(feature = "portable-digest")))]
        {
            let file = File::open(folder.join("copied.cwasm")).unwrap();
            assert!(sealed::of_large_file(&file, &file.metadata().unwrap()).unwrap().is_some());
        }
        for at in [1 << 20, artifact.len() - 200] {
            let mut damaged = artifact.clone();
            damaged[at] ^= 1;
            let refused = copy_of_file(&damaged).trailer("copy".as_ref());
            assert!(matches!(refused, Err(OpenError::Read(_))), "{at}");
        }
        let refused = copy_of_file(&artifact[..artifact.len() - 1]).trailer("copy".as_ref());
        assert!(matches!(refused, Err(OpenError::Read(trailer::ReadError::Truncated { .. }))));
    }

    /// A page of the file is in use elsewhere.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    #[test]
    fn a_file_that_cannot_be_sealed() {
        use memmap2::MmapMut;
        let artifact = artifact();
        let mut source = &*artifact;
        let read: ReadSome<'_> = &mut |buffer| source.read(buffer);
        let (file, first) = (sealed::create().unwrap(), Chunk::read(read, CHUNK_BYTES).unwrap());
        file.set_len(1).unwrap();
        // SAFETY: nobody reads the mapping.
        let _held = unsafe { MmapMut::map_mut(&file) }.unwrap();
        let copy = sealed::fill(file, first, read, u64::MAX).unwrap();
        assert!(matches!(copy, PrivateCopy::Owned(_)));
        assert_eq!(answer(copy), 42);
    }

    /// On a system without executable files, wasmtime copies the bytes.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    #[test]
    fn a_file_that_cannot_be_mapped() {
        use std::fs::OpenOptions;
        use std::os::fd::AsRawFd;
        let copy = copy_of(&artifact());
        let trailer = copy.trailer("copy".as_ref()).unwrap();
        let PrivateCopy::Sealed { file, bytes } = copy else { panic!("this system has no files in memory") };
        // A file that can't be read can't be mapped.
        let name = std::format!("/proc/self/fd/{}", file.as_raw_fd());
        let file = OpenOptions::new().write(true).open(name).unwrap();
        assert_eq!(answer_of(trailer, PrivateCopy::Sealed { file, bytes }), 42);
    }
}
