//! A reader of a fat artifact's slices for constant expressions.

use super::layout::{FORMAT, IMAGE_BYTES, INTRODUCTION_BYTES};
use crate::const_manifest::{Fields, number, same};
use crate::trailer::MAGIC;

/// The slices of a fat artifact, read one after the other in a constant expression.
#[derive(Clone, Copy, Debug)]
pub struct ConstSlices<'a> {
    fat: &'a [u8],
    left: usize,
    fields: Fields<'a>,
}

impl<'a> ConstSlices<'a> {
    /// Reads a fat artifact that `precompile` has just written; `None` of other bytes.
    ///
    /// # Panics
    ///
    /// If it is damaged.
    pub const fn read(fat: &'a [u8]) -> Option<ConstSlices<'a>> {
        let introduction = IMAGE_BYTES + INTRODUCTION_BYTES;
        if fat.len() < introduction || !same(fat.split_at(4).0, b"\x7fELF") {
            return None;
        }
        let (_, from_magic) = fat.split_at(IMAGE_BYTES);
        if !same(from_magic.split_at(8).0, &MAGIC) || number(fat, IMAGE_BYTES + 8, 4, false) != FORMAT as u64
        {
            return None;
        }
        let bytes = number(fat, IMAGE_BYTES + 12, 4, false) as usize;
        let mut fields = Fields { rest: fat.split_at(introduction).1.split_at(bytes).0 };
        // The kind, and the digest of the source.
        fields.number();
        fields.take(32);
        let left = fields.number();
        Some(ConstSlices { fat, left, fields })
    }

    /// The bytes of the next slice; empty if it is stored in several parts. This is no `Iterator`, because its methods
    /// can't be called in a constant expression.
    ///
    /// # Panics
    ///
    /// If the artifact is damaged.
    pub const fn take_next(&mut self) -> Option<&'a [u8]> {
        if self.left == 0 {
            return None;
        }
        self.left -= 1;
        self.fields.text();
        self.fields.names();
        // The backend, the platform, wasmtime's major version, and two digests.
        self.fields.number();
        self.fields.number();
        self.fields.number();
        self.fields.take(64);
        let mut extents = self.fields.number();
        let offset = self.fields.number();
        let mut bytes = self.fields.number();
        let mut is_contiguous = true;
        extents -= 1;
        while extents > 0 {
            let next = self.fields.number();
            is_contiguous = is_contiguous && next == offset + bytes;
            bytes += self.fields.number();
            extents -= 1;
        }
        match is_contiguous {
            true => Some(self.fat.split_at(offset).1.split_at(bytes).0),
            false => Some(&[]),
        }
    }
}
