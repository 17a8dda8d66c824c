//! `--depfile`: the inputs of each output, in the form that make and ninja read.
//!
//! A makefile has no way to quote some characters, and ninja can't read some others. A name with one of them is
//! refused, as it would be read as another name or as a command to run. `depfile/tests.rs` has both programs read
//! each character.

use anyhow::{Result, ensure};
use precompile::artifact::{Escaped, escaped_path};
use std::path::Path;

/// The characters that both programs read unquoted in a name, besides letters, digits and all that isn't ASCII. ninja
/// reads `"`, `'` and `&` since 1.12 only.
const PLAIN: &[u8] = b"!()+,-./@_{}]~%";

/// A name's place in a rule.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Output,
    Input,
}

/// The text of a dependency file, with one rule for each output.
///
/// # Errors
///
/// If a path can't be written in such a file.
pub(crate) fn text<'a>(rules: impl IntoIterator<Item = (&'a Path, Vec<&'a Path>)>) -> Result<Vec<u8>> {
    let mut text = Vec::new();
    for (output, inputs) in rules {
        text.extend(quoted(output, Side::Output)?);
        text.push(b':');
        for input in inputs {
            text.push(b' ');
            text.extend(quoted(input, Side::Input)?);
        }
        text.push(b'\n');
    }
    Ok(text)
}

/// A path, quoted for both programs.
fn quoted(path: &Path, side: Side) -> Result<Vec<u8>> {
    let name = path.as_os_str().as_encoded_bytes();
    let mut text = Vec::new();
    for (at, &byte) in name.iter().enumerate() {
        ensure!(
            is_readable(byte, at == 0, &name[at + 1..], side),
            "`{}` can't be named in a dependency file, in which make or ninja misreads its `{}`: rename it",
            escaped_path(path),
            Escaped(char::from(byte).encode_utf8(&mut [0; 4]))
        );
        match byte {
            b' ' | b'#' | b':' => text.push(b'\\'),
            b'$' => text.push(b'$'),
            _ => {}
        }
        text.push(byte);
    }
    // A special target of makefiles.
    let special = name.strip_prefix(b".").is_some_and(|rest| {
        side == Side::Output && rest.iter().all(|byte| byte.is_ascii_uppercase() || *byte == b'_')
    });
    ensure!(
        !special && !name.is_empty(),
        "`{}` can't be named in a dependency file, in which make takes it for a directive: rename it",
        escaped_path(path)
    );
    Ok(text)
}

/// Tells whether both programs read a byte of a name, quoted, in front of the bytes in `after`.
fn is_readable(byte: u8, is_first: bool, after: &[u8], side: Side) -> bool {
    let is_last = after.is_empty();
    match byte {
        // A home folder.
        b'~' => !is_first,
        // A part of an archive.
        b')' => !is_last,
        // A pattern.
        b'%' => side == Side::Input,
        b' ' | b':' => !is_last,
        b'#' | b'$' => true,
        // A backslash quotes anything else.
        b'\\' => after.first().is_some_and(u8::is_ascii_alphanumeric),
        _ => !byte.is_ascii() || byte.is_ascii_alphanumeric() || PLAIN.contains(&byte),
    }
}

#[cfg(test)]
mod tests;
