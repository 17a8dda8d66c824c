//! The reader of fields in postcard's encoding, one after the other, each with its check.

use crate::{ErrorText, Item, List, Names};
use alloc::format;
use alloc::string::ToString;
use serde::Deserialize;
use target_lexicon::Triple;

/// The error of a field that can't be read.
pub(crate) struct FieldError {
    /// The field.
    pub(crate) field: &'static str,
    /// The start of the field, in bytes from the start of the file.
    pub(crate) offset: u64,
    /// The fault.
    pub(crate) problem: ErrorText,
}

/// A reader of a value at the start of some bytes. It also returns the bytes that follow.
type Take<'a, T> = fn(&'a [u8]) -> postcard::Result<(T, &'a [u8])>;

/// The unread fields. In postcard's encoding, a struct is its fields one after the other.
pub(crate) struct Fields<'a> {
    rest: &'a [u8],
    length: usize,
    offset: u64,
}

impl<'a> Fields<'a> {
    /// The fields in these bytes, which start at `offset` in their file.
    pub(crate) fn new(bytes: &'a [u8], offset: u64) -> Fields<'a> {
        Fields { rest: bytes, length: bytes.len(), offset }
    }

    /// The number of bytes that are not read.
    pub(crate) fn left(&self) -> usize {
        self.rest.len()
    }

    /// The next field. The code is instantiated once for each type and not for each field, because the runtime must be
    /// small.
    pub(crate) fn next<T: Deserialize<'a>>(
        &mut self,
        field: &'static str,
        check: fn(&T) -> Result<(), ErrorText>,
    ) -> Result<T, FieldError> {
        self.take(field, postcard::take_from_bytes, check)
    }

    pub(crate) fn list<T: Item>(
        &mut self,
        field: &'static str,
        check: fn(&List<T>) -> Result<(), ErrorText>,
    ) -> Result<List<T>, FieldError> {
        self.take(field, List::take, check)
    }

    fn take<T>(
        &mut self,
        field: &'static str,
        take: Take<'a, T>,
        check: fn(&T) -> Result<(), ErrorText>,
    ) -> Result<T, FieldError> {
        let (value, rest) = take(self.rest).map_err(|error| self.undecodable(field, error))?;
        check(&value).map_err(|problem| self.error(field, problem))?;
        self.rest = rest;
        Ok(value)
    }

    #[cold]
    #[inline(never)]
    fn undecodable(&self, field: &'static str, error: postcard::Error) -> FieldError {
        self.error(field, ErrorText::new(|| error.to_string()))
    }

    #[cold]
    #[inline(never)]
    pub(crate) fn error(&self, field: &'static str, problem: ErrorText) -> FieldError {
        let read = self.length - self.rest.len();
        FieldError { field, offset: self.offset + read as u64, problem }
    }
}

pub(crate) fn any<T>(_: &T) -> Result<(), ErrorText> {
    Ok(())
}

// Triples and versions stand in texts of one line, such as a statement, and their parsers take any character somewhere.

pub(crate) fn triple(text: &str) -> Result<(), ErrorText> {
    match text.parse::<Triple>() {
        Ok(_) if text.bytes().all(|byte| byte.is_ascii_graphic()) => Ok(()),
        _ => Err(ErrorText::new(|| format!("{text:?} is not a target triple"))),
    }
}

pub(crate) fn version(text: &str) -> Result<(), ErrorText> {
    match crate::version::numbers(text) {
        Some(_) if text.bytes().all(|byte| byte.is_ascii_graphic()) => Ok(()),
        _ => Err(ErrorText::new(|| format!("{text:?} is not a version"))),
    }
}

pub(crate) fn sorted_names(names: &Names) -> Result<(), ErrorText> {
    let is_name = |name: &str| {
        !name.is_empty()
            && name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b'_'))
    };
    let mut last = "";
    for name in names {
        if !is_name(name) {
            return Err(ErrorText::new(|| format!("{name:?} is not the name of a feature")));
        }
        if name <= last {
            return Err(ErrorText::new(|| "the names are not in order".into()));
        }
        last = name;
    }
    Ok(())
}
