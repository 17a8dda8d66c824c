//! The interfaces whose functions never wait: they are the same in both kinds of linkers.

use super::handles::Io;
use super::imported::Interface;
use wasmtime_wasi::WasiView;
use wasmtime_wasi::cli::{WasiCli, WasiCliView};
use wasmtime_wasi::clocks::{WasiClocks, WasiClocksView};
use wasmtime_wasi::filesystem::{WasiFilesystem, WasiFilesystemView};
use wasmtime_wasi::p2::bindings::{cli, clocks, filesystem, random, sockets};
use wasmtime_wasi::random::{WasiRandom, WasiRandomView};
use wasmtime_wasi::sockets::{WasiSockets, WasiSocketsView};
use wasmtime_wasi_io::bindings::wasi::io;

/// The interfaces whose functions never wait.
pub(super) fn interfaces<T: WasiView + 'static>() -> [Interface<T>; 21] {
    [
        ("wasi:cli/environment@0.2", |l| cli::environment::add_to_linker::<T, WasiCli>(l, T::cli)),
        ("wasi:cli/exit@0.2", |l| cli::exit::add_to_linker::<T, WasiCli>(l, T::cli)),
        ("wasi:cli/stderr@0.2", |l| cli::stderr::add_to_linker::<T, WasiCli>(l, T::cli)),
        ("wasi:cli/stdin@0.2", |l| cli::stdin::add_to_linker::<T, WasiCli>(l, T::cli)),
        ("wasi:cli/stdout@0.2", |l| cli::stdout::add_to_linker::<T, WasiCli>(l, T::cli)),
        ("wasi:cli/terminal-input@0.2", |l| cli::terminal_input::add_to_linker::<T, WasiCli>(l, T::cli)),
        ("wasi:cli/terminal-output@0.2", |l| cli::terminal_output::add_to_linker::<T, WasiCli>(l, T::cli)),
        ("wasi:cli/terminal-stderr@0.2", |l| cli::terminal_stderr::add_to_linker::<T, WasiCli>(l, T::cli)),
        ("wasi:cli/terminal-stdin@0.2", |l| cli::terminal_stdin::add_to_linker::<T, WasiCli>(l, T::cli)),
        ("wasi:cli/terminal-stdout@0.2", |l| cli::terminal_stdout::add_to_linker::<T, WasiCli>(l, T::cli)),
        ("wasi:clocks/monotonic-clock@0.2", |l| {
            clocks::monotonic_clock::add_to_linker::<T, WasiClocks>(l, T::clocks)
        }),
        ("wasi:clocks/wall-clock@0.2", |l| clocks::wall_clock::add_to_linker::<T, WasiClocks>(l, T::clocks)),
        ("wasi:filesystem/preopens@0.2", |l| {
            filesystem::preopens::add_to_linker::<T, WasiFilesystem>(l, T::filesystem)
        }),
        ("wasi:io/error@0.2", |l| io::error::add_to_linker::<T, Io>(l, Io::of)),
        ("wasi:random/insecure-seed@0.2", |l| {
            random::insecure_seed::add_to_linker::<T, WasiRandom>(l, T::random)
        }),
        ("wasi:random/insecure@0.2", |l| random::insecure::add_to_linker::<T, WasiRandom>(l, T::random)),
        ("wasi:random/random@0.2", |l| random::random::add_to_linker::<T, WasiRandom>(l, T::random)),
        ("wasi:sockets/instance-network@0.2", |l| {
            sockets::instance_network::add_to_linker::<T, WasiSockets>(l, T::sockets)
        }),
        ("wasi:sockets/ip-name-lookup@0.2", |l| {
            sockets::ip_name_lookup::add_to_linker::<T, WasiSockets>(l, T::sockets)
        }),
        ("wasi:sockets/network@0.2", |l| {
            let options = sockets::network::LinkOptions::default();
            sockets::network::add_to_linker::<T, WasiSockets>(l, &options, T::sockets)
        }),
        ("wasi:sockets/tcp-create-socket@0.2", |l| {
            sockets::tcp_create_socket::add_to_linker::<T, WasiSockets>(l, T::sockets)
        }),
    ]
}
