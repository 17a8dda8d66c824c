//! The reports `reports/sizes.json` and `reports/sizes.md`.

use super::ladder::{
    COMPILERS, FEATURES, LADDER, LESS, NO_DEBUG_STEP, NO_LOCATIONS_STEP, OPT_LEVELS, PROFILE_STEP,
    VARIANT_STEPS,
};
use crate::cargo::Recipe;
use anyhow::Context;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;

const JSON: &str = "reports/sizes.json";
const TABLES: &str = "reports/sizes.md";

/// The columns of the tables, which are the variants of the rows.
pub(super) const LEAN_COLUMN: &str = "lean WASI preview 1";
pub(super) const WASI_COLUMN: &str = "WASI preview 1";
pub(super) const BARE_COLUMN: &str = "bare";
pub(super) const UPSTREAM_COLUMN: &str = "upstream's minimal command line";
pub(super) const PREVIEW_2_COLUMN: &str = "WASI 0.2";
pub(super) const BOTH_COLUMN: &str = "both";
/// The step of rows with one feature more.
pub(super) const FEATURE_STEP: &str = "feature";
/// The step of rows with one feature less.
pub(super) const LESS_STEP: &str = "less";
/// The step of the runner without a command line.
pub(super) const ARGUMENTS_STEP: &str = "no command line, else as the profile runner";
/// The step of rows of `precompile`.
pub(super) const COMPILER_STEP: &str = "precompile";

/// The step of rows with another optimisation level.
pub(super) fn opt_level_step(level: &str) -> String {
    format!("opt-level {level}, else as the profile runner")
}

const WINCH_HAS_CRANELIFT: &str = concat!(
    "
Winch alone isn't smaller by Cranelift: wasmtime's `winch` depends on `wasmtime-internal-cranelift`, which compiles
the trampolines between host and guest, and Winch's own assembler is Cranelift's (`winch-codegen` depends on
`cranelift-codegen` with all that it emits by; both in their manifests of ",
    env!("XTASK_WASMTIME"),
    "). What is left out is the
translation of functions and what only it calls."
);

/// A program that was built, or the reason why it wasn't.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Row {
    step: String,
    variant: String,
    /// The output of `rustc -V`.
    toolchain: String,
    /// The day of the build, such as `2026-11-24`.
    date: String,
    /// The commit of the build; `before` one, where only the commit that recorded the row is known.
    commit: String,
    /// The program's size, if it was built.
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<u64>,
    /// The reason why the program was not built.
    #[serde(skip_serializing_if = "Option::is_none")]
    missing: Option<String>,
}

impl Row {
    pub(super) fn new(step: &str, variant: &str, recipe: &Recipe, built: Result<u64, String>) -> Row {
        let toolchain = recipe.toolchain().map(|toolchain| toolchain.version).unwrap_or_default();
        let (bytes, missing) = match built {
            Ok(bytes) => (Some(bytes), None),
            Err(reason) => (None, Some(reason)),
        };
        let (date, commit) =
            (first_line("date", &["-I"]), first_line("git", &["describe", "--always", "--dirty"]));
        let row = Row { step: step.into(), variant: variant.into(), toolchain, date, commit, bytes, missing };
        println!("{}, {}: {}", row.step, row.variant, row.shown());
        row
    }

    /// The compiler's version, without the rest.
    fn toolchain(&self) -> &str {
        self.toolchain.split(" (").next().unwrap_or_default()
    }

    fn shown(&self) -> String {
        match (self.bytes, &self.missing) {
            (Some(bytes), _) => bytes.to_string(),
            (None, Some(reason)) => reason.clone(),
            (None, None) => String::new(),
        }
    }
}

/// The first line that a command prints.
fn first_line(command: &str, arguments: &[&str]) -> String {
    let output = std::process::Command::new(command).args(arguments).output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    text.unwrap_or_default().lines().next().unwrap_or_default().into()
}

/// All rows.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Report {
    rows: Vec<Row>,
}

impl Report {
    /// Adds a row, or replaces the one of the same step and variant.
    pub(super) fn put(&mut self, row: Row) {
        match self.rows.iter_mut().find(|other| other.step == row.step && other.variant == row.variant) {
            Some(other) => *other = row,
            None => self.rows.push(row),
        }
    }

    pub(super) fn bytes(&self, step: &str, variant: &str) -> Option<u64> {
        self.row(step, variant)?.bytes
    }

    pub(super) fn read() -> anyhow::Result<Report> {
        let text = fs::read_to_string(JSON).with_context(|| format!("can't read `{JSON}`"))?;
        serde_json::from_str(&text).with_context(|| format!("can't understand `{JSON}`"))
    }

    pub(super) fn write(&self) -> anyhow::Result<()> {
        fs::write(JSON, serde_json::to_string_pretty(self)? + "\n")
            .with_context(|| format!("can't write `{JSON}`"))?;
        fs::write(TABLES, self.tables()?).with_context(|| format!("can't write `{TABLES}`"))
    }

    fn row(&self, step: &str, variant: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.step == step && row.variant == variant)
    }

    /// The tables for readers.
    fn tables(&self) -> Result<String, std::fmt::Error> {
        let mut text = String::new();
        writeln!(
            text,
            "# Sizes\n\nMade by `cargo xtask size`, for {}, in bytes. A dash is a row that was not built.\n",
            env!("XTASK_HOST")
        )?;
        self.ladder(&mut text)?;
        self.upstream(&mut text)?;
        self.levels(&mut text)?;
        self.variants(&mut text)?;
        self.features(&mut text)?;
        self.texts(&mut text)?;
        self.compilers(&mut text)?;
        self.missing(&mut text)?;
        self.origins(&mut text)?;
        Ok(text)
    }

    fn ladder(&self, text: &mut String) -> std::fmt::Result {
        writeln!(
            text,
            "## The ladder\n\nEach step keeps what those before it do, but where it says otherwise."
        )?;
        writeln!(
            text,
            "Beside it, what upstream's guide has for its command line (macOS on aarch64, 2023-10-18) and"
        )?;
        writeln!(text, "for its C library (Linux on x86_64, 2024-12-12).\n")?;
        writeln!(
            text,
            "| step | lean WASI preview 1 | WASI preview 1 | bare | guide, command | guide, library | toolchain |"
        )?;
        writeln!(text, "|------|---:|---:|---:|---:|---:|---|")?;
        for step in LADDER {
            let [lean, wasi, bare] =
                [LEAN_COLUMN, WASI_COLUMN, BARE_COLUMN].map(|column| self.cell(step.name, column));
            let (cli, library) = (step.guide_cli.unwrap_or(""), step.guide_library.unwrap_or(""));
            let toolchain = self.row(step.name, BARE_COLUMN).map_or("", |row| row.toolchain());
            writeln!(text, "| {} | {lean} | {wasi} | {bare} | {cli} | {library} | {toolchain} |", step.name)?;
        }
        writeln!(text)
    }

    fn upstream(&self, text: &mut String) -> std::fmt::Result {
        writeln!(
            text,
            "## Beside upstream's minimal command line\n\n`wasmtime-cli` {} with `--no-default-features",
            env!("XTASK_WASMTIME")
        )?;
        writeln!(
            text,
            "--features run,disable-logging`, which has WASI preview 1 and 2; built with the same settings.\n"
        )?;
        writeln!(
            text,
            "| step | upstream | lean WASI preview 1 | ratio | WASI preview 1 | ratio | bare | ratio |"
        )?;
        writeln!(text, "|------|---:|---:|---:|---:|---:|---:|---:|")?;
        for step in LADDER {
            let Some(upstream) = self.bytes(step.name, UPSTREAM_COLUMN) else { continue };
            write!(text, "| {} | {upstream} |", step.name)?;
            for column in [LEAN_COLUMN, WASI_COLUMN, BARE_COLUMN] {
                match self.bytes(step.name, column) {
                    Some(bytes) => write!(text, " {bytes} | {:.3} |", bytes as f64 / upstream as f64)?,
                    None => write!(text, " | |")?,
                }
            }
            writeln!(text)?;
        }
        writeln!(text)
    }

    fn levels(&self, text: &mut String) -> std::fmt::Result {
        writeln!(text, "## Levels of optimisation\n\nThe profile `runner` with another `opt-level`.\n")?;
        writeln!(text, "| opt-level | lean WASI preview 1 | WASI preview 1 | bare |\n|---|---:|---:|---:|")?;
        for level in OPT_LEVELS {
            let name = opt_level_step(level);
            writeln!(
                text,
                "| {level} | {} | {} | {} |",
                self.cell(&name, LEAN_COLUMN),
                self.cell(&name, WASI_COLUMN),
                self.cell(&name, BARE_COLUMN)
            )?;
        }
        writeln!(text)
    }

    fn features(&self, text: &mut String) -> std::fmt::Result {
        writeln!(text, "## Bytes of each feature\n\nTo the bare runner, in the profile `runner`.\n")?;
        writeln!(text, "| features | runner | more |\n|----------|-------:|-----:|")?;
        let bare = self.bytes(PROFILE_STEP, BARE_COLUMN);
        for features in FEATURES {
            let more =
                self.bytes(FEATURE_STEP, features).zip(bare).map(|(all, bare)| all as i64 - bare as i64);
            let more = more.map(|more| more.to_string()).unwrap_or_default();
            writeln!(text, "| {features} | {} | {more} |", self.cell(FEATURE_STEP, features))?;
        }
        Ok(())
    }

    fn variants(&self, text: &mut String) -> std::fmt::Result {
        writeln!(text, "## Kinds of runners\n\nIn parentheses, the ratio to upstream's, which has both.\n")?;
        let columns = [BARE_COLUMN, LEAN_COLUMN, WASI_COLUMN, PREVIEW_2_COLUMN, BOTH_COLUMN, UPSTREAM_COLUMN];
        writeln!(text, "| step | {} |", columns.join(" | "))?;
        writeln!(text, "|------|{}", "-----:|".repeat(columns.len()))?;
        for step in VARIANT_STEPS {
            write!(text, "| {step} |")?;
            for column in columns {
                write!(text, " {}", self.cell(step, column))?;
                let upstream = self.bytes(step, UPSTREAM_COLUMN).filter(|_| column != UPSTREAM_COLUMN);
                if let Some((bytes, upstream)) = self.bytes(step, column).zip(upstream) {
                    write!(text, " ({:.3})", bytes as f64 / upstream as f64)?;
                }
                write!(text, " |")?;
            }
            writeln!(text)?;
        }
        writeln!(text)
    }

    /// The cost of texts and the command line.
    fn texts(&self, text: &mut String) -> std::fmt::Result {
        writeln!(
            text,
            "\n## Bytes of other parts\n\nOf the bare runner in the profile `runner`, but for `Debug`.\n"
        )?;
        writeln!(text, "| what | with | without | saved |\n|------|-----:|--------:|------:|")?;
        let bare = self.bytes(PROFILE_STEP, BARE_COLUMN);
        let pairs = [
            ("reading a command line (`lexopt`)", bare, self.bytes(ARGUMENTS_STEP, BARE_COLUMN)),
            ("the texts of errors (`messages`)", bare, self.bytes(LESS_STEP, LESS[0].0)),
            ("logging (`disable-logging`)", self.bytes(LESS_STEP, LESS[2].0), bare),
            ("BLAKE3 for particular processors", self.bytes(LESS_STEP, LESS[1].0), bare),
            (
                "formatting by `Debug` (`-Zfmt-debug=none`)",
                self.bytes(NO_LOCATIONS_STEP, BARE_COLUMN),
                self.bytes(NO_DEBUG_STEP, BARE_COLUMN),
            ),
        ];
        for (what, with, without) in pairs {
            let shown = |bytes: Option<u64>| bytes.map_or("–".into(), |bytes| bytes.to_string());
            let saved = with.zip(without).map(|(with, without)| with as i64 - without as i64);
            let saved = saved.map_or("–".into(), |saved| saved.to_string());
            writeln!(text, "| {what} | {} | {} | {saved} |", shown(with), shown(without))?;
        }
        writeln!(text, "\n`reports/bloat.md` says how much of the rest formats text.\n")
    }

    fn compilers(&self, text: &mut String) -> std::fmt::Result {
        writeln!(text, "## Bytes of the compilers\n\n`precompile` in the profile `release`.\n")?;
        writeln!(text, "| backends, targets | bytes |\n|-------------------|------:|")?;
        for (name, _) in COMPILERS {
            writeln!(text, "| {name} | {} |", self.cell(COMPILER_STEP, name))?;
        }
        writeln!(text, "{WINCH_HAS_CRANELIFT}")
    }

    /// Adds the rows that weren't built, and why.
    fn missing(&self, text: &mut String) -> std::fmt::Result {
        for row in &self.rows {
            if let Some(reason) = &row.missing {
                writeln!(text, "\n{}, {}: not built, since {reason}.", row.step, row.variant)?;
            }
        }
        Ok(())
    }

    /// Adds the date and the commit of each row, with the rows of one commit together.
    fn origins(&self, text: &mut String) -> std::fmt::Result {
        let mut origins = BTreeMap::<_, Vec<_>>::new();
        for row in &self.rows {
            origins
                .entry((&row.date, &row.commit))
                .or_default()
                .push(format!("{}, {}", row.step, row.variant));
        }
        writeln!(
            text,
            "\n## Dates\n\nThe rows are of {} commits; a row is comparable with those of the same one.\n",
            origins.len()
        )?;
        writeln!(text, "| date | commit | rows |\n|------|--------|------|")?;
        // The largest group is named by its size.
        let largest = origins.values().map(Vec::len).max();
        for ((date, commit), rows) in &origins {
            let named = if Some(rows.len()) == largest {
                format!("{}: all others", rows.len())
            } else {
                rows.join("; ")
            };
            writeln!(text, "| {date} | {commit} | {named} |")?;
        }
        Ok(())
    }

    fn cell(&self, step: &str, variant: &str) -> String {
        self.bytes(step, variant).map_or("–".into(), |bytes| bytes.to_string())
    }
}
