//! `--backend auto`: the backend that is expected to cost less, for each module.

use crate::compile::backend_arg::BackendArg;
use crate::compile::input_limits::InputLimits;
use crate::compile::inputs::Input;
use crate::runner::Runner;
use anyhow::{Result, bail};
use precompile::cache::{Store, bounded};
use precompile::{Backend, Chosen, Expect, Rates, Run, RunTime, choose, code_bytes};
use serde_json::Value;
use std::fs::File;
use std::io::{Cursor, Write};
use std::num::NonZeroU64;
use std::process::Stdio;
use std::time::{Duration, Instant};

/// What is expected of each module, where the backend is to be chosen by it.
///
/// # Errors
///
/// Where one is said without the other.
pub(crate) fn expect(
    named: Option<BackendArg>,
    runs: Option<NonZeroU64>,
    run_time: Option<Duration>,
) -> Result<Option<Expect>> {
    match (named, runs) {
        (Some(BackendArg::Auto), Some(runs)) => {
            let expect = Expect::runs(runs.get());
            Ok(Some(Expect { run_time: run_time.unwrap_or(expect.run_time), ..expect }))
        }
        (Some(BackendArg::Auto), None) => {
            bail!("`--backend auto` has to know how often a module is run: add `--expect-runs N`")
        }
        (_, None) if run_time.is_none() => Ok(None),
        _ => bail!(
            "`--expect-runs` and `--expect-run-time` are for `--backend auto`: add it, or leave them out"
        ),
    }
}

/// Chooses.
pub(crate) struct Auto {
    expect: Expect,
    rates: Rates,
}

impl Auto {
    /// By what this machine costs, which is kept beside the cache.
    pub(crate) fn new(expect: Expect, store: Option<&Store>) -> Auto {
        let runner = Runner::new(None).ok();
        let run =
            runner.map(|runner| move |artifact: &[u8], argument: &str| time(&runner, artifact, argument));
        let run = run.as_ref().map(|run| run as &Run<'_>);
        Auto { expect, rates: Rates::of_this_machine(store, run) }
    }

    /// The place of the cheapest for an input, whose bytes are given where it can be read only once.
    pub(crate) fn choose(
        &self,
        backends: &[Backend],
        input: &Input,
        bytes: Option<&[u8]>,
        limits: &InputLimits,
    ) -> (usize, Chosen) {
        // What can't be read has no code, nor what is beyond its limits: compiling it will tell.
        let code_bytes = code(input, bytes, limits).unwrap_or_default();
        choose(backends, code_bytes, &self.expect, &self.rates)
    }
}

/// The bytes of its code.
fn code(input: &Input, bytes: Option<&[u8]>, limits: &InputLimits) -> Result<u64> {
    if let Some(isolation) = limits.isolation() {
        return match bytes {
            Some(bytes) => isolation.code_bytes(bytes),
            None => {
                let (file, length) = bounded(File::open(&input.path)?)?;
                isolation.code_bytes(&limits.read(file, length)?)
            }
        };
    }
    Ok(match bytes {
        Some(bytes) => code_bytes(Cursor::new(bytes), true)?,
        None => {
            let file = File::open(&input.path)?;
            limits.check_input(file.metadata()?.len())?;
            code_bytes(file, true)?
        }
    })
}

/// How long a guest takes, and the process around it, where the runner can tell.
fn time(runner: &Runner, artifact: &[u8], argument: &str) -> Option<RunTime> {
    let mut file = tempfile::NamedTempFile::new().ok()?;
    file.write_all(artifact).ok()?;
    let mut command = runner.command();
    command.args(["--measure", "3"]).arg(file.path()).arg(argument).stdin(Stdio::null());
    let start = Instant::now();
    let output = command.output().ok()?;
    let all = start.elapsed();
    let measured: Value = serde_json::from_slice(&output.stdout).ok()?;
    let steady = measured["steady_calls_ns"].as_array()?.iter().filter_map(Value::as_u64);
    let calls: Vec<_> = steady.chain(measured["first_call_ns"].as_u64()).map(Duration::from_nanos).collect();
    Some(RunTime { guest: *calls.iter().min()?, start: all.saturating_sub(calls.iter().sum()) })
}
