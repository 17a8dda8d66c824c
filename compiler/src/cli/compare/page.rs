//! A comparison as a page: one file that loads no other.

use crate::compare::chart::{Chart, chart};
use crate::compare::columns::{COMPILING, Column, RUNNING};
use crate::compare::opts::Per;
use crate::compare::report::{Compared, Report};
use crate::html_page::escaped;
use crate::units::{count, size, time};
use askama::Template;
use precompile::artifact::Escaped;

/// The page.
#[derive(Template)]
#[template(path = "compare.html")]
struct Page<'a> {
    report: &'a Report,
    input_size: String,
    verdict: Vec<String>,
    /// The charts for a wide page, and for a telephone's.
    charts: [(&'static str, Chart); 2],
    /// The marks of both charts in words, in their order.
    crossings: Vec<String>,
    phases: Vec<&'static str>,
    /// The bars from a module to its first result, and those of a further run.
    bars: [Bars; 2],
}

/// Bars of one scale.
struct Bars {
    title: &'static str,
    rows: Vec<Bar>,
}

/// The phases of one way to compile.
struct Bar {
    name: String,
    total: String,
    segments: Vec<Segment>,
}

/// A phase.
struct Segment {
    /// Its place among the phases.
    index: usize,
    percent: f64,
    title: String,
}

/// Colours of curves that the template has.
const COLOURS: usize = 8;
/// Dashes of curves, which tell them apart without their colours. The numbers of dashes and of colours have no common
/// factor, so that a pair of both comes again only after all other pairs.
const DASHES: [&str; 5] = ["none", "7 3", "2 3", "9 3 2 3", "9 3 2 3 2 3"];
/// The first phase that each further run pays again.
const FIRST_OF_A_RUN: usize = 1;

/// The page's text.
///
/// # Errors
///
/// None, as the template is well-formed.
pub(super) fn page(report: &Report) -> askama::Result<String> {
    let names = report.candidates.first().map(Compared::phases);
    let page = Page {
        report,
        input_size: size(report.input_bytes),
        verdict: report.verdict(),
        charts: [("wide", chart(report, 860.0, 420.0)), ("narrow", chart(report, 360.0, 340.0))],
        crossings: crossings(report),
        phases: names.iter().flatten().map(|phase| phase.name).collect(),
        bars: [
            bars(report, "From the module to its first result", 0),
            bars(report, "Each further process", FIRST_OF_A_RUN),
        ],
    };
    Ok(escaped(&page.render()?))
}

fn crossings(report: &Report) -> Vec<String> {
    let runs = if report.per == Per::Process { "runs" } else { "calls" };
    let later = report.ranges.iter().skip(1);
    later.map(|range| format!("from {} {runs} on: {}", count(range.from_runs), range.name)).collect()
}

fn bars(report: &Report, title: &'static str, from: usize) -> Bars {
    let phases = |candidate: &Compared| candidate.phases().into_iter().enumerate().skip(from);
    let total = |candidate: &Compared| phases(candidate).map(|(_, phase)| phase.seconds).sum::<f64>();
    let most = report.candidates.iter().map(total).fold(0.0, f64::max);
    let rows = report.candidates.iter().map(|candidate| {
        let segments = phases(candidate).map(|(index, phase)| Segment {
            index,
            percent: 100.0 * phase.seconds / most,
            title: format!("{}: {}", phase.name, time(phase.seconds)),
        });
        Bar { name: candidate.name.clone(), total: time(total(candidate)), segments: segments.collect() }
    });
    Bars { title, rows: rows.collect() }
}

impl Page<'_> {
    fn runs(&self) -> &'static str {
        if self.report.per == Per::Process { "runs" } else { "calls" }
    }

    /// The module's name, on one line.
    fn input(&self) -> String {
        Escaped(&self.report.input).to_string()
    }

    /// The tables: each with a title, and its columns behind the name.
    fn tables(&self) -> [(&'static str, &'static [Column]); 2] {
        [("Compiling", &COMPILING), ("Running", &RUNNING)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    /// The widest table takes 55rem: a page narrower than its maximum shows a block for each row.
    #[test]
    fn no_table_is_cut() {
        let template = include_str!("../../../templates/compare.html");
        for rule in [
            "body { max-width: 60rem; }",
            "@media (max-width: 60rem) {\n  table, tbody, tr, td { display: block; }",
        ] {
            assert!(template.contains(rule), "{rule}");
        }
    }

    /// Two CPU levels make nine ways to compile.
    #[test]
    fn curves_are_told_apart() {
        let all = COLOURS * DASHES.len();
        let looks: HashSet<_> = (0..all).map(|at| (at % COLOURS, DASHES[at % DASHES.len()])).collect();
        assert_eq!(looks.len(), all);
    }
}
