//! Functions on descriptors.

mod close;
mod fdstat;
mod file;
mod filestat;
mod position;
mod preopened;
mod read;
mod readdir;
mod write;

pub(crate) use close::{fd_close, fd_renumber};
pub(crate) use fdstat::{fd_fdstat_get, fd_fdstat_set_flags, fd_fdstat_set_rights};
pub(crate) use file::{fd_advise, fd_allocate, fd_datasync, fd_sync};
pub(crate) use filestat::{fd_filestat_get, fd_filestat_set_size, fd_filestat_set_times, stat};
pub(crate) use position::{Whence, fd_seek, fd_tell, seek};
pub(crate) use preopened::{fd_prestat_dir_name, fd_prestat_get};
pub(crate) use read::{fd_pread, fd_read};
pub(crate) use readdir::fd_readdir;
pub(crate) use write::{fd_pwrite, fd_write};
