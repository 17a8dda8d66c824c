//! The chart of what so many runs cost, as positions for a drawing. Both axes are logarithmic: a run and a
//! thousand, a millisecond and an hour stand on one.

use crate::compare::report::Report;
use crate::compare::units::{count, round_time};
use crate::compare::verdict::Stretch;
use precompile::Cost;

/// The chart goes on for so many times the last crossing.
const BEYOND: f64 = 10.0;
/// But for at least so many runs.
const LEAST_RUNS: f64 = 100.0;
/// Points of a curve.
const POINTS: usize = 120;
/// Room around the plot, in the drawing's units; to the right, at least.
const LEFT: f64 = 64.0;
const RIGHT: f64 = 28.0;
const TOP: f64 = 14.0;
const BOTTOM: f64 = 44.0;
/// The width of a letter of a label, at most, on average.
const LETTER: f64 = 8.0;
/// The width of the space between thousands.
const THIN_SPACE: f64 = 3.0;
/// The height of a line of labels.
const LINE: f64 = 18.0;
/// Half the width of a mark, and some room.
const MARK: f64 = 6.0;
/// Room between two labels.
const BETWEEN: f64 = 6.0;
/// A round time has no label where the next one is less than so many times as much.
const CLOSE: f64 = 1.5;

/// A drawing.
pub(super) struct Chart {
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) plot: Plot,
    pub(super) columns: Vec<Tick>,
    pub(super) rows: Vec<Tick>,
    pub(super) curves: Vec<Curve>,
    pub(super) crossings: Vec<Crossing>,
}

/// The rectangle in which the curves are.
pub(super) struct Plot {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

/// A line of the grid.
pub(super) struct Tick {
    pub(super) at: f64,
    /// `None` where there is no room for it.
    pub(super) label: Option<String>,
}

/// What a way to compile costs.
pub(super) struct Curve {
    pub(super) points: String,
}

/// Where another becomes the cheapest.
pub(super) struct Crossing {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) label: String,
    /// Where the label begins.
    pub(super) label_x: f64,
    pub(super) label_y: f64,
}

impl Crossing {
    /// A mark whose label stands beside it, on the side of the plot that has more room, and neither over the
    /// rows' labels nor the drawing's edge nor the labels before it: without the name where there is no room for it, the
    /// verdict has it.
    fn new(x: f64, y: f64, stretch: &Stretch, plot: &Plot, width: f64, before: &[Crossing]) -> Crossing {
        let from = format!("from {} on", count(stretch.from_runs));
        let label =
            Some(format!("{} {from}", stretch.name)).filter(|label| label_width(label) <= width - plot.left);
        let label = label.unwrap_or(from);
        let label_width = label_width(&label);
        let (beside, label_y) = match x > (plot.left + plot.right) / 2.0 {
            true => (x - 10.0 - label_width, y - 10.0),
            false => (x + 10.0, y + LINE),
        };
        let label_x = beside.min(width - label_width).max(plot.left);
        let crossing = Crossing { x, y, label, label_x, label_y };
        // The nearest line that is free.
        let lines = (0..2 * before.len() + 3).flat_map(|line| [line as f64 * LINE, line as f64 * -LINE]);
        let mut places =
            lines.map(|line| label_y + line).filter(|y| (plot.top + LINE..plot.bottom).contains(y));
        let is_free = |y: &f64| {
            let moved = crossing.at(*y);
            !moved.hides(x, crossing.y)
                && before.iter().all(|other| !moved.overlaps(other) && !moved.hides(other.x, other.y))
        };
        crossing.at(places.find(is_free).unwrap_or(label_y))
    }

    /// The same with its label elsewhere.
    fn at(&self, label_y: f64) -> Crossing {
        Crossing { label: self.label.clone(), label_y, ..*self }
    }

    /// Whether the label is over a mark here.
    fn hides(&self, x: f64, y: f64) -> bool {
        let end = self.label_x + label_width(&self.label);
        (self.label_x - MARK..end + MARK).contains(&x) && (y - MARK..y + LINE - 2.0).contains(&self.label_y)
    }

    /// Whether the labels of two do.
    fn overlaps(&self, other: &Crossing) -> bool {
        let ends = |crossing: &Crossing| crossing.label_x + label_width(&crossing.label) + BETWEEN;
        let beside = self.label_x >= ends(other) || other.label_x >= ends(self);
        !beside && (self.label_y - other.label_y).abs() < LINE
    }
}

/// A drawing of this size.
pub(super) fn chart(report: &Report, width: f64, height: f64) -> Chart {
    let last = report.stretches.iter().skip(1).map(|stretch| stretch.from_runs).fold(0.0, f64::max);
    let most_runs = 10f64.powf((last * BEYOND).max(LEAST_RUNS).log10().ceil());
    let right = RIGHT.max(label_width(&count(most_runs)) / 2.0);
    let plot = Plot { left: LEFT, top: TOP, right: width - right, bottom: height - BOTTOM };
    let costs: Vec<Cost> = report.candidates.iter().map(|candidate| candidate.cost()).collect();
    let ends = costs.iter().flat_map(|cost| [cost.total_s(1.0), cost.total_s(most_runs)]);
    let (least_s, most_s) =
        ends.fold((f64::INFINITY, 0.0f64), |(least, most), s| (least.min(s), most.max(s)));
    let (least_s, most_s) = (least_s * 0.7, most_s * 1.3);
    let x = |runs: f64| plot.left + (plot.right - plot.left) * runs.log10() / most_runs.log10();
    let y =
        |s: f64| plot.bottom - (plot.bottom - plot.top) * (s / least_s).log10() / (most_s / least_s).log10();
    let curves = costs.iter().map(|cost| {
        let points = (0..=POINTS).map(|at| {
            let runs = most_runs.powf(at as f64 / POINTS as f64);
            format!("{:.1},{:.1}", x(runs), y(cost.total_s(runs)))
        });
        Curve { points: points.collect::<Vec<_>>().join(" ") }
    });
    let mut crossings = Vec::new();
    for stretch in report.stretches.iter().skip(1) {
        let (x, y) = (x(stretch.from_runs), y(stretch.total_s));
        crossings.push(Crossing::new(x, y, stretch, &plot, width, &crossings));
    }
    let rows = rows(least_s, most_s).into_iter().map(|s| Tick { at: y(s), label: Some(round_time(s)) });
    Chart {
        width,
        height,
        columns: columns(most_runs, &plot),
        rows: rows.collect(),
        curves: curves.collect(),
        crossings,
        plot,
    }
}

/// Powers of ten, up to so many runs, which is one, too. Where there is no room for all labels, only each
/// second has one, or fewer.
fn columns(most_runs: f64, plot: &Plot) -> Vec<Tick> {
    let decades = most_runs.log10().round() as usize;
    let apart = (plot.right - plot.left) / decades as f64;
    let each = ((label_width(&count(most_runs)) + BETWEEN) / apart).ceil() as usize;
    let ticks = (0..=decades).map(|decade| Tick {
        at: plot.left + apart * decade as f64,
        label: decade.is_multiple_of(each).then(|| count(10f64.powi(decade as i32))),
    });
    ticks.collect()
}

/// How wide a label is, at most.
fn label_width(label: &str) -> f64 {
    label.chars().map(|letter| if letter == '\u{202f}' { THIN_SPACE } else { LETTER }).sum()
}

/// Round times between two: powers of ten up to a second, and beyond it of a minute and an hour; twice and five
/// times them where there are few.
fn rows(least_s: f64, most_s: f64) -> Vec<f64> {
    let factors: &[f64] = if (most_s / least_s).log10() < 3.0 { &[1.0, 2.0, 5.0] } else { &[1.0] };
    let decades = (-9..=1).map(|decade| 10f64.powi(decade)).chain([60.0, 600.0]);
    let decades = decades.chain((0..9).map(|decade| 3600.0 * 10f64.powi(decade)));
    let all: Vec<_> = decades.flat_map(|decade| factors.iter().map(move |factor| factor * decade)).collect();
    // 50 seconds are too near to the minute for a label of their own, and 50 minutes to the hour.
    let is_apart = |s: &f64| !all.iter().any(|next| next > s && *next < s * CLOSE);
    all.iter().copied().filter(is_apart).filter(|s| (least_s..=most_s).contains(s)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_stay_in_the_drawing() {
        for width in [360.0, 860.0] {
            let plot = Plot { left: LEFT, top: TOP, right: width - RIGHT, bottom: 300.0 };
            let short = "cranelift-speed-and-size";
            let long = "cranelift-speed-and-size x86-64-v3,+avx512f,-lzcnt";
            let places = [plot.left, 0.5 * width, plot.right];
            for (name, x) in places.into_iter().flat_map(|x| [(short, x), (long, x)]) {
                let crossing = Crossing::new(x, 100.0, &stretch(name), &plot, width, &[]);
                let end = crossing.label_x + LETTER * crossing.label.len() as f64;
                assert!(crossing.label_x >= plot.left && end <= width, "{width}, {x}: to {end}");
                assert_ne!(crossing.label_y, crossing.y, "it hides no mark");
                let is_named = name == short || width > 360.0;
                assert_eq!(crossing.label.starts_with(name), is_named, "{}", crossing.label);
                assert!(crossing.label.ends_with("from 119 on"), "{}", crossing.label);
            }
        }
    }

    fn stretch(name: &str) -> Stretch {
        let name = name.into();
        Stretch { name, from_runs: 119.0, from_runs_interval: None, total_s: 1.0, elapsed_s: 1.0 }
    }

    #[test]
    fn labels_of_close_crossings_stand_apart() {
        for (width, y) in
            [360.0, 860.0].into_iter().flat_map(|width| [(width, 40.0), (width, 150.0), (width, 290.0)])
        {
            let plot = Plot { left: LEFT, top: TOP, right: width - RIGHT, bottom: 300.0 };
            for x in [plot.left, 0.5 * width, plot.right] {
                let mut crossings: Vec<Crossing> = Vec::new();
                for (at, name) in
                    ["cranelift-none", "cranelift-speed", "cranelift-speed-and-size"].into_iter().enumerate()
                {
                    let at = at as f64;
                    crossings.push(Crossing::new(x + at, y - at, &stretch(name), &plot, width, &crossings));
                    let (last, before) = crossings.split_last().unwrap();
                    assert!(before.iter().all(|other| !last.overlaps(other)), "{width}, {x}, {y}: {name}");
                    assert!(
                        before.iter().all(|other| !last.hides(other.x, other.y))
                            && !last.hides(last.x, last.y),
                        "{width}, {x}, {y}: {name}"
                    );
                    assert!(
                        (plot.top..plot.bottom).contains(&last.label_y),
                        "{width}, {x}, {y}: {}",
                        last.label_y
                    );
                }
            }
        }
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
