//! The trailer: the manifest and its digest, after the ELF image that wasmtime wrote.
//!
//! Wasmtime ignores bytes after the image, so the whole file stays a valid `.cwasm`. The image ends with its section
//! headers. The trailer follows, with all numbers little-endian:
//!
//! | bytes            | content                                                  |
//! |------------------|----------------------------------------------------------|
//! | 8                | magic [`MAGIC`]                                          |
//! | 4                | format version, [`FORMAT`]                               |
//! | 4                | length of the manifest in bytes                          |
//! | …                | the manifest, in postcard encoding                       |
//! | 32               | BLAKE3 of everything before it                           |
//! | 4                | length of the signatures in bytes, 0 if there are none   |
//! | …                | signatures of the digest                                 |
//!
//! The reader trusts nothing: it handles any bytes, and compares every length with the file before it is used. The
//! digest detects damage, not forgery: everyone who can write the file can write a matching digest.

use crate::Code;
use crate::fat::index_error::IndexError;
use crate::fat::layout;
use crate::manifest::{Kind, Manifest, ManifestError};
use crate::signature::{MOST_SIGNATURES, Signature, SignatureError};
use alloc::vec::Vec;
use object::elf::{ELFCLASS64, ELFMAG, FileHeader64};
use object::endian::Endianness;
use object::read::elf::FileHeader;
use thiserror::Error;

/// The first bytes of a trailer.
pub const MAGIC: [u8; 8] = *b"\x7fcwasm\r\n";
/// The format version that this crate writes. All earlier versions are read, too.
pub const FORMAT: u32 = 2;
/// The bytes that stand in for an artifact that was not compiled because `PRECOMPILE_SKIP` was set.
pub const STUB: &[u8] = b"\x7fcwasm\r\nstub\n";
/// The length in bytes of the header that [`image`] reads.
pub const ELF_HEADER_BYTES: usize = size_of::<FileHeader64<Endianness>>();

const HEAD_BYTES: usize = 16;
const DIGEST_BYTES: usize = 32;
const SIGNATURES_LENGTH_BYTES: usize = 4;
/// Wasmtime's mark in the ELF header, `obj::ELFOSABI_WASMTIME` in wasmtime-environ.
pub(crate) const ELFOSABI_WASMTIME: u8 = 200;
/// `obj::EF_WASMTIME_MODULE` in wasmtime-environ.
const EF_WASMTIME_MODULE: u32 = 1;
/// `obj::EF_WASMTIME_COMPONENT` in wasmtime-environ.
const EF_WASMTIME_COMPONENT: u32 = 1 << 1;

/// The error of bytes that aren't an artifact. Offsets are in bytes from the start of the file.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[cfg_attr(not(feature = "messages"), error("{}", self.code()))]
pub enum ReadError {
    /// The file doesn't start with an ELF header of wasmtime's.
    #[cfg_attr(feature = "messages", error("not a precompiled artifact: {problem}"))]
    NotAnArtifact {
        /// The offset of the first difference.
        offset: u64,
        /// The bytes that were found.
        problem: &'static str,
    },
    /// The file ends too early.
    #[cfg_attr(
        feature = "messages",
        error("truncated in {part}: {part_end} bytes are needed, the file has {file_bytes}")
    )]
    Truncated {
        /// The incomplete part.
        part: &'static str,
        /// The offset at which the part would end.
        part_end: u64,
        /// The file's length.
        file_bytes: u64,
    },
    /// The image is valid, but was not written by `precompile`.
    #[cfg_attr(
        feature = "messages",
        error("no trailer at offset {offset}: not made by precompile; compile the module with it")
    )]
    NoTrailer {
        /// The offset at which the image ends.
        offset: u64,
    },
    /// Other bytes are in place of the trailer.
    #[cfg_attr(feature = "messages", error("bad trailer magic at offset {offset}"))]
    Magic {
        /// The offset at which the trailer should start.
        offset: u64,
    },
    /// The format version is unknown.
    #[cfg_attr(
        feature = "messages",
        error(
            "trailer format {found} at offset {offset} is not known: formats up to {FORMAT} are; use a newer version"
        )
    )]
    Format {
        /// The version that was found.
        found: u32,
        /// The offset of the version.
        offset: u64,
    },
    /// The manifest can't be read.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// The file is a fat artifact, where one for a single host is read.
    #[cfg_attr(
        feature = "messages",
        error(
            "a fat artifact, for several hosts, which this doesn't read: take a slice out with `precompile fat --split`"
        )
    )]
    Fat,
    /// The index of a fat artifact can't be read.
    #[error(transparent)]
    Index(#[from] IndexError),
    /// The index of a fat artifact is too long.
    #[cfg_attr(feature = "messages", error("the index has {bytes} bytes, where {most} can be"))]
    LongIndex {
        /// The length in bytes that the file says.
        bytes: u64,
        /// The most bytes that it can have.
        most: u64,
    },
    /// A slice of a fat artifact isn't the one that the index describes.
    #[cfg_attr(feature = "messages", error("damaged: slice {slice} is not the one that the index describes"))]
    Slice {
        /// The slice's number, from 1 on.
        slice: usize,
    },
    /// The image is of another kind than the manifest says.
    #[cfg_attr(
        feature = "messages",
        error("the image is a {image}, but manifest field `kind` says {manifest}")
    )]
    Kind {
        /// The kind in the ELF header.
        image: Kind,
        /// The kind in the manifest.
        manifest: Kind,
    },
    /// Bytes follow the artifact.
    #[cfg_attr(feature = "messages", error("{excess} bytes too many from offset {offset}"))]
    Excess {
        /// The offset at which the artifact ends.
        offset: u64,
        /// The number of bytes that follow.
        excess: u64,
    },
    /// The content changed after it was written.
    #[cfg_attr(
        feature = "messages",
        error("damaged: the digest at offset {offset} is not that of the {offset} bytes before it")
    )]
    Digest {
        /// The offset of the digest, which is the number of bytes that it covers.
        offset: u64,
    },
}

impl ReadError {
    /// The error's number.
    pub fn code(&self) -> Code {
        match self {
            ReadError::NotAnArtifact { .. } => Code::NotAnArtifact,
            ReadError::Truncated { .. } => Code::Truncated,
            ReadError::NoTrailer { .. } => Code::NoTrailer,
            ReadError::Magic { .. } => Code::TrailerMagic,
            ReadError::Format { .. } => Code::TrailerFormat,
            ReadError::Manifest(_) => Code::Manifest,
            ReadError::Fat => Code::Fat,
            ReadError::Index(_) | ReadError::LongIndex { .. } => Code::FatIndex,
            ReadError::Slice { .. } => Code::FatSlice,
            ReadError::Kind { .. } => Code::ImageKind,
            ReadError::Excess { .. } => Code::Excess,
            ReadError::Digest { .. } => Code::Digest,
        }
    }
}

/// The flags in the ELF header of an image of this kind.
pub(crate) fn flags(kind: Kind) -> u32 {
    match kind {
        Kind::Module => EF_WASMTIME_MODULE,
        Kind::Component => EF_WASMTIME_COMPONENT,
    }
}

/// The length and kind of an image, from its ELF header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Image {
    /// The image's length in bytes; the trailer starts there.
    pub bytes: u64,
    /// The kind of code in the image.
    pub kind: Kind,
}

/// Reads the ELF header at the start of an artifact.
///
/// # Errors
///
/// [`ReadError::NotAnArtifact`] or [`ReadError::Truncated`] if the bytes aren't the start of an image of wasmtime's.
pub fn image(start: &[u8]) -> Result<Image, ReadError> {
    let not_an_artifact = |offset, problem: &'static str| Err(ReadError::NotAnArtifact { offset, problem });
    if !start.starts_with(&ELFMAG) {
        return match start {
            STUB => not_an_artifact(
                0,
                "it is a stub, since `PRECOMPILE_SKIP` was set when it was built: build it again without",
            ),
            [0, b'a', b's', b'm', ..] => {
                not_an_artifact(0, "it is WebAssembly: compile it with `precompile`")
            }
            [b'(', ..] | [b';', b';', ..] => {
                not_an_artifact(0, "it looks like WebAssembly's text form: compile it with `precompile`")
            }
            [] => not_an_artifact(0, "it is empty"),
            _ => not_an_artifact(0, "it is no ELF file, as artifacts are"),
        };
    }
    let Ok(header) = FileHeader64::<Endianness>::parse(start) else {
        return match start.get(..ELF_HEADER_BYTES) {
            None => Err(ReadError::Truncated {
                part: "the ELF header",
                part_end: ELF_HEADER_BYTES as u64,
                file_bytes: start.len() as u64,
            }),
            Some(start) if start[4] != ELFCLASS64 => {
                not_an_artifact(4, "an ELF class other than 64-bit at offset 4")
            }
            Some(start) if !matches!(start[5], 1 | 2) => {
                not_an_artifact(5, "an unknown byte order at offset 5")
            }
            Some(_) => not_an_artifact(6, "an unknown ELF version at offset 6"),
        };
    };
    let Ok(endian) = header.endian() else {
        return not_an_artifact(5, "an unknown byte order at offset 5");
    };
    if header.e_ident.os_abi != ELFOSABI_WASMTIME {
        return not_an_artifact(7, "an ELF file that is not wasmtime's at offset 7");
    }
    let kind = match header.e_flags(endian) & (EF_WASMTIME_MODULE | EF_WASMTIME_COMPONENT) {
        EF_WASMTIME_MODULE => Kind::Module,
        EF_WASMTIME_COMPONENT => Kind::Component,
        _ => return not_an_artifact(48, "ELF flags of neither a module nor a component at offset 48"),
    };
    let headers = u64::from(header.e_shentsize(endian)) * u64::from(header.e_shnum(endian));
    match header.e_shoff(endian).checked_add(headers) {
        Some(bytes) if bytes > ELF_HEADER_BYTES as u64 && headers > 0 => Ok(Image { bytes, kind }),
        _ => not_an_artifact(40, "no section headers at offset 40"),
    }
}

/// A trailer that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trailer {
    /// The artifact's manifest.
    pub manifest: Manifest,
    /// BLAKE3 of the first [`Trailer::digest_offset`] bytes of the file, if it is undamaged.
    pub digest: [u8; DIGEST_BYTES],
    /// The offset of the digest, in bytes from the start of the file.
    pub digest_offset: u64,
    /// The signatures of the digest; empty if there are none.
    pub signatures: Vec<u8>,
}

impl Trailer {
    /// Reads the bytes that follow an image. Any bytes may be given. The digest isn't checked.
    ///
    /// # Errors
    ///
    /// Every [`ReadError`] but [`ReadError::Digest`].
    pub fn parse(image: Image, bytes: &[u8]) -> Result<Trailer, ReadError> {
        let mut cursor = Cursor { rest: bytes, offset: image.bytes };
        if bytes.is_empty() {
            return Err(ReadError::NoTrailer { offset: image.bytes });
        }
        if !bytes.starts_with(&MAGIC) && !MAGIC.starts_with(bytes) {
            return Err(ReadError::Magic { offset: image.bytes });
        }
        let head = cursor.take(HEAD_BYTES, "the trailer's head")?;
        let format = number(&head[8..12]);
        if format == layout::FORMAT {
            return Err(ReadError::Fat);
        }
        if !(1..=FORMAT).contains(&format) {
            return Err(ReadError::Format { found: format, offset: image.bytes + 8 });
        }
        let manifest_offset = cursor.offset;
        let manifest = cursor.take(number(&head[12..16]) as usize, "the manifest")?;
        let digest_offset = cursor.offset;
        let digest = cursor.take(DIGEST_BYTES, "the digest")?;
        let signatures_bytes = cursor.take(SIGNATURES_LENGTH_BYTES, "the signatures' length")?;
        let signatures = cursor.take(number(signatures_bytes) as usize, "the signatures")?;
        if !cursor.rest.is_empty() {
            return Err(ReadError::Excess { offset: cursor.offset, excess: cursor.rest.len() as u64 });
        }
        let manifest = Manifest::decode(manifest, manifest_offset, format)?;
        if manifest.kind != image.kind {
            return Err(ReadError::Kind { image: image.kind, manifest: manifest.kind });
        }
        Ok(Trailer {
            manifest,
            digest: digest.try_into().expect("32 bytes were taken"),
            digest_offset,
            signatures: signatures.to_vec(),
        })
    }

    /// The trailer, if this is BLAKE3 of the first [`Trailer::digest_offset`] bytes of the file, however it was computed.
    ///
    /// # Errors
    ///
    /// [`ReadError::Digest`] if it isn't the digest.
    pub fn verified(self, hash: blake3::Hash) -> Result<Trailer, ReadError> {
        match hash == self.digest {
            true => Ok(self),
            false => Err(ReadError::Digest { offset: self.digest_offset }),
        }
    }
}

/// Reads the trailer of an artifact in memory, and checks the digest. Any bytes may be given.
///
/// # Errors
///
/// Any [`ReadError`].
pub fn read(artifact: &[u8]) -> Result<Trailer, ReadError> {
    let trailer = read_unverified(artifact)?;
    // The trailer was read from these bytes, so the offset is within them.
    let hash = blake3::hash(&artifact[..trailer.digest_offset as usize]);
    trailer.verified(hash)
}

/// Like [`read`], but doesn't check the digest, so that the image isn't read.
///
/// # Errors
///
/// Every [`ReadError`] but [`ReadError::Digest`].
pub fn read_unverified(artifact: &[u8]) -> Result<Trailer, ReadError> {
    let image = image(artifact)?;
    let file_bytes = artifact.len() as u64;
    let truncated = ReadError::Truncated { part: "the image", part_end: image.bytes, file_bytes };
    let behind = usize::try_from(image.bytes).ok().and_then(|start| artifact.get(start..));
    Trailer::parse(image, behind.ok_or(truncated)?)
}

/// Appends a trailer to an image, which makes the image an artifact.
///
/// # Errors
///
/// If the image isn't wasmtime's, doesn't end with its section headers, or is of another kind than the manifest says.
pub fn append(image_bytes: &mut Vec<u8>, manifest: &Manifest) -> Result<(), ReadError> {
    let image = image(image_bytes)?;
    let (end, file_bytes) = (image.bytes, image_bytes.len() as u64);
    if end > file_bytes {
        return Err(ReadError::Truncated { part: "the image", part_end: end, file_bytes });
    }
    if end < file_bytes {
        return Err(ReadError::Excess { offset: end, excess: file_bytes - end });
    }
    if image.kind != manifest.kind {
        return Err(ReadError::Kind { image: image.kind, manifest: manifest.kind });
    }
    let encoded = manifest.encode();
    let length = u32::try_from(encoded.len()).expect("a manifest is smaller than its module");
    image_bytes.extend_from_slice(&MAGIC);
    image_bytes.extend_from_slice(&FORMAT.to_le_bytes());
    image_bytes.extend_from_slice(&length.to_le_bytes());
    image_bytes.extend_from_slice(&encoded);
    let digest = blake3::hash(image_bytes);
    image_bytes.extend_from_slice(digest.as_bytes());
    image_bytes.extend_from_slice(&0u32.to_le_bytes());
    Ok(())
}

/// Adds a signature to an artifact. Nothing that was signed changes. Signatures that `is_replaced` takes are removed: those
/// of the same key, since a key's number is no proof.
///
/// # Errors
///
/// Every [`ReadError`] but [`ReadError::Digest`]; [`SignError`] where there is no room for a signature.
pub fn add_signature(
    artifact: &mut Vec<u8>,
    signature: &Signature,
    is_replaced: impl Fn(&Signature) -> bool,
) -> Result<(), SignError> {
    let trailer = read_unverified(artifact)?;
    let encoded = with_signature(&trailer.signatures, signature, is_replaced)?;
    // The trailer was read from these bytes, so that they are as long.
    artifact.truncate(trailer.digest_offset as usize + DIGEST_BYTES);
    artifact.extend_from_slice(&(encoded.len() as u32).to_le_bytes());
    artifact.extend_from_slice(&encoded);
    Ok(())
}

/// Encoded signatures, and another one in place of those that `is_replaced` takes.
pub(crate) fn with_signature(
    encoded: &[u8],
    signature: &Signature,
    is_replaced: impl Fn(&Signature) -> bool,
) -> Result<Vec<u8>, SignError> {
    let mut signatures = Signature::read_all(encoded)?;
    signatures.retain(|known| known != signature && !is_replaced(known));
    if signatures.len() >= MOST_SIGNATURES {
        return Err(SignError::TooMany);
    }
    signatures.push(signature.clone());
    let mut encoded = Vec::new();
    signatures.iter().for_each(|signature| signature.write_to(&mut encoded));
    Ok(encoded)
}

/// The error of adding a signature.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[cfg_attr(not(feature = "messages"), error("{}", Code::SignatureFormat))]
pub enum SignError {
    /// The bytes are no artifact.
    #[cfg_attr(feature = "messages", error(transparent))]
    Read(#[from] ReadError),
    /// The signatures that are there can't be read.
    #[cfg_attr(feature = "messages", error(transparent))]
    Signatures(#[from] SignatureError),
    /// There are as many signatures as there can be.
    #[cfg_attr(
        feature = "messages",
        error(
            "it has {MOST_SIGNATURES} signatures, the most that there can be: compile it again, and sign that"
        )
    )]
    TooMany,
}

/// The unread bytes, and where they are in their file.
pub(crate) struct Cursor<'a> {
    pub(crate) rest: &'a [u8],
    pub(crate) offset: u64,
}

impl<'a> Cursor<'a> {
    pub(crate) fn take(&mut self, bytes: usize, part: &'static str) -> Result<&'a [u8], ReadError> {
        let Some((taken, rest)) = self.rest.split_at_checked(bytes) else {
            let file_bytes = self.offset + self.rest.len() as u64;
            return Err(ReadError::Truncated { part, part_end: self.offset + bytes as u64, file_bytes });
        };
        self.rest = rest;
        self.offset += bytes as u64;
        Ok(taken)
    }
}

pub(crate) fn number(bytes: &[u8]) -> u32 {
    u32::from_le_bytes(bytes.try_into().expect("four bytes were taken"))
}
