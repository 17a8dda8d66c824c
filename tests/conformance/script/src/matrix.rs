//! The matrix: every script in every column.

use crate::column::{self, Column};
use crate::corpus::Corpus;
use crate::suite::{self, Script};
use crate::tally::Tally;
use crate::{report, run, wasmtime_suite};
use anyhow::{Result, bail, ensure};
use clap::Args;
use rayon::prelude::*;
use std::path::PathBuf;
use std::time::Duration;

/// Play the specification's tests: every script in every column of the matrix
#[derive(Args)]
pub(crate) struct Opts {
    /// The columns of the matrix, such as `winch-x86_64+fuel`; all where none is named
    #[arg(long = "column", value_name = "NAME")]
    columns: Vec<String>,

    /// Only scripts whose name contains this; a PART that ends with a `/` is compared to the report
    #[arg(long, value_name = "PART", default_value = "")]
    scripts: String,

    /// Your own script instead, or all below a folder; neither the list of refused modules nor the report is compared
    /// then
    #[arg(long, value_name = "FILE", conflicts_with = "limits")]
    own: Option<PathBuf>,

    /// The scripts of Wasmtime and of the component model instead: the folder `tests` in the sources of `wasmtime-cli`
    #[arg(long, value_name = "FOLDER", conflicts_with = "own")]
    wasmtime: Option<PathBuf>,

    /// The player for this machine's architecture and for pulley
    #[arg(long, value_name = "COMMAND")]
    player: String,

    /// The player for 64-bit Arm, perhaps under an emulator
    #[arg(long, value_name = "COMMAND")]
    player_aarch64: Option<String>,

    /// The player for s390x, perhaps under an emulator
    #[arg(long, value_name = "COMMAND")]
    player_s390x: Option<String>,

    /// Time that one script may take, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    timeout: u64,

    /// File for the report
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,

    /// File for a new list of refused modules; neither the list nor the report is compared then
    #[arg(long, value_name = "FILE")]
    limits: Option<PathBuf>,
}

/// Plays all scripts. Returns whether all had the expected outcome.
pub(crate) fn run(opts: &Opts) -> Result<bool> {
    let mut scripts = match (&opts.own, &opts.wasmtime) {
        (Some(path), _) => suite::own(path)?,
        (_, Some(path)) => wasmtime_suite::scripts(path)?,
        _ => suite::scripts(),
    };
    scripts.retain(|script| script.name.contains(&opts.scripts));
    ensure!(!scripts.is_empty(), "there is no script like `{}`", opts.scripts);
    let names = match opts.columns.is_empty() {
        true => column::ALL.map(String::from).to_vec(),
        false => opts.columns.clone(),
    };
    let mut tallies = Vec::new();
    for name in names {
        let column = Column::named(&name)?;
        let mut tally = play(&column, &scripts, opts)?;
        if opts.own.is_none() && (opts.scripts.is_empty() || opts.scripts.ends_with('/')) {
            tally.compare(&opts.scripts);
        }
        tally.tell(&mut std::io::stderr())?;
        tallies.push(tally);
    }
    if let Some(file) = &opts.report {
        std::fs::write(file, report::report(&tallies))?;
    }
    if let Some(file) = &opts.limits {
        std::fs::write(file, report::limits(&tallies))?;
    }
    let wrong = tallies
        .iter()
        .any(|tally| !tally.failed.is_empty() || (opts.limits.is_none() && !tally.odd.is_empty()));
    Ok(!wrong)
}

fn play(column: &Column, scripts: &[Script], opts: &Opts) -> Result<Tally> {
    let machine = column.name.split(['-', '+']).nth(1).unwrap_or_default();
    let player = match machine {
        "aarch64" => opts.player_aarch64.as_ref(),
        "s390x" => opts.player_s390x.as_ref(),
        _ => Some(&opts.player),
    };
    let Some(player) = player else { bail!("`{}` needs `--player-{machine}`", column.name) };
    let player: Vec<String> = player.split(' ').map(String::from).collect();
    let limit = Duration::from_secs(opts.timeout);
    let outcomes: Result<Vec<_>> =
        scripts.par_iter().map(|script| run::run(script, column, &player, limit)).collect();
    let corpus = if opts.wasmtime.is_some() { Corpus::Wasmtime } else { Corpus::Specification };
    let tally = Tally::of(corpus, column, &outcomes?);
    Ok(if opts.own.is_some() { tally } else { tally.with_known_limits() })
}
