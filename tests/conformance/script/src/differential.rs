//! Differential tests: every backend compiles the same modules, and results, traps, memories and globals must be the
//! same.

use crate::column::Column;
use crate::{generate, run};
use anyhow::{Context, Result};
use clap::Args;
use conformance_list::{List, Observed, Play, artifact};
use rayon::prelude::*;
use std::io::{Write, stderr, stdout};
use std::time::Duration;

/// The columns that are compared. The first one counts fuel.
const COLUMNS: [&str; 3] = ["cranelift-x86_64+fuel", "winch-x86_64+x86-64-v3", "cranelift-pulley64"];
/// The number of executed instructions from which on a module counts as active.
const ACTIVE_INSTRUCTIONS: u64 = 1000;
const LIMIT: Duration = Duration::from_secs(60);

/// Compile generated modules with every backend, and compare their outcomes
#[derive(Args)]
pub(crate) struct Opts {
    /// Number of modules
    #[arg(long, value_name = "N", default_value_t = 5000)]
    modules: u64,

    /// The number of the first module
    #[arg(long, value_name = "N", default_value_t = 0)]
    first: u64,

    /// The player for this machine
    #[arg(long, value_name = "COMMAND")]
    player: String,

    /// Change a constant in the modules of one backend: the difference must be found in a tenth of the modules
    #[arg(long)]
    plant: bool,
}

/// The outcome of a module.
struct Outcome {
    number: u64,
    difference: Option<String>,
    /// A call exhausted the stack, after which nothing is compared.
    exhausted: bool,
    fuel: u64,
    calls: usize,
    traps: usize,
}

/// Compares all modules. Returns whether all outcomes were the same or, with `--plant`, whether enough were not.
pub(crate) fn run(opts: &Opts) -> Result<bool> {
    let columns = COLUMNS.iter().map(|name| Column::named(name)).collect::<Result<Vec<_>>>()?;
    let outcomes: Result<Vec<_>> = (opts.first..opts.first + opts.modules)
        .into_par_iter()
        .map(|number| compare(number, &columns, opts).with_context(|| format!("module {number}")))
        .collect();
    let outcomes = outcomes?;
    let different: Vec<_> = outcomes.iter().filter(|outcome| outcome.difference.is_some()).collect();
    for outcome in different.iter().take(10) {
        let difference = outcome.difference.as_deref().unwrap_or_default();
        writeln!(stderr(), "module {}: {difference}", outcome.number)?;
    }
    let count = |is: &dyn Fn(&Outcome) -> bool| outcomes.iter().filter(|outcome| is(outcome)).count();
    let sum = |of: &dyn Fn(&Outcome) -> usize| outcomes.iter().map(of).sum::<usize>();
    let (all, busy) = (outcomes.len(), count(&|outcome| outcome.fuel >= ACTIVE_INSTRUCTIONS));
    writeln!(
        stdout(),
        "{all} modules, {} calls of which {} trap; {busy} modules execute {ACTIVE_INSTRUCTIONS} instructions or more; {} \
         exhaust the stack; {} with a difference",
        sum(&|outcome| outcome.calls),
        sum(&|outcome| outcome.traps),
        count(&|outcome| outcome.exhausted),
        different.len()
    )?;
    Ok(match opts.plant {
        // A changed constant may be in code that isn't reached.
        true => different.len() * 10 >= all,
        false => {
            let exhausted = count(&|outcome| outcome.exhausted);
            different.is_empty() && busy * 10 >= all * 8 && exhausted * 100 <= all
        }
    })
}

fn compare(number: u64, columns: &[Column], opts: &Opts) -> Result<Outcome> {
    let wasm = generate::module(number)?;
    let list = generate::calls(number, &wasm)?;
    let player = [opts.player.clone()];
    let mut plays = Vec::new();
    for column in columns {
        let plant = opts.plant && column.name.starts_with("winch");
        let wasm = if plant { generate::planted(&wasm)? } else { wasm.clone() };
        plays.push(play(&wasm, &list, column, &player).with_context(|| column.name.clone())?);
    }
    let place = |play: &Play| play.observed.iter().position(|observed| *observed == Observed::Exhausted);
    // Every backend has its own measure of the stack.
    let exhausted = plays.iter().filter_map(place).min();
    let compared = exhausted.unwrap_or(list.commands.len());
    let first = &plays[0];
    let difference = plays.iter().zip(columns).skip(1).find_map(|(play, column)| {
        let failed =
            |play: &Play| play.failed.iter().map(|failure| failure.error.clone()).collect::<Vec<_>>();
        if failed(play) != failed(first) {
            return Some(format!("{} fails otherwise: {:?}", column.name, play.failed));
        }
        if play.observed.len() != first.observed.len() && exhausted.is_none() {
            return Some(format!("{} tells another number of things", column.name));
        }
        let pairs = first.observed.iter().zip(&play.observed).take(compared);
        let (call, (one, other)) = pairs.enumerate().find(|(_, (one, other))| one != other)?;
        Some(format!("call {call}: {} says {other:?}, {} says {one:?}", column.name, columns[0].name))
    });
    Ok(Outcome {
        number,
        difference,
        exhausted: exhausted.is_some(),
        fuel: first.fuel,
        calls: first.observed.iter().filter(|observed| !matches!(observed, Observed::State(_))).count(),
        traps: first.observed.iter().filter(|observed| matches!(observed, Observed::Trapped(_))).count(),
    })
}

/// The outcome of a module, compiled by one backend.
fn play(wasm: &[u8], list: &List, column: &Column, player: &[String]) -> Result<Play> {
    let folder = tempfile::tempdir()?;
    let compiled = precompile::Compiler::default().compile(&column.options, wasm)?;
    std::fs::write(artifact(folder.path(), 0), compiled.artifact)?;
    list.write(folder.path())?;
    run::play(folder.path(), player, LIMIT)
}
