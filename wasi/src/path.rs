//! Functions on paths.

mod entry;
mod filestat;
mod link;
mod open;

pub(crate) use entry::{path_create_directory, path_remove_directory, path_rename, path_unlink_file};
pub(crate) use filestat::{path_filestat_get, path_filestat_set_times, stat};
pub(crate) use link::{path_link, path_readlink, path_symlink};
pub(crate) use open::path_open;
