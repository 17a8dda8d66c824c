//! The text of `--version`.

use precompile::{Backend, Platform, Target, WASMTIME_VERSION};
use std::sync::LazyLock;

/// The versions of this command and of wasmtime, and the backends.
pub(crate) static TEXT: LazyLock<String> = LazyLock::new(|| {
    let target: Target = "x86_64".parse().expect("it is a target");
    let backends =
        Backend::ALL.into_iter().filter(|backend| target.check(*backend, Platform::Hosted).is_ok());
    let backends: Vec<_> = backends.map(Backend::name).collect();
    format!("{} (wasmtime {WASMTIME_VERSION}; {})", env!("CARGO_PKG_VERSION"), backends.join(", "))
});
