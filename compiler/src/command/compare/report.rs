//! What came of a comparison.

use crate::compare::doubts::doubts;
use crate::compare::summary::Summary;
use crate::compare::trial::{Measured, Trial};
use crate::compare::units::{count, time};
use crate::compare::verdict::{Stretch, cost, verdict};
use crate::compare::{Opts, Per};
use crate::runner::Runner;
use precompile::Cost;
use precompile::WASMTIME_VERSION;
use precompile::artifact::Host;
use serde::Serialize;

/// What came of a comparison. The fields are stable, as those of all messages are; times are in seconds.
#[derive(Serialize)]
#[serde(tag = "reason", rename = "compared")]
pub(super) struct Report {
    pub(super) input: String,
    pub(super) input_bytes: u64,
    /// The command that repeats it, as a shell takes it.
    pub(super) command: String,
    pub(super) runner: String,
    pub(super) target: String,
    pub(super) processors: usize,
    pub(super) wasmtime_version: &'static str,
    pub(super) rounds: u32,
    pub(super) per: Per,
    pub(super) machines: u32,
    pub(super) candidates: Vec<Compared>,
    /// Those that can't be compared, and why.
    pub(super) refused: Vec<Refused>,
    /// The cheapest, from the first run on.
    pub(super) stretches: Vec<Stretch>,
    pub(super) doubts: Vec<String>,
}

/// A way to compile that was compared.
#[derive(Serialize)]
pub(super) struct Compared {
    pub(super) name: String,
    pub(super) options: Vec<String>,
    /// What is paid before the first run, by all machines together, and for each run, as the verdict has it.
    pub(super) once_s: f64,
    pub(super) run_s: f64,
    #[serde(flatten)]
    pub(super) measured: Measured,
}

/// A way to compile that doesn't work here.
#[derive(Serialize)]
pub(super) struct Refused {
    pub(super) name: String,
    pub(super) why: String,
}

/// A phase, from a module to a result.
pub(super) struct Phase {
    pub(super) name: &'static str,
    pub(super) seconds: f64,
}

impl Compared {
    pub(super) fn cost(&self) -> Cost {
        Cost { once_s: self.once_s, run_s: self.run_s }
    }

    /// All phases of a first run, in their order. Starting and ending the process is what they leave of it.
    pub(super) fn phases(&self) -> [Phase; 7] {
        let measured = &self.measured;
        let within = [
            ("open and verify", &measured.open_and_verify_s),
            ("engine", &measured.engine_s),
            ("deserialize", &measured.deserialize_s),
            ("instantiate", &measured.instantiate_s),
            ("first call", &measured.first_call_s),
        ];
        let [open, engine, deserialize, instantiate, call] =
            within.map(|(name, summary): (_, &Summary)| Phase { name, seconds: summary.median() });
        let known =
            [&open, &engine, &deserialize, &instantiate, &call].iter().map(|it| it.seconds).sum::<f64>();
        let process = (measured.process_s.median() - known).max(0.0);
        let compile = Phase { name: "compile", seconds: measured.compile_s.median() };
        let process = Phase { name: "process", seconds: process };
        [compile, process, open, engine, deserialize, instantiate, call]
    }
}

impl Report {
    pub(super) fn new(opts: &Opts, runner: &Runner, host: &Host, trials: &[Trial]) -> Report {
        let is_function = opts.invoke.is_some();
        let (per, machines) = (opts.per, opts.machines.get());
        let compared = || trials.iter().filter(|trial| trial.is_in());
        let measured: Vec<_> =
            compared().map(|trial| (trial.candidate.name.as_str(), &trial.measured)).collect();
        let stretches = verdict(&measured, per, is_function, f64::from(machines));
        let doubts = doubts(trials, per, &stretches);
        let candidates = compared().map(|trial| {
            let Cost { once_s, run_s } = cost(&trial.measured, per, is_function, f64::from(machines));
            let (name, options) = (trial.candidate.name.clone(), trial.candidate.options.clone());
            Compared { name, options, once_s, run_s, measured: trial.measured.clone() }
        });
        let refused = trials.iter().filter_map(|trial| {
            Some(Refused { name: trial.candidate.name.clone(), why: trial.refused.clone()? })
        });
        let arguments: Vec<_> =
            std::env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned()).collect();
        let words = ["precompile"].into_iter().chain(arguments.iter().map(String::as_str));
        Report {
            input: opts.input.display().to_string(),
            input_bytes: opts.input.metadata().map_or(0, |metadata| metadata.len()),
            // An argument holds no zero byte, which alone can't be quoted.
            command: shlex::try_join(words).unwrap_or_default(),
            runner: runner.name(),
            target: host.target.to_string(),
            processors: std::thread::available_parallelism().map_or(1, usize::from),
            wasmtime_version: WASMTIME_VERSION,
            rounds: opts.rounds.get(),
            per,
            machines,
            candidates: candidates.collect(),
            refused: refused.collect(),
            stretches,
            doubts,
        }
    }

    /// What it comes to, in sentences.
    pub(super) fn verdict(&self) -> Vec<String> {
        let mut sentences = Vec::new();
        let [first, later @ ..] = &self.stretches[..] else { return sentences };
        let what = if self.per == Per::Process { "run" } else { "call" };
        match later.first() {
            None => sentences.push(format!("{} is the cheapest from the first {what} on.", first.name)),
            Some(next) => sentences.push(format!(
                "{} is the cheapest for up to {} {what}s.",
                first.name,
                count(next.from_runs - 1.0)
            )),
        }
        for stretch in later {
            let (from, to) = stretch.from_runs_interval.unwrap_or_default();
            let to = if to.is_finite() { count(to.ceil()) } else { "any number of".into() };
            sentences.push(format!(
                "From {} {what}s on it is {}, after {} in all (95 % interval: {} to {to} {what}s).",
                count(stretch.from_runs),
                stretch.name,
                time(stretch.total_s),
                count(from.floor()),
            ));
            if self.machines > 1 {
                let each = (stretch.from_runs / f64::from(self.machines)).ceil();
                let s = if each == 1.0 { "" } else { "s" };
                sentences.push(format!(
                    "With {} machines that share a cache, that is from {} {what}{s} on each of them on, after {}.",
                    count(f64::from(self.machines)),
                    count(each),
                    time(stretch.elapsed_s),
                ));
            }
        }
        let never: Vec<_> = self.candidates.iter().map(|candidate| candidate.name.as_str()).collect();
        let never: Vec<_> = never
            .into_iter()
            .filter(|name| !self.stretches.iter().any(|stretch| stretch.name == *name))
            .collect();
        if !never.is_empty() {
            sentences.push(format!("Never the cheapest: {}.", never.join(", ")));
        }
        sentences
    }
}
