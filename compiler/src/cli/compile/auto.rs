//! `--backend auto`: the choice of the backend that is expected to cost less, for each module.

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

/// The expected runs of each module, where the backend is to be chosen by them.
///
/// # Errors
///
/// If expected runs are given without `auto`, or the other way round.
pub(crate) fn expect(
    backend: Option<BackendArg>,
    runs: Option<NonZeroU64>,
    run_time: Option<Duration>,
) -> Result<Option<Expect>> {
    match (backend, runs) {
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

/// The chooser of backends.
pub(crate) struct Auto {
    expect: Expect,
    rates: Rates,
}

impl Auto {
    /// A chooser by this machine's rates, which are kept beside the cache.
    pub(crate) fn new(expect: Expect, store: Option<&Store>) -> Auto {
        let runner = Runner::new(None).ok();
        let run =
            runner.map(|runner| move |artifact: &[u8], argument: &str| time(&runner, artifact, argument));
        let run = run.as_ref().map(|run| run as &Run<'_>);
        Auto { expect, rates: Rates::of_this_machine(store, run) }
    }

    /// A chooser by rates that are the same on every machine.
    pub(crate) fn typical(expect: Expect) -> Auto {
        Auto { expect, rates: Rates::typical() }
    }

    /// The place of the cheapest backend for an input. An input that can be read only once is given as bytes.
    pub(crate) fn choose(
        &self,
        backends: &[Backend],
        input: &Input,
        bytes: Option<&[u8]>,
        limits: &InputLimits,
    ) -> (usize, Chosen) {
        // An input that can't be read or is beyond its limits counts as without code: compiling it reports the error.
        let code_bytes = code(input, bytes, limits).unwrap_or_default();
        choose(backends, code_bytes, &self.expect, &self.rates)
    }
}

/// The bytes of an input's code.
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

/// The run time of a guest, and that of the process around it; `None` where the runner can't measure it.
fn time(runner: &Runner, artifact: &[u8], argument: &str) -> Option<RunTime> {
    let mut file = tempfile::NamedTempFile::new().ok()?;
    file.write_all(artifact).ok()?;
    let mut command = runner.command();
    command.args(["--measure", "3"]).arg(file.path()).arg(argument).stdin(Stdio::null());
    let start = Instant::now();
    let output = command.output().ok()?;
    let total = start.elapsed();
    let measured: Value = serde_json::from_slice(&output.stdout).ok()?;
    let steady = measured["steady_calls_ns"].as_array()?.iter().filter_map(Value::as_u64);
    let calls: Vec<_> = steady.chain(measured["first_call_ns"].as_u64()).map(Duration::from_nanos).collect();
    Some(RunTime { guest: *calls.iter().min()?, start: total.saturating_sub(calls.iter().sum()) })
}
