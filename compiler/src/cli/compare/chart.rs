//! The chart of cost over the number of runs, as positions for a drawing. Both axes are logarithmic: one axis holds a
//! run and a thousand, the other a millisecond and an hour.

use crate::compare::report::Report;
use crate::units::{count, round_time};
use precompile::Cost;

/// The end of the chart, in multiples of the last crossing.
const BEYOND: f64 = 10.0;
/// The end of the chart at least, in runs.
const MIN_RUNS: f64 = 100.0;
/// Points of a curve.
const POINTS: usize = 120;
/// Room around the plot, in the drawing's units; to the right, at least.
const LEFT: f64 = 64.0;
const RIGHT: f64 = 28.0;
const TOP: f64 = 14.0;
const BOTTOM: f64 = 44.0;
/// The average width of a label's letters, at most.
const LETTER: f64 = 8.0;
/// The width of the comma between thousands, at most.
const COMMA: f64 = 4.0;
/// Half the height of a mark, and half the width of one that holds a letter.
const MARK: f64 = 9.0;
/// Room between two labels.
const BETWEEN: f64 = 6.0;
/// The ratio of two round times below which the first has no label.
const CLOSE: f64 = 1.5;

/// The chart.
pub(super) struct Chart {
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) plot: Plot,
    pub(super) columns: Vec<Tick>,
    pub(super) rows: Vec<Tick>,
    pub(super) curves: Vec<Curve>,
    pub(super) marks: Vec<Mark>,
}

/// The rectangle of the curves.
pub(super) struct Plot {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

/// A line of the grid.
pub(super) struct Tick {
    pub(super) at: f64,
    /// The label; `None` where there is no room for it.
    pub(super) label: Option<String>,
}

/// The cost of a way to compile.
pub(super) struct Curve {
    pub(super) points: String,
}

/// The mark of a crossing: from there on another way is the cheapest. Its name stands below the drawing, as it would
/// cover curves here.
pub(super) struct Mark {
    pub(super) x: f64,
    pub(super) y: f64,
    /// Half the mark's width.
    pub(super) half: f64,
    /// The crossing's number among all; for several too close for a mark each, the first's and the last's.
    pub(super) label: String,
}

/// A mark for each place, or one for several places whose marks would overlap.
fn marks(places: &[(f64, f64)]) -> Vec<Mark> {
    let mut marks: Vec<Mark> = Vec::new();
    let mut first = 0;
    for (at, (x, y)) in places.iter().enumerate() {
        let end = marks.last().map(|mark| mark.x + mark.half);
        if end.is_none_or(|end| x - MARK > end) {
            first = at;
            marks.push(Mark { x: *x, y: *y, half: MARK, label: (at + 1).to_string() });
            continue;
        }
        let (last, (from_x, from_y)) = (marks.len() - 1, places[first]);
        let label = format!("{}–{}", first + 1, at + 1);
        let half = MARK + LETTER / 2.0 * (label.chars().count() - 1) as f64;
        marks[last] = Mark { x: (from_x + x) / 2.0, y: (from_y + y) / 2.0, half, label };
    }
    marks
}

/// The chart in this size.
pub(super) fn chart(report: &Report, width: f64, height: f64) -> Chart {
    let last = report.ranges.iter().skip(1).map(|range| range.from_runs).fold(0.0, f64::max);
    let max_runs = 10f64.powf((last * BEYOND).max(MIN_RUNS).log10().ceil());
    let right = RIGHT.max(label_width(&count(max_runs)) / 2.0);
    let plot = Plot { left: LEFT, top: TOP, right: width - right, bottom: height - BOTTOM };
    let costs: Vec<Cost> = report.candidates.iter().map(|candidate| candidate.cost()).collect();
    let ends = costs.iter().flat_map(|cost| [cost.total_s(1.0), cost.total_s(max_runs)]);
    let (min_s, max_s) = ends.fold((f64::INFINITY, 0.0f64), |(min, max), s| (min.min(s), max.max(s)));
    let (min_s, max_s) = (min_s * 0.7, max_s * 1.3);
    let x = |runs: f64| plot.left + (plot.right - plot.left) * runs.log10() / max_runs.log10();
    let y = |s: f64| plot.bottom - (plot.bottom - plot.top) * (s / min_s).log10() / (max_s / min_s).log10();
    let curves = costs.iter().map(|cost| {
        let points = (0..=POINTS).map(|at| {
            let runs = max_runs.powf(at as f64 / POINTS as f64);
            format!("{:.1},{:.1}", x(runs), y(cost.total_s(runs)))
        });
        Curve { points: points.collect::<Vec<_>>().join(" ") }
    });
    let places = report.ranges.iter().skip(1).map(|range| (x(range.from_runs), y(range.total_s)));
    let marks = marks(&places.collect::<Vec<_>>());
    let rows = rows(min_s, max_s).into_iter().map(|s| Tick { at: y(s), label: Some(round_time(s)) });
    Chart {
        width,
        height,
        columns: columns(max_runs, &plot),
        rows: rows.collect(),
        curves: curves.collect(),
        marks,
        plot,
    }
}

/// The powers of ten up to `max_runs`, which is one. Where there is no room for all labels, only every second power
/// has one, or fewer.
fn columns(max_runs: f64, plot: &Plot) -> Vec<Tick> {
    let decades = max_runs.log10().round() as usize;
    let apart = (plot.right - plot.left) / decades as f64;
    let each = ((label_width(&count(max_runs)) + BETWEEN) / apart).ceil() as usize;
    let ticks = (0..=decades).map(|decade| Tick {
        at: plot.left + apart * decade as f64,
        label: decade.is_multiple_of(each).then(|| count(10f64.powi(decade as i32))),
    });
    ticks.collect()
}

/// The width of a label, at most.
fn label_width(label: &str) -> f64 {
    label.chars().map(|letter| if letter == ',' { COMMA } else { LETTER }).sum()
}

/// The round times in a range: powers of ten of a second, and beyond it of a minute and an hour; also two and five
/// times each where these are few.
fn rows(min_s: f64, max_s: f64) -> Vec<f64> {
    let factors: &[f64] = if (max_s / min_s).log10() < 3.0 { &[1.0, 2.0, 5.0] } else { &[1.0] };
    let decades = (-9..=1).map(|decade| 10f64.powi(decade)).chain([60.0, 600.0]);
    let decades = decades.chain((0..9).map(|decade| 3600.0 * 10f64.powi(decade)));
    let all: Vec<_> = decades.flat_map(|decade| factors.iter().map(move |factor| factor * decade)).collect();
    // 50 seconds are too near to the minute for a label of their own, and 50 minutes to the hour.
    let is_apart = |s: &f64| !all.iter().any(|next| next > s && *next < s * CLOSE);
    all.iter().copied().filter(is_apart).filter(|s| (min_s..=max_s).contains(s)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_do_not_overlap() {
        let labels = |places: &[f64]| {
            let marks = marks(&places.iter().map(|x| (*x, 100.0)).collect::<Vec<_>>());
            for pair in marks.windows(2) {
                assert!(pair[0].x + pair[0].half < pair[1].x - pair[1].half, "{places:?}");
            }
            marks.into_iter().map(|mark| mark.label).collect::<Vec<_>>()
        };
        assert_eq!(labels(&[]), [] as [&str; 0]);
        assert_eq!(labels(&[80.0, 99.0, 300.0]), ["1", "2", "3"]);
        assert_eq!(labels(&[80.0, 90.0, 300.0]), ["1–2", "3"]);
        assert_eq!(labels(&[80.0, 90.0, 100.0, 110.0]), ["1–4"]);
        assert_eq!(labels(&[80.0, 200.0, 205.0]), ["1", "2–3"]);
    }

    #[test]
    fn labels_of_rows_stand_apart() {
        assert_eq!(rows(4.0, 300.0), [5.0, 10.0, 20.0, 60.0, 120.0, 300.0]);
        assert_eq!(rows(1000.0, 8000.0), [1200.0, 3600.0, 7200.0]);
        assert_eq!(rows(0.02, 90.0), [0.1, 1.0, 10.0, 60.0]);
    }

    #[test]
    fn labels_of_columns_stand_apart() {
        for (width, decades) in [(360.0, 2), (360.0, 5), (360.0, 7), (360.0, 12), (860.0, 7), (860.0, 12)] {
            let plot = Plot { left: LEFT, top: TOP, right: width - RIGHT, bottom: 300.0 };
            let columns = columns(10f64.powi(decades), &plot);
            assert_eq!(columns.len(), decades as usize + 1);
            let labels: Vec<_> =
                columns.iter().filter_map(|tick| Some((tick.at, tick.label.as_deref()?))).collect();
            assert!(labels.len() > 2 || decades == 12, "{width}, {decades}: {labels:?}");
            for pair in labels.windows(2) {
                let [(one, of_one), (other, of_other)] = pair else { unreachable!() };
                let half = |label| label_width(label) / 2.0;
                assert!(one + half(of_one) < other - half(of_other), "{width}, {decades}: {pair:?}");
            }
        }
    }
}
