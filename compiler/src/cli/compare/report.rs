//! The report of a comparison.

use crate::compare::doubts::doubts;
use crate::compare::opts::{Opts, Per};
use crate::compare::summary::Summary;
use crate::compare::trial::{Measured, Trial};
use crate::compare::verdict::{CheapestRange, cost, verdict};
use crate::runner::Runner;
use crate::shell_words;
use crate::units::{count, time};
use precompile::Cost;
use precompile::WASMTIME_VERSION;
use precompile::artifact::Host;
use serde::Serialize;
use std::ffi::OsString;

/// The ratio of two costs below which they hardly differ.
const CLOSE: f64 = 1.05;

/// The report of a comparison. The fields are stable, as those of all messages; times are in seconds.
#[derive(Serialize)]
#[serde(tag = "reason", rename = "compared")]
pub(super) struct Report {
    pub(super) input: String,
    pub(super) input_bytes: u64,
    /// The command line that repeats the comparison, quoted for a shell.
    pub(super) command: String,
    pub(super) runner: String,
    pub(super) target: String,
    pub(super) processors: usize,
    pub(super) wasmtime_version: &'static str,
    pub(super) rounds: u32,
    pub(super) per: Per,
    pub(super) machines: u32,
    pub(super) candidates: Vec<Compared>,
    /// The ways that can't be compared, and why.
    pub(super) refused: Vec<Refused>,
    /// The cheapest ways, from the first run on.
    #[serde(rename = "stretches")]
    pub(super) ranges: Vec<CheapestRange>,
    pub(super) doubts: Vec<String>,
}

/// A way to compile that was compared.
#[derive(Serialize)]
pub(super) struct Compared {
    pub(super) name: String,
    pub(super) options: Vec<String>,
    /// The cost before the first run, of all machines together, and the cost of each run, as in the verdict.
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

    /// All phases of a first run, in their order. The phase `process`, its start and end, is the rest of the run.
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
        let compared = || trials.iter().filter(|trial| trial.is_compared());
        let measured: Vec<_> =
            compared().map(|trial| (trial.candidate.name.as_str(), &trial.measured)).collect();
        let ranges = verdict(&measured, per, is_function, f64::from(machines));
        let doubts = doubts(trials, per, is_function, &ranges);
        let candidates = compared().map(|trial| {
            let Cost { once_s, run_s } = cost(&trial.measured, per, is_function, f64::from(machines));
            let (name, options) = (trial.candidate.name.clone(), trial.candidate.options.clone());
            Compared { name, options, once_s, run_s, measured: trial.measured.clone() }
        });
        let refused = trials.iter().filter_map(|trial| {
            Some(Refused { name: trial.candidate.name.clone(), why: trial.refused.clone()? })
        });
        let words = [OsString::from("precompile")].into_iter().chain(std::env::args_os().skip(1));
        Report {
            input: opts.input.display().to_string(),
            input_bytes: opts.input.metadata().map_or(0, |metadata| metadata.len()),
            command: shell_words::quoted(words),
            runner: runner.name(),
            target: host.target.to_string(),
            processors: std::thread::available_parallelism().map_or(1, usize::from),
            wasmtime_version: WASMTIME_VERSION,
            rounds: opts.rounds.get(),
            per,
            machines,
            candidates: candidates.collect(),
            refused: refused.collect(),
            ranges,
            doubts,
        }
    }

    /// The verdict, in sentences.
    pub(super) fn verdict(&self) -> Vec<String> {
        let mut sentences = Vec::new();
        let [first, later @ ..] = &self.ranges[..] else { return sentences };
        let unit = if self.per == Per::Process { "run" } else { "call" };
        match later.first() {
            None => sentences.push(format!("{} is the cheapest from the first {unit} on.", first.name)),
            Some(next) => sentences.push(match next.from_runs - 1.0 {
                1.0 => format!("{} is the cheapest for one {unit}.", first.name),
                runs => format!("{} is the cheapest for up to {} {unit}s.", first.name, count(runs)),
            }),
        }
        for range in later {
            let interval = range.from_runs_interval.map(|(from, to)| {
                let to = if to.is_finite() { count(to.ceil()) } else { "any number of".into() };
                format!(" (95 % interval: {} to {to} {unit}s)", count(from.floor()))
            });
            sentences.push(format!(
                "From {} {unit}s on it is {}, after {} in all{}.",
                count(range.from_runs),
                range.name,
                time(range.total_s),
                interval.unwrap_or_default(),
            ));
            if self.machines > 1 {
                let each = (range.from_runs / f64::from(self.machines)).ceil();
                let s = if each == 1.0 { "" } else { "s" };
                sentences.push(format!(
                    "With {} machines that share a cache, that is from {} {unit}{s} on each of them on, after {}.",
                    count(f64::from(self.machines)),
                    count(each),
                    time(range.elapsed_s),
                ));
            }
        }
        let is_cheapest =
            |candidate: &&Compared| self.ranges.iter().any(|range| range.name == candidate.name);
        let never: Vec<_> = self.candidates.iter().filter(|candidate| !is_cheapest(candidate)).collect();
        let names = |candidates: &[&Compared]| {
            candidates.iter().map(|candidate| candidate.name.as_str()).collect::<Vec<_>>().join(", ")
        };
        if !never.is_empty() {
            sentences.push(format!("Never the cheapest: {}.", names(&never)));
        }
        let close: Vec<_> = never.into_iter().filter(|candidate| self.is_close(candidate)).collect();
        if !close.is_empty() {
            let percent = (CLOSE - 1.0) * 100.0;
            sentences
                .push(format!("Within {percent:.0} % of it, for some number of {unit}s: {}.", names(&close)));
        }
        sentences
    }

    /// Tells whether a candidate costs hardly more than the cheapest, for some number of runs. Costs are straight
    /// lines: it suffices to look where another becomes the cheapest, and beyond the last such place.
    fn is_close(&self, candidate: &Compared) -> bool {
        let of = |name: &str| self.candidates.iter().find(|candidate| candidate.name == name);
        let last = self.ranges.last().and_then(|range| of(&range.name));
        let at = |range: &CheapestRange| candidate.cost().total_s(range.from_runs) <= range.total_s * CLOSE;
        self.ranges.iter().any(at) || last.is_some_and(|last| candidate.run_s <= last.run_s * CLOSE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A report of ways to compile, each with its cost once and for each run, of which these are the cheapest.
    fn report(machines: u32, costs: &[(&str, f64, f64)], ranges: Vec<CheapestRange>) -> Report {
        let candidates = costs.iter().map(|&(name, once_s, run_s)| Compared {
            name: name.into(),
            options: Vec::new(),
            once_s,
            run_s,
            measured: Measured::default(),
        });
        Report {
            input: "app.wasm".into(),
            input_bytes: 1,
            command: "precompile compare app.wasm".into(),
            runner: "precompile-run".into(),
            target: "x86_64-unknown-linux-gnu".into(),
            processors: 2,
            wasmtime_version: WASMTIME_VERSION,
            rounds: 5,
            per: Per::Process,
            machines,
            candidates: candidates.collect(),
            refused: Vec::new(),
            ranges,
            doubts: Vec::new(),
        }
    }

    fn range(name: &str, from_runs: f64, interval: Option<(f64, f64)>, total_s: f64) -> CheapestRange {
        CheapestRange {
            name: name.into(),
            from_runs,
            from_runs_interval: interval,
            total_s,
            elapsed_s: total_s / 2.0,
        }
    }

    #[test]
    fn a_verdict_in_sentences() {
        let costs = [
            ("winch", 1.0, 2.0),
            ("speed", 11.5, 1.0),
            ("size", 11.6, 1.01),
            ("none", 8.0, 1.5),
            ("pulley", 11.0, 9.0),
        ];
        let crossing = |interval| vec![range("winch", 1.0, None, 3.0), range("speed", 11.0, interval, 22.5)];
        let verdict = report(4, &costs, crossing(Some((9.6, f64::INFINITY)))).verdict();
        let expected = [
            "winch is the cheapest for up to 10 runs.",
            "From 11 runs on it is speed, after 22.5 s in all (95 % interval: 9 to any number of runs).",
            "With 4 machines that share a cache, that is from 3 runs on each of them on, after 11.2 s.",
            "Never the cheapest: size, none, pulley.",
            "Within 5 % of it, for some number of runs: size.",
        ];
        assert_eq!(verdict, expected);
        let one =
            report(1, &costs[..2], vec![range("winch", 1.0, None, 3.0), range("speed", 2.0, None, 4.0)]);
        let expected =
            ["winch is the cheapest for one run.", "From 2 runs on it is speed, after 4.00 s in all."];
        assert_eq!(one.verdict(), expected);
        let alone = report(1, &costs[..1], vec![range("winch", 1.0, None, 3.0)]);
        assert_eq!(alone.verdict(), ["winch is the cheapest from the first run on."]);
    }
}
