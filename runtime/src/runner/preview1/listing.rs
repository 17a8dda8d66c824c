//! The entries of a folder, encoded for WASI's `fd_readdir`.

use precompile_runtime::wasmtime::component::Resource;
use std::fs::File;
use std::sync::Arc;
use wasmtime_wasi::filesystem::{Descriptor, Dir, WasiFilesystemCtx, WasiFilesystemCtxView};
use wasmtime_wasi::p1::WasiP1Ctx;
use wasmtime_wasi::p1::types::{Errno, Error, Fd, Fdflags, Filetype, Lookupflags, Oflags, Rights};
use wasmtime_wasi::p1::wasi_snapshot_preview1::WasiSnapshotPreview1;
use wasmtime_wasi::p2::FsResult;
use wasmtime_wasi::p2::bindings::filesystem::types::{DirectoryEntry, ErrorCode, HostDescriptor, PathFlags};
use wasmtime_wasi::{ResourceTable, WasiView};
use wiggle::{GuestMemory, GuestPtr};

/// The entries of a folder, encoded one after the other.
pub(super) struct Listing {
    encoded: Vec<u8>,
    /// The start of each entry. The cookie of an entry is its index here.
    starts: Vec<usize>,
}

impl Listing {
    /// Reads a folder.
    ///
    /// Entries whose name isn't UTF-8 are left out, because WASI has no name for them. So are entries that are removed
    /// meanwhile.
    ///
    /// # Errors
    ///
    /// ENOMEM if the listing takes more than `limit_bytes`, and the system's errors.
    pub(super) async fn read(
        context: &mut WasiP1Ctx,
        fd: Fd,
        inode: u64,
        limit_bytes: usize,
    ) -> Result<Listing, Error> {
        let folder = folder(context, fd).await?;
        let (mut table, mut filesystem) = (ResourceTable::new(), WasiFilesystemCtx::default());
        let mut view = WasiFilesystemCtxView { ctx: &mut filesystem, table: &mut table };
        let folder = view.table.push(Descriptor::Dir(folder))?.rep();
        let mut listing = Listing { encoded: Vec::new(), starts: Vec::new() };
        for name in [".", ".."] {
            listing.push(inode, Filetype::Directory, name);
        }
        let entries = view.read_directory(Resource::new_borrow(folder)).await?;
        for entry in view.table.delete(entries)? {
            let Some(DirectoryEntry { type_, name }) = unless_lost(entry)? else { continue };
            let folder = Resource::new_borrow(folder);
            let hash = view.metadata_hash_at(folder, PathFlags::empty(), name.clone()).await;
            let Some(hash) = unless_lost(hash)? else { continue };
            listing.push(hash.lower, type_.try_into().map_err(Error::trap)?, &name);
            if listing.bytes() > limit_bytes {
                return Err(Errno::Nomem.into());
            }
        }
        Ok(listing)
    }

    /// The length of all entries, encoded.
    pub(super) fn bytes(&self) -> usize {
        self.encoded.len()
    }

    /// A piece of the entries from a cookie's entry on: `length` bytes, or fewer at the end.
    pub(super) fn piece(&self, cookie: u64, length: u32) -> &[u8] {
        let start = usize::try_from(cookie).ok().and_then(|cookie| self.starts.get(cookie));
        let rest = start.map_or(&[][..], |start| &self.encoded[*start..]);
        &rest[..rest.len().min(length as usize)]
    }

    /// Appends an entry: WASI's `dirent`, and the name.
    fn push(&mut self, inode: u64, ty: Filetype, name: &str) {
        self.starts.push(self.encoded.len());
        let next = self.starts.len() as u64;
        self.encoded.extend(next.to_le_bytes());
        self.encoded.extend(inode.to_le_bytes());
        // Names have at most 255 bytes on common operating systems.
        self.encoded.extend((name.len() as u32).to_le_bytes());
        self.encoded.extend((ty as u32).to_le_bytes());
        self.encoded.extend(name.as_bytes());
    }
}

/// An entry, or `None` if it has no name in UTF-8 or was removed.
fn unless_lost<T>(found: FsResult<T>) -> FsResult<Option<T>> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(error) => match error.downcast_ref() {
            Some(ErrorCode::IllegalByteSequence | ErrorCode::NoEntry) => Ok(None),
            _ => Err(error),
        },
    }
}

/// The folder behind a guest's descriptor.
///
/// wasmtime-wasi doesn't tell which of the folders in its table that is. So the folder is opened once more: the new one
/// in the table is the same folder.
async fn folder(context: &mut WasiP1Ctx, fd: Fd) -> Result<Dir, Error> {
    let known: Vec<Arc<File>> = folders(context).map(|folder| folder.dir.clone()).collect();
    let mut path = *b".";
    let (memory, path) = (&mut GuestMemory::Unshared(&mut path), GuestPtr::<str>::new((0, 1)));
    let (follow, flags, none) = (Lookupflags::empty(), Fdflags::empty(), Rights::empty());
    let again = context.path_open(memory, fd, follow, path, Oflags::DIRECTORY, none, none, flags).await?;
    let is_new = |folder: &&Dir| !known.iter().any(|known| Arc::ptr_eq(known, &folder.dir));
    let opened = folders(context).find(is_new).cloned();
    context.fd_close(memory, again).await?;
    opened.ok_or(Errno::Badf.into())
}

/// The open folders.
fn folders(context: &mut WasiP1Ctx) -> impl Iterator<Item = &Dir> {
    context.ctx().table.iter_mut().filter_map(|entry| match entry.downcast_ref() {
        Some(Descriptor::Dir(folder)) => Some(folder),
        _ => None,
    })
}
