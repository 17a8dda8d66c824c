//! `--backend auto`: the backend that is expected to cost less, for each module.

use crate::inputs::Input;
use crate::runner::Runner;
use anyhow::{Result, bail};
use precompile::{Backend, Chosen, Expect, Rates, RunTime, choose, code_bytes};
use serde::Deserialize;
use serde_json::Value;
use std::io::{Cursor, Write};
use std::num::NonZeroU64;
use std::path::Path;
use std::process::Stdio;
use std::str::FromStr;
use std::time::{Duration, Instant};

/// What `--backend` names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) enum Named {
    /// This one.
    Backend(Backend),
    /// The one that costs less.
    Auto,
}

impl FromStr for Named {
    type Err = String;

    fn from_str(name: &str) -> Result<Named, String> {
        match name {
            "auto" => Ok(Named::Auto),
            _ => name.parse().map(Named::Backend).map_err(|_| {
                format!(
                    "there is no backend `{name}`: use `cranelift` or `winch`, or `auto` with `--expect-runs`"
                )
            }),
        }
    }
}

impl TryFrom<String> for Named {
    type Error = String;

    fn try_from(name: String) -> Result<Named, String> {
        name.parse()
    }
}

/// What is expected of each module, where the backend is to be chosen by it.
///
/// # Errors
///
/// Where one is said without the other.
pub(crate) fn expect(
    named: Option<Named>,
    runs: Option<NonZeroU64>,
    run_time: Option<Duration>,
) -> Result<Option<Expect>> {
    match (named, runs) {
        (Some(Named::Auto), Some(runs)) => {
            let expect = Expect::runs(runs.get());
            Ok(Some(Expect { run_time: run_time.unwrap_or(expect.run_time), ..expect }))
        }
        (Some(Named::Auto), None) => {
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
    /// By what this machine costs, which is kept in the cache's folder.
    pub(crate) fn new(expect: Expect, folder: Option<&Path>) -> Auto {
        let runner = Runner::new(None).ok();
        let run = |artifact: &[u8], argument: &str| time(runner.as_ref()?, artifact, argument);
        Auto { expect, rates: Rates::of_this_machine(folder, Some(&run)) }
    }

    /// The place of the cheapest for an input, whose bytes are given where it can be read only once.
    pub(crate) fn choose(
        &self,
        backends: &[Backend],
        input: &Input,
        bytes: Option<&[u8]>,
    ) -> (usize, Chosen) {
        choose(backends, code(input, bytes), &self.expect, &self.rates)
    }
}

/// The bytes of its code. What can't be read has none: compiling it will tell.
fn code(input: &Input, bytes: Option<&[u8]>) -> u64 {
    let counted = match bytes {
        Some(bytes) => code_bytes(Cursor::new(bytes)),
        None => std::fs::File::open(&input.path).and_then(code_bytes),
    };
    match counted {
        // Nothing, or text.
        Ok(0) => {
            let read = || bytes.map_or_else(|| std::fs::read(&input.path).ok(), |bytes| Some(bytes.into()));
            let module = read().and_then(|text| wat::parse_bytes(&text).map(|it| it.into_owned()).ok());
            module.and_then(|module| code_bytes(Cursor::new(module)).ok()).unwrap_or_default()
        }
        counted => counted.unwrap_or_default(),
    }
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
