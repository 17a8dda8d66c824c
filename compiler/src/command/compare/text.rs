//! A comparison as a table for a terminal.

use crate::compare::report::{Compared, Report};
use crate::compare::summary::Summary;
use crate::compare::units::{bytes, time};
use precompile::artifact::Shown;
use std::fmt::Write;

/// The table, and what it comes to.
pub(super) fn text(report: &Report) -> String {
    let mut text = format!(
        "`{}`, {}, compiled by {} processors, run on {}, {} {}; medians, ± half the distance between the rounds' quartiles\n\n",
        Shown(&report.input),
        bytes(report.input_bytes as f64),
        report.processors,
        report.target,
        report.rounds,
        if report.rounds == 1 { "round" } else { "rounds" },
    );
    text += &table(&compiling(report));
    text.push('\n');
    text += &table(&running(report));
    for refused in &report.refused {
        let _ = writeln!(text, "\nnot compared: {}: {}", Shown(&refused.name), Shown(&refused.why));
    }
    text.push('\n');
    for sentence in report.verdict() {
        let _ = writeln!(text, "{}", Shown(&sentence));
    }
    for doubt in &report.doubts {
        let _ = writeln!(text, "doubt: {}", Shown(doubt));
    }
    text
}

fn compiling(report: &Report) -> Vec<Vec<String>> {
    let head = ["", "compile", "processor time", "memory", "artifact"];
    let rows = report.candidates.iter().map(|Compared { name, measured, .. }| {
        vec![
            name.clone(),
            spread(&measured.compile_s),
            optional(&measured.compile_cpu_s, time),
            optional(&measured.compile_memory_bytes, bytes),
            bytes(measured.artifact_bytes as f64),
        ]
    });
    [head.map(String::from).into()].into_iter().chain(rows).collect()
}

fn running(report: &Report) -> Vec<Vec<String>> {
    let head = [
        "",
        "one run",
        "of it: open",
        "engine",
        "deserialize",
        "instantiate",
        "first call",
        "steady call",
        "memory",
    ];
    let rows = report.candidates.iter().map(|Compared { name, measured, .. }| {
        vec![
            name.clone(),
            spread(&measured.process_s),
            time(measured.open_and_verify_s.median()),
            time(measured.engine_s.median()),
            time(measured.deserialize_s.median()),
            time(measured.instantiate_s.median()),
            time(measured.first_call_s.median()),
            optional(&measured.steady_call_s, time),
            optional(&measured.run_memory_bytes, bytes),
        ]
    });
    [head.map(String::from).into()].into_iter().chain(rows).collect()
}

/// A median, and how much the measurements vary.
pub(super) fn spread(summary: &Summary) -> String {
    format!("{} ±{:.0} %", time(summary.median()), summary.spread() * 1e2)
}

/// What may not be known.
pub(super) fn optional(summary: &Summary, shown: fn(f64) -> String) -> String {
    if summary.samples().is_empty() { "–".into() } else { shown(summary.median()) }
}

/// Names to the left, figures to the right.
fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.first().map_or(0, Vec::len);
    let widths: Vec<_> = (0..columns)
        .map(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default())
        .collect();
    let mut text = String::new();
    for row in rows {
        let cells = row.iter().zip(&widths).enumerate().map(|(at, (cell, width))| match at {
            0 => format!("{cell:<width$}"),
            _ => format!("{cell:>width$}"),
        });
        let _ = writeln!(text, "{}", Shown(cells.collect::<Vec<_>>().join("  ").trim_end()));
    }
    text
}
