//! The known exceptions of the scripts: modules that a backend refuses, and assertions that no longer hold because the
//! specification has changed. A run must have exactly these.

use crate::corpus::Corpus;
use crate::run::Outcome;
use std::collections::{BTreeMap, BTreeSet};

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
pub(crate) fn limits(corpus: Corpus, group: &str, scripts: &[String]) -> BTreeSet<String> {
    let scripts: BTreeSet<_> = scripts.iter().map(String::as_str).collect();
    let concerns = |line: &&str| {
        let mut words = line.split(' ');
        words.next() == Some(group) && words.next().is_some_and(|script| scripts.contains(script))
    };
    lines(corpus.limits()).filter(concerns).map(String::from).collect()
}

/// The lines on refused modules of all other groups.
pub(crate) fn others(corpus: Corpus, groups: BTreeSet<&str>) -> impl Iterator<Item = &'static str> {
    lines(corpus.limits())
        .filter(move |line| !line.split(' ').next().is_some_and(|group| groups.contains(group)))
}

/// The lines of a script with superseded assertions, and the outcome of each.
pub(crate) fn superseded(corpus: Corpus, script: &str) -> BTreeMap<u32, &'static str> {
    let line = |line: &'static str| {
        let (name, rest) = line.split_once(' ')?;
        let (line, words) = rest.split_once(' ')?;
        Some((line.parse().ok().filter(|_| name == script)?, words))
    };
    lines(corpus.superseded()).filter_map(line).collect()
}

/// The folders in the report.
pub(crate) fn folders(corpus: Corpus) -> impl Iterator<Item = &'static str> {
    let table = corpus.report().lines().skip_while(|line| !line.starts_with("| folder |")).skip(2);
    table.take_while(|line| line.starts_with('|')).filter_map(|line| line.split('|').nth(1)).map(str::trim)
}

/// The number of a folder's assertions that pass in a group of columns, and the number of all.
pub(crate) fn folder(corpus: Corpus, folder: &str, group: &str) -> Option<[u32; 2]> {
    let cells = |line: &'static str| line.trim_matches('|').split('|').map(str::trim);
    let mut table = corpus.report().lines().skip_while(|line| !line.starts_with("| folder |"));
    let column = cells(table.next()?).position(|cell| cell == group)?;
    let mut row = table.map(cells).find(|row| row.clone().next() == Some(folder))?;
    let all = row.clone().nth(1)?.parse().ok()?;
    Some([row.nth(column)?.parse().ok()?, all])
}

fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One line would leave out a script whose other assertions nobody has played.
    #[test]
    fn no_script_that_is_not_parsed_is_superseded() {
        for corpus in [Corpus::Specification, Corpus::Wasmtime] {
            let unparsed = lines(corpus.superseded()).find(|line| line.contains("can't be parsed"));
            assert_eq!(unparsed, None);
        }
    }
}
