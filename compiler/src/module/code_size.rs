//! The size of the code in a module.

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

/// The size of the code in a module or component, which determines the time and the memory to compile it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CodeSize {
    /// The bytes of the code sections.
    pub bytes: u64,
    /// The number of functions with code.
    pub functions: u64,
}

/// The size of the code in a module or component. Only the headers of code sections are read. Nothing if it is neither.
/// With `parse_texts`, an input without code sections is read whole, and a text counts as its binary.
///
/// # Errors
///
/// An input that can't be read.
pub fn code_size(mut module: impl Read + Seek, parse_texts: bool) -> io::Result<CodeSize> {
    let end = module.seek(SeekFrom::End(0))?;
    module.rewind()?;
    let mut found = CodeSize::default();
    within(&mut module, end, MOST_LEVELS, &mut found)?;
    if found.bytes > 0 || !parse_texts {
        return Ok(found);
    }
    module.rewind()?;
    let mut bytes = Vec::new();
    module.take(end).read_to_end(&mut bytes)?;
    match is_text(&bytes).then(|| text::binary(&bytes)) {
        Some(Ok(binary)) => code_size(Cursor::new(binary), false),
        _ => Ok(CodeSize::default()),
    }
}

/// The bytes of code in a module or component, as [`code_size`] tells them.
///
/// # Errors
///
/// An input that can't be read.
pub fn code_bytes(module: impl Read + Seek, parse_texts: bool) -> io::Result<u64> {
    Ok(code_size(module, parse_texts)?.bytes)
}

/// Adds the code up to this end.
fn within(module: &mut (impl Read + Seek), end: u64, levels: u32, found: &mut CodeSize) -> io::Result<()> {
    let mut head = [0; 8];
    if end.saturating_sub(module.stream_position()?) < 8 || levels == 0 {
        return Ok(());
    }
    module.read_exact(&mut head)?;
    let is_component = head == COMPONENT;
    while (is_component || head == MODULE) && module.stream_position()? < end {
        let mut id = [0];
        module.read_exact(&mut id)?;
        let Some(size) = number(module, end)? else { break };
        let section_start = module.stream_position()?;
        let Some(section_end) = section_start.checked_add(size).filter(|section_end| *section_end <= end)
        else {
            break;
        };
        match (is_component, id[0]) {
            (false, CODE) => {
                found.bytes += size;
                // No function is shorter than its length and its end.
                let count = number(module, section_end)?.unwrap_or_default();
                found.functions += count.min(size / 2);
            }
            (true, CORE_MODULE | NESTED_COMPONENT) => within(module, section_end, levels - 1, found)?,
            _ => {}
        }
        module.seek(SeekFrom::Start(section_end))?;
    }
    Ok(())
}

/// A number in LEB128; `None` if it isn't whole before the end, as in no module that can be compiled.
fn number(module: &mut (impl Read + Seek), end: u64) -> io::Result<Option<u64>> {
    let mut number = 0;
    for shift in [0, 7, 14, 21, 28] {
        let mut byte = [0];
        if module.stream_position()? >= end {
            return Ok(None);
        }
        module.read_exact(&mut byte)?;
        number |= u64::from(byte[0] & 0x7f) << shift;
        if byte[0] & 0x80 == 0 {
            return Ok(Some(number));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    fn of(bytes: &[u8]) -> CodeSize {
        code_size(Cursor::new(bytes), true).unwrap()
    }

    /// The size by wasmparser.
    fn expected(bytes: &[u8]) -> CodeSize {
        let mut expected = CodeSize::default();
        for payload in wasmparser::Parser::new(0).parse_all(bytes) {
            if let wasmparser::Payload::CodeSectionStart { range, count, .. } = payload.unwrap() {
                expected.bytes += range.len() as u64;
                expected.functions += u64::from(count);
            }
        }
        expected
    }

    #[test]
    fn code_of_modules_and_within_components() {
        let module = include_bytes!("../choose/rates/reference.wasm");
        assert!(of(module).bytes > 10_000);
        assert_eq!(of(module), expected(module));
        let text =
            "(component (core module (func)) (component (core module (func) (func nop))) (core module))";
        let component = wat::parse_str(text).unwrap();
        assert_eq!(of(&component).functions, 3);
        assert_eq!(of(&component), expected(&component));
    }

    #[test]
    fn text_has_the_code_of_its_binary() {
        let text = " ;; a comment\n(module (func (export \"f\") (result i32) (i32.const 7)))";
        assert_eq!(of(text.as_bytes()), of(&wat::parse_str(text).unwrap()));
        assert_eq!(code_bytes(Cursor::new(text), false).unwrap(), 0, "it is not to be parsed");
        for nothing in ["", "(", "(module", "\0asm\u{1}\0\0\0", "text"] {
            assert_eq!(of(nothing.as_bytes()), CodeSize::default(), "{nothing}");
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
            assert_eq!(of(bytes), CodeSize::default(), "{bytes:?}");
        }
    }

    #[test]
    fn any_bytes_have_an_answer() {
        let seed =
            wat::parse_str("(component (core module (func nop)) (component (core module (func))))").unwrap();
        for number in 0..20_000 {
            let bytes = support::mutated(&seed, number);
            let CodeSize { bytes: code, functions } = of(&bytes);
            assert!(code <= bytes.len() as u64 && functions <= code / 2);
        }
    }
}
