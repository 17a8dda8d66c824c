//! Accepting artifacts that others made.

use crate::compile::attempt::WASMTIME_VERSION;
use crate::compile::options::Options;
use crate::compile::text::is_text;
use precompile_artifact::{Backend, Contract, trailer};
use precompile_cache::Digest;

/// Checks that an artifact is whole, and says of itself that these options made it of this module. Of a module in
/// text form it names another digest, that of the binary form, which isn't made for that. What its code does
/// nobody can tell.
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
    let Options { backend, target, cpu, platform, opt_level, contract, .. } = options;
    // Components that need concurrency turn it on.
    let settings = Contract { concurrency_support: contract.concurrency_support, ..manifest.settings };
    let same = manifest.backend == *backend
        && manifest.target == target.to_string()
        && manifest.cpu_features.iter().eq(cpu.names())
        && manifest.platform == *platform
        && manifest.opt_level == (*backend == Backend::Cranelift).then_some(*opt_level)
        && settings == *contract
        && manifest.wasmtime_version == WASMTIME_VERSION
        && manifest.precompile_version == env!("CARGO_PKG_VERSION");
    match same && is_source(&manifest.source_blake3) {
        true => Ok(()),
        false => Err("it was compiled from something else, or otherwise".into()),
    }
}

#[cfg(all(test, feature = "cranelift", feature = "winch"))]
mod tests {
    use super::*;
    use crate::OptLevel;
    use crate::compile::attempt::attempt;
    use crate::compile::target::Target;

    #[test]
    fn only_what_was_asked_for() {
        let target = Target::host().unwrap();
        let of = |backend| Options::new(backend, target.clone(), target.default_platform(backend)).unwrap();
        let (options, text) = (of(Backend::Cranelift), "(module (func))");
        let module = wat::parse_str(text).unwrap();
        let artifact = attempt(&options, &module).unwrap().artifact;
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
}
