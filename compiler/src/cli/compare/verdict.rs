//! The verdict: the cheapest way to compile, by the number of runs.

use crate::compare::opts::Per;
use crate::compare::summary::Summary;
use crate::compare::trial::Measured;
use precompile::{Cost, cheapest_ranges};
use serde::Serialize;

/// The number of times that measurements are drawn anew, for the interval of a crossing.
const DRAWS: usize = 1_000;
/// The part of the draws that an interval leaves out at each end.
const LEFT_OUT: f64 = 0.025;
/// The seed that makes the same draws each time.
const SEED: u64 = 87;

/// A range of numbers of runs, up to the next range, with the way to compile that is the cheapest there.
#[derive(Clone, Debug, Serialize)]
pub(super) struct CheapestRange {
    pub(super) name: String,
    /// The start of the range, in whole runs of all machines together.
    pub(super) from_runs: f64,
    /// The interval of the start by 95 of 100 such measurements, perhaps without end; `None` for the first range, and
    /// for a single round.
    pub(super) from_runs_interval: Option<(f64, f64)>,
    /// The cost at the start, all machines' work together, in seconds.
    pub(super) total_s: f64,
    /// The time at the start, the machines working at the same time, in seconds.
    pub(super) elapsed_s: f64,
}

/// The costs of a way to compile, in seconds.
struct Parts {
    /// The cost that is paid once, for all machines.
    compile_s: f64,
    /// The cost that is paid once on each machine.
    start_s: f64,
    /// The cost of each run.
    run_s: f64,
}

impl Parts {
    /// The costs by the medians of measurements.
    fn new(measured: &Measured, per: Per, is_function: bool) -> Parts {
        Parts::by(measured, per, is_function, &mut Summary::median)
    }

    /// The costs by another middle of measurements.
    fn by(
        measured: &Measured,
        per: Per,
        is_function: bool,
        middle: &mut dyn FnMut(&Summary) -> f64,
    ) -> Parts {
        let compile_s = middle(&measured.compile_s);
        if per == Per::Process {
            return Parts { compile_s, start_s: 0.0, run_s: middle(&measured.process_s) };
        }
        let loads = [&measured.open_and_verify_s, &measured.engine_s, &measured.deserialize_s];
        let load_s: f64 = loads.into_iter().map(&mut *middle).sum();
        let instantiate_s = if is_function { middle(&measured.instantiate_s) } else { 0.0 };
        let run_s = middle(&measured.run_s(per, is_function));
        Parts { compile_s, start_s: load_s + instantiate_s, run_s }
    }

    /// The cost of all machines' work together.
    fn cost(&self, machines: f64) -> Cost {
        Cost { once_s: self.compile_s + machines * self.start_s, run_s: self.run_s }
    }

    /// The time of this many runs, the machines working at the same time.
    fn elapsed_s(&self, runs: f64, machines: f64) -> f64 {
        self.compile_s + self.start_s + (runs / machines).ceil() * self.run_s
    }
}

/// The cost of a way to compile by its measurements, all machines' work together.
pub(super) fn cost(measured: &Measured, per: Per, is_function: bool, machines: f64) -> Cost {
    Parts::new(measured, per, is_function).cost(machines)
}

/// The cheapest ways, from the first run on.
pub(super) fn verdict(
    measured: &[(&str, &Measured)],
    per: Per,
    is_function: bool,
    machines: f64,
) -> Vec<CheapestRange> {
    let parts: Vec<_> = measured.iter().map(|(_, measured)| Parts::new(measured, per, is_function)).collect();
    let costs: Vec<_> = parts.iter().map(|parts| parts.cost(machines)).collect();
    let mut ranges = cheapest_ranges(&costs);
    for later in ranges.iter_mut().skip(1) {
        // The first whole run that is cheaper.
        later.from_runs = later.from_runs.floor() + 1.0;
    }
    // Of two that start at the same whole run, the first is the cheapest for no whole run: the second stays.
    ranges.reverse();
    ranges.dedup_by_key(|range| range.from_runs);
    ranges.reverse();
    let mut previous = None;
    let ranges = ranges.iter().map(|&precompile::CheapestRange { index, from_runs }| {
        let (name, after) = measured[index];
        let before = previous.replace(after);
        CheapestRange {
            name: name.into(),
            from_runs,
            from_runs_interval: before
                .filter(|_| after.compile_s.samples().len() > 1)
                .map(|before| interval(before, after, per, is_function, machines)),
            total_s: costs[index].total_s(from_runs),
            elapsed_s: parts[index].elapsed_s(from_runs, machines),
        }
    });
    ranges.collect()
}

/// The interval of the crossing of two ways: measurements are drawn from those of the rounds, as many as there are
/// rounds. A draw in which the two don't cross counts as infinite.
fn interval(before: &Measured, after: &Measured, per: Per, is_function: bool, machines: f64) -> (f64, f64) {
    let mut random = fastrand::Rng::with_seed(SEED);
    let mut crossings: Vec<_> = (0..DRAWS)
        .map(|_| {
            let mut draw = |summary: &Summary| {
                let samples = summary.samples();
                let mut drawn = Summary::default();
                drawn.extend(samples.iter().filter_map(|_| random.choice(samples)).copied());
                drawn.median()
            };
            let mut cost = |measured| Parts::by(measured, per, is_function, &mut draw).cost(machines);
            let before = cost(before);
            before.crossing(cost(after)).unwrap_or(f64::INFINITY)
        })
        .collect();
    crossings.sort_by(f64::total_cmp);
    let at = |part: f64| crossings[(part * (DRAWS - 1) as f64) as usize];
    (at(LEFT_OUT), at(1.0 - LEFT_OUT))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(compile_s: &[f64], process_s: &[f64]) -> Measured {
        let mut measured = Measured::default();
        measured.compile_s.extend(compile_s.iter().copied());
        measured.process_s.extend(process_s.iter().copied());
        measured
    }

    #[test]
    fn steady_measurements_have_a_narrow_interval() {
        let winch = measured(&[1.0, 1.0, 1.0], &[2.0, 2.0, 2.0]);
        let cranelift = measured(&[11.5, 11.5, 11.5], &[1.0, 1.0, 1.0]);
        let ranges = verdict(&[("winch", &winch), ("cranelift", &cranelift)], Per::Process, false, 4.0);
        let [first, second] = &ranges[..] else { panic!("{ranges:?}") };
        assert_eq!((first.name.as_str(), first.from_runs, first.total_s), ("winch", 1.0, 3.0));
        assert_eq!((second.name.as_str(), second.from_runs), ("cranelift", 11.0));
        assert_eq!(second.from_runs_interval, Some((10.5, 10.5)));
        assert_eq!((second.total_s, second.elapsed_s), (22.5, 14.5));
    }

    /// A single round doesn't tell how much rounds vary.
    #[test]
    fn one_round_has_no_interval() {
        let (winch, cranelift) = (measured(&[1.0], &[2.0]), measured(&[11.5], &[1.0]));
        let ranges = verdict(&[("winch", &winch), ("cranelift", &cranelift)], Per::Process, false, 1.0);
        assert_eq!((ranges[1].from_runs, ranges[1].from_runs_interval), (11.0, None));
    }

    /// Half of the draws say that it never pays.
    #[test]
    fn unsteady_measurements_may_never_cross() {
        let winch = measured(&[1.0, 1.0], &[2.0, 0.5]);
        let cranelift = measured(&[11.0, 11.0], &[0.5, 1.9]);
        let ranges = verdict(&[("winch", &winch), ("cranelift", &cranelift)], Per::Process, false, 1.0);
        assert_eq!(ranges[1].from_runs_interval.unwrap().1, f64::INFINITY);
    }

    /// A function is instantiated once, a command for each call.
    #[test]
    fn costs_once_and_for_each_run() {
        let mut both = measured(&[1.0], &[9.0]);
        both.instantiate_s.push(0.25);
        both.first_call_s.push(3.0);
        assert_eq!(cost(&both, Per::Call, true, 1.0), Cost { once_s: 1.25, run_s: 3.0 });
        both.steady_call_s.push(2.0);
        assert_eq!(cost(&both, Per::Call, false, 1.0), Cost { once_s: 1.0, run_s: 2.25 });
        assert_eq!(cost(&both, Per::Process, false, 1.0), Cost { once_s: 1.0, run_s: 9.0 });
    }

    /// Compiling is paid once, loading on each machine. All machines load at the same time, so that it takes as long as
    /// on one.
    #[test]
    fn costs_of_each_machine() {
        let way = |compile_s, load_s, call_s| {
            let mut measured = measured(&[compile_s; 2], &[9.0; 2]);
            measured.deserialize_s.extend([load_s; 2]);
            measured.instantiate_s.extend([0.25; 2]);
            measured.steady_call_s.extend([call_s; 2]);
            measured
        };
        let (winch, cranelift) = (way(1.0, 0.5, 2.0), way(11.5, 1.5, 1.0));
        assert_eq!(cost(&winch, Per::Call, true, 4.0), Cost { once_s: 4.0, run_s: 2.0 });
        assert_eq!(cost(&winch, Per::Call, false, 4.0), Cost { once_s: 3.0, run_s: 2.25 });
        assert_eq!(cost(&winch, Per::Process, true, 4.0), Cost { once_s: 1.0, run_s: 9.0 });
        let ranges = verdict(&[("winch", &winch), ("cranelift", &cranelift)], Per::Call, true, 4.0);
        let [first, second] = &ranges[..] else { panic!("{ranges:?}") };
        assert_eq!((first.total_s, first.elapsed_s), (6.0, 3.75));
        // Compiling costs 10.5 more, loading 1 more on each of four.
        assert_eq!((second.from_runs, second.from_runs_interval), (15.0, Some((14.5, 14.5))));
        assert_eq!((second.total_s, second.elapsed_s), (33.5, 17.25));
    }

    /// A way that is the cheapest only between two whole runs is left out.
    #[test]
    fn each_range_has_a_run() {
        let [one, two, three] = [(0.2, 2.0), (0.9, 1.4), (1.5, 1.0)]
            .map(|(compile_s, run_s)| measured(&[compile_s; 2], &[run_s; 2]));
        let ranges = verdict(&[("one", &one), ("two", &two), ("three", &three)], Per::Process, false, 1.0);
        let [first, last] = &ranges[..] else { panic!("{ranges:?}") };
        assert_eq!((first.name.as_str(), first.from_runs), ("one", 1.0));
        assert_eq!((last.name.as_str(), last.from_runs), ("three", 2.0));
        // The crossing with the first way, not with the one that is left out.
        let (from, to) = last.from_runs_interval.unwrap();
        assert!((1.29..1.31).contains(&from) && from == to, "{from} to {to}");
    }
}
