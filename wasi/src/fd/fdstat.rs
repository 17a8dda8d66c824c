//! The flags and rights of descriptors.

use crate::abi::{fdflags, filetype, rights};
use crate::args::Args;
use crate::context::Context;
use crate::descriptor::{Descriptor, Directory, OpenFile};
use crate::errno::Errno;
use crate::error::Result;
use crate::filestat::{filetype as type_of, stream_type};
use crate::memory::{Memory, aligned, element};
use cap_primitives::fs::Metadata;

/// The rights of a folder that a guest has from the beginning. The C library asks for them.
const PREOPENED: u64 = rights::PATH_CREATE_DIRECTORY
    | rights::PATH_CREATE_FILE
    | rights::PATH_LINK_SOURCE
    | rights::PATH_LINK_TARGET
    | rights::PATH_OPEN
    | rights::FD_READDIR
    | rights::PATH_READLINK
    | rights::PATH_RENAME_SOURCE
    | rights::PATH_RENAME_TARGET
    | rights::PATH_SYMLINK
    | rights::PATH_REMOVE_DIRECTORY
    | rights::PATH_UNLINK_FILE
    | rights::PATH_FILESTAT_GET
    | rights::PATH_FILESTAT_SET_TIMES
    | rights::FD_FILESTAT_GET
    | rights::FD_FILESTAT_SET_TIMES;

/// The rights of what is opened in such a folder.
const INHERITED: u64 = PREOPENED
    | rights::FD_DATASYNC
    | rights::FD_READ
    | rights::FD_SEEK
    | rights::FD_FDSTAT_SET_FLAGS
    | rights::FD_SYNC
    | rights::FD_TELL
    | rights::FD_WRITE
    | rights::FD_ADVISE
    | rights::FD_ALLOCATE
    | rights::FD_FILESTAT_SET_SIZE
    | rights::POLL_FD_READWRITE;

/// The flags that a guest can change.
const CHANGEABLE: u16 = fdflags::APPEND | fdflags::NONBLOCK;

pub(crate) fn fd_fdstat_get(context: &mut Context, memory: &mut Memory<'_>, args: Args<'_>) -> Result<()> {
    let (filetype, flags, base, inheriting) = match context.descriptors.get(args.u32(0))? {
        Descriptor::Stdin => (stream_type(context.input.is_terminal()), 0, rights::FD_READ, rights::FD_READ),
        Descriptor::Output(output) => {
            (stream_type(output.is_terminal()), 0, rights::FD_WRITE, rights::FD_WRITE)
        }
        Descriptor::Directory(Directory { preopened: Some(_), .. }) => {
            (filetype::DIRECTORY, 0, PREOPENED, INHERITED)
        }
        Descriptor::Directory(directory) => {
            let lacking = rights::FD_SEEK
                | rights::FD_FILESTAT_SET_SIZE
                | rights::PATH_FILESTAT_SET_SIZE
                | rights::FD_WRITE
                | if directory.is_read { 0 } else { rights::FD_READ | rights::FD_READDIR };
            (filetype::DIRECTORY, 0, rights::ALL & !lacking, rights::ALL & !lacking)
        }
        Descriptor::File(file) => {
            let filetype = type_of(Metadata::from_file(&file.handle)?.file_type());
            let rights = file_rights(file);
            (filetype, file_flags(file), rights, rights)
        }
    };
    let at = args.u32(1);
    aligned(at, 8)?;
    memory.write(at, &[filetype])?;
    memory.write(element(at, 1, 2)?, &flags.to_le_bytes())?;
    memory.write_u64(element(at, 1, 8)?, base)?;
    memory.write_u64(element(at, 2, 8)?, inheriting)
}

fn file_rights(file: &OpenFile) -> u64 {
    let lacks_read = if file.is_read { 0 } else { rights::FD_READ | rights::FD_READDIR };
    let lacks_write = if file.is_written { 0 } else { rights::FD_WRITE };
    rights::ALL & !lacks_read & !lacks_write
}

fn file_flags(file: &OpenFile) -> u16 {
    let appends = if file.appends { fdflags::APPEND } else { 0 };
    appends | if file.is_nonblocking { fdflags::NONBLOCK } else { 0 }
}

pub(crate) fn fd_fdstat_set_flags(context: &mut Context, _: &mut Memory<'_>, args: Args<'_>) -> Result<()> {
    let flags = args.flags(1, fdflags::ALL)?;
    let file = context.descriptors.file_mut(args.u32(0))?;
    if flags & !CHANGEABLE != 0 {
        return Err(Errno::INVAL.into());
    }
    file.appends = flags & fdflags::APPEND != 0;
    file.is_nonblocking = flags & fdflags::NONBLOCK != 0;
    Ok(())
}

/// ENOTSUP for every file and folder: rights are reported, and not enforced.
pub(crate) fn fd_fdstat_set_rights(context: &mut Context, _: &mut Memory<'_>, args: Args<'_>) -> Result<()> {
    args.rights(1)?;
    args.rights(2)?;
    match context.descriptors.get(args.u32(0))? {
        Descriptor::Directory(_) | Descriptor::File(_) => Err(Errno::NOTSUP.into()),
        Descriptor::Stdin | Descriptor::Output(_) => Err(Errno::BADF.into()),
    }
}
