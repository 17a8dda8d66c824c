//! Parsers of options' values, with hints for shells.

use clap::builder::{PossibleValue, TypedValueParser};
use clap::error::ErrorKind;
use clap::{Arg, Command, Error};
use precompile::artifact::Escaped;
use std::ffi::OsStr;

/// A parser with hints: the names that shells complete. More values may be valid, and text may follow a name.
#[derive(Clone)]
pub(crate) struct Hinted<T: 'static> {
    read: fn(&str) -> Result<T, String>,
    names: fn() -> Vec<String>,
}

impl<T> Hinted<T> {
    pub(crate) const fn new(read: fn(&str) -> Result<T, String>, names: fn() -> Vec<String>) -> Hinted<T> {
        Hinted { read, names }
    }
}

/// A parser of any text, with these hints.
pub(crate) const fn text(names: fn() -> Vec<String>) -> Hinted<String> {
    Hinted::new(|text| Ok(text.into()), names)
}

impl<T: Clone + Send + Sync> TypedValueParser for Hinted<T> {
    type Value = T;

    fn parse_ref(&self, command: &Command, arg: Option<&Arg>, value: &OsStr) -> Result<T, Error> {
        if value.to_str().is_none() {
            let arg = arg.map(Arg::to_string).unwrap_or_default();
            let words = format!("the value of `{arg}` is no text: `{}`\n", Escaped(&value.to_string_lossy()));
            return Err(Error::raw(ErrorKind::InvalidUtf8, words).with_cmd(command));
        }
        let read = self.read;
        (move |text: &str| read(text)).parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new((self.names)().into_iter().map(PossibleValue::new)))
    }
}
