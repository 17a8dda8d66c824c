//! The audit of artifacts: the advisories on the code of their compiler.
//!
//! `advisories.txt` describes its grammar. [`TABLE`] is the table at the time of the build.

mod answer;
mod subject;
mod table_error;
mod words;

pub use subject::{Features, Settings, Subject, Versions};
pub use table_error::TableError;

use crate::manifest::Kind;
use answer::Answer;
use core::fmt;
use words::number;

/// The table of advisories at the time of the build.
pub const TABLE: &str = include_str!("../advisories.txt");

/// The same table without the fields that don't decide whether an artifact is affected, for small runtimes.
#[cfg(feature = "policy")]
pub(crate) const SHORT_TABLE: &str = include_str!(concat!(env!("OUT_DIR"), "/advisories.txt"));

/// A table of advisories.
#[derive(Clone, Copy, Debug)]
pub struct Advisories<'a> {
    text: &'a str,
}

/// An advisory: the part of a table that describes it.
#[derive(Clone, Copy)]
pub struct Advisory<'a> {
    /// The names, and the fields on the lines that follow.
    text: &'a str,
}

/// The verdict on an artifact that an advisory concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// The artifact may be affected: the version of its compiler, or another condition, isn't known.
    Possible,
    /// The compiler had the fault, and all conditions hold.
    Affected,
}

impl Verdict {
    /// The name in messages.
    pub const fn name(self) -> &'static str {
        match self {
            Verdict::Possible => "possibly affected",
            Verdict::Affected => "affected",
        }
    }
}

impl Advisories<'static> {
    /// The table at the time of the build, which tests have read before.
    pub const BUILT_IN: Advisories<'static> = Advisories { text: TABLE };
    /// The same with the first name and the conditions of each advisory alone.
    #[cfg(feature = "policy")]
    pub(crate) const SHORT: Advisories<'static> = Advisories { text: SHORT_TABLE };
}

impl<'a> Advisories<'a> {
    /// Reads a table. Any text may be given.
    ///
    /// # Errors
    ///
    /// Names the first line that isn't of the grammar in `advisories.txt`.
    pub fn parse(text: &'a str) -> Result<Advisories<'a>, TableError> {
        table_error::check(text)?;
        Ok(Advisories { text })
    }

    /// The day of the table's newest source: `2026-11-19`.
    pub fn date(&self) -> &'a str {
        let head = self.text.split("\nadvisory:").next().unwrap_or_default();
        fields(head).find(|(name, _)| *name == "date").map_or("", |(_, day)| day)
    }

    /// The advisories, in the table's order.
    pub fn iter(&self) -> impl Iterator<Item = Advisory<'a>> + use<'a> {
        self.text.split("\nadvisory:").skip(1).map(|text| Advisory { text })
    }

    /// The advisories that concern an artifact.
    pub fn concern<'s>(
        &self,
        subject: &'s Subject<'s>,
    ) -> impl Iterator<Item = (Advisory<'a>, Verdict)> + use<'a, 's> {
        self.iter().filter_map(move |advisory| Some((advisory, advisory.verdict(subject)?)))
    }
}

impl<'a> Advisory<'a> {
    /// The names, of which the first is shown.
    pub fn names(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.text.lines().next().unwrap_or_default().split_whitespace()
    }

    /// The first name, such as `GHSA-jhxm-h53p-jm7w`.
    pub fn id(&self) -> &'a str {
        self.names().next().unwrap_or_default()
    }

    /// The value of a field that says something to people, such as `title`; empty if there is none.
    pub fn field(&self, name: &str) -> &'a str {
        self.fields().find(|(field, _)| *field == name).map_or("", |(_, value)| value)
    }

    /// The next version from the subject's on that isn't affected; `None` if the subject's isn't.
    pub fn fixed(&self, subject: &Subject<'_>) -> Option<&'a str> {
        let end = |versions: Versions| {
            let ranges = self.fields().filter(|(name, _)| matches!(*name, "affected" | "suspected"));
            let mut words = ranges.flat_map(|(_, value)| value.split_whitespace());
            let word = words.find(|word| versions.within(word) != Answer::No)?;
            word.split_once("..").map(|(_, end)| end)
        };
        let mut fixed = end(subject.versions)?;
        // One range may end where another begins.
        while let Some(later) = end(Versions::of(fixed)) {
            fixed = later;
        }
        Some(fixed)
    }

    /// The verdict on an artifact; `None` if the advisory doesn't concern it.
    pub fn verdict(&self, subject: &Subject<'_>) -> Option<Verdict> {
        let mut version = Answer::No;
        let mut conditions = Answer::Yes;
        for (name, value) in self.fields() {
            let holds = |word| holds(name, word, subject);
            // The words are alternatives.
            let answer = value.split_whitespace().filter_map(holds).max();
            match (name, answer) {
                ("affected", Some(answer)) => version = version.max(answer),
                ("suspected", Some(answer)) => version = version.max(answer.min(Answer::Unknown)),
                (_, Some(answer)) => conditions = conditions.min(answer),
                // A field for people.
                (_, None) => {}
            }
        }
        match version.min(conditions) {
            Answer::No => None,
            Answer::Unknown => Some(Verdict::Possible),
            Answer::Yes => Some(Verdict::Affected),
        }
    }

    fn fields(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        fields(self.text.split_once('\n').map_or("", |(_, rest)| rest))
    }
}

impl fmt::Debug for Advisory<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

/// The fields in a part of a table.
fn fields(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_once(':').map(|(name, value)| (name, value.trim())))
}

/// The answer to whether one word of a condition holds for an artifact; `None` if the field is no condition.
fn holds(name: &str, word: &str, subject: &Subject<'_>) -> Option<Answer> {
    Some(match name {
        "affected" | "suspected" => subject.versions.within(word),
        "kind" => Answer::of(subject.kind.map(|kind| is_kind(kind, word))),
        "backend" => Answer::of(subject.backend.map(|backend| backend.name() == word)),
        "target" => Answer::of(subject.target.map(|target| is_target(target, word))),
        "cpu" => Answer::of(subject.cpu_features.map(|names| names.contains(word))),
        "without-cpu" => Answer::of(subject.cpu_features.map(|names| !names.contains(word))),
        "feature" => subject.features.have(word),
        "setting" => {
            let (name, value) = word.split_once('=').unwrap_or((word, ""));
            Answer::of(subject.settings.value(name).zip(number(value)).map(|(is, faulty)| is == faulty))
        }
        _ => return None,
    })
}

fn is_kind(kind: Kind, word: &str) -> bool {
    let name = match kind {
        Kind::Module => "module",
        Kind::Component => "component",
    };
    name == word
}

/// Returns true if a target triple is of this architecture.
fn is_target(triple: &str, architecture: &str) -> bool {
    let name = triple.split('-').next().unwrap_or_default();
    name == architecture || (architecture == "pulley" && name.starts_with("pulley"))
}

#[cfg(test)]
mod tests;
