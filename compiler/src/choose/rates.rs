//! The rates of this machine: the cost of compiling, and of running the code.

pub(crate) mod typical;

use crate::choose::cost::Cost;
use crate::compile::Compiler;
use crate::module::code_size::code_bytes;
use crate::options::Options;
use crate::options::expect::Expect;
use crate::options::target::Target;
use crate::version::WASMTIME_VERSION;
use precompile_artifact::{Backend, Platform};
use precompile_cache::Store;
use serde::{Deserialize, Serialize};
use std::io::Cursor;
use std::ops::RangeInclusive;
use std::path::Path;
use std::time::{Duration, Instant};

/// A typical program, from `benches/programs/json.c`: its code is compiled, and run if possible.
const REFERENCE: &[u8] = include_bytes!("rates/reference.wasm");
/// The least number of times that each backend compiles it, and that it is run with little to do. The fastest counts:
/// other work of the machine is no part of its rate.
const REPETITIONS: usize = 3;
/// The largest number of times, used while the two fastest differ by more than a tenth.
const MOST_REPETITIONS: usize = 9;
/// The run time of Winch's code, in percent of Cranelift's, if nothing was run here: the geometric mean of the programs
/// in `reports/auto-backend.md`.
const RUN_PERCENT: u64 = 174;
/// The range of plausible measurements.
const PLAUSIBLE_PERCENT: RangeInclusive<u64> = 100..=1_000;
/// The file in the cache's folder. A build with another optimisation compiles at another speed, so it has its own file.
const FILE: &str = concat!("rates-", env!("PRECOMPILE_OPT_LEVEL"), ".json");

/// The rates of this machine: the cost of compiling, and of running the code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rates {
    /// The machine and the versions that the rates hold for.
    #[serde(rename = "of")]
    fingerprint: Fingerprint,
    /// The compiled code was run.
    had_runner: bool,
    /// The time to compile a byte of WebAssembly code with all cores, in picoseconds.
    winch_ps_per_byte: u64,
    cranelift_ps_per_byte: u64,
    /// The run time of Winch's code, in percent of Cranelift's.
    winch_run_percent: u64,
    /// The time to start and to end a process that runs an artifact, in microseconds: the same for both.
    start_us: u64,
}

/// The fingerprint of the machine and the versions. The rates of another fingerprint are measured again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Fingerprint {
    processors: usize,
    architecture: String,
    /// The CPU features, which distinguish generations of CPUs.
    cpu_features: Option<Vec<String>>,
    wasmtime_version: String,
    precompile_version: String,
}

impl Fingerprint {
    fn this() -> Fingerprint {
        Fingerprint {
            processors: std::thread::available_parallelism().map_or(1, usize::from),
            architecture: std::env::consts::ARCH.into(),
            cpu_features: precompile_artifact::cpu::detect(),
            wasmtime_version: WASMTIME_VERSION.into(),
            precompile_version: env!("CARGO_PKG_VERSION").into(),
        }
    }
}

/// A function that runs an artifact for this machine with an argument for the guest, and returns the time; `None` if
/// it can't be run here.
pub type Run<'a> = dyn Fn(&[u8], &str) -> Option<RunTime> + 'a;

/// The time of an artifact's run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunTime {
    /// The time of the guest.
    pub guest: Duration,
    /// The rest of the process's time, from its start to its end.
    pub start: Duration,
}

/// The guest's argument for about a tenth of a second's work.
const WORK: &str = "12";
/// The guest's argument for little work.
const IDLE: &str = "0";

impl Rates {
    /// The rates of this machine: those kept beside the cache, or else new ones, which are kept there. A measurement
    /// takes some two seconds with `run`. If the rates can't be written, they are measured again the next time.
    ///
    /// `run` runs the compiled code. Without it, the slowdown of Winch's code is the mean of other machines.
    pub fn of_this_machine(store: Option<&Store>, run: Option<&Run<'_>>) -> Rates {
        let file = store.map(|store| store.folder().join(FILE));
        let known = file.as_ref().and_then(|file| serde_json::from_slice(&std::fs::read(file).ok()?).ok());
        let holds = |rates: &Rates| {
            rates.fingerprint == Fingerprint::this()
                && (rates.had_runner || run.is_none())
                && rates.is_plausible()
        };
        if let Some(rates) = known.filter(holds) {
            return rates;
        }
        let rates = Rates::measure(run);
        if let (Some(store), Ok(text)) = (store, serde_json::to_vec(&rates)) {
            let _ = store.keep(FILE, &text);
        }
        rates
    }

    fn measure(run: Option<&Run<'_>>) -> Rates {
        // The rate of a backend that this build or this machine lacks is never used.
        let both = || (compiled(Backend::Winch), compiled(Backend::Cranelift));
        // A pool of its own: the program may still want to set up rayon's global pool.
        let without = |_| rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build();
        let threads = rayon::ThreadPoolBuilder::new().build().or_else(without);
        let (winch, cranelift) = threads.map_or_else(|_| both(), |threads| threads.install(both));
        let code_bytes = u128::from(code_bytes(Cursor::new(REFERENCE), false).unwrap_or_default().max(1));
        let rate = |compiled: &Option<(Vec<u8>, Duration)>| {
            let picoseconds = compiled.as_ref().map(|(_, time)| time.as_nanos() * 1_000 / code_bytes);
            picoseconds.and_then(|it| it.try_into().ok()).unwrap_or(u64::MAX)
        };
        let time = |compiled: &Option<(Vec<u8>, Duration)>| {
            let artifact = &compiled.as_ref()?.0;
            let guest = run?(artifact, WORK)?.guest;
            let idle = (0..REPETITIONS).filter_map(|_| run?(artifact, IDLE));
            Some(RunTime { guest, start: idle.map(|time| time.start).min()? })
        };
        let times = time(&winch).zip(time(&cranelift));
        let slowdown = times.map(|(winch, cranelift)| winch.guest.div_duration_f64(cranelift.guest));
        // If both are equally fast, noise may bring the ratio below a hundred percent.
        let percent = slowdown.map(|slowdown| (slowdown * 100.0).max(100.0) as u64);
        let start = times.map_or(Duration::ZERO, |(winch, cranelift)| winch.start.min(cranelift.start));
        Rates {
            fingerprint: Fingerprint::this(),
            had_runner: times.is_some(),
            winch_ps_per_byte: rate(&winch),
            cranelift_ps_per_byte: rate(&cranelift),
            winch_run_percent: percent.filter(|it| PLAUSIBLE_PERCENT.contains(it)).unwrap_or(RUN_PERCENT),
            start_us: start.as_micros().try_into().unwrap_or(0),
        }
    }

    /// The test of rates from a file, which may hold anything.
    fn is_plausible(&self) -> bool {
        let Rates { winch_ps_per_byte, cranelift_ps_per_byte, winch_run_percent, .. } = self;
        *winch_ps_per_byte > 0 && *cranelift_ps_per_byte > 0 && PLAUSIBLE_PERCENT.contains(winch_run_percent)
    }

    /// Removes the rates from the folder of the cache.
    ///
    /// # Errors
    ///
    /// A folder that can't be written.
    pub fn forget(folder: &Path) -> std::io::Result<()> {
        match std::fs::remove_file(folder.join(FILE)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// The expected cost of a backend for a module with `code_bytes` bytes of code.
    pub fn cost(&self, backend: Backend, code_bytes: u64, expect: &Expect) -> Cost {
        let (ps_per_byte, run_percent) = match backend {
            Backend::Winch => (self.winch_ps_per_byte, self.winch_run_percent),
            Backend::Cranelift => (self.cranelift_ps_per_byte, 100),
        };
        // Only the guest's own time depends on the backend.
        let start_s = self.start_us as f64 * 1e-6;
        let guest_s = (expect.run_time.as_secs_f64() - start_s).max(0.0);
        Cost {
            once_s: ps_per_byte as f64 * 1e-12 * code_bytes as f64,
            run_s: start_s + guest_s * run_percent as f64 / 100.0,
        }
    }
}

/// The reference as a backend compiles it for this machine, and the time; `None` if it can't.
fn compiled(backend: Backend) -> Option<(Vec<u8>, Duration)> {
    let options = Options::new(backend, Target::host().ok()?, Platform::Hosted).ok()?;
    let mut times = Vec::new();
    loop {
        let start = Instant::now();
        let artifact = Compiler::default().compile(&options, REFERENCE).ok()?.artifact;
        times.push(start.elapsed());
        times.sort_unstable();
        let agree = times.len() >= REPETITIONS && times[1] - times[0] <= times[0] / 10;
        if agree || times.len() == MOST_REPETITIONS {
            return Some((artifact, times[0]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rates() -> Rates {
        Rates {
            fingerprint: Fingerprint::this(),
            had_runner: true,
            winch_ps_per_byte: 100_000,
            cranelift_ps_per_byte: 500_000,
            winch_run_percent: 200,
            start_us: 1_000,
        }
    }

    #[test]
    fn the_cheaper_backend_depends_on_code_and_runs() {
        let total = |backend, code_bytes, runs| {
            let expect = Expect::runs(runs);
            rates().cost(backend, code_bytes, &expect).total_s(runs as f64)
        };
        // A process that only starts and ends is as fast with either.
        let start = Expect { runs: 1, run_time: Duration::from_millis(1) };
        assert_eq!(rates().cost(Backend::Winch, 0, &start), rates().cost(Backend::Cranelift, 0, &start));
        let winch_is_cheaper = |code_bytes, runs| {
            total(Backend::Winch, code_bytes, runs) < total(Backend::Cranelift, code_bytes, runs)
        };
        assert!(winch_is_cheaper(1_000_000, 1));
        assert!(!winch_is_cheaper(1_000_000, 10));
        assert!(!winch_is_cheaper(10_000, 1));
        assert!(winch_is_cheaper(10_000_000, 10));
    }

    /// Rates are measured once, and again for another machine or if the file holds something else.
    #[test]
    fn rates_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path());
        let file = folder.path().join(FILE);
        let measured = Rates::of_this_machine(Some(&store), None);
        assert!(measured.is_plausible(), "{measured:?}");
        assert!(measured.winch_ps_per_byte < measured.cranelift_ps_per_byte, "{measured:?}");
        assert_eq!(measured.winch_run_percent, RUN_PERCENT);
        assert_eq!(Rates::of_this_machine(Some(&store), None), measured);
        std::fs::write(&file, serde_json::to_vec(&rates()).unwrap()).unwrap();
        assert_eq!(Rates::of_this_machine(Some(&store), None), rates());
        let mut other = rates();
        other.fingerprint.processors += 1;
        for text in [serde_json::to_vec(&other).unwrap(), b"{}".to_vec(), b"".to_vec()] {
            std::fs::write(&file, text).unwrap();
            assert_ne!(Rates::of_this_machine(Some(&store), None), rates());
        }
        Rates::forget(folder.path()).unwrap();
        assert!(!file.exists());
        Rates::forget(folder.path()).expect("there is nothing to forget");
    }

    /// A guess, made without a runner, is replaced by a measurement, and never the reverse.
    #[test]
    fn a_measurement_replaces_a_guess() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path());
        let run = |_: &[u8], _: &str| {
            Some(RunTime { guest: Duration::from_secs(1), start: Duration::from_millis(2) })
        };
        let guessed = Rates::of_this_machine(Some(&store), None);
        let measured = Rates::of_this_machine(Some(&store), Some(&run));
        assert_eq!((guessed.winch_run_percent, measured.winch_run_percent), (RUN_PERCENT, 100));
        assert_eq!(Rates::of_this_machine(Some(&store), None), measured);
    }

    #[test]
    fn a_runner_measures_the_slowdown() {
        let seconds = std::cell::Cell::new(4.5);
        let start = Duration::from_millis(2);
        let run = |_: &[u8], argument: &str| {
            let seconds = if argument == WORK { seconds.replace(1.5) } else { 0.0 };
            Some(RunTime { guest: Duration::from_secs_f64(seconds), start })
        };
        assert_eq!(Rates::of_this_machine(None, Some(&run)).winch_run_percent, 300);
        let guessed = Rates::of_this_machine(None, Some(&|_, _| None));
        assert_eq!((guessed.winch_run_percent, guessed.had_runner), (RUN_PERCENT, false));
    }
}
