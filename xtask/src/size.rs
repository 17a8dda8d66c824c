//! `cargo xtask size`: how large the runner is, and what makes it so.

mod ladder;
mod report;

use crate::cargo::{Builder, Recipe};
use crate::profile::Profile;
use anyhow::Context;
use ladder::{BARE, FEATURES, LADDER, OPT_LEVELS, PROFILE_STEP, STABLE, WASI};
use report::{BARE_COLUMN, FEATURE_STEP, Report, Row, UPSTREAM_COLUMN, WASI_COLUMN, opt_level_step};
use std::path::PathBuf;

/// By how much a row may grow, in per cent, before the report has to say so.
const TOLERANCE_PERCENT: u64 = 2;
/// The most that a runner may be of upstream's minimal command line, built alike.
const MOST_WASI: f64 = 0.62;
const MOST_BARE: f64 = 0.31;

/// Builds every row, or those of these steps, and writes the reports.
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
        };
        report.put(Row::new(&step, variant, &recipe, bytes));
        report.write()?;
    }
    Ok(())
}

/// A row to be made.
struct Wanted {
    step: String,
    variant: &'static str,
    recipe: Recipe,
    program: Program,
}

/// What is built for a row.
enum Program {
    /// The runner, with these features, or its default ones.
    Runner(Option<String>),
    /// Upstream's minimal command line.
    Upstream,
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
        rows.push(Wanted::runner(step.name, WASI_COLUMN, step.recipe, step.wasi));
        rows.push(Wanted::runner(step.name, BARE_COLUMN, step.recipe, step.bare));
        if step.beside_upstream {
            let (step, recipe) = (step.name.to_owned(), step.recipe);
            rows.push(Wanted { step, variant: UPSTREAM_COLUMN, recipe, program: Program::Upstream });
        }
    }
    for opt_level in OPT_LEVELS {
        let recipe = Recipe::stable(Profile { opt_level, ..Profile::RUNNER });
        rows.push(Wanted::runner(opt_level_step(opt_level), WASI_COLUMN, recipe, Some(WASI)));
        rows.push(Wanted::runner(opt_level_step(opt_level), BARE_COLUMN, recipe, Some(BARE)));
    }
    for features in FEATURES {
        let all = format!("{BARE},{features}");
        rows.push(Wanted::runner(FEATURE_STEP, features, STABLE, Some(&all)));
    }
    rows
}

/// Builds two rows that the report has, and compares.
pub(crate) fn check() -> anyhow::Result<()> {
    let builder = builder()?;
    let known = Report::read()?;
    let upstream =
        known.bytes(PROFILE_STEP, UPSTREAM_COLUMN).context("reports/sizes.json lacks upstream's row")?;
    let mut grown = Vec::new();
    for (variant, features, most) in [(WASI_COLUMN, WASI, MOST_WASI), (BARE_COLUMN, BARE, MOST_BARE)] {
        let bytes = builder.runner(&STABLE, Some(features)).map_err(anyhow::Error::msg)?;
        let before = known.bytes(PROFILE_STEP, variant);
        let before = before.with_context(|| format!("reports/sizes.json has no row for `{variant}`"))?;
        let ratio = bytes as f64 / upstream as f64;
        println!(
            "precompile-run, {variant}: {bytes} bytes, {before} in the report, {ratio:.4} of upstream's"
        );
        if bytes * 100 > before * (100 + TOLERANCE_PERCENT) || ratio > most {
            grown.push(format!(
                "{variant} (at most {before} and {TOLERANCE_PERCENT} %, and {most} of upstream's)"
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

fn builder() -> anyhow::Result<Builder> {
    // Cargo tells where this task itself was built.
    let task = std::env::current_exe().context("can't tell where this program is")?;
    let target = task.ancestors().nth(2).context("this program is in no target folder")?;
    let root = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    std::env::set_current_dir(&root).context("can't go to the workspace")?;
    Ok(Builder::new(target.join("sizes")))
}
