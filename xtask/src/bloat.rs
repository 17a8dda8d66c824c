//! `cargo xtask bloat`: the bytes of the bare runner, by section, by crate and by function.

mod symbol;

use crate::cargo::Recipe;
use crate::profile::Profile;
use crate::size;
use anyhow::Context;
use object::read::elf::ElfFile64;
use object::read::{Object, ObjectSection};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use symbol::Symbol;

const REPORT: &str = "reports/bloat.md";
/// The size of a crate below which it is counted with others, in bytes.
const WORTH_A_ROW_BYTES: u64 = 2_000;

/// Builds the runner with these features as it ships, but with its symbols, and writes the report.
pub(crate) fn run(features: &str, functions: usize) -> anyhow::Result<()> {
    let recipe = Recipe::stable(Profile { strip: false, ..Profile::RUNNER });
    let builder = size::builder()?;
    builder.runner(&recipe, Some(features)).map_err(anyhow::Error::msg)?;
    let program = builder.runner_path(&recipe);
    let bytes = fs::read(&program).with_context(|| format!("can't read `{}`", program.display()))?;
    let report = report(&bytes, features, functions)?;
    print!("{report}");
    fs::write(REPORT, report).with_context(|| format!("can't write `{REPORT}`"))
}

fn report(bytes: &[u8], features: &str, functions: usize) -> anyhow::Result<String> {
    let elf = ElfFile64::parse(bytes)?;
    let mut symbols = symbol::all(&elf);
    symbols.sort_by_key(|symbol| std::cmp::Reverse(symbol.bytes));
    let mut text = String::new();
    writeln!(
        text,
        "# Bytes of the runner\n\nMade by `cargo xtask bloat`, of `precompile-run` with `{features}`,"
    )?;
    writeln!(text, "as it ships, but with its symbols.\n")?;
    sections(&mut text, &elf)?;
    crates(&mut text, &symbols)?;
    formatting(&mut text, &symbols)?;
    writeln!(text, "## Functions\n\nThe largest; what is inlined counts where it is.\n")?;
    writeln!(text, "| function | crate | bytes |\n|----------|-------|------:|")?;
    for Symbol { name, owner, bytes } in symbols.iter().take(functions) {
        writeln!(text, "| `{}` | {owner} | {bytes} |", symbol::short(name))?;
    }
    Ok(text)
}

/// Adds the sections of the stripped file.
fn sections(text: &mut String, elf: &ElfFile64<'_>) -> anyhow::Result<()> {
    writeln!(text, "## Sections\n\n| section | bytes |\n|---------|------:|")?;
    for section in elf.sections() {
        let name = section.name()?;
        let bytes = section.file_range().map_or(0, |(_, bytes)| bytes);
        let stripped = name.starts_with(".sym") || name.starts_with(".str") || name.starts_with(".debug");
        if bytes > 0 && section.address() > 0 && !stripped {
            writeln!(text, "| `{name}` | {bytes} |")?;
        }
    }
    writeln!(text)?;
    Ok(())
}

fn crates(text: &mut String, symbols: &[Symbol]) -> std::fmt::Result {
    let mut crates = BTreeMap::<&str, u64>::new();
    for symbol in symbols {
        *crates.entry(&symbol.owner).or_default() += symbol.bytes;
    }
    let mut crates: Vec<_> = crates.into_iter().collect();
    crates.sort_by_key(|(_, bytes)| std::cmp::Reverse(*bytes));
    let (rows, rest): (Vec<_>, Vec<_>) =
        crates.into_iter().partition(|(_, bytes)| *bytes >= WORTH_A_ROW_BYTES);
    writeln!(
        text,
        "## Crates\n\nFunctions and data that have names, by the crate of the type or the module.\n"
    )?;
    writeln!(text, "| crate | bytes |\n|-------|------:|")?;
    rows.iter().try_for_each(|(name, bytes)| writeln!(text, "| {name} | {bytes} |"))?;
    let rest_bytes: u64 = rest.iter().map(|(_, bytes)| bytes).sum();
    writeln!(text, "| {} others | {rest_bytes} |\n", rest.len())
}

/// Adds the figure that upstream's guide leaves open: the part of the bytes that formats text.
fn formatting(text: &mut String, symbols: &[Symbol]) -> std::fmt::Result {
    let is_formatting = |symbol: &&Symbol| {
        let name = &symbol.name;
        name.contains("core::fmt::") || name.contains("alloc::fmt::") || name.contains("std::fmt::")
    };
    let bytes: u64 = symbols.iter().filter(is_formatting).map(|symbol| symbol.bytes).sum();
    let all: u64 = symbols.iter().map(|symbol| symbol.bytes).sum();
    writeln!(
        text,
        "## Formatting\n\n{bytes} of these {all} bytes are functions of `fmt`, or implement its traits: {:.1} %. The texts and the\n\
         calls are not among them.\n",
        bytes as f64 / all as f64 * 100.0
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The test program itself holds functions of this crate.
    #[test]
    fn it_finds_its_own_crate() {
        let program = fs::read(std::env::current_exe().unwrap()).unwrap();
        let report = report(&program, "none", 5).unwrap();
        assert!(report.contains("| xtask |") && report.contains("| core |"), "{report}");
        assert!(report.contains("`.text`"), "{report}");
    }
}
