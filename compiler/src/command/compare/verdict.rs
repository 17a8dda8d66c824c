//! Which way to compile is the cheapest, and from how many runs on.

use crate::compare::Per;
use crate::compare::summary::Summary;
use crate::compare::trial::Measured;
use precompile::{Cost, stretches};
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
    /// From where to where 95 of 100 such measurements would put it; `None` for the first.
    pub(super) from_runs_interval: Option<(f64, f64)>,
    /// What it costs then, all machines' work together, in seconds.
    pub(super) total_s: f64,
    /// What it takes then, the machines working at the same time, in seconds.
    pub(super) elapsed_s: f64,
}

/// What a way to compile costs by these measurements.
pub(super) fn cost(measured: &Measured, per: Per, is_function: bool) -> Cost {
    cost_by(measured, per, is_function, &mut Summary::median)
}

fn cost_by(
    measured: &Measured,
    per: Per,
    is_function: bool,
    middle: &mut dyn FnMut(&Summary) -> f64,
) -> Cost {
    let compile_s = middle(&measured.compile_s);
    if per == Per::Process {
        return Cost { once_s: compile_s, run_s: middle(&measured.process_s) };
    }
    let loads = [&measured.open_and_verify_s, &measured.engine_s, &measured.deserialize_s];
    let load_s: f64 = loads.into_iter().map(&mut *middle).sum();
    let instantiate_s = middle(&measured.instantiate_s);
    let call_s = match measured.steady_call_s.samples() {
        [] => middle(&measured.first_call_s),
        _ => middle(&measured.steady_call_s),
    };
    match is_function {
        true => Cost { once_s: compile_s + load_s + instantiate_s, run_s: call_s },
        false => Cost { once_s: compile_s + load_s, run_s: instantiate_s + call_s },
    }
}

/// Which is the cheapest from the first run on.
pub(super) fn verdict(
    measured: &[(&str, &Measured)],
    per: Per,
    is_function: bool,
    machines: f64,
) -> Vec<Stretch> {
    let costs: Vec<_> = measured.iter().map(|(_, measured)| cost(measured, per, is_function)).collect();
    let stretches = stretches(&costs);
    let mut previous = None;
    let said = stretches.iter().map(|stretch| {
        let before = previous.replace(stretch.index);
        let from_runs_interval =
            before.map(|before| interval(measured[before].1, measured[stretch.index].1, per, is_function));
        // The first whole run that is cheaper.
        let from_runs = if before.is_none() { stretch.from_runs } else { stretch.from_runs.floor() + 1.0 };
        let cost = costs[stretch.index];
        Stretch {
            name: measured[stretch.index].0.into(),
            from_runs,
            from_runs_interval,
            total_s: cost.total_s(from_runs),
            elapsed_s: cost.total_s((from_runs / machines).ceil()),
        }
    });
    said.collect()
}

/// Where the crossing of two may be: measurements are drawn from those that were made, as often as there are.
/// A draw in which they don't cross counts as one without end.
fn interval(before: &Measured, after: &Measured, per: Per, is_function: bool) -> (f64, f64) {
    let mut random = fastrand::Rng::with_seed(SEED);
    let mut crossings: Vec<_> = (0..DRAWS)
        .map(|_| {
            let mut draw = |summary: &Summary| {
                let samples = summary.samples();
                let mut drawn = Summary::default();
                drawn.extend(samples.iter().filter_map(|_| random.choice(samples)).copied());
                drawn.median()
            };
            let before = cost_by(before, per, is_function, &mut draw);
            before.crossing(cost_by(after, per, is_function, &mut draw)).unwrap_or(f64::INFINITY)
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
        assert_eq!(cost(&both, Per::Call, true), Cost { once_s: 1.25, run_s: 3.0 });
        both.steady_call_s.push(2.0);
        assert_eq!(cost(&both, Per::Call, false), Cost { once_s: 1.0, run_s: 2.25 });
        assert_eq!(cost(&both, Per::Process, false), Cost { once_s: 1.0, run_s: 9.0 });
    }
}
