//! The engine section of an artifact: read, compared with what was asked for, and restamped.
//!
//! Wasmtime writes into `.wasmtime.engine` under which settings code was compiled, and compares
//! them when it loads the code. A runtime without a compiler refuses what Winch made, because one
//! of these settings, `winch_callable`, can't be chosen there. Nothing else reads it at run time,
//! so it is set to what such a runtime expects. What it guarded against, code of two calling
//! conventions in one store, [`Backend::mark_bytes`] guards against instead.

use crate::options::Options;
use crate::settings_check;
use object::endian::Endianness;
use object::read::elf::{FileHeader, SectionHeader};
use precompile_artifact::Backend;
use serde::{Deserialize, Serialize};
use std::ops::Range;
use thiserror::Error;
use wasmparser::WasmFeatures;
use wasmtime_environ::{FlagValue, Tunables, obj};

/// The version of the section's layout, `VERSION` in wasmtime's `engine/serialization.rs`.
const LAYOUT: u8 = 0;
/// What wasmtime writes as its version: the major number.
const WASMTIME_MAJOR: &str = "48";

/// What wasmtime writes into the section, behind its layout and version: `Metadata` in its
/// `engine/serialization.rs`.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Stamp<'a> {
    /// The target triple.
    pub(crate) target: String,
    /// Cranelift's settings that all architectures share.
    #[serde(borrow)]
    pub(crate) shared_flags: Vec<(&'a str, FlagValue<'a>)>,
    /// Cranelift's settings for the target's architecture.
    #[serde(borrow)]
    pub(crate) isa_flags: Vec<(&'a str, FlagValue<'a>)>,
    /// Wasmtime's settings.
    pub(crate) tunables: Tunables,
    /// WebAssembly features, as bits of [`WasmFeatures`].
    pub(crate) features: u64,
}

/// Why an image can't be restamped: it is not what this version of wasmtime is known to write.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the compiled image is not as expected: {0}")]
pub struct RestampError(String);

/// Compares an image's stamp with what was asked for; makes it loadable without a compiler.
///
/// # Errors
///
/// Where the stamp is not the one that `options` and `features` call for, or would not survive the
/// change unharmed.
pub(crate) fn restamp(
    image: &mut [u8],
    options: &Options,
    features: WasmFeatures,
) -> Result<(), RestampError> {
    let range = stamp_range(image)?;
    let stamp = decode(&image[range.clone()])?;
    settings_check::check(&stamp, options, features).map_err(RestampError)?;
    let restamped = match options.backend {
        Backend::Cranelift => return Ok(()),
        Backend::Winch => restamped(&image[range.clone()], stamp)?,
    };
    image[range].copy_from_slice(&restamped);
    Ok(())
}

/// The stamp with `winch_callable` off: as long as before, one byte different, and decoding to
/// just what was meant.
fn restamped(before: &[u8], mut stamp: Stamp<'_>) -> Result<Vec<u8>, RestampError> {
    if encode(&stamp)? != before {
        return Err(RestampError("the stamp doesn't encode to the bytes it was decoded from".into()));
    }
    stamp.tunables.winch_callable = false;
    let after = encode(&stamp)?;
    if after.len() != before.len() {
        return Err(RestampError(format!("restamping changes {} bytes to {}", before.len(), after.len())));
    }
    let changed = before.iter().zip(&after).filter(|(before, after)| before != after).count();
    if changed != 1 {
        return Err(RestampError(format!("restamping changes {changed} bytes, not one")));
    }
    // `Tunables` can't be compared, but it can be printed in full.
    if format!("{:?}", decode(&after)?) != format!("{stamp:?}") {
        return Err(RestampError("the new stamp doesn't decode to what was meant".into()));
    }
    Ok(after)
}

/// Where the stamp stands in the image: in the engine section, behind layout and version.
fn stamp_range(image: &[u8]) -> Result<Range<usize>, RestampError> {
    let section = engine_section(image).map_err(|error| RestampError(error.to_string()))?;
    let Some(section) = section else {
        return Err(RestampError(format!("it has no section `{}`", obj::ELF_WASM_ENGINE)));
    };
    let prefix = [&[LAYOUT, WASMTIME_MAJOR.len() as u8], WASMTIME_MAJOR.as_bytes()].concat();
    match image.get(section.clone()) {
        Some(bytes) if bytes.starts_with(&prefix) => Ok(section.start + prefix.len()..section.end),
        _ => Err(RestampError(format!("its engine section is not wasmtime {WASMTIME_MAJOR}'s"))),
    }
}

fn engine_section(image: &[u8]) -> object::read::Result<Option<Range<usize>>> {
    let header = object::elf::FileHeader64::<Endianness>::parse(image)?;
    let endian = header.endian()?;
    let sections = header.sections(endian, image)?;
    let Some((_, section)) = sections.section_by_name(endian, obj::ELF_WASM_ENGINE.as_bytes()) else {
        return Ok(None);
    };
    Ok(section.file_range(endian).map(|(start, bytes)| start as usize..(start + bytes) as usize))
}

fn decode(bytes: &[u8]) -> Result<Stamp<'_>, RestampError> {
    match postcard::take_from_bytes(bytes) {
        Ok((stamp, [])) => Ok(stamp),
        Ok((_, rest)) => Err(RestampError(format!("{} bytes are left behind its stamp", rest.len()))),
        Err(error) => Err(RestampError(format!("its stamp doesn't decode: {error}"))),
    }
}

fn encode(stamp: &Stamp<'_>) -> Result<Vec<u8>, RestampError> {
    postcard::to_stdvec(stamp).map_err(|error| RestampError(format!("its stamp doesn't encode: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{features, settings};
    use precompile_artifact::Platform;

    /// What wasmtime makes of an empty module, before it is restamped.
    fn compiled(backend: Backend) -> (Options, WasmFeatures, Vec<u8>) {
        let options = Options::new(backend, "x86_64".parse().unwrap(), Platform::Hosted).unwrap();
        let stamped = features::stamped(WasmFeatures::FLOATS, backend, &options.target).unwrap();
        let engine = wasmtime::Engine::new(&settings::config(&options, stamped).unwrap()).unwrap();
        let image = engine.precompile_module(b"\0asm\x01\0\0\0").unwrap();
        (options, stamped, image)
    }

    fn differences(a: &[u8], b: &[u8]) -> usize {
        assert_eq!(a.len(), b.len());
        a.iter().zip(b).filter(|(a, b)| a != b).count()
    }

    #[test]
    fn one_byte_changes_and_only_for_winch() {
        for (backend, expected) in [(Backend::Cranelift, 0), (Backend::Winch, 1)] {
            let (options, features, image) = compiled(backend);
            let mut restamped = image.clone();
            restamp(&mut restamped, &options, features).unwrap();
            assert_eq!(differences(&image, &restamped), expected);
            let stamp = decode(&restamped[stamp_range(&restamped).unwrap()]).unwrap();
            assert!(!stamp.tunables.winch_callable);
            assert_eq!(stamp.tunables.gc_heap_initial_size, backend.mark_bytes());
        }
    }

    /// Each check finds what it is there for.
    #[test]
    fn what_is_not_as_expected_is_refused() {
        let (options, features, image) = compiled(Backend::Winch);
        let range = stamp_range(&image).unwrap();
        let stamp = image[range.clone()].to_vec();
        let error = |result: Result<(), RestampError>| result.unwrap_err().to_string();

        let longer = [stamp.as_slice(), b"x"].concat();
        assert!(error(decode(&longer).map(drop)).contains("1 bytes are left"));
        assert!(error(decode(&stamp[..stamp.len() - 1]).map(drop)).contains("doesn't decode"));

        // The same stamp in other bytes: a number that is longer than it needs to be.
        let padded = [&[stamp[0] | 0x80, 0], &stamp[1..]].concat();
        let padded = restamped(&padded, decode(&padded).unwrap());
        assert!(error(padded.map(drop)).contains("doesn't encode to the bytes"));

        // A stamp that was changed already has nothing left to change.
        let mut twice = image.clone();
        restamp(&mut twice, &options, features).unwrap();
        assert!(error(restamp(&mut twice, &options, features)).contains("`winch_callable`"));
        let done = &twice[range.clone()];
        assert!(error(restamped(done, decode(done).unwrap()).map(drop)).contains("changes 0 bytes"));

        let mut other_major = image.clone();
        other_major[range.start - 1] = b'7';
        assert!(error(restamp(&mut other_major, &options, features)).contains("not wasmtime 48's"));
        assert!(restamp(&mut b"\x7fELF".to_vec(), &options, features).is_err());

        // A setting that is not what was asked for.
        let mut asked = options.clone();
        asked.contract.consume_fuel = true;
        assert!(error(restamp(&mut image.clone(), &asked, features)).contains("`consume_fuel`"));
        let more = features | WasmFeatures::THREADS;
        assert!(error(restamp(&mut image.clone(), &options, more)).contains("`features`"));
    }
}
