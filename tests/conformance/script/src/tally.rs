//! The sums of a column.

use crate::column::Column;
use crate::corpus::Corpus;
use crate::known;
use crate::run::Outcome;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

/// The outcome of all scripts in one column.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) corpus: Corpus,
    pub(crate) column: String,
    pub(crate) group: String,
    pub(crate) scripts: Vec<String>,
    /// The scripts of which every assertion was played and held.
    pub(crate) whole: usize,
    pub(crate) passed: u32,
    /// Assertions that can't be played, because the backend refuses a module.
    pub(crate) limited: u32,
    /// Superseded assertions, which don't hold, as expected.
    pub(crate) superseded: u32,
    /// Failures: one line each.
    pub(crate) failed: Vec<String>,
    /// The lines on refused modules.
    pub(crate) limits: BTreeSet<String>,
    /// The passed assertions of each folder, and all of them.
    pub(crate) folders: BTreeMap<String, [u32; 2]>,
    /// Differences from the known lists.
    pub(crate) odd: Vec<String>,
}

impl Tally {
    pub(crate) fn of(corpus: Corpus, column: &Column, outcomes: &[Outcome]) -> Tally {
        let mut tally = Tally {
            corpus,
            column: column.name.clone(),
            group: column.group.clone(),
            scripts: outcomes.iter().map(|outcome| outcome.script.clone()).collect(),
            limits: known::limits_of(&column.group, outcomes),
            ..Tally::default()
        };
        for outcome in outcomes {
            tally.add(outcome);
        }
        tally
    }

    /// Compares the refused modules to the list of them.
    pub(crate) fn with_known_limits(mut self) -> Tally {
        let expected = known::limits(self.corpus, &self.group, &self.scripts);
        let missing = expected.difference(&self.limits).map(|line| format!("it is no longer so: {line}"));
        let new = self.limits.difference(&expected).map(|line| format!("it is not known: {line}"));
        self.odd.extend(missing.chain(new));
        self
    }

    fn add(&mut self, outcome: &Outcome) {
        let superseded = known::superseded(self.corpus, &outcome.script);
        let (mut old, mut failed) = (BTreeSet::new(), false);
        for failure in &outcome.failed {
            if superseded.get(&failure.line).is_some_and(|words| failure.error.contains(words)) {
                old.insert(failure.line);
                continue;
            }
            failed = true;
            self.failed.push(format!("{}:{}: {}", outcome.script, failure.line, failure.error));
        }
        // A superseded assertion that holds again counts as a difference, unless a refused module keeps it from being
        // played.
        if outcome.limited == 0 {
            let held = superseded.keys().filter(|line| !old.contains(line));
            self.odd.extend(held.map(|line| format!("it holds after all: {}:{line}", outcome.script)));
        }
        let all = outcome.passed + outcome.limited + outcome.failed.len() as u32;
        let (folder, _) = outcome.script.rsplit_once('/').unwrap_or_default();
        let [folder_passed, folder_all] = self.folders.entry(folder.into()).or_default();
        *folder_passed += outcome.passed;
        *folder_all += all;
        self.passed += outcome.passed;
        self.limited += outcome.limited;
        self.superseded += old.len() as u32;
        self.whole += usize::from(!failed && outcome.limited == 0);
    }

    /// Compares whole folders to the report: those whose name and a slash contain `part`.
    pub(crate) fn compare(&mut self, part: &str) {
        for folder in known::folders(self.corpus).filter(|folder| format!("{folder}/").contains(part)) {
            if !self.folders.contains_key(folder) {
                self.odd.push(format!("{folder}: it is in the report, and has no scripts"));
            }
        }
        for (folder, figures) in &self.folders {
            let known = known::folder(self.corpus, folder, &self.group);
            if known != Some(*figures) {
                self.odd
                    .push(format!("{folder}: of [passed, all] the report has {known:?}, not {figures:?}"));
            }
        }
    }

    pub(crate) fn tell(&self, to: &mut impl Write) -> io::Result<()> {
        let Tally { column, whole, passed, limited, superseded, failed, odd, .. } = self;
        let scripts = self.scripts.len();
        writeln!(
            to,
            "{column}: {scripts} scripts, {whole} of them whole; {passed} assertions passed, {} failed, \
             {limited} limited, {superseded} superseded",
            failed.len()
        )?;
        for line in failed.iter().chain(odd) {
            writeln!(to, "  {line}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    /// Refused modules must be on the list, and modules on the list must be refused.
    #[test]
    fn limits_are_checked_both_ways() {
        let column = Column::named("winch-x86_64+fuel").unwrap();
        let outcome = |script: &str, limits: BTreeMap<String, u32>| Outcome {
            script: script.into(),
            passed: 1,
            limited: u32::from(!limits.is_empty()),
            failed: Vec::new(),
            limits,
        };
        let odd =
            |outcome: Outcome| Tally::of(Corpus::Specification, &column, &[outcome]).with_known_limits().odd;
        assert_eq!(odd(outcome("wasm-v3/i32.wast", BTreeMap::new())), Vec::<String>::new());
        let new = odd(outcome("wasm-v3/i32.wast", BTreeMap::from([("simd".into(), 1)])));
        assert_eq!(new, ["it is not known: winch-x86_64 wasm-v3/i32.wast 1 simd"]);
        let old = odd(outcome("wasm-v3/return_call.wast", BTreeMap::new()));
        assert!(!old.is_empty() && old.iter().all(|line| line.contains("no longer so")), "{old:?}");
        let held = odd(outcome("mutable-global/linking.wast", BTreeMap::new()));
        assert!(held.iter().all(|line| line.contains("holds after all")) && held.len() == 10, "{held:?}");
    }

    /// A folder of which less passes than in the report, or more, is a difference.
    #[test]
    fn folders_are_compared_to_the_report() {
        let known = known::folder(Corpus::Specification, "wasm-v3", "cranelift-x86_64").unwrap();
        let compared = |passed| {
            let folders = BTreeMap::from([("wasm-v3".into(), [passed, known[1]])]);
            let mut tally = Tally { group: "cranelift-x86_64".into(), folders, ..Tally::default() };
            tally.compare("wasm-v3/");
            tally.odd.len()
        };
        assert_eq!([known[0] - 1, known[0], known[0] + 1].map(compared), [1, 0, 1]);
        let mut nothing = Tally { group: "cranelift-x86_64".into(), ..Tally::default() };
        nothing.compare("");
        assert_eq!(nothing.odd.len(), known::folders(Corpus::Specification).count());
        assert!(nothing.odd.len() > 20);
    }
}
