//! Accepting artifacts that others made.

use crate::backend::check_stamp::check_restamped;
use crate::backend::features::{self, concurrent};
use crate::backend::stamp::Stamp;
use crate::module::text::is_text;
use crate::options::Options;
use crate::version::WASMTIME_VERSION;
use precompile_artifact::features::{WasmFeatures, named, names};
use precompile_artifact::manifest::{Kind, Manifest};
use precompile_artifact::{Backend, trailer};
use precompile_cache::Digest;

/// Checks that an artifact is whole, and says of itself that these options made it of this module, in its manifest and
/// in wasmtime's stamp. Of a module in text form it names another digest, that of the binary form, which isn't made
/// for that; nor are its imports, exports and memories compared, for which the module would have to be read. What its
/// code does nobody can tell.
///
/// # Errors
///
/// The fault that it has.
pub fn accept(options: &Options, module: &[u8], artifact: &[u8]) -> Result<(), String> {
    let is_source = |digest: &[u8; 32]| is_text(module) || Digest::of(module).bytes() == digest;
    accept_from(options, is_source, artifact)
}

/// Does what [`accept`] does, where `is_source` tells whether a digest is that of the module's binary form.
///
/// # Errors
///
/// As [`accept`].
pub(crate) fn accept_from(
    options: &Options,
    is_source: impl FnOnce(&[u8; 32]) -> bool,
    artifact: &[u8],
) -> Result<(), String> {
    let manifest = trailer::read(artifact).map_err(|error| error.to_string())?.manifest;
    match is_made_by(&manifest, options, artifact).unwrap_or(false) && is_source(&manifest.source_blake3) {
        true => Ok(()),
        false => Err("it was compiled from something else, or otherwise".into()),
    }
}

/// The test that an artifact says of itself what these options make of some module; `None` where what it says can't be.
fn is_made_by(manifest: &Manifest, options: &Options, artifact: &[u8]) -> Option<bool> {
    // So that no field can be forgotten.
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
        imports: _,
        exports: _,
        settings,
        memories,
    } = manifest;
    let used: WasmFeatures = features_used.iter().map(named).collect::<Option<_>>()?;
    let stamped = features::stamped(used, options).ok()?;
    let options = &concurrent(options, stamped);
    let range = Stamp::range(artifact).ok()?;
    let stamp = Stamp::decode(&artifact[range]).ok()?;
    let is_component = *kind == Kind::Component;
    let is_said = is_component == used.contains(WasmFeatures::COMPONENT_MODEL)
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
    Some(is_said && check_restamped(stamp, options, stamped).is_ok())
}

#[cfg(all(test, feature = "cranelift", feature = "winch"))]
mod tests {
    use super::*;
    use crate::compile::Compiler;
    use crate::options::target::Target;
    use crate::{Contract, OptLevel, Regalloc};

    #[test]
    fn only_what_was_asked_for() {
        let target = Target::host().unwrap();
        let of = |backend| Options::new(backend, target.clone(), target.default_platform(backend)).unwrap();
        let (options, text) = (of(Backend::Cranelift), "(module (func))");
        let module = wat::parse_str(text).unwrap();
        let artifact = Compiler::default().compile(&options, &module).unwrap().artifact;
        assert_eq!(accept(&options, &module, &artifact), Ok(()));
        assert_eq!(accept(&options, text.as_bytes(), &artifact), Ok(()));

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

    /// Each backend for targets of each kind, and what the options don't say by themselves.
    #[test]
    fn what_is_honest_is_taken() {
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
                        let accepted = accept(&options, text.as_bytes(), &compiled.artifact);
                        assert_eq!(accepted, Ok(()), "{backend} {target} {text}");
                    }
                }
            }
        }
    }

    /// What decides about the code, and the manifest doesn't say, stands in wasmtime's stamp.
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
        assert_eq!(accept(&asked, &module, &artifact), Ok(()));
        for (name, change) in changes {
            let otherwise = options(change);
            assert!(accept(&otherwise, &module, &artifact).is_err(), "{name}");
            if let Ok(artifact) = Compiler::default().compile(&otherwise, &module) {
                assert_eq!(accept(&otherwise, &module, &artifact.artifact), Ok(()), "{name}");
                assert!(accept(&asked, &module, &artifact.artifact).is_err(), "{name}");
            }
        }
    }

    /// Each lie of a manifest, with the code as it was asked for.
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
            accept(&asked, &module, &lying)
        };
        assert_eq!(with(&said.manifest), Ok(()));
        for (name, lie) in lies {
            let mut manifest = said.manifest.clone();
            lie(&mut manifest);
            assert!(with(&manifest).is_err(), "{name}");
        }
    }
}
