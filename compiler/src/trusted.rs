//! The one place of unsafe code.

#[cfg(feature = "build")]
use jobserver::Client;
#[cfg(feature = "build")]
use std::sync::OnceLock;

/// Lets code use instructions that not every CPU of the target has.
#[cfg(feature = "compile")]
pub(crate) fn enable_cpu_feature(config: &mut wasmtime::Config, setting: &str) {
    // SAFETY: the feature is stamped into the artifact and the manifest, and is checked at load.
    unsafe { config.cranelift_flag_enable(setting) };
}

/// Cargo's jobserver, if this process is a build script.
#[cfg(feature = "build")]
pub(crate) fn jobserver() -> Option<&'static Client> {
    static SERVER: OnceLock<Option<Client>> = OnceLock::new();
    // SAFETY: cargo leaves the descriptors that it names open in its build scripts, for the first code that takes
    // them. Only this code takes them, once, and they are never closed.
    SERVER.get_or_init(|| unsafe { Client::from_env() }).as_ref()
}
