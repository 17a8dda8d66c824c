//! The functions of WASI preview 1.

/// The names of the functions.
pub(crate) const FUNCTIONS: [&str; 46] = [
    "args_get",
    "args_sizes_get",
    "clock_res_get",
    "clock_time_get",
    "environ_get",
    "environ_sizes_get",
    "fd_advise",
    "fd_allocate",
    "fd_close",
    "fd_datasync",
    "fd_fdstat_get",
    "fd_fdstat_set_flags",
    "fd_fdstat_set_rights",
    "fd_filestat_get",
    "fd_filestat_set_size",
    "fd_filestat_set_times",
    "fd_pread",
    "fd_prestat_dir_name",
    "fd_prestat_get",
    "fd_pwrite",
    "fd_read",
    "fd_readdir",
    "fd_renumber",
    "fd_seek",
    "fd_sync",
    "fd_tell",
    "fd_write",
    "path_create_directory",
    "path_filestat_get",
    "path_filestat_set_times",
    "path_link",
    "path_open",
    "path_readlink",
    "path_remove_directory",
    "path_rename",
    "path_symlink",
    "path_unlink_file",
    "poll_oneoff",
    "proc_exit",
    "proc_raise",
    "random_get",
    "sched_yield",
    "sock_accept",
    "sock_recv",
    "sock_send",
    "sock_shutdown",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preview1;
    use precompile_runtime::wasmtime::{Config, Engine, Linker};

    /// The functions that are described as offered are those that can be linked.
    #[test]
    fn the_functions_are_those_that_can_be_linked() {
        let engine = Engine::new(&Config::new()).unwrap();
        let mut linker = Linker::new(&engine);
        preview1::add_to_linker(&mut linker).unwrap();
        for module in preview1::MODULES {
            let mut linked = linker.clone();
            // A defined name can't be defined again.
            let is_linked = |name: &&str| linked.func_wrap(module, name, || ()).is_err();
            assert_eq!(
                FUNCTIONS.iter().copied().filter(is_linked).collect::<Vec<_>>(),
                FUNCTIONS,
                "{module}"
            );
            assert!(linker.clone().func_wrap(module, "no_such_function", || ()).is_ok());
        }
    }
}
