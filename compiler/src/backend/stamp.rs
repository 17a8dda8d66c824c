//! The stamp that wasmtime writes into an image: its place and its encoding.

use crate::version::WASMTIME_MAJOR;
use object::endian::Endianness;
use object::read::elf::{FileHeader, SectionHeader};
use serde::{Deserialize, Serialize};
use std::ops::Range;
use thiserror::Error;
use wasmtime_environ::{FlagValue, Tunables, obj};

/// The version of the section's layout, `VERSION` in wasmtime's `engine/serialization.rs`.
const LAYOUT: u8 = 0;

/// The stamp in the engine section, behind the layout and the version: `Metadata` in wasmtime's
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
    /// WebAssembly features, as bits of [`wasmparser::WasmFeatures`].
    pub(crate) features: u64,
}

/// An image that differs from those that this version of wasmtime is known to write.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the compiled image is not as expected: {0}")]
pub struct StampError(pub(crate) String);

impl<'a> Stamp<'a> {
    /// The stamp's range in the image: in the engine section, behind layout and version.
    pub(crate) fn range(image: &[u8]) -> Result<Range<usize>, StampError> {
        let section = EngineSection::find(image)?;
        match section.version {
            WASMTIME_MAJOR => Ok(section.stamp),
            _ => Err(StampError(format!("its engine section is not wasmtime {WASMTIME_MAJOR}'s"))),
        }
    }

    /// Decodes a stamp, of which no byte may be left over.
    pub(crate) fn decode(bytes: &'a [u8]) -> Result<Stamp<'a>, StampError> {
        match postcard::take_from_bytes(bytes) {
            Ok((stamp, [])) => Ok(stamp),
            Ok((_, rest)) => Err(StampError(format!("{} bytes are left behind its stamp", rest.len()))),
            Err(error) => Err(StampError(format!("its stamp doesn't decode: {error}"))),
        }
    }

    /// The bytes that wasmtime decodes.
    pub(crate) fn encode(&self) -> Result<Vec<u8>, StampError> {
        postcard::to_stdvec(self).map_err(|error| StampError(format!("its stamp doesn't encode: {error}")))
    }
}

/// The engine section, decoded as far as every version of wasmtime writes it in the same way.
pub(crate) struct EngineSection<'a> {
    /// The version that wasmtime wrote.
    pub(crate) version: &'a str,
    /// The stamp's range in the image. The stamp's encoding depends on the version.
    pub(crate) stamp: Range<usize>,
}

impl<'a> EngineSection<'a> {
    /// Finds the section in an image: a byte for the layout, one for the version's length, the
    /// version, the stamp. Any bytes may be given.
    pub(crate) fn find(image: &'a [u8]) -> Result<EngineSection<'a>, StampError> {
        let range =
            section_range(image, obj::ELF_WASM_ENGINE).map_err(|error| StampError(error.to_string()))?;
        let Some(range) = range else {
            return Err(StampError(format!("it has no section `{}`", obj::ELF_WASM_ENGINE)));
        };
        let (length, rest) = match image.get(range.clone()) {
            Some([LAYOUT, length, rest @ ..]) => (usize::from(*length), rest),
            Some([layout, ..]) if *layout != LAYOUT => {
                return Err(StampError(format!("its engine section has the unknown layout {layout}")));
            }
            _ => return Err(StampError("its engine section is cut off".into())),
        };
        match rest.get(..length).map(str::from_utf8) {
            Some(Ok(version)) => Ok(EngineSection { version, stamp: range.start + 2 + length..range.end }),
            Some(Err(_)) => Err(StampError("its engine section has a version that is not text".into())),
            None => Err(StampError("its engine section is cut off".into())),
        }
    }
}

/// The range of a section in an image; `None` if there is none of this name. Any bytes may be given.
pub(crate) fn section_range(image: &[u8], name: &str) -> object::read::Result<Option<Range<usize>>> {
    let header = object::elf::FileHeader64::<Endianness>::parse(image)?;
    let endian = header.endian()?;
    let sections = header.sections(endian, image)?;
    let Some((_, section)) = sections.section_by_name(endian, name.as_bytes()) else {
        return Ok(None);
    };
    let range = |(start, bytes): (u64, u64)| {
        Some(usize::try_from(start).ok()?..usize::try_from(start.checked_add(bytes)?).ok()?)
    };
    Ok(section.file_range(endian).and_then(range))
}
