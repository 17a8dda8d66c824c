//! The options that an artifact was compiled with, as far as it tells.

use crate::backend::stamp::{Stamp, StampError, section_range};
use crate::options::cpu::Cpu;
use crate::options::proposals::Proposals;
use crate::options::target::{PairError, Target, TargetError};
use crate::options::{Options, Regalloc};
use precompile_artifact::features::{WasmFeatures, named};
use precompile_artifact::trailer::{self, ReadError};
use thiserror::Error;
use wasmtime_environ::{FlagValue, obj};

/// The reason why an artifact's options can't be read.
#[derive(Debug, Error)]
pub enum OfArtifactError {
    /// The bytes are no artifact of precompile's, or a damaged one.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// Wasmtime's stamp is another version's, or isn't one.
    #[error(transparent)]
    Stamp(#[from] StampError),
    /// The target is one that this version doesn't know.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// The backend makes no code for the target.
    #[error(transparent)]
    Pair(#[from] PairError),
}

impl Options {
    /// The options that an artifact was compiled with. Those are defaults that it doesn't tell: the size up to which an
    /// image of a memory is dense, and the proposals that modules must not use.
    ///
    /// # Errors
    ///
    /// Any [`OfArtifactError`].
    pub fn of_artifact(artifact: &[u8]) -> Result<Options, OfArtifactError> {
        let manifest = trailer::read(artifact)?.manifest;
        let stamp = Stamp::decode(&artifact[Stamp::range(artifact)?])?;
        let target: Target = manifest.target.parse()?;
        let default = Options::new(manifest.backend, target, manifest.platform)?;
        let cpu_features: Vec<_> = manifest.cpu_features.iter().map(String::from).collect();
        let is_on = |name| stamp.shared_flags.contains(&(name, FlagValue::Bool(true)));
        let single_pass = ("regalloc_algorithm", FlagValue::Enum("single_pass"));
        let stamped: WasmFeatures = manifest.features_stamped.iter().filter_map(named).collect();
        Ok(Options {
            cpu: Cpu::of(cpu_features.iter(), &default.target),
            opt_level: manifest.opt_level.unwrap_or(default.opt_level),
            regalloc: match stamp.shared_flags.contains(&single_pass) {
                true => Regalloc::SinglePass,
                false => Regalloc::Backtracking,
            },
            nan_canonicalization: is_on("enable_nan_canonicalization"),
            native_unwind_info: is_on("unwind_info"),
            function_names: section_range(artifact, obj::ELF_NAME_DATA).is_ok_and(|range| range.is_some()),
            proposals: Proposals::stamped(stamped),
            contract: manifest.settings,
            ..default
        })
    }
}

#[cfg(all(test, feature = "cranelift", feature = "winch"))]
mod tests {
    use super::*;
    use crate::compile::Compiler;
    use crate::{Backend, Contract, OptLevel};

    /// Artifacts of many options are made again by the options that they tell.
    #[test]
    fn artifacts_are_made_again() {
        let module = wat::parse_str(
            r#"(module (memory 1) (data (i32.const 0) "x") (func $name (export "f") (param f32) (result f32)
                local.get 0 f32.sqrt))"#,
        )
        .unwrap();
        type Change = fn(&mut Options);
        let changes: [(&str, Change); 8] = [
            ("nothing", |_| ()),
            ("level", |options| options.opt_level = OptLevel::None),
            ("allocator", |options| options.regalloc = Regalloc::SinglePass),
            ("NaN", |options| options.nan_canonicalization = true),
            ("unwinding", |options| options.native_unwind_info = false),
            ("names", |options| options.function_names = false),
            ("proposals", |options| options.proposals.require(WasmFeatures::THREADS)),
            ("contract", |options| {
                options.contract = Contract { consume_fuel: true, ..options.contract.clone() };
            }),
        ];
        let mut count = 0;
        for backend in [Backend::Cranelift, Backend::Winch] {
            for (target, cpu) in [("x86_64", "x86-64-v3"), ("aarch64", "armv8-a,+lse"), ("pulley64", "")] {
                let target: Target = target.parse().unwrap();
                let Ok(mut options) = Options::new(backend, target.clone(), target.default_platform(backend))
                else {
                    continue;
                };
                if !cpu.is_empty() {
                    options.cpu = Cpu::parse(cpu, &target).unwrap();
                }
                for (what, change) in changes {
                    let mut options = options.clone();
                    change(&mut options);
                    let Ok(compiled) = Compiler::default().compile(&options, &module) else { continue };
                    let told = Options::of_artifact(&compiled.artifact).unwrap();
                    let again = Compiler::default().compile(&told, &module).unwrap();
                    assert!(again.artifact == compiled.artifact, "{backend} {target} {what}: {told:?}");
                    count += 1;
                }
            }
        }
        // Cranelift's for three targets, and Winch's for two, with fewer settings.
        assert_eq!(count, 34);
    }
}
