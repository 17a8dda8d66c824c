//! The check of a stamp: the settings that wasmtime wrote into an image, compared with the request.
//!
//! The check finds a knob that was not set, a default that moved, an environment variable that had an
//! effect, or a setting that is new to wasmtime. Without it, these would show on a user's machine.

use crate::backend::stamp::{Stamp, StampError};
use crate::backend::tunables::{self, Setting};
use crate::options::{Options, Regalloc};
use precompile_artifact::contract::fixed;
use precompile_artifact::{Backend, Contract};
use std::collections::BTreeSet;
use wasmparser::WasmFeatures;
use wasmtime_environ::{FlagValue, Tunables};

/// Compares a stamp with the request.
///
/// # Errors
///
/// The first difference.
pub(crate) fn check(stamp: &Stamp<'_>, options: &Options, features: WasmFeatures) -> Result<(), StampError> {
    let Stamp { target, shared_flags: _, isa_flags, tunables, features: stamped } = stamp;
    same("target", &target.parse(), &Ok(options.target.triple().clone()))?;
    same("features", stamped, &features.bits())?;
    cpu_flags(isa_flags, options)?;
    check_tunables(tunables, &options.contract, options.backend, features)
}

/// Compares the stamp of an artifact that another program made with the request: everything that [`check`] compares,
/// and the settings that change the code without being part of the contract.
///
/// # Errors
///
/// The first difference.
pub(crate) fn check_restamped(
    mut stamp: Stamp<'_>,
    options: &Options,
    features: WasmFeatures,
) -> Result<(), StampError> {
    same("winch_callable", &stamp.tunables.winch_callable, &fixed::WINCH_CALLABLE)?;
    stamp.tunables.winch_callable = options.backend == Backend::Winch;
    check(&stamp, options, features)?;
    let is_on = |name| stamp.shared_flags.contains(&(name, FlagValue::Bool(true)));
    same("nan canonicalization", &is_on("enable_nan_canonicalization"), &options.nan_canonicalization)?;
    same("unwind information", &is_on("unwind_info"), &options.native_unwind_info)?;
    let regalloc = match options.regalloc {
        Regalloc::Backtracking => "backtracking",
        Regalloc::SinglePass => "single_pass",
    };
    let stamped = stamp.shared_flags.iter().find(|(name, _)| *name == "regalloc_algorithm");
    same("register allocator", &stamped, &Some(&("regalloc_algorithm", FlagValue::Enum(regalloc))))
}

/// Checks that the flags that are on are those of the chosen CPU, or part of the architecture's
/// baseline. Only RISC-V lists its baseline.
fn cpu_flags(isa_flags: &[(&str, FlagValue<'_>)], options: &Options) -> Result<(), StampError> {
    const RV64G: [&str; 6] = ["has_a", "has_d", "has_f", "has_m", "has_zicsr", "has_zifencei"];
    let riscv64 = matches!(options.target.triple().architecture, target_lexicon::Architecture::Riscv64(_));
    let is_on = |value: &FlagValue<'_>| matches!(value, FlagValue::Bool(true));
    let stamped: BTreeSet<_> = isa_flags
        .iter()
        .filter(|(_, value)| is_on(value))
        .map(|(name, _)| *name)
        .filter(|name| !(riscv64 && RV64G.contains(name)))
        .filter(|name| *name != "big_endian")
        .collect();
    let chosen: BTreeSet<_> = options.cpu.features(&options.target).map(|feature| feature.setting).collect();
    same("CPU features", &stamped, &chosen)
}

/// Checks that each setting that wasmtime stamps has the contract's value, and that none is missing.
fn check_tunables(
    tunables: &Tunables,
    contract: &Contract,
    backend: Backend,
    features: WasmFeatures,
) -> Result<(), StampError> {
    let mut expected = tunables::expected(contract, backend, features);
    for Setting { name, value } in tunables::settings(tunables) {
        let (stamped, asked) = (value.to_string(), expected.remove(name));
        if asked.as_ref() != Some(&stamped) {
            let asked = asked.as_deref().unwrap_or("anything known");
            return Err(StampError(format!("`{name}` is stamped as {stamped}, not as {asked}")));
        }
    }
    match expected.first_key_value() {
        Some((name, asked)) => Err(StampError(format!("`{name}` isn't stamped, and should be {asked}"))),
        None => Ok(()),
    }
}

fn same<T: PartialEq + std::fmt::Debug>(name: &str, stamped: &T, expected: &T) -> Result<(), StampError> {
    match stamped == expected {
        true => Ok(()),
        false => Err(StampError(format!("`{name}` is stamped as {stamped:?}, not as {expected:?}"))),
    }
}
