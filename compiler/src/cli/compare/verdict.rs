//! Which way to compile is the cheapest, and from how many runs on.

use crate::compare::opts::Per;
use crate::compare::summary::Summary;
use crate::compare::trial::Measured;
use precompile::{CheapestRange, Cost, cheapest_ranges};
use serde::Serialize;

/// So often the measurements are drawn anew, to see how far a crossing may be off.
const DRAWS: usize = 1_000;
/// The part of the draws that an interval leaves out at each end.
const LEFT_OUT: f64 = 0.025;
/// The same draws each time.
const SEED: u64 = 87;

/// A way that is the cheapest, from so many runs on until the next one is.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Stretch {
    pub(super) name: String,
    /// Whole runs, of all machines together.
    pub(super) from_runs: f64,
    /// From where to where 95 of 100 such measurements would put it, perhaps without end; `None` for the first, and
    /// of a single round.
    pub(super) from_runs_interval: Option<(f64, f64)>,
    /// What it costs then, all machines' work together, in seconds.
    pub(super) total_s: f64,
    /// What it takes then, the machines working at the same time, in seconds.
    pub(super) elapsed_s: f64,
}

/// What a way to compile costs, by how often it is paid, in seconds.
struct Parts {
    /// Once, for all machines.
    compile_s: f64,
    /// Once on each machine.
    start_s: f64,
    /// For each run.
    run_s: f64,
}

impl Parts {
    /// By these measurements.
    fn new(measured: &Measured, per: Per, is_function: bool) -> Parts {
        Parts::by(measured, per, is_function, &mut Summary::median)
    }

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

    /// All machines' work together.
    fn cost(&self, machines: f64) -> Cost {
        Cost { once_s: self.compile_s + machines * self.start_s, run_s: self.run_s }
    }

    /// What so many runs take, the machines working at the same time.
    fn elapsed_s(&self, runs: f64, machines: f64) -> f64 {
        self.compile_s + self.start_s + (runs / machines).ceil() * self.run_s
    }
}

/// What a way to compile costs by these measurements, all machines' work together.
pub(super) fn cost(measured: &Measured, per: Per, is_function: bool, machines: f64) -> Cost {
    Parts::new(measured, per, is_function).cost(machines)
}

/// Which is the cheapest from the first run on.
pub(super) fn verdict(
    measured: &[(&str, &Measured)],
    per: Per,
    is_function: bool,
    machines: f64,
) -> Vec<Stretch> {
    let parts: Vec<_> = measured.iter().map(|(_, measured)| Parts::new(measured, per, is_function)).collect();
    let costs: Vec<_> = parts.iter().map(|parts| parts.cost(machines)).collect();
    let mut stretches = cheapest_ranges(&costs);
    for later in stretches.iter_mut().skip(1) {
        // The first whole run that is cheaper.
        later.from_runs = later.from_runs.floor() + 1.0;
    }
    // What the next one follows within the same run is the cheapest for no whole run: the next one stays.
    stretches.reverse();
    stretches.dedup_by_key(|stretch| stretch.from_runs);
    stretches.reverse();
    let mut previous = None;
    let said = stretches.iter().map(|&CheapestRange { index, from_runs }| {
        let (name, after) = measured[index];
        let before = previous.replace(after);
        Stretch {
            name: name.into(),
            from_runs,
            from_runs_interval: before
                .filter(|_| after.compile_s.samples().len() > 1)
                .map(|before| interval(before, after, per, is_function, machines)),
            total_s: costs[index].total_s(from_runs),
            elapsed_s: parts[index].elapsed_s(from_runs, machines),
        }
    });
    said.collect()
}

/// Where the crossing of two may be: measurements are drawn from those of the rounds, as often as there are
/// rounds. A draw in which they don't cross counts as one without end.
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
    fn what_hardly_varies_crosses_at_a_place() {
        let winch = measured(&[1.0, 1.0, 1.0], &[2.0, 2.0, 2.0]);
        let cranelift = measured(&[11.5, 11.5, 11.5], &[1.0, 1.0, 1.0]);
        let stretches = verdict(&[("winch", &winch), ("cranelift", &cranelift)], Per::Process, false, 4.0);
        let [first, second] = &stretches[..] else { panic!("{stretches:?}") };
        assert_eq!((first.name.as_str(), first.from_runs, first.total_s), ("winch", 1.0, 3.0));
        assert_eq!((second.name.as_str(), second.from_runs), ("cranelift", 11.0));
        assert_eq!(second.from_runs_interval, Some((10.5, 10.5)));
        assert_eq!((second.total_s, second.elapsed_s), (22.5, 14.5));
    }

    /// A single round doesn't tell how much rounds vary.
    #[test]
    fn one_round_has_no_interval() {
        let (winch, cranelift) = (measured(&[1.0], &[2.0]), measured(&[11.5], &[1.0]));
        let stretches = verdict(&[("winch", &winch), ("cranelift", &cranelift)], Per::Process, false, 1.0);
        assert_eq!((stretches[1].from_runs, stretches[1].from_runs_interval), (11.0, None));
    }

    /// Half of the draws say that it never pays.
    #[test]
    fn what_varies_much_may_never_cross() {
        let winch = measured(&[1.0, 1.0], &[2.0, 0.5]);
        let cranelift = measured(&[11.0, 11.0], &[0.5, 1.9]);
        let stretches = verdict(&[("winch", &winch), ("cranelift", &cranelift)], Per::Process, false, 1.0);
        assert_eq!(stretches[1].from_runs_interval.unwrap().1, f64::INFINITY);
    }

    /// A function is instantiated once, a command for each call.
    #[test]
    fn what_is_paid_once() {
        let mut both = measured(&[1.0], &[9.0]);
        both.instantiate_s.push(0.25);
        both.first_call_s.push(3.0);
        assert_eq!(cost(&both, Per::Call, true, 1.0), Cost { once_s: 1.25, run_s: 3.0 });
        both.steady_call_s.push(2.0);
        assert_eq!(cost(&both, Per::Call, false, 1.0), Cost { once_s: 1.0, run_s: 2.25 });
        assert_eq!(cost(&both, Per::Process, false, 1.0), Cost { once_s: 1.0, run_s: 9.0 });
    }

    /// Compiling is paid once, loading on each machine; at the same time, so that it takes as long as one.
    #[test]
    fn what_each_machine_pays() {
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
        let stretches = verdict(&[("winch", &winch), ("cranelift", &cranelift)], Per::Call, true, 4.0);
        let [first, second] = &stretches[..] else { panic!("{stretches:?}") };
        assert_eq!((first.total_s, first.elapsed_s), (6.0, 3.75));
        // Compiling costs 10.5 more, loading 1 more on each of four.
        assert_eq!((second.from_runs, second.from_runs_interval), (15.0, Some((14.5, 14.5))));
        assert_eq!((second.total_s, second.elapsed_s), (33.5, 17.25));
    }

    /// What becomes the cheapest and ceases to be it between two runs is so at none.
    #[test]
    fn each_stretch_has_a_run() {
        let [one, two, three] = [(0.2, 2.0), (0.9, 1.4), (1.5, 1.0)]
            .map(|(compile_s, run_s)| measured(&[compile_s; 2], &[run_s; 2]));
        let stretches = verdict(&[("one", &one), ("two", &two), ("three", &three)], Per::Process, false, 1.0);
        let [first, last] = &stretches[..] else { panic!("{stretches:?}") };
        assert_eq!((first.name.as_str(), first.from_runs), ("one", 1.0));
        assert_eq!((last.name.as_str(), last.from_runs), ("three", 2.0));
        // Where it crosses the first one, not the one that is left out.
        let (from, to) = last.from_runs_interval.unwrap();
        assert!((1.29..1.31).contains(&from) && from == to, "{from} to {to}");
    }
}
