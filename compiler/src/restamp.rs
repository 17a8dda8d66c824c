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
