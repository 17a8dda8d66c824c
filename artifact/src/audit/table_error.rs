//! Errors in a table of advisories.

use super::subject::{Settings, ends};
use super::words::{TARGETS, number};
use crate::{Backend, features};
use alloc::format;
use alloc::string::String;
use thiserror::Error;

/// The error of a table that isn't of the grammar.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("line {line}: {problem}")]
pub struct TableError {
    /// The line, counted from 1.
    pub line: usize,
    /// The fault.
    pub problem: String,
}

/// Checks every line of a table.
pub(super) fn check(text: &str) -> Result<(), TableError> {
    let mut place = Place::Start;
    let lines = (1..).zip(text.lines());
    for (line, content) in lines.filter(|(_, content)| !content.is_empty() && !content.starts_with('#')) {
        place = place.after(line, content)?;
    }
    place.end()
}

/// A place in a table, between two of its lines.
#[derive(Clone, Copy)]
enum Place {
    Start,
    /// Behind the date.
    Head,
    /// Within the advisory that starts at a line.
    Advisory {
        line: usize,
        has_title: bool,
        has_versions: bool,
        has_source: bool,
    },
}

impl Place {
    /// The place behind a line.
    fn after(self, line: usize, content: &str) -> Result<Place, TableError> {
        let fault = |problem| TableError { line, problem };
        let Some((name, value)) = content.split_once(':') else {
            return Err(fault(format!("`{content}` is no field: write its name, a colon and its value")));
        };
        let value = value.trim();
        if value.is_empty() {
            return Err(fault(format!("the field `{name}` has no value")));
        }
        match (self, name) {
            (Place::Start, "date") => day(value).map(|()| Place::Head).map_err(fault),
            (Place::Start, _) => Err(fault("the first field has to be `date`".into())),
            (_, "advisory") => {
                self.end()?;
                Ok(Place::Advisory { line, has_title: false, has_versions: false, has_source: false })
            }
            (Place::Head, _) => Err(fault(format!("the field `{name}` stands in no advisory"))),
            (Place::Advisory { line, has_title, has_versions, has_source }, _) => {
                check_field(name, value).map_err(fault)?;
                Ok(Place::Advisory {
                    line,
                    has_title: has_title || name == "title",
                    has_versions: has_versions || name == "affected" || name == "suspected",
                    has_source: has_source || name == "source",
                })
            }
        }
    }

    /// Checks that the table, or an advisory in it, is complete.
    fn end(self) -> Result<(), TableError> {
        let (line, missing) = match self {
            Place::Start => (1, "date"),
            Place::Advisory { line, has_title: false, .. } => (line, "title"),
            Place::Advisory { line, has_versions: false, .. } => (line, "affected"),
            Place::Advisory { line, has_source: false, .. } => (line, "source"),
            Place::Head | Place::Advisory { .. } => return Ok(()),
        };
        Err(TableError { line, problem: format!("the field `{missing}` is missing") })
    }
}

fn check_field(name: &str, value: &str) -> Result<(), String> {
    let is_known: fn(&str) -> bool = match name {
        "title" | "source" | "unverified" => return Ok(()),
        "published" => return day(value),
        "affected" | "suspected" => |word| ends(word).is_some_and(|(first, after)| first < after),
        "kind" => |word| ["module", "component"].contains(&word),
        "backend" => |word| Backend::ALL.iter().any(|backend| backend.name() == word),
        "target" => |word| TARGETS.contains(&word),
        "cpu" | "without-cpu" => |word| !word.contains([',', '=']),
        "feature" => |word| features::named(word).is_some(),
        "setting" => |word| {
            let setting = word.split_once('=');
            setting.is_some_and(|(name, value)| Settings::NAMES.contains(&name) && number(value).is_some())
        },
        _ => return Err(format!("there is no field `{name}`: a newer version of the reader may know it")),
    };
    match value.split_whitespace().find(|word| !is_known(word)) {
        Some(word) => Err(format!("the field `{name}` can't be `{word}`")),
        None => Ok(()),
    }
}

fn day(text: &str) -> Result<(), String> {
    let is_day = text.len() == 10
        && text.bytes().zip(*b"0000-00-00").all(|(byte, form)| match form {
            b'-' => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    if is_day { Ok(()) } else { Err(format!("`{text}` is no day: write it as 2026-11-19")) }
}
