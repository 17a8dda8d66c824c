//! The functions of WASI, by their names.

use crate::args::Args;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::memory::Memory;
use crate::{clock, fd, path, poll, preview0, process, random, socket, strings};

/// The module from which guests import preview 1.
const PREVIEW1: &str = "wasi_snapshot_preview1";
/// The module from which guests import preview 0.
const PREVIEW0: &str = "wasi_unstable";
/// The modules from which guests import preview 1 and preview 0. Both have the same functions, with the same types.
pub const MODULES: [&str; 2] = [PREVIEW1, PREVIEW0];

type Implementation = fn(&mut Context, &mut Memory<'_>, Args<'_>) -> Result<()>;

/// A function of WASI.
pub struct Function {
    /// The name.
    pub name: &'static str,
    /// The types of the parameters: `i` for 32 bits, `j` for 64 bits.
    pub params: &'static str,
    /// The function gives the guest an error number. The one without ends the guest.
    pub has_result: bool,
    implementation: Implementation,
}

impl Function {
    /// Calls the function, and returns the error number for the guest, which is 0 for a success.
    ///
    /// # Errors
    ///
    /// [`Error::Exit`] if the guest wants to end, and [`Error::Trap`] if it has to. Never [`Error::Errno`].
    ///
    /// # Panics
    ///
    /// If there are fewer arguments than [`Function::params`].
    pub fn call(&self, context: &mut Context, memory: &mut Memory<'_>, args: Args<'_>) -> Result<u16> {
        match (self.implementation)(context, memory, args) {
            Ok(()) => Ok(0),
            Err(Error::Errno(errno)) => Ok(errno.0),
            Err(error) => Err(error),
        }
    }
}

const fn function(name: &'static str, params: &'static str, implementation: Implementation) -> Function {
    Function { name, params, has_result: true, implementation }
}

/// The functions of preview 1.
pub static FUNCTIONS: [Function; 46] = [
    function("args_get", "ii", strings::args_get),
    function("args_sizes_get", "ii", strings::args_sizes_get),
    function("clock_res_get", "ii", clock::clock_res_get),
    function("clock_time_get", "iji", clock::clock_time_get),
    function("environ_get", "ii", strings::environ_get),
    function("environ_sizes_get", "ii", strings::environ_sizes_get),
    function("fd_advise", "ijji", fd::fd_advise),
    function("fd_allocate", "ijj", fd::fd_allocate),
    function("fd_close", "i", fd::fd_close),
    function("fd_datasync", "i", fd::fd_datasync),
    function("fd_fdstat_get", "ii", fd::fd_fdstat_get),
    function("fd_fdstat_set_flags", "ii", fd::fd_fdstat_set_flags),
    function("fd_fdstat_set_rights", "ijj", fd::fd_fdstat_set_rights),
    function("fd_filestat_get", "ii", fd::fd_filestat_get),
    function("fd_filestat_set_size", "ij", fd::fd_filestat_set_size),
    function("fd_filestat_set_times", "ijji", fd::fd_filestat_set_times),
    function("fd_pread", "iiiji", fd::fd_pread),
    function("fd_prestat_dir_name", "iii", fd::fd_prestat_dir_name),
    function("fd_prestat_get", "ii", fd::fd_prestat_get),
    function("fd_pwrite", "iiiji", fd::fd_pwrite),
    function("fd_read", "iiii", fd::fd_read),
    function("fd_readdir", "iiiji", fd::fd_readdir),
    function("fd_renumber", "ii", fd::fd_renumber),
    function("fd_seek", "ijii", fd::fd_seek),
    function("fd_sync", "i", fd::fd_sync),
    function("fd_tell", "ii", fd::fd_tell),
    function("fd_write", "iiii", fd::fd_write),
    function("path_create_directory", "iii", path::path_create_directory),
    function("path_filestat_get", "iiiii", path::path_filestat_get),
    function("path_filestat_set_times", "iiiijji", path::path_filestat_set_times),
    function("path_link", "iiiiiii", path::path_link),
    function("path_open", "iiiiijjii", path::path_open),
    function("path_readlink", "iiiiii", path::path_readlink),
    function("path_remove_directory", "iii", path::path_remove_directory),
    function("path_rename", "iiiiii", path::path_rename),
    function("path_symlink", "iiiii", path::path_symlink),
    function("path_unlink_file", "iii", path::path_unlink_file),
    function("poll_oneoff", "iiii", poll::poll_oneoff),
    Function { name: "proc_exit", params: "i", has_result: false, implementation: process::proc_exit },
    function("proc_raise", "i", process::proc_raise),
    function("random_get", "ii", random::random_get),
    function("sched_yield", "", process::sched_yield),
    function("sock_accept", "iii", socket::sock_accept),
    function("sock_recv", "iiiiii", socket::sock_recv),
    function("sock_send", "iiiii", socket::sock_send),
    function("sock_shutdown", "ii", socket::sock_shutdown),
];

/// The functions of preview 0 that differ.
static OLD_FUNCTIONS: [Function; 4] = [
    function("fd_filestat_get", "ii", preview0::fd_filestat_get),
    function("fd_seek", "ijii", preview0::fd_seek),
    function("path_filestat_get", "iiiii", preview0::path_filestat_get),
    function("poll_oneoff", "iiii", preview0::poll_oneoff),
];

/// The function that a guest imports by a module and a name, if there is one.
pub fn find(module: &str, name: &str) -> Option<&'static Function> {
    let old = match module {
        PREVIEW1 => &[],
        PREVIEW0 => &OLD_FUNCTIONS[..],
        _ => return None,
    };
    old.iter().chain(&FUNCTIONS).find(|function| function.name == name)
}
