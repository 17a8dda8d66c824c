//! The fast path through a function: instructions of WebAssembly's first version, and a few more, by
//! a table of their immediates.
//!
//! The fast path skips known instructions, at more than twice the speed of decoding. A function with
//! any other instruction, or an unusual encoding, is left to the decoder.

use wasmparser::WasmFeatures;

/// The immediates that follow an opcode.
#[derive(Clone, Copy, PartialEq)]
enum Immediates {
    /// Nothing.
    None,
    /// Nothing, for an instruction of the sign extension proposal.
    SignExtension,
    /// A type that is not an index.
    BlockType,
    /// An index.
    Index,
    /// An `i32`.
    I32,
    /// An `i64`.
    I64,
    /// Four bytes.
    F32,
    /// Eight bytes.
    F64,
    /// An alignment, and an offset of at most 32 bits.
    Memory,
    /// An index and a zero.
    CallIndirect,
    /// A number of indices, and one more.
    BranchTable,
    /// A zero.
    Zero,
    /// Another opcode, behind a prefix.
    Prefix,
    /// An instruction that is left to the decoder.
    Other,
}

/// The immediates of each opcode, from the binary format's table of instructions.
static IMMEDIATES: [Immediates; 256] = {
    use Immediates::*;
    let mut table = [Other; 256];
    let mut opcode = 0;
    while opcode < 256 {
        table[opcode] = match opcode {
            0x00 | 0x01 | 0x05 | 0x0b | 0x0f | 0x1a | 0x1b | 0x45..=0xbf => None,
            0xc0..=0xc4 => SignExtension,
            0x02..=0x04 => BlockType,
            0x0e => BranchTable,
            0xfc => Prefix,
            0x0c | 0x0d | 0x10 | 0x20..=0x24 => Index,
            0x41 => I32,
            0x11 => CallIndirect,
            0x28..=0x3e => Memory,
            0x3f | 0x40 => Zero,
            0x42 => I64,
            0x43 => F32,
            0x44 => F64,
            _ => Other,
        };
        opcode += 1;
    }
    table
};

/// The proposals that a function's instructions use, or `None` if the function needs the decoder. The
/// instructions are not checked in any other way.
pub(super) fn skim(mut code: &[u8]) -> Option<WasmFeatures> {
    let mut features = WasmFeatures::empty();
    while let [opcode, rest @ ..] = code {
        code = match IMMEDIATES[usize::from(*opcode)] {
            Immediates::None => rest,
            Immediates::SignExtension => {
                features |= WasmFeatures::SIGN_EXTENSION;
                rest
            }
            Immediates::BlockType => match rest {
                // No type, or a numeric one.
                [0x40 | 0x7c..=0x7f, rest @ ..] => rest,
                _ => return None,
            },
            Immediates::Index => index(rest)?,
            Immediates::I32 => leb(rest, 5, |last| matches!(last, 0..=0x07 | 0x78..=0x7f))?,
            Immediates::I64 => leb(rest, 10, |last| matches!(last, 0 | 0x7f))?,
            Immediates::F32 => rest.get(4..)?,
            Immediates::F64 => rest.get(8..)?,
            Immediates::Memory => match rest {
                // A larger alignment means that a memory's index follows.
                [0..0x40, rest @ ..] => index(rest)?,
                _ => return None,
            },
            Immediates::CallIndirect => zero(index(rest)?)?,
            Immediates::BranchTable => branch_table(rest)?,
            Immediates::Zero => zero(rest)?,
            Immediates::Prefix => match rest {
                // Saturating conversions, and copying and filling memory.
                [0..=7, rest @ ..] => {
                    features |= WasmFeatures::SATURATING_FLOAT_TO_INT;
                    rest
                }
                [10, 0, 0, rest @ ..] | [11, 0, rest @ ..] => {
                    features |= WasmFeatures::BULK_MEMORY_OPT;
                    rest
                }
                _ => return None,
            },
            Immediates::Other => return None,
        };
    }
    Some(features)
}

/// The code after an unsigned number of 32 bits.
fn index(code: &[u8]) -> Option<&[u8]> {
    leb(code, 5, |last| last <= 0x0f)
}

/// The code after a number in LEB128 of at most `most` bytes. `fits` tests the last possible byte,
/// which holds fewer bits.
#[inline(always)]
fn leb(code: &[u8], most: usize, fits: impl Fn(u8) -> bool) -> Option<&[u8]> {
    let end = code.iter().take(most).position(|byte| byte & 0x80 == 0)?;
    (end + 1 < most || fits(code[end])).then(|| &code[end + 1..])
}

fn branch_table(code: &[u8]) -> Option<&[u8]> {
    // A longer table is left to the decoder: its count takes more bytes.
    let [count @ 0..0x80, rest @ ..] = code else { return None };
    (0..=*count).try_fold(rest, |rest, _| index(rest))
}

fn zero(code: &[u8]) -> Option<&[u8]> {
    match code {
        [0, rest @ ..] => Some(rest),
        _ => None,
    }
}
