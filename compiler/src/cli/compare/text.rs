//! A comparison as a table for a terminal.

use crate::columns::{left, right, width};
use crate::compare::columns::{COMPILING, Column, RUNNING};
use crate::compare::report::{Compared, Report};
use crate::units::size;
use precompile::artifact::Escaped;
use std::fmt::Write;

/// The tables, the verdict and the doubts.
pub(super) fn text(report: &Report) -> String {
    let mut text = format!(
        "`{}`, {}, compiled by {} processors, run on {}, {} {}; medians, ± half the distance between the rounds' quartiles\n\n",
        Escaped(&report.input),
        size(report.input_bytes),
        report.processors,
        report.target,
        report.rounds,
        if report.rounds == 1 { "round" } else { "rounds" },
    );
    text += &table(&rows(report, &COMPILING));
    text.push('\n');
    text += &table(&rows(report, &RUNNING));
    for refused in &report.refused {
        let _ = writeln!(text, "\nnot compared: {}: {}", Escaped(&refused.name), Escaped(&refused.why));
    }
    text.push('\n');
    for sentence in report.verdict() {
        let _ = writeln!(text, "{}", Escaped(&sentence));
    }
    for doubt in &report.doubts {
        let _ = writeln!(text, "doubt: {}", Escaped(doubt));
    }
    text
}

/// A row of titles, and one for each way to compile.
fn rows(report: &Report, columns: &[Column]) -> Vec<Vec<String>> {
    let titles = columns.iter().map(|(title, _)| (*title).into());
    let head = [String::new()].into_iter().chain(titles).collect();
    let rows = report.candidates.iter().map(|Compared { name, measured, .. }| {
        [name.clone()].into_iter().chain(columns.iter().map(|(_, cell)| cell(measured))).collect()
    });
    [head].into_iter().chain(rows).collect()
}

/// A table with its names to the left, its figures to the right.
fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.first().map_or(0, Vec::len);
    let widths: Vec<_> = (0..columns)
        .map(|column| rows.iter().map(|row| width(&row[column])).max().unwrap_or_default())
        .collect();
    let mut text = String::new();
    for row in rows {
        let cells = row.iter().zip(&widths).enumerate().map(|(at, (cell, width))| match at {
            0 => left(cell, *width),
            _ => right(cell, *width),
        });
        let _ = writeln!(text, "{}", Escaped(cells.collect::<Vec<_>>().join("  ").trim_end()));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_any_width_stand_in_columns() {
        let rows = [["", "one run"], ["名前", "2.00 s"], ["cafe\u{301}", "10.0 s"]];
        let rows: Vec<Vec<String>> = rows.iter().map(|row| row.map(String::from).to_vec()).collect();
        assert_eq!(table(&rows), "      one run\n名前   2.00 s\ncafe\u{301}   10.0 s\n");
    }
}
