//! The number of bytes of code in a module.

use crate::module::text::{self, is_text};
use std::io::{self, Cursor, Read, Seek, SeekFrom};

const MODULE: [u8; 8] = *b"\0asm\x01\0\0\0";
const COMPONENT: [u8; 8] = *b"\0asm\x0d\0\x01\0";
/// The number of a module's code section.
const CODE: u8 = 10;
/// The numbers of a component's sections that hold modules and components.
const CORE_MODULE: u8 = 1;
const NESTED_COMPONENT: u8 = 4;
/// The depth to which components within components are read.
const MOST_LEVELS: u32 = 16;

/// The number of bytes of code in a module or component, which determines the time to compile it. Only the headers of
/// code sections are read. 0 if it is neither. With `parse_texts`, an input without code sections is read whole, and
/// a text counts as its binary.
///
/// # Errors
///
/// An input that can't be read.
pub fn code_bytes(mut module: impl Read + Seek, parse_texts: bool) -> io::Result<u64> {
    let end = module.seek(SeekFrom::End(0))?;
    module.rewind()?;
    let found = within(&mut module, end, MOST_LEVELS)?;
    if found > 0 || !parse_texts {
        return Ok(found);
    }
    module.rewind()?;
    let mut bytes = Vec::new();
    module.take(end).read_to_end(&mut bytes)?;
    match is_text(&bytes).then(|| text::binary(&bytes)) {
        Some(Ok(binary)) => code_bytes(Cursor::new(binary), false),
        _ => Ok(0),
    }
}

fn within(module: &mut (impl Read + Seek), end: u64, levels: u32) -> io::Result<u64> {
    let mut head = [0; 8];
    if end.saturating_sub(module.stream_position()?) < 8 || levels == 0 {
        return Ok(0);
    }
    module.read_exact(&mut head)?;
    let is_component = head == COMPONENT;
    let mut bytes = 0;
    while (is_component || head == MODULE) && module.stream_position()? < end {
        let mut id = [0];
        module.read_exact(&mut id)?;
        let Some(size) = size(module, end)? else { break };
        let section_end = module.stream_position()? + size;
        match (is_component, id[0]) {
            (false, CODE) => bytes += size,
            (true, CORE_MODULE | NESTED_COMPONENT) => bytes += within(module, section_end, levels - 1)?,
            _ => {}
        }
        module.seek(SeekFrom::Start(section_end))?;
    }
    Ok(bytes)
}

/// A section's size; `None` if it would exceed the end, as in no module that can be compiled.
fn size(module: &mut (impl Read + Seek), end: u64) -> io::Result<Option<u64>> {
    let mut size = 0;
    for shift in [0, 7, 14, 21, 28] {
        let mut byte = [0];
        if module.stream_position()? >= end {
            return Ok(None);
        }
        module.read_exact(&mut byte)?;
        size |= u64::from(byte[0] & 0x7f) << shift;
        if byte[0] & 0x80 == 0 {
            return Ok((size <= end - module.stream_position()?).then_some(size));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    fn of(bytes: &[u8]) -> u64 {
        code_bytes(Cursor::new(bytes), true).unwrap()
    }

    /// The number of bytes by wasmparser.
    fn expected(bytes: &[u8]) -> u64 {
        let payloads = wasmparser::Parser::new(0).parse_all(bytes);
        let sizes = payloads.map(|payload| match payload.unwrap() {
            wasmparser::Payload::CodeSectionStart { range, .. } => range.len() as u64,
            _ => 0,
        });
        sizes.sum()
    }

    #[test]
    fn code_of_modules_and_within_components() {
        let module = include_bytes!("../choose/rates/reference.wasm");
        assert!(of(module) > 10_000);
        assert_eq!(of(module), expected(module));
        let text =
            "(component (core module (func)) (component (core module (func) (func nop))) (core module))";
        let component = wat::parse_str(text).unwrap();
        assert!(of(&component) > 0);
        assert_eq!(of(&component), expected(&component));
    }

    #[test]
    fn text_has_the_code_of_its_binary() {
        let text = " ;; a comment\n(module (func (export \"f\") (result i32) (i32.const 7)))";
        assert_eq!(of(text.as_bytes()), of(&wat::parse_str(text).unwrap()));
        assert_eq!(code_bytes(Cursor::new(text), false).unwrap(), 0, "it is not to be parsed");
        for nothing in ["", "(", "(module", "\0asm\u{1}\0\0\0", "text"] {
            assert_eq!(of(nothing.as_bytes()), 0, "{nothing}");
        }
    }

    #[test]
    fn other_bytes_have_no_code() {
        for bytes in [
            &b""[..],
            b"(module)",
            b"\0asm",
            b"\0asm\x01\0\0\0",
            b"\0asm\x01\0\0\0\x0a",
            b"\0asm\x01\0\0\0\x0a\xff",
        ] {
            assert_eq!(of(bytes), 0, "{bytes:?}");
        }
    }

    #[test]
    fn any_bytes_have_an_answer() {
        let seed =
            wat::parse_str("(component (core module (func nop)) (component (core module (func))))").unwrap();
        for number in 0..20_000 {
            let bytes = support::mutated(&seed, number);
            assert!(of(&bytes) <= bytes.len() as u64);
        }
    }
}
