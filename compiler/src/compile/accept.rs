//! The acceptance of artifacts that other programs made.

use crate::backend::check_stamp::check_restamped;
use crate::backend::features::{self, with_concurrency};
use crate::backend::stamp::Stamp;
use crate::module::text::is_text;
use crate::options::Options;
use crate::version::WASMTIME_VERSION;
use precompile_artifact::Backend;
use precompile_artifact::features::{WasmFeatures, named, names};
use precompile_artifact::manifest::{Kind, Manifest};
use precompile_artifact::trailer::{self, ReadError, Trailer};
use precompile_cache::Digest;
use thiserror::Error;

/// The fault of an artifact that isn't accepted.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum AcceptError {
    /// It can't be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// It is another's.
    #[error("it was compiled from another module or with other options")]
    Foreign,
}

/// Checks that an artifact is whole, and that its manifest and wasmtime's stamp name this module and these options.
///
/// The digest isn't compared for a module in text form: the manifest has that of the binary form, which isn't made
/// here. Imports, exports and memories aren't compared: the module would have to be parsed. The code itself can't be
/// checked.
///
/// Returns the manifest.
///
/// # Errors
///
/// The artifact's fault.
pub fn accept(options: &Options, module: &[u8], artifact: &[u8]) -> Result<Manifest, AcceptError> {
    let is_source = |digest: &[u8; 32]| is_text(module) || Digest::of(module).bytes() == digest;
    Ok(accept_from(options, is_source, artifact)?.manifest)
}

/// Checks as [`accept`]; `is_source` is the test that a digest is that of the module's binary form. Returns the trailer,
/// whose digest was checked.
///
/// # Errors
///
/// As [`accept`].
pub(crate) fn accept_from(
    options: &Options,
    is_source: impl FnOnce(&[u8; 32]) -> bool,
    artifact: &[u8],
) -> Result<Trailer, AcceptError> {
    let trailer = trailer::read(artifact)?;
    let manifest = &trailer.manifest;
    match is_made_by(manifest, options, artifact).unwrap_or(false) && is_source(&manifest.source_blake3) {
        true => Ok(trailer),
        false => Err(AcceptError::Foreign),
    }
}

/// The test that an artifact's manifest and stamp are those of a module compiled with these options; `None` if they
/// can't be of any.
fn is_made_by(manifest: &Manifest, options: &Options, artifact: &[u8]) -> Option<bool> {
    // The pattern is complete, so that no field can be forgotten.
    let Manifest {
        kind,
        backend,
        platform,
        target,
        cpu_features,
        opt_level,
        wasmtime_version,
        precompile_version,
        source_blake3: _,
        features_stamped,
        features_used,
        imports,
        exports: _,
        settings,
        memories,
    } = manifest;
    let used: WasmFeatures = features_used.iter().map(named).collect::<Option<_>>()?;
    let stamped = features::stamped(used, options).ok()?;
    let options = &with_concurrency(options, stamped, imports);
    let range = Stamp::range(artifact).ok()?;
    let stamp = Stamp::decode(&artifact[range]).ok()?;
    let is_component = *kind == Kind::Component;
    let agrees = is_component == used.contains(WasmFeatures::COMPONENT_MODEL)
        && *backend == options.backend
        && *platform == options.platform
        && *target == options.target.to_string()
        && cpu_features.iter().eq(options.cpu.names())
        && *opt_level == (options.backend == Backend::Cranelift).then_some(options.opt_level)
        && wasmtime_version == WASMTIME_VERSION
        && precompile_version == env!("CARGO_PKG_VERSION")
        && !used.intersects(options.proposals.forbidden())
        && features_stamped.iter().eq(&names(stamped))
        && *settings == options.contract
        && memories.is_some();
    Some(agrees && check_restamped(stamp, options, stamped).is_ok())
}

#[cfg(all(test, feature = "cranelift", feature = "winch"))]
mod tests {
    use super::*;
    use crate::compile::Compiler;
    use crate::options::target::Target;
    use crate::{Contract, OptLevel, Regalloc};

    #[test]
    fn only_the_requested_artifact_is_accepted() {
        let target = Target::host().unwrap();
        let of = |backend| Options::new(backend, target.clone(), target.default_platform(backend)).unwrap();
        let (options, text) = (of(Backend::Cranelift), "(module (func))");
        let module = wat::parse_str(text).unwrap();
        let artifact = Compiler::default().compile(&options, &module).unwrap().artifact;
        assert_eq!(accept(&options, &module, &artifact).map(drop), Ok(()));
        assert_eq!(accept(&options, text.as_bytes(), &artifact).map(drop), Ok(()));

        let another = wat::parse_str("(module)").unwrap();
        assert!(accept(&options, &another, &artifact).is_err());
        for otherwise in [
            of(Backend::Winch),
            Options { opt_level: OptLevel::None, ..options.clone() },
            Options {
                contract: Contract { consume_fuel: true, ..options.contract.clone() },
                ..options.clone()
            },
        ] {
            assert!(accept(&otherwise, &module, &artifact).is_err());
        }
        let mut damaged = artifact.clone();
        damaged[artifact.len() / 2] ^= 1;
        assert!(accept(&options, &module, &damaged).is_err());
        assert!(accept(&options, &module, &artifact[..artifact.len() - 1]).is_err());
        assert!(accept(&options, &module, &[&*artifact, b"more"].concat()).is_err());
        assert!(accept(&options, &module, b"").is_err());
    }

    /// The options for this machine, changed.
    fn options(change: impl FnOnce(&mut Options)) -> Options {
        let target = Target::host().unwrap();
        let platform = target.default_platform(Backend::Cranelift);
        let mut options = Options::new(Backend::Cranelift, target, platform).unwrap();
        change(&mut options);
        options
    }

    /// Artifacts of each backend for targets of each kind are accepted, even if a module adds to the contract.
    #[test]
    fn honest_artifacts_are_accepted() {
        const CONCURRENT: &str = include_str!("../../../tests/guests/concurrent.wat");
        for backend in [Backend::Cranelift, Backend::Winch] {
            for target in
                ["x86_64", "aarch64", "riscv64", "s390x", "pulley64", "x86_64-windows", "x86_64-unknown-none"]
            {
                let target: Target = target.parse().unwrap();
                let Ok(mut options) = Options::new(backend, target.clone(), target.default_platform(backend))
                else {
                    continue;
                };
                for text in
                    ["(module (memory 1) (func (export \"f\") (drop (i32.load (i32.const 0)))))", CONCURRENT]
                {
                    for nan_canonicalization in [false, true] {
                        options.nan_canonicalization = nan_canonicalization;
                        let Ok(compiled) = Compiler::default().compile(&options, text.as_bytes()) else {
                            continue;
                        };
                        let accepted = accept(&options, text.as_bytes(), &compiled.artifact).map(Box::new);
                        assert_eq!(accepted, Ok(compiled.manifest), "{backend} {target} {text}");
                    }
                }
            }
        }
    }

    /// Options that change the code and aren't in the manifest are compared by wasmtime's stamp.
    #[test]
    fn other_code_is_refused() {
        let module = wat::parse_str(r#"(module (func (export "f") (result v128) unreachable))"#).unwrap();
        let asked = options(|_| ());
        type Change = fn(&mut Options);
        let changes: [(&str, Change); 5] = [
            ("nan-canonicalization", |options| options.nan_canonicalization = true),
            ("regalloc", |options| options.regalloc = Regalloc::SinglePass),
            ("native-unwind-info", |options| options.native_unwind_info = false),
            ("required", |options| options.proposals.require(WasmFeatures::THREADS)),
            ("forbidden", |options| options.proposals.forbid(WasmFeatures::SIMD)),
        ];
        let artifact = Compiler::default().compile(&asked, &module).unwrap().artifact;
        assert_eq!(accept(&asked, &module, &artifact).map(drop), Ok(()));
        for (name, change) in changes {
            let otherwise = options(change);
            assert!(accept(&otherwise, &module, &artifact).is_err(), "{name}");
            if let Ok(artifact) = Compiler::default().compile(&otherwise, &module) {
                assert_eq!(accept(&otherwise, &module, &artifact.artifact).map(drop), Ok(()), "{name}");
                assert!(accept(&asked, &module, &artifact.artifact).is_err(), "{name}");
            }
        }
    }

    /// A manifest with one false field is refused, even with the requested code.
    #[test]
    fn lies_are_refused() {
        let module = wat::parse_str("(module (func))").unwrap();
        let asked = options(|_| ());
        let artifact = Compiler::default().compile(&asked, &module).unwrap().artifact;
        let said = trailer::read(&artifact).unwrap();
        let image_bytes = trailer::image(&artifact).unwrap().bytes as usize;
        type Lie = fn(&mut Manifest);
        let lies: [(&str, Lie); 9] = [
            ("stamped", |it| it.features_stamped = [String::from("simd")].into_iter().collect()),
            ("used", |it| it.features_used = [String::from("threads")].into_iter().collect()),
            ("no feature", |it| it.features_used = [String::from("magic")].into_iter().collect()),
            ("concurrency", |it| it.settings.concurrency_support = true),
            ("memories", |it| it.memories = None),
            ("level", |it| it.opt_level = None),
            ("wasmtime", |it| it.wasmtime_version = "0.0.0".into()),
            ("precompile", |it| it.precompile_version = "9.0.0".into()),
            ("source", |it| it.source_blake3[0] ^= 1),
        ];
        let with = |manifest: &Manifest| {
            let mut lying = artifact[..image_bytes].to_vec();
            trailer::append(&mut lying, manifest).unwrap();
            accept(&asked, &module, &lying).map(drop)
        };
        assert_eq!(with(&said.manifest), Ok(()));
        for (name, lie) in lies {
            let mut manifest = said.manifest.clone();
            lie(&mut manifest);
            assert!(with(&manifest).is_err(), "{name}");
        }
    }
}
