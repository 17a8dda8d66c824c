//! Calls of wasmtime-wasi's functions by their names.

use wasmtime_wasi::I32Exit;
use wasmtime_wasi::p1::WasiP1Ctx;
use wasmtime_wasi::p1::wasi_snapshot_preview1 as functions;
use wasmtime_wasi::runtime::in_tokio;
use wiggle::GuestMemory;

/// The end of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Errno(u16),
    Exit(i32),
    Trap,
}

/// Calls a function with arguments of these types.
macro_rules! call {
    ($name:expr, $context:expr, $memory:expr, $args:expr,
     now: { $($now:ident($($now_type:ident),*))* } later: { $($later:ident($($later_type:ident),*))* }) => {
        match $name {
            $(stringify!($now) => {
                let mut args = $args.iter();
                functions::$now($context, $memory, $(*args.next().unwrap() as $now_type),*)
            })*
            $(stringify!($later) => {
                let mut args = $args.iter();
                in_tokio(functions::$later($context, $memory, $(*args.next().unwrap() as $later_type),*))
            })*
            "proc_exit" => match functions::proc_exit($context, $memory, $args[0] as i32) {
                Ok(()) => unreachable!("it ends the guest"),
                Err(error) => Err(error),
            },
            "sched_yield" => functions::sched_yield($context, $memory),
            other => unreachable!("{other} is no function"),
        }
    };
}

/// Calls a function.
pub(crate) fn call(name: &str, context: &mut WasiP1Ctx, memory: &mut [u8], args: &[u64]) -> End {
    functions::WasiSnapshotPreview1::set_hostcall_fuel(context, usize::MAX);
    let memory = &mut GuestMemory::Unshared(memory);
    let end = call!(name, context, memory, args,
        now: {
            args_get(i32, i32)
            args_sizes_get(i32, i32)
            clock_res_get(i32, i32)
            clock_time_get(i32, i64, i32)
            environ_get(i32, i32)
            environ_sizes_get(i32, i32)
            fd_allocate(i32, i64, i64)
            fd_fdstat_set_flags(i32, i32)
            fd_fdstat_set_rights(i32, i64, i64)
            fd_prestat_dir_name(i32, i32, i32)
            fd_prestat_get(i32, i32)
            fd_tell(i32, i32)
            proc_raise(i32)
            random_get(i32, i32)
            sock_accept(i32, i32, i32)
            sock_recv(i32, i32, i32, i32, i32, i32)
            sock_send(i32, i32, i32, i32, i32)
            sock_shutdown(i32, i32)
        }
        later: {
            fd_advise(i32, i64, i64, i32)
            fd_close(i32)
            fd_datasync(i32)
            fd_fdstat_get(i32, i32)
            fd_filestat_get(i32, i32)
            fd_filestat_set_size(i32, i64)
            fd_filestat_set_times(i32, i64, i64, i32)
            fd_pread(i32, i32, i32, i64, i32)
            fd_pwrite(i32, i32, i32, i64, i32)
            fd_read(i32, i32, i32, i32)
            fd_readdir(i32, i32, i32, i64, i32)
            fd_renumber(i32, i32)
            fd_seek(i32, i64, i32, i32)
            fd_sync(i32)
            fd_write(i32, i32, i32, i32)
            path_create_directory(i32, i32, i32)
            path_filestat_get(i32, i32, i32, i32, i32)
            path_filestat_set_times(i32, i32, i32, i32, i64, i64, i32)
            path_link(i32, i32, i32, i32, i32, i32, i32)
            path_open(i32, i32, i32, i32, i32, i64, i64, i32, i32)
            path_readlink(i32, i32, i32, i32, i32, i32)
            path_remove_directory(i32, i32, i32)
            path_rename(i32, i32, i32, i32, i32, i32)
            path_symlink(i32, i32, i32, i32, i32)
            path_unlink_file(i32, i32, i32)
            poll_oneoff(i32, i32, i32, i32)
        }
    );
    match end {
        Ok(errno) => End::Errno(errno as u16),
        Err(error) => match error.downcast_ref::<I32Exit>() {
            Some(exit) => End::Exit(exit.0),
            None => End::Trap,
        },
    }
}
