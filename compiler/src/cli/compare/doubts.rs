//! Doubts about the figures.

use crate::compare::opts::Per;
use crate::compare::summary::Summary;
use crate::compare::trial::Trial;
use crate::compare::verdict::CheapestRange;
use crate::units::time;

/// The guest's part of a run, below which most of the run is starting a process, perhaps on another machine.
const SHORT_RUN: f64 = 0.5;
/// The time of a call, below which reading the clock is no longer small against it, in seconds.
const SHORT_CALL_S: f64 = 1e-6;
/// The spread beyond which figures are noisy: half the distance between the quartiles, as a part of the median.
const NOISY: f64 = 0.05;
/// The part of many measurements that may lie far off.
const FEW_OUTLIERS: f64 = 0.1;
/// The number of measurements below which the quartiles say little.
const FEW: usize = 5;

/// The doubts about the figures, as sentences.
pub(super) fn doubts(trials: &[Trial], per: Per, is_function: bool, ranges: &[CheapestRange]) -> Vec<String> {
    let compared: Vec<_> = trials.iter().filter(|trial| trial.is_compared()).collect();
    let of_compiling: Vec<_> = compared
        .iter()
        .map(|trial| (trial.candidate.name.as_str(), trial.measured.compile_s.clone()))
        .collect();
    let of_running: Vec<_> = compared
        .iter()
        .map(|trial| (trial.candidate.name.as_str(), trial.measured.run_s(per, is_function)))
        .collect();
    let mut doubts = Vec::new();
    let short: Vec<_> = compared
        .iter()
        .zip(&of_running)
        .filter(|(trial, (_, run_s))| is_short(run_s, &trial.measured.first_call_s, per))
        .map(|(_, running)| running.clone())
        .collect();
    doubts.extend(too_short(&short, per));
    doubts.extend(far_off("compiling", &of_compiling));
    doubts.extend(far_off("running", &of_running));
    doubts.extend(noisy("compiling", &of_compiling));
    doubts.extend(noisy("running", &of_running));
    if of_compiling.iter().any(|(_, summary)| summary.samples().len() < FEW) {
        doubts.push(format!(
            "fewer than {FEW} rounds say little of how much figures vary: use `--rounds {FEW}`"
        ));
    }
    let mut printed = compared.iter().filter_map(|trial| trial.printed);
    if let Some(first) = printed.next()
        && printed.any(|other| other != first)
    {
        doubts.push("the guest doesn't print the same each time: do the runs do the same work?".into());
    }
    for range in ranges {
        if let Some((_, to)) = range.from_runs_interval
            && to.is_infinite()
        {
            doubts.push(format!(
                "{}: by these measurements it may also never be the cheapest: use more `--rounds`",
                range.name
            ));
        }
    }
    doubts
}

/// The names for which there is a figure, each with it: `winch (8 %), pulley (11 %)`.
fn named(summaries: &[(&str, Summary)], figure: impl Fn(&Summary) -> Option<String>) -> Option<String> {
    let named = summaries.iter().filter_map(|(name, summary)| Some(format!("{name} ({})", figure(summary)?)));
    let named: Vec<_> = named.collect();
    (!named.is_empty()).then(|| named.join(", "))
}

/// Tells whether a run is mostly something else than the guest's call, which takes `call_s`.
fn is_short(run_s: &Summary, call_s: &Summary, per: Per) -> bool {
    match per {
        Per::Process => call_s.median() < run_s.median() * SHORT_RUN,
        Per::Call => run_s.median() < SHORT_CALL_S,
    }
}

fn too_short(short: &[(&str, Summary)], per: Per) -> Option<String> {
    let doubt = match per {
        Per::Process => {
            "runs are so short that starting a process is most of them: give them more to do, or use `--per call`"
        }
        Per::Call => "calls are so short that reading the clock is much of them: call a longer function",
    };
    named(short, |summary| Some(time(summary.median()))).map(|named| format!("{doubt}: {named}"))
}

fn far_off(activity: &str, summaries: &[(&str, Summary)]) -> Option<String> {
    let far_off = |summary: &Summary| {
        let (outliers, count) = (summary.outliers(), summary.samples().len());
        (outliers as f64 > count as f64 * FEW_OUTLIERS).then(|| format!("{outliers} of {count}"))
    };
    named(summaries, far_off).map(|named| {
        format!("times of {activity} lie far off from the others, something else used the machine: {named}")
    })
}

fn noisy(activity: &str, summaries: &[(&str, Summary)]) -> Option<String> {
    let noisy = |summary: &Summary| {
        let spread = summary.spread();
        (spread > NOISY).then(|| format!("{:.0} %", spread * 1e2))
    };
    named(summaries, noisy)
        .map(|named| format!("times of {activity} vary, the machine is busy or unsteady: {named}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::candidate::Candidate;

    fn of(samples: &[f64]) -> Summary {
        let mut summary = Summary::default();
        summary.extend(samples.iter().copied());
        summary
    }

    #[test]
    fn a_doubt_names_its_candidates() {
        let steady = of(&[1.0, 1.0, 1.01, 1.0, 0.99]);
        let shaken = of(&[1.0, 1.6, 0.7, 1.3, 0.9]);
        let struck = of(&[1.0, 1.0, 1.01, 1.0, 9.0]);
        let all = [("steady", steady), ("shaken", shaken), ("struck", struck)];
        assert!(noisy("running", &all).unwrap().ends_with(": shaken (20 %)"));
        assert!(far_off("running", &all).unwrap().ends_with(": struck (1 of 5)"));
        let brief = [("brief", of(&[0.001]))];
        assert!(too_short(&brief, Per::Process).unwrap().ends_with(": brief (1.00 ms)"));
        assert_eq!(too_short(&[], Per::Process), None);
        assert_eq!((noisy("running", &brief), far_off("running", &brief)), (None, None));
    }

    /// A run behind a slow connection may be long, and still mostly not the guest's.
    #[test]
    fn a_run_is_short_beside_its_process() {
        for (run_s, call_s, per, expected) in [
            (0.002, 0.0005, Per::Process, true),
            (0.5, 0.2, Per::Process, true),
            (0.002, 0.0015, Per::Process, false),
            (0.5, 0.5, Per::Call, false),
            (1e-7, 1e-7, Per::Call, true),
        ] {
            assert_eq!(is_short(&of(&[run_s]), &of(&[call_s]), per), expected, "{run_s} {call_s}");
        }
    }

    /// The first call is judged where each process calls once.
    #[test]
    fn a_single_call_is_not_short() {
        let candidate = Candidate { name: "winch".into(), options: Vec::new() };
        let mut trial = Trial::new(candidate, "winch.cwasm".into());
        trial.measured.compile_s = of(&[1.0; FEW]);
        trial.measured.first_call_s = of(&[1.0; FEW]);
        assert!(doubts(&[trial], Per::Call, true, &[]).is_empty());
    }
}
