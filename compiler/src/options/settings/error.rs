//! The error of a setting by name.

use crate::options::similar::did_you_mean;
use precompile_artifact::quantity::QuantityError;
use thiserror::Error;

/// The error of a setting by name.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SettingError {
    /// There is no such name.
    #[error("`-{letter} {name}` is unknown: {}", suggestion(*letter, meant.as_ref()))]
    Unknown {
        /// The letter that it stands behind.
        letter: char,
        /// The name.
        name: String,
        /// The letter and the name that were probably meant.
        meant: Option<(char, String)>,
    },
    /// The name stands behind another letter.
    #[error("`{name}` stands under another letter: use `-{right} {text}`")]
    Letter {
        /// The name.
        name: &'static str,
        /// The right letter.
        right: &'static str,
        /// The name with its value.
        text: String,
    },
    /// The setting has no such value.
    #[error("`-{letter} {text}`: the value is {right}{}", nearest(text, right))]
    Value {
        /// The letter.
        letter: char,
        /// The name with its value.
        text: String,
        /// The values that it has.
        right: &'static str,
    },
    /// The value is no size.
    #[error("`-{letter} {text}`: {problem}")]
    Size {
        /// The letter.
        letter: char,
        /// The name with its value.
        text: String,
        /// The problem, with the right spelling.
        problem: QuantityError,
    },
}

/// The suggestion for a setting with a wrong value, of which `right` lists the words.
fn nearest(text: &str, right: &str) -> String {
    let words = right.split([',', ' ']).filter(|word| word.len() > 2 && *word != "number");
    did_you_mean(text.split_once('=').map_or("", |(_, value)| value), words)
}

fn suggestion(letter: char, meant: Option<&(char, String)>) -> String {
    match meant {
        Some((other, meant)) => format!("did you mean `-{other} {meant}`? `-{other} help` lists all"),
        None => format!("`-{letter} help` lists what there is"),
    }
}
