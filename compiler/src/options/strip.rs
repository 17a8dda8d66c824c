//! The parts that can be left out of an artifact.

use std::str::FromStr;
use thiserror::Error;

/// A part of artifacts that is for debugging, and that no guest needs to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Strip {
    /// The map from code addresses to offsets in the module: without it, backtraces have no offsets.
    AddressMap,
    /// A symbol for each function: without it, profilers and native debuggers don't name functions. A program
    /// with symbols and one without can't be linked, because wasmtime compares this setting.
    Symbols,
    /// The functions' names in the module's `name` section: without them, backtraces have numbers.
    Names,
    /// The tables by which native debuggers and the system unwind the stack; wasmtime doesn't need them. On
    /// Windows they stay: they are part of the calling convention.
    Unwind,
}

/// A name that is none of a part's.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{0}` can't be stripped: use `address-map`, `symbols`, `names`, `unwind`, `all` or `none`")]
pub struct StripError(String);

impl Strip {
    /// Every part.
    pub const ALL: [Strip; 4] = [Strip::AddressMap, Strip::Symbols, Strip::Names, Strip::Unwind];

    /// The name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Strip::AddressMap => "address-map",
            Strip::Symbols => "symbols",
            Strip::Names => "names",
            Strip::Unwind => "unwind",
        }
    }

    /// The parts that a text names: names separated by commas, `all` or `none`.
    ///
    /// # Errors
    ///
    /// The mistake, with the known names.
    pub fn parse(text: &str) -> Result<Vec<Strip>, StripError> {
        match text {
            "all" => Ok(Strip::ALL.into()),
            "none" => Ok(Vec::new()),
            _ => text.split(',').map(Strip::from_str).collect(),
        }
    }
}

impl FromStr for Strip {
    type Err = StripError;

    fn from_str(name: &str) -> Result<Strip, StripError> {
        let found = Strip::ALL.into_iter().find(|part| part.name() == name);
        found.ok_or_else(|| StripError(name.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_read() {
        assert_eq!(Strip::parse("all").unwrap(), Strip::ALL);
        assert_eq!(Strip::parse("none").unwrap(), []);
        assert_eq!(Strip::parse("names,unwind").unwrap(), [Strip::Names, Strip::Unwind]);
        for part in Strip::ALL {
            assert_eq!(Strip::parse(part.name()).unwrap(), [part]);
        }
        for wrong in ["", "name", "all,names", "names,"] {
            assert!(Strip::parse(wrong).is_err(), "{wrong}");
        }
    }
}
