//! `cargo xtask size`: the size of the runner, and the causes of it.

pub(crate) mod ladder;
mod report;

use crate::cargo::{Builder, Recipe};
use crate::profile::Profile;
use anyhow::Context;
use ladder::{
    BARE, BOTH, COMPILERS, FEATURES, LADDER, LEAN, LESS, NO_DEBUG, NO_DEBUG_STEP, OPT_LEVELS, PREVIEW_2,
    PROFILE_STEP, STABLE, VARIANT_STEPS, WASI,
};
use report::{
    ARGUMENTS_STEP, BARE_COLUMN, BOTH_COLUMN, COMPILER_STEP, FEATURE_STEP, LEAN_COLUMN, LESS_STEP,
    PREVIEW_2_COLUMN, Report, Row, UPSTREAM_COLUMN, WASI_COLUMN, opt_level_step,
};
use std::path::PathBuf;

/// The growth of a row, in per cent, beyond which the report must be made again.
const TOLERANCE_PERCENT: u64 = 2;
/// The maximum size of a runner, as a part of upstream's minimal command line built alike.
const MAX_LEAN: f64 = 0.29;
const MAX_WASI: f64 = 0.54;
const MAX_BARE: f64 = 0.23;

/// Builds every row, or the rows of these steps, and writes the reports.
pub(crate) fn run(steps: &[String]) -> anyhow::Result<()> {
    let builder = builder()?;
    let mut report = if steps.is_empty() { Report::default() } else { Report::read()? };
    let rows = rows();
    for step in steps {
        let known = rows.iter().any(|row| row.step == *step);
        anyhow::ensure!(known, "there is no step `{step}`: the tables in the report have their names");
    }
    let wanted = rows.into_iter().filter(|row| steps.is_empty() || steps.contains(&row.step));
    for Wanted { step, variant, recipe, program } in wanted {
        let bytes = match program {
            Program::Runner(features) => builder.runner(&recipe, features.as_deref()),
            Program::Upstream => builder.upstream(&recipe),
            Program::NoArguments => builder.no_arguments(&recipe),
            Program::Compiler(features) => builder.compiler(features),
        };
        report.put(Row::new(&step, variant, &recipe, bytes));
        report.write()?;
    }
    Ok(())
}

/// A row to make.
struct Wanted {
    step: String,
    variant: &'static str,
    recipe: Recipe,
    program: Program,
}

/// The build of a row.
enum Program {
    /// The runner, with these features or its default ones.
    Runner(Option<String>),
    /// Upstream's minimal command line.
    Upstream,
    /// The bare runner without a command line.
    NoArguments,
    /// `precompile` with these features, as it ships.
    Compiler(&'static str),
}

impl Wanted {
    fn runner(
        step: impl Into<String>,
        variant: &'static str,
        recipe: Recipe,
        features: Option<&str>,
    ) -> Wanted {
        Wanted { step: step.into(), variant, recipe, program: Program::Runner(features.map(str::to_owned)) }
    }
}

/// All rows, in the report's order.
fn rows() -> Vec<Wanted> {
    let mut rows = Vec::new();
    for step in LADDER {
        rows.push(Wanted::runner(step.name, LEAN_COLUMN, step.recipe, step.lean));
        rows.push(Wanted::runner(step.name, WASI_COLUMN, step.recipe, step.wasi));
        rows.push(Wanted::runner(step.name, BARE_COLUMN, step.recipe, step.bare));
        if step.beside_upstream {
            let (step, recipe) = (step.name.to_owned(), step.recipe);
            rows.push(Wanted { step, variant: UPSTREAM_COLUMN, recipe, program: Program::Upstream });
        }
        if VARIANT_STEPS.contains(&step.name) {
            rows.push(Wanted::runner(step.name, PREVIEW_2_COLUMN, step.recipe, Some(PREVIEW_2)));
            rows.push(Wanted::runner(step.name, BOTH_COLUMN, step.recipe, Some(BOTH)));
        }
    }
    rows.push(Wanted::runner(NO_DEBUG_STEP, LEAN_COLUMN, NO_DEBUG, Some(LEAN)));
    rows.push(Wanted::runner(NO_DEBUG_STEP, WASI_COLUMN, NO_DEBUG, Some(WASI)));
    rows.push(Wanted::runner(NO_DEBUG_STEP, BARE_COLUMN, NO_DEBUG, Some(BARE)));
    let (step, variant, program) = (ARGUMENTS_STEP.into(), BARE_COLUMN, Program::NoArguments);
    rows.push(Wanted { step, variant, recipe: STABLE, program });
    for (variant, features) in LESS {
        rows.push(Wanted::runner(LESS_STEP, variant, STABLE, Some(features)));
    }
    for opt_level in OPT_LEVELS {
        let recipe = Recipe::stable(Profile { opt_level, ..Profile::RUNNER });
        rows.push(Wanted::runner(opt_level_step(opt_level), LEAN_COLUMN, recipe, Some(LEAN)));
        rows.push(Wanted::runner(opt_level_step(opt_level), WASI_COLUMN, recipe, Some(WASI)));
        rows.push(Wanted::runner(opt_level_step(opt_level), BARE_COLUMN, recipe, Some(BARE)));
    }
    for features in FEATURES {
        let all = format!("{BARE},{features}");
        rows.push(Wanted::runner(FEATURE_STEP, features, STABLE, Some(&all)));
    }
    for (variant, features) in COMPILERS {
        let program = Program::Compiler(features);
        rows.push(Wanted { step: COMPILER_STEP.into(), variant, recipe: STABLE, program });
    }
    rows
}

/// Builds three rows again, and compares them with the report.
pub(crate) fn check() -> anyhow::Result<()> {
    let builder = builder()?;
    let known = Report::read()?;
    let upstream =
        known.bytes(PROFILE_STEP, UPSTREAM_COLUMN).context("reports/sizes.json lacks upstream's row")?;
    let mut grown = Vec::new();
    let runners =
        [(LEAN_COLUMN, LEAN, MAX_LEAN), (WASI_COLUMN, WASI, MAX_WASI), (BARE_COLUMN, BARE, MAX_BARE)];
    for (variant, features, max) in runners {
        let bytes = builder.runner(&STABLE, Some(features)).map_err(anyhow::Error::msg)?;
        let before = known.bytes(PROFILE_STEP, variant);
        let before = before.with_context(|| format!("reports/sizes.json has no row for `{variant}`"))?;
        println!(
            "precompile-run, {variant}: {bytes} bytes, {before} in the report, {:.4} of upstream's",
            bytes as f64 / upstream as f64
        );
        if !is_within(bytes, before, upstream, max) {
            grown.push(format!(
                "{variant} (at most {before} and {TOLERANCE_PERCENT} %, and {max} of upstream's)"
            ));
        }
    }
    anyhow::ensure!(
        grown.is_empty(),
        "grown too much: {}; make it smaller, or run `cargo xtask size` and say why",
        grown.join(", ")
    );
    Ok(())
}

/// Tells whether a program is hardly larger than before, and at most this part of upstream's.
fn is_within(bytes: u64, before: u64, upstream: u64, max: f64) -> bool {
    bytes * 100 <= before * (100 + TOLERANCE_PERCENT) && bytes as f64 <= upstream as f64 * max
}

/// A builder in the workspace, with a folder of its own.
#[allow(clippy::disallowed_methods, reason = "cargo speaks by it")]
pub(crate) fn builder() -> anyhow::Result<Builder> {
    // The target folder is the one that this task itself was built into.
    let task = std::env::current_exe().context("can't tell where this program is")?;
    let target = task.ancestors().nth(2).context("this program is in no target folder")?;
    // The variable of this run, not of the build: another clone may build into the same folder.
    let root = std::env::var_os("CARGO_MANIFEST_DIR").context("start it by `cargo xtask`")?;
    let root = PathBuf::from(root).join("..");
    std::env::set_current_dir(&root).context("can't go to the workspace")?;
    Ok(Builder::new(target.join("sizes")))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Growth of two per cent passes, one byte more doesn't, and neither does too large a part of upstream's.
    #[test]
    fn growth_is_found() {
        assert!(is_within(1_000, 1_000, 10_000, 0.31));
        assert!(is_within(1_020, 1_000, 10_000, 0.31));
        assert!(!is_within(1_021, 1_000, 10_000, 0.31));
        assert!(is_within(3_100, 3_100, 10_000, 0.31));
        assert!(!is_within(3_101, 3_100, 10_000, 0.31));
        assert!(is_within(1, 1_000, 10_000, 0.31));
    }

    /// No two rows have the same place in the report.
    #[test]
    fn rows_are_told_apart() {
        let rows = rows();
        for (at, row) in rows.iter().enumerate() {
            let same =
                rows[..at].iter().find(|other| (&other.step, other.variant) == (&row.step, row.variant));
            assert!(same.is_none(), "{}, {}", row.step, row.variant);
        }
    }
}
