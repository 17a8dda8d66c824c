//! The report, and the list of refused modules.

use crate::corpus::Corpus;
use crate::known;
use crate::tally::Tally;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// The matrix as a table, and the reasons for refused modules.
pub(crate) fn report(tallies: &[Tally]) -> String {
    let corpus = tallies.first().map_or(Corpus::Specification, |tally| tally.corpus);
    let mut text = String::from(corpus.heading());
    text += "| column | scripts | whole | assertions | passed | failed | limited | superseded |\n\
             |---|---|---|---|---|---|---|---|\n";
    for tally in tallies {
        let Tally { column, whole, passed, limited, superseded, failed, .. } = tally;
        let scripts = tally.scripts.len();
        let all = passed + limited + superseded + failed.len() as u32;
        // Writing to a string can't fail.
        let _ = writeln!(
            text,
            "| {column} | {scripts} | {whole} | {all} | {passed} | {} | {limited} | {superseded} |",
            failed.len()
        );
    }
    text += &folders(tallies);
    text += "\n## Refused modules\n\n| columns | lacks | modules | scripts |\n|---|---|---|---|\n";
    let mut reasons: BTreeMap<(&str, &str), (u32, BTreeSet<&str>)> = BTreeMap::new();
    for line in tallies.iter().flat_map(|tally| &tally.limits).collect::<BTreeSet<_>>() {
        let mut words = line.splitn(4, ' ');
        let mut word = || words.next().unwrap_or_default();
        let (group, script, modules, reason) = (word(), word(), word(), word());
        let entry = reasons.entry((group, reason)).or_default();
        entry.0 += modules.parse().unwrap_or(0);
        entry.1.insert(script);
    }
    for ((group, reason), (modules, scripts)) in reasons {
        let _ = writeln!(text, "| {group} | {reason} | {modules} | {} |", scripts.len());
    }
    text
}

/// The passing assertions of each folder, which is a version of the specification or a proposal. Fuel and the like make
/// no difference.
fn folders(tallies: &[Tally]) -> String {
    let mut groups: BTreeMap<&str, &Tally> = BTreeMap::new();
    for tally in tallies {
        groups.entry(&tally.group).or_insert(tally);
    }
    let mut text = String::from("\n## Assertions passed of each folder\n\n| folder | all |");
    text.extend(groups.keys().map(|group| format!(" {group} |")));
    text += &format!("\n|---|{}\n", "---|".repeat(groups.len() + 1));
    for (folder, [_, all]) in tallies.first().iter().flat_map(|tally| &tally.folders) {
        text += &format!("| {folder} | {all} |");
        let passed = |tally: &&Tally| tally.folders.get(folder).map_or(0, |[passed, _]| *passed);
        text.extend(groups.values().map(|tally| format!(" {} |", passed(tally))));
        text.push('\n');
    }
    text
}

/// The list of refused modules: from this run for the columns that were played, and from the known list otherwise.
pub(crate) fn limits(tallies: &[Tally]) -> String {
    let mut lines: BTreeSet<&str> =
        tallies.iter().flat_map(|tally| &tally.limits).map(String::as_str).collect();
    let corpus = tallies.first().map_or(Corpus::Specification, |tally| tally.corpus);
    for line in known::others(corpus, tallies.iter().map(|tally| &tally.group[..]).collect()) {
        lines.insert(line);
    }
    let mut text = format!(
        "# The modules that a backend refuses: the group of columns, the script, how many modules, and what\n\
         # the backend says that it lacks. `scripts/check/conformance.sh {} --limits FILE` writes it.\n",
        corpus.mode()
    );
    for line in lines {
        let _ = writeln!(text, "{line}");
    }
    text
}
