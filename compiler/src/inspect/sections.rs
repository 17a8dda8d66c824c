//! The parts of an artifact's file.

use object::elf::FileHeader64;
use object::endian::Endianness;
use object::read::elf::{FileHeader, SectionHeader};
use thiserror::Error;

/// The reason why the parts of an ELF image can't be listed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SectionsError {
    /// A header is malformed.
    #[error(transparent)]
    Header(#[from] object::read::Error),
    /// A section, by its number, has no name.
    #[error("section {0} has no name")]
    NoName(usize),
    /// A section, by its name, lies outside of the file.
    #[error("section `{0}` reaches beyond the end")]
    Outside(String),
}

/// A part of an artifact's file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// The name. Those of ELF sections start with a dot; the other parts are `ELF header`,
    /// `section headers`, and the trailer's `manifest`, `digest` and `signatures`.
    pub name: String,
    /// Its start, in bytes from the start of the file.
    pub offset: u64,
    /// Its size in bytes.
    pub bytes: u64,
    /// The number of zero bytes at its end, for a section of an ELF file: code and images of memories are padded
    /// with them to whole pages of the target.
    pub zeros_at_end: u64,
}

/// The size of the BLAKE3 digest in a trailer.
const DIGEST_BYTES: u64 = 32;

/// The parts of an ELF image, in the file's order. Any bytes may be given.
pub(super) fn of_image(image: &[u8]) -> Result<Vec<Section>, SectionsError> {
    let header = FileHeader64::<Endianness>::parse(image)?;
    let endian = header.endian()?;
    let table = header.sections(endian, image)?;
    let headers_bytes = u64::from(header.e_shentsize(endian)) * table.len() as u64;
    let mut sections = vec![
        part("ELF header", 0, size_of::<FileHeader64<Endianness>>() as u64),
        part("section headers", header.e_shoff(endian), headers_bytes),
    ];
    for (index, section) in table.enumerate() {
        let Some((offset, bytes)) = section.file_range(endian).filter(|(_, bytes)| *bytes > 0) else {
            continue;
        };
        let name = table.section_name(endian, section).map_err(|_| SectionsError::NoName(index.0))?;
        let name = String::from_utf8_lossy(name);
        if offset.checked_add(bytes).is_none_or(|end| end > image.len() as u64) {
            return Err(SectionsError::Outside(name.into()));
        }
        let content = image.get(offset as usize..(offset + bytes) as usize).unwrap_or_default();
        let zeros_at_end = content.iter().rev().take_while(|byte| **byte == 0).count() as u64;
        sections.push(Section { zeros_at_end, ..part(&name, offset, bytes) });
    }
    sections.sort_by_key(|section| section.offset);
    Ok(sections)
}

/// The parts of a trailer, which starts at the end of the image.
pub(super) fn of_trailer(start: u64, digest: u64, end: u64) -> [Section; 3] {
    let signatures = digest + DIGEST_BYTES;
    [
        part("manifest", start, digest - start),
        part("digest", digest, DIGEST_BYTES),
        part("signatures", signatures, end - signatures),
    ]
}

/// The number of bytes of the file that are in none of these parts, which are in order.
pub(super) fn padding_bytes(sections: &[Section], file_bytes: u64) -> u64 {
    let mut covered_to = 0;
    let mut padding_bytes = 0;
    for section in sections {
        padding_bytes += section.offset.saturating_sub(covered_to);
        covered_to = covered_to.max(section.offset + section.bytes);
    }
    padding_bytes + file_bytes.saturating_sub(covered_to)
}

fn part(name: &str, offset: u64, bytes: u64) -> Section {
    Section { name: name.into(), offset, bytes, zeros_at_end: 0 }
}
