//! The options of a runtime.

use super::pointer;
use crate::failure::Failure;
use precompile_runtime::RuntimeConfig;
#[cfg(feature = "policy")]
use precompile_runtime::artifact::Policy;
#[cfg(feature = "trust")]
use precompile_runtime::artifact::Trust;
use std::ffi::c_char;

/// The options of a runtime. Set all bytes to zero, then `size`, then what is wanted:
///
///     precompile_options_t options = {.size = sizeof options, .policy = "fuel"};
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct precompile_options_t {
    /// The size of this structure, `sizeof(precompile_options_t)`, by which later versions of the library know what a
    /// program was compiled with.
    pub size: usize,
    /// The most stack that a guest may take, in bytes; 0 for 512 KiB. The stack of a thread that calls guests must have
    /// room for it, and for host functions.
    pub guest_stack_bytes: usize,
    /// Demands on artifacts, separated by blanks or lines, or NULL: `epoch-interruption`, `fuel`, `memory-max=SIZE`,
    /// `min-wasmtime=VERSION`, `backend=NAME[,NAME]`, `no-debug`, `audited`. All of them hold.
    pub policy: *const c_char,
    /// The content of a trust file, or NULL: the public keys of which as many as it says must have signed an artifact.
    /// With it, opening an artifact is safe also where others can write it.
    pub trust: *const c_char,
    /// True if artifacts without any signature are opened, too. Only with `trust`.
    pub allow_unsigned: bool,
}

/// The configuration that options ask for; null asks for none.
///
/// # Safety
///
/// The pointer is null or points to options, whose texts are null or end with a zero.
pub(super) unsafe fn config(options: *const precompile_options_t) -> Result<RuntimeConfig, Failure> {
    let mut config = RuntimeConfig::default();
    if options.is_null() {
        return Ok(config);
    }
    // The size stands first in every version.
    // SAFETY: the caller promises that options are there.
    let size = unsafe { options.cast::<usize>().read() };
    if size != size_of::<precompile_options_t>() {
        return Err(Failure::usage(format!(
            "`options.size` is {size}, and this library's options have {} bytes: set it to `sizeof(precompile_options_t)`, \
             and use the header of this library",
            size_of::<precompile_options_t>()
        )));
    }
    // SAFETY: the options are of this version, and the caller promises that they are there.
    let options = unsafe { options.read() };
    if options.guest_stack_bytes != 0 {
        config.guest_stack_bytes = options.guest_stack_bytes;
    }
    // SAFETY: the caller promises the same.
    if let Some(text) = unsafe { pointer::text(options.policy, "options.policy") }? {
        demand(&mut config, text)?;
    }
    // SAFETY: the caller promises the same.
    let trust = unsafe { pointer::text(options.trust, "options.trust") }?;
    if options.allow_unsigned && trust.is_none() {
        return Err(Failure::usage(
            "`options.allow_unsigned` is an exception of `options.trust`, which is null",
        ));
    }
    if let Some(text) = trust {
        trust_keys(&mut config, text, options.allow_unsigned)?;
    }
    Ok(config)
}

#[cfg(feature = "policy")]
fn demand(config: &mut RuntimeConfig, text: &str) -> Result<(), Failure> {
    let mut policy = Policy::default();
    for demand in text.split_whitespace() {
        policy.demand(demand).map_err(|error| Failure::usage(format!("`options.policy`: {error}")))?;
    }
    config.policy = policy;
    Ok(())
}

#[cfg(not(feature = "policy"))]
fn demand(_: &mut RuntimeConfig, _: &str) -> Result<(), Failure> {
    Err(Failure::feature("hold artifacts to a policy", "policy"))
}

#[cfg(feature = "trust")]
fn trust_keys(config: &mut RuntimeConfig, text: &str, allow_unsigned: bool) -> Result<(), Failure> {
    let trust = Trust::parse(text).map_err(|error| Failure::usage(format!("`options.trust`: {error}")))?;
    config.trust = Some(trust);
    config.allow_unsigned = allow_unsigned;
    Ok(())
}

#[cfg(not(feature = "trust"))]
fn trust_keys(_: &mut RuntimeConfig, _: &str, _: bool) -> Result<(), Failure> {
    Err(Failure::feature("check signatures", "trust"))
}

#[cfg(all(test, not(all(feature = "policy", feature = "trust"))))]
mod tests {
    use super::*;

    #[test]
    fn a_feature_that_is_missing_is_named() {
        let mut config = RuntimeConfig::default();
        #[cfg(not(feature = "policy"))]
        assert_eq!(
            demand(&mut config, "fuel").unwrap_err().message,
            "this library can't hold artifacts to a policy: build it with the feature `policy`"
        );
        #[cfg(not(feature = "trust"))]
        assert_eq!(
            trust_keys(&mut config, "", false).unwrap_err().message,
            "this library can't check signatures: build it with the feature `trust`"
        );
    }
}
