//! The version of wasmtime that compiles.

/// The version of wasmtime that compiles. `wasmtime-environ` is pinned to it.
pub const WASMTIME_VERSION: &str = wasmtime_environ::VERSION;

/// The major version alone, as wasmtime writes it into images.
pub const WASMTIME_MAJOR: &str = {
    let bytes = WASMTIME_VERSION.as_bytes();
    let mut end = 0;
    while bytes[end] != b'.' {
        end += 1;
    }
    WASMTIME_VERSION.split_at(end).0
};
