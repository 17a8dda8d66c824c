//! Settings on the command line, each behind its letter: `-W fuel`.

use crate::hinted::{self, Hinted};
use precompile::settings;

/// The parsers of the letters' options.
pub(crate) const WASM: Hinted<String> = hinted::text(|| settings::names('W'));
pub(crate) const DEBUG: Hinted<String> = hinted::text(|| settings::names('D'));
pub(crate) const OPTIMIZE: Hinted<String> = hinted::text(|| settings::names('O'));
pub(crate) const CODEGEN: Hinted<String> = hinted::text(|| settings::names('C'));

/// The texts behind each letter.
pub(crate) struct SettingArgs<'a> {
    pub(crate) wasm: &'a [String],
    pub(crate) debug: &'a [String],
    pub(crate) optimize: &'a [String],
    pub(crate) codegen: &'a [String],
}

impl<'a> SettingArgs<'a> {
    /// Each text with its letter.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (char, &'a str)> + use<'a> {
        [('W', self.wasm), ('D', self.debug), ('O', self.optimize), ('C', self.codegen)]
            .into_iter()
            .flat_map(|(letter, texts)| texts.iter().map(move |text| (letter, text.as_str())))
    }

    /// The help that `-W help` and the like ask for.
    pub(crate) fn help(&self) -> Option<String> {
        self.iter().find(|(_, text)| *text == "help").map(|(letter, _)| settings::help(letter))
    }
}
