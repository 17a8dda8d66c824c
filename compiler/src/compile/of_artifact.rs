//! The options that an artifact was compiled with, as far as it tells.

use crate::backend::stamp::{Stamp, StampError};
use crate::options::cpu::{Cpu, CpuError};
use crate::options::proposals::Proposals;
use crate::options::target::{PairError, Target, TargetError};
use crate::options::{Options, Regalloc};
use object::read::elf::{FileHeader as _, SectionHeader as _};
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
    /// The CPU has a feature that this version doesn't know.
    #[error(transparent)]
    Cpu(#[from] CpuError),
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
        let added: String = manifest.cpu_features.iter().map(|name| format!(",+{name}")).collect();
        let baseline = default.target.family().levels.first().map_or("", |level| level.name);
        let cpu = match added.is_empty() {
            true => Cpu::default(),
            false => Cpu::parse(&format!("{baseline}{added}"), &default.target)?,
        };
        let is_on = |name| stamp.shared_flags.contains(&(name, FlagValue::Bool(true)));
        let single_pass = ("regalloc_algorithm", FlagValue::Enum("single_pass"));
        let stamped: WasmFeatures = manifest.features_stamped.iter().filter_map(named).collect();
        Ok(Options {
            cpu,
            opt_level: manifest.opt_level.unwrap_or(default.opt_level),
            regalloc: match stamp.shared_flags.contains(&single_pass) {
                true => Regalloc::SinglePass,
                false => Regalloc::Backtracking,
            },
            nan_canonicalization: is_on("enable_nan_canonicalization"),
            native_unwind_info: is_on("unwind_info"),
            function_names: has_section(artifact, obj::ELF_NAME_DATA),
            proposals: Proposals::stamped(stamped),
            contract: manifest.settings,
            ..default
        })
    }
}

/// The test for a section of this name in an image.
fn has_section(image: &[u8], name: &str) -> bool {
    let Ok(header) = object::elf::FileHeader64::<object::endian::Endianness>::parse(image) else {
        return false;
    };
    let Ok(endian) = header.endian() else { return false };
    let Ok(sections) = header.sections(endian, image) else { return false };
    sections.section_by_name(endian, name.as_bytes()).is_some_and(|(_, section)| section.sh_size(endian) > 0)
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
        for backend in [Backend::Cranelift, Backend::Winch] {
            for (target, cpu) in
                [("x86_64", "x86-64-v3"), ("aarch64", "baseline,+lse"), ("pulley64", "baseline")]
            {
                let target: Target = target.parse().unwrap();
                let Ok(mut options) = Options::new(backend, target.clone(), target.default_platform(backend))
                else {
                    continue;
                };
                options.cpu = Cpu::parse(cpu, &target).unwrap_or_default();
                for (what, change) in changes {
                    let mut options = options.clone();
                    change(&mut options);
                    let Ok(compiled) = Compiler::default().compile(&options, &module) else { continue };
                    let told = Options::of_artifact(&compiled.artifact).unwrap();
                    let again = Compiler::default().compile(&told, &module).unwrap();
                    assert!(again.artifact == compiled.artifact, "{backend} {target} {what}: {told:?}");
                }
            }
        }
    }
}
