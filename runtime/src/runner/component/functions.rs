//! The functions of a component, for messages.

#[cfg(feature = "wasi-p2")]
use crate::failure::Failure;
#[cfg(feature = "wasi-p2")]
use precompile_runtime::artifact::Code;
#[cfg(feature = "wasi-p2")]
use precompile_runtime::wasmtime;
use precompile_runtime::wasmtime::component::Component;

/// The error of a component that is no command of this WASI.
#[cfg(feature = "wasi-p2")]
pub(super) fn no_command(component: &Component, wasi: &str, error: &wasmtime::Error) -> Failure {
    Failure::own(Code::NoCommand, || {
        format!("it is no command of WASI {wasi}: {error:#}{}", functions(component))
    })
}

/// The functions that can be called, for a message.
pub(super) fn functions(component: &Component) -> String {
    #[cfg(feature = "wave")]
    return crate::wave::functions(component);
    #[cfg(not(feature = "wave"))]
    return {
        let _ = component;
        String::new()
    };
}
