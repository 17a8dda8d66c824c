//! A reader of a few manifest fields for constant expressions.
//!
//! A program that embeds an artifact checks these fields when it is compiled, and not only when it starts. A test
//! compares the reader with [`Manifest::decode`](crate::Manifest::decode), which reads all fields.

use crate::Platform;
use crate::fat::layout;
use crate::manifest::Kind;
use crate::trailer::{FORMAT, MAGIC, STUB};

/// The manifest fields that a constant expression can read.
#[derive(Clone, Copy, Debug)]
pub struct ConstManifest<'a> {
    /// The kind of the compiled binary.
    pub kind: Kind,
    /// The preset from which the settings started.
    pub platform: Platform,
    /// The target triple.
    pub target: &'a str,
    /// Wasmtime's full version.
    pub wasmtime_version: &'a str,
    /// The WebAssembly features that the runtime must support.
    features: ConstNames<'a>,
}

/// The reason why [`ConstManifest::read`] refuses bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConstReadError {
    /// The bytes are a stub: nothing was compiled, because `PRECOMPILE_SKIP` was set.
    Stub,
    /// The bytes aren't an artifact of precompile's.
    NotOurs,
    /// The bytes are a fat artifact.
    Fat,
    /// The artifact has a newer format.
    Format,
}

impl<'a> ConstManifest<'a> {
    /// Reads the manifest of an artifact that `precompile` has just written.
    ///
    /// # Errors
    ///
    /// If the bytes aren't an artifact, or have a newer format.
    ///
    /// # Panics
    ///
    /// If the artifact is damaged.
    pub const fn read(artifact: &'a [u8]) -> Result<ConstManifest<'a>, ConstReadError> {
        if same(artifact, STUB) {
            return Err(ConstReadError::Stub);
        }
        let Some(trailer) = trailer(artifact) else { return Err(ConstReadError::NotOurs) };
        let (format, manifest) = trailer;
        if format == layout::FORMAT {
            return Err(ConstReadError::Fat);
        }
        if format > FORMAT {
            return Err(ConstReadError::Format);
        }
        let mut fields = Fields { rest: manifest };
        let kind = match fields.number() {
            0 => Kind::Module,
            _ => Kind::Component,
        };
        fields.number();
        let platform = match fields.number() {
            0 => Platform::Hosted,
            1 => Platform::SignalsOnly,
            _ => Platform::Freestanding,
        };
        let target = fields.text();
        fields.names();
        if fields.number() == 1 {
            fields.number();
        }
        let wasmtime_version = fields.text();
        fields.text();
        // The digest of the source.
        fields.take(32);
        Ok(ConstManifest { kind, platform, target, wasmtime_version, features: fields.names() })
    }

    /// The WebAssembly features that the runtime must support.
    pub const fn features_stamped(&self) -> ConstNames<'a> {
        self.features
    }
}

/// A list of names, read one after the other.
#[derive(Clone, Copy, Debug)]
pub struct ConstNames<'a> {
    left: usize,
    fields: Fields<'a>,
}

impl<'a> ConstNames<'a> {
    /// The next name. This is no `Iterator`, because its methods can't be called in a constant expression.
    pub const fn take_next(&mut self) -> Option<&'a str> {
        if self.left == 0 {
            return None;
        }
        self.left -= 1;
        Some(self.fields.text())
    }
}

/// The format and the manifest of an artifact; `None` if the bytes aren't one.
const fn trailer(artifact: &[u8]) -> Option<(u32, &[u8])> {
    // The trailer follows the section headers of the ELF file.
    if artifact.len() < 64 || !same(artifact.split_at(4).0, b"\x7fELF") || artifact[4] != 2 {
        return None;
    }
    let big_endian = artifact[5] == 2;
    let headers = number(artifact, 40, 8, big_endian);
    let size = number(artifact, 58, 2, big_endian) * number(artifact, 60, 2, big_endian);
    let Some(start) = headers.checked_add(size) else { return None };
    if start > artifact.len() as u64 {
        return None;
    }
    let (_, trailer) = artifact.split_at(start as usize);
    if trailer.len() < 16 || !same(trailer.split_at(8).0, &MAGIC) {
        return None;
    }
    let (format, length) = (number(trailer, 8, 4, false) as u32, number(trailer, 12, 4, false));
    match trailer.split_at(16).1.split_at_checked(length as usize) {
        Some((manifest, _)) => Some((format, manifest)),
        None => None,
    }
}

/// A number of `length` bytes, at most eight, at an offset.
pub(crate) const fn number(bytes: &[u8], at: usize, length: usize, big_endian: bool) -> u64 {
    let (mut value, mut index) = (0, 0);
    while index < length {
        let byte = bytes[at + index] as u64;
        value |= byte << (8 * if big_endian { length - 1 - index } else { index });
        index += 1;
    }
    value
}

/// Returns true if two texts are equal, in a constant expression, where `==` can't be used.
pub const fn same(a: &[u8], b: &[u8]) -> bool {
    let mut index = 0;
    while index < a.len() && index < b.len() && a[index] == b[index] {
        index += 1;
    }
    index == a.len() && index == b.len()
}

/// The unread fields of a manifest, in postcard's encoding.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fields<'a> {
    pub(crate) rest: &'a [u8],
}

impl<'a> Fields<'a> {
    pub(crate) const fn take(&mut self, bytes: usize) -> &'a [u8] {
        let (taken, rest) = self.rest.split_at(bytes);
        self.rest = rest;
        taken
    }

    /// The next number: seven bits in each byte, the least significant first. The eighth bit marks that more follow.
    pub(crate) const fn number(&mut self) -> usize {
        let (mut value, mut shift) = (0, 0);
        loop {
            let byte = self.take(1)[0] as u64;
            value |= (byte & 0x7f) << shift;
            if byte < 0x80 {
                // All numbers are lengths or variants, which are smaller than the file.
                return value as usize;
            }
            shift += 7;
        }
    }

    pub(crate) const fn text(&mut self) -> &'a str {
        let length = self.number();
        match core::str::from_utf8(self.take(length)) {
            Ok(text) => text,
            Err(_) => panic!("a text of the manifest is damaged"),
        }
    }

    pub(crate) const fn names(&mut self) -> ConstNames<'a> {
        let left = self.number();
        let names = ConstNames { left, fields: *self };
        let mut index = 0;
        while index < left {
            self.text();
            index += 1;
        }
        names
    }
}
