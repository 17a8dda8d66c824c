//! Machine code as text, for each architecture.

use anyhow::{Result, anyhow, bail};
use capstone::prelude::*;
use precompile::artifact::Names;
use pulley_interpreter::decode::Decoder;
use pulley_interpreter::disas::Disassembler as PulleyDisassembler;
use target_lexicon::{Architecture, Triple};

/// Names of RISC-V's compressed instructions among an artifact's CPU features.
const COMPRESSED: [&str; 3] = ["has_zca", "has_zcb", "has_zcd"];

/// An instruction, or bytes that are none.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Instruction {
    /// Its start, in bytes from the start of the function.
    pub(super) offset: u64,
    pub(super) text: String,
}

/// The disassembler of an architecture.
pub(super) enum Disassembler {
    Native(Box<Capstone>),
    Pulley,
}

impl Disassembler {
    /// The disassembler for a target, with these CPU features.
    ///
    /// # Errors
    ///
    /// If there is none for the architecture.
    pub(super) fn new(target: &Triple, cpu_features: Option<&Names>) -> Result<Disassembler> {
        let has = |name: &&str| cpu_features.is_some_and(|features| features.contains(name));
        let new = Capstone::new;
        let native = match target.architecture {
            // The syntax of objdump, gdb and perf.
            Architecture::X86_64 => {
                new().x86().mode(arch::x86::ArchMode::Mode64).syntax(arch::x86::ArchSyntax::Att).build()
            }
            Architecture::Aarch64(_) => new().arm64().mode(arch::arm64::ArchMode::Arm).build(),
            Architecture::Riscv64(_) => {
                let compressed = COMPRESSED.iter().any(has).then_some(arch::riscv::ArchExtraMode::RiscVC);
                let riscv = new().riscv().mode(arch::riscv::ArchMode::RiscV64);
                riscv.extra_mode(compressed.into_iter()).build()
            }
            Architecture::S390x => new().sysz().mode(arch::sysz::ArchMode::Default).build(),
            Architecture::Pulley32
            | Architecture::Pulley64
            | Architecture::Pulley32be
            | Architecture::Pulley64be => return Ok(Disassembler::Pulley),
            other => bail!("there is no disassembler for `{other}`"),
        };
        let failed = |error: capstone::Error| anyhow!("the disassembler fails: {error}");
        let mut native = native.map_err(failed)?;
        // Constants stand between functions' instructions.
        native.set_skipdata(true).map_err(failed)?;
        Ok(Disassembler::Native(Box::new(native)))
    }

    /// The instructions of a function that starts at `start` in the section `.text`.
    ///
    /// # Errors
    ///
    /// If the disassembler fails.
    pub(super) fn instructions(&self, code: &[u8], start: u64) -> Result<Vec<Instruction>> {
        match self {
            Disassembler::Native(native) => {
                let all = native.disasm_all(code, start).map_err(|error| anyhow!("{error}"))?;
                let instructions = all.iter().map(|instruction| {
                    let (name, operands) = (instruction.mnemonic(), instruction.op_str());
                    let text = [name, operands].map(Option::unwrap_or_default).join(" ");
                    Instruction {
                        offset: instruction.address().saturating_sub(start),
                        text: text.trim().into(),
                    }
                });
                Ok(instructions.collect())
            }
            Disassembler::Pulley => Ok(pulley(code, start)),
        }
    }
}

/// Pulley's instructions. Bytes that are none end them, as nothing tells where the next would begin.
fn pulley(code: &[u8], start: u64) -> Vec<Instruction> {
    let mut disassembler = PulleyDisassembler::new(code);
    disassembler.hexdump(false).start_offset(usize::try_from(start).unwrap_or_default());
    let is_whole = Decoder::decode_all(&mut disassembler).is_ok();
    let lines = disassembler.disas().lines().filter_map(|line| {
        let (address, text) = line.split_once(':')?;
        let address = u64::from_str_radix(address.trim(), 16).ok()?;
        Some(Instruction { offset: address.saturating_sub(start), text: text.trim().into() })
    });
    let mut instructions: Vec<_> = lines.collect();
    if !is_whole {
        let offset = instructions.last().map_or(0, |last| last.offset + 1).min(code.len() as u64);
        instructions.push(Instruction { offset, text: "bytes that are no instructions".into() });
    }
    instructions
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(target: &str, code: &[u8]) -> Vec<(u64, String)> {
        let disassembler = Disassembler::new(&target.parse().unwrap(), None).unwrap();
        let instructions = disassembler.instructions(code, 0x40).unwrap();
        instructions.into_iter().map(|it| (it.offset, it.text)).collect()
    }

    /// Two instructions of each architecture, of which the second returns.
    #[test]
    fn each_architecture_has_one() {
        for (target, code, first, second, at) in [
            ("x86_64-unknown-linux-gnu", &b"\x01\xd8\xc3"[..], "addl %ebx, %eax", "retq", 2),
            ("aarch64-apple-darwin", b"\x00\x00\x01\x0b\xc0\x03\x5f\xd6", "add w0, w0, w1", "ret", 4),
            ("riscv64gc-unknown-linux-gnu", b"\x3b\x05\xb5\x00\x67\x80\x00\x00", "addw a0, a0, a1", "ret", 4),
            ("s390x-unknown-linux-gnu", b"\x1a\x23\x07\xfe", "ar %r2, %r3", "br %r14", 2),
        ] {
            assert_eq!(texts(target, code), [(0, first.into()), (at, second.into())], "{target}");
        }
        assert!(Disassembler::new(&"i686-unknown-linux-gnu".parse().unwrap(), None).is_err());
    }

    /// Pulley has no instruction for some bytes.
    #[test]
    fn pulley_ends_with_what_is_none() {
        let words = "bytes that are no instructions";
        let lasts = (0..=255).map(|byte| texts("pulley64", &[byte; 16]).pop().unwrap());
        assert!(lasts.into_iter().any(|(_, text)| text == words));
    }

    /// A function without code, and bytes that are no instructions, among them the start of one that is cut off.
    #[test]
    fn any_bytes_have_an_answer() {
        for target in ["x86_64", "aarch64", "riscv64gc", "s390x", "pulley64", "pulley32be"] {
            let is_pulley = target.starts_with("pulley");
            let target = if is_pulley { target.into() } else { format!("{target}-unknown-unknown-elf") };
            assert!(texts(&target, b"").is_empty(), "{target}");
            for byte in 0..=255 {
                for code in [vec![byte], vec![byte; 16]] {
                    let found = texts(&target, &code);
                    // A part of an instruction is none.
                    assert!(!found.is_empty() || code.len() == 1, "{target}: {code:?}");
                    assert!(found.iter().all(|(offset, _)| *offset <= code.len() as u64), "{found:?}");
                }
            }
        }
    }
}
