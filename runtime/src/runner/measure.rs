//! Measuring the phases of a run.

mod memory;

use crate::args::{Args, is_standard_input};
#[cfg(feature = "component-model")]
use crate::component;
use crate::failure::Failure;
use crate::instantiate::instantiate;
#[cfg(feature = "invoke")]
use crate::invoke;
use precompile_runtime::artifact::Code;
use precompile_runtime::{OpenPhase, Program, Runtime};
use serde_json::{Value, json};
use std::io::{IsTerminal, Read, stdin};
use std::num::NonZeroU32;
use std::time::{Duration, Instant};

/// Runs a program this many times, and prints the time of each phase.
///
/// A command is instantiated for each call, since it ends with the call. A function is called repeatedly in one
/// instance.
pub(crate) fn run(runtime: &Runtime, mut args: Args, calls: NonZeroU32) -> Result<(), Failure> {
    let (program, mut phases) = open(runtime, &args)?;
    #[cfg(feature = "trust")]
    args.demands.signatures.warn_of_unsigned(&args.artifact, &program);
    // After the artifact is read, which may be standard input.
    args.replay = Some(input()?);
    #[cfg(feature = "limits")]
    args.limits.enforce(&args.artifact, &program)?;
    #[cfg(feature = "component-model")]
    if let Some(component) = program.component() {
        let instantiate = || component::Guest::new(&program, &args);
        match &args.invoke {
            #[cfg(feature = "wave")]
            Some(function) => {
                let mut guest = phases.instantiate(instantiate)?;
                let mut call = guest.call(component, function, &args.arguments)?;
                for _ in 0..calls.get() {
                    phases.call(|| guest.run(&mut call))?;
                }
            }
            #[cfg(not(feature = "wave"))]
            Some(_) => return Err(component::no_functions()),
            None => {
                for _ in 0..calls.get() {
                    let mut guest = phases.instantiate(instantiate)?;
                    phases.call(|| guest.start(component))?;
                }
            }
        }
        return phases.print();
    }
    let new_guest = || instantiate(&program, &args);
    match &args.invoke {
        #[cfg(feature = "invoke")]
        Some(function) => {
            // The initialization of a library counts as instantiation.
            let (mut guest, mut call) = phases.instantiate(|| {
                let mut guest = new_guest()?;
                let call = invoke::Call::new(&mut guest, &program, function, &args.arguments)?;
                Ok((guest, call))
            })?;
            for _ in 0..calls.get() {
                phases.call(|| call.run(&mut guest))?;
            }
        }
        _ => {
            for _ in 0..calls.get() {
                let mut guest = phases.instantiate(new_guest)?;
                phases.call(|| guest.start(&program))?;
            }
        }
    }
    phases.print()
}

/// The input for all guests: standard input to its end, unless it is a terminal.
fn input() -> Result<Vec<u8>, Failure> {
    let mut input = Vec::new();
    if !stdin().is_terminal() {
        let read = stdin().lock().read_to_end(&mut input);
        read.map_err(|error| Failure::own(Code::Io, || format!("can't read standard input: {error}")))?;
    }
    Ok(input)
}

#[allow(unsafe_code, reason = "as in the run without measuring")]
fn open(runtime: &Runtime, args: &Args) -> Result<(Program, Phases), Failure> {
    let mut ends = [Instant::now(); 4];
    let reached = |phase| {
        ends[match phase {
            OpenPhase::Read => 1,
            OpenPhase::Engine => 2,
            OpenPhase::Deserialized => 3,
        }] = Instant::now();
    };
    let program = match args.is_mapped {
        // SAFETY: the user vouches for the artifact, as without measuring.
        false if is_standard_input(&args.artifact) => unsafe {
            runtime.open_reader_in_phases(&args.artifact, stdin().lock(), reached)
        },
        // SAFETY: as above.
        false => unsafe { runtime.open_file_in_phases(&args.artifact, reached) },
        // SAFETY: as above, and as without measuring, nobody writes to the file meanwhile.
        true => unsafe { runtime.open_file_mapped_in_phases(&args.artifact, reached) },
    };
    let program = program.map_err(|error| Failure::open(&args.artifact, error))?;
    let [read, engine, deserialize] = [0, 1, 2].map(|at| ends[at + 1] - ends[at]);
    Ok((program, Phases { read, engine, deserialize, instantiate: Vec::new(), call: Vec::new() }))
}

/// The time of each phase.
struct Phases {
    /// The time of copying or mapping the file, checking its digest, and reading its manifest.
    read: Duration,
    /// The time of making the engine.
    engine: Duration,
    deserialize: Duration,
    instantiate: Vec<Duration>,
    call: Vec<Duration>,
}

impl Phases {
    fn instantiate<G>(&mut self, instantiate: impl FnOnce() -> Result<G, Failure>) -> Result<G, Failure> {
        let start = Instant::now();
        let guest = instantiate()?;
        self.instantiate.push(start.elapsed());
        Ok(guest)
    }

    fn call(&mut self, call: impl FnOnce() -> Result<(), Failure>) -> Result<(), Failure> {
        let start = Instant::now();
        let ended = call();
        self.call.push(start.elapsed());
        ended.or_else(Failure::unless_success)
    }

    fn print(&self) -> Result<(), Failure> {
        let all = |times: &[Duration]| times.iter().copied().map(nanoseconds).collect::<Value>();
        let phases = json!({
            "open_and_verify_ns": nanoseconds(self.read),
            "engine_ns": nanoseconds(self.engine),
            "deserialize_ns": nanoseconds(self.deserialize),
            "instantiate_ns": all(&self.instantiate),
            "first_call_ns": self.call.first().copied().map(nanoseconds),
            "steady_calls_ns": all(self.call.get(1..).unwrap_or_default()),
            "peak_memory_bytes": memory::peak_bytes(),
        });
        crate::print::print(&format!("{phases}\n"))
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
