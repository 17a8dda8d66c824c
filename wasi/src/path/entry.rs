//! The entries of folders: making, renaming and removing them.

use crate::args::Args;
use crate::context::Context;
use crate::errno::Errno;
use crate::error::Result;
use crate::memory::Memory;
use cap_primitives::fs::{DirOptions, FollowSymlinks, create_dir, remove_dir, remove_file, rename, stat};

pub(crate) fn path_create_directory(
    context: &mut Context,
    memory: &mut Memory<'_>,
    args: Args<'_>,
) -> Result<()> {
    let directory = context.descriptors.directory(args.u32(0))?;
    let path = memory.path(args.u32(1), args.u32(2))?;
    Ok(create_dir(directory.writable()?, path.as_ref(), &DirOptions::new())?)
}

pub(crate) fn path_remove_directory(
    context: &mut Context,
    memory: &mut Memory<'_>,
    args: Args<'_>,
) -> Result<()> {
    let directory = context.descriptors.directory(args.u32(0))?;
    let path = memory.path(args.u32(1), args.u32(2))?;
    Ok(remove_dir(directory.writable()?, path.as_ref())?)
}

pub(crate) fn path_unlink_file(context: &mut Context, memory: &mut Memory<'_>, args: Args<'_>) -> Result<()> {
    let directory = context.descriptors.directory(args.u32(0))?;
    let path = memory.path(args.u32(1), args.u32(2))?;
    Ok(remove_file(directory.writable()?, path.as_ref())?)
}

pub(crate) fn path_rename(context: &mut Context, memory: &mut Memory<'_>, args: Args<'_>) -> Result<()> {
    let from = context.descriptors.directory(args.u32(0))?;
    let to = context.descriptors.directory(args.u32(3))?;
    let old = memory.path(args.u32(1), args.u32(2))?;
    let new = memory.path(args.u32(4), args.u32(5))?;
    if !from.is_writable || !to.is_writable {
        return Err(Errno::PERM.into());
    }
    let (plain_old, plain_new) = (without_slash(&old), without_slash(&new));
    let needs_folder = plain_old.len() + plain_new.len() < old.len() + new.len();
    if needs_folder && !stat(&from.handle, plain_old.as_ref(), FollowSymlinks::No)?.is_dir() {
        return Err(Errno::NOTDIR.into());
    }
    Ok(rename(&from.handle, plain_old.as_ref(), &to.handle, plain_new.as_ref())?)
}

/// A path without slashes at its end, where either path of a renaming says by them that it is a folder's. cap-primitives
/// 4.0.3 leaves out those of the new path, and passes on those of the old one, where macOS then follows a link.
fn without_slash(path: &str) -> &str {
    match path.trim_end_matches('/') {
        "" => path,
        plain => plain,
    }
}
