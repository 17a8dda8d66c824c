//! The known exceptions of the scripts: modules that a backend refuses, and assertions that no longer hold because the
//! specification has changed. A run must have exactly these.

use crate::run::Outcome;
use std::collections::{BTreeMap, BTreeSet};

/// The refused modules, one line each: the group of columns, the script, the number of modules, and the reason.
const LIMITS: &str = include_str!("../../limits.txt");
/// The superseded assertions, one line each: the script, the line, and the error with which it must fail.
const SUPERSEDED: &str = include_str!("../../superseded.txt");
/// The number of assertions of each folder that pass.
const REPORT: &str = include_str!("../../../../reports/conformance.md");

/// The lines on refused modules from a run of these scripts.
pub(crate) fn limits_of(group: &str, outcomes: &[Outcome]) -> BTreeSet<String> {
    let lines = |outcome: &Outcome| {
        let line =
            |(reason, modules): (&String, &u32)| format!("{group} {} {modules} {reason}", outcome.script);
        outcome.limits.iter().map(line).collect::<Vec<_>>()
    };
    outcomes.iter().flat_map(lines).collect()
}

/// The lines on refused modules that such a run should have.
pub(crate) fn limits(group: &str, scripts: &[String]) -> BTreeSet<String> {
    let scripts: BTreeSet<_> = scripts.iter().map(String::as_str).collect();
    let concerns = |line: &&str| {
        let mut words = line.split(' ');
        words.next() == Some(group) && words.next().is_some_and(|script| scripts.contains(script))
    };
    lines(LIMITS).filter(concerns).map(String::from).collect()
}

/// The lines on refused modules of all other groups.
pub(crate) fn others(groups: BTreeSet<&str>) -> impl Iterator<Item = &'static str> {
    lines(LIMITS).filter(move |line| !line.split(' ').next().is_some_and(|group| groups.contains(group)))
}

/// The lines of a script with superseded assertions, and the outcome of each.
pub(crate) fn superseded(script: &str) -> BTreeMap<u32, &'static str> {
    let line = |line: &'static str| {
        let (name, rest) = line.split_once(' ')?;
        let (line, words) = rest.split_once(' ')?;
        Some((line.parse().ok().filter(|_| name == script)?, words))
    };
    lines(SUPERSEDED).filter_map(line).collect()
}

/// The folders in the report.
pub(crate) fn folders() -> impl Iterator<Item = &'static str> {
    let table = REPORT.lines().skip_while(|line| !line.starts_with("| folder |")).skip(2);
    table.take_while(|line| line.starts_with('|')).filter_map(|line| line.split('|').nth(1)).map(str::trim)
}

/// The number of a folder's assertions that pass in a group of columns, and the number of all.
pub(crate) fn folder(folder: &str, group: &str) -> Option<[u32; 2]> {
    let cells = |line: &'static str| line.trim_matches('|').split('|').map(str::trim);
    let mut table = REPORT.lines().skip_while(|line| !line.starts_with("| folder |"));
    let column = cells(table.next()?).position(|cell| cell == group)?;
    let mut row = table.map(cells).find(|row| row.clone().next() == Some(folder))?;
    let all = row.clone().nth(1)?.parse().ok()?;
    Some([row.nth(column)?.parse().ok()?, all])
}

fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
}
