//! Settings as the command line has them, each behind its letter: `-W fuel`.

use precompile::setting;

/// The texts that stand behind each letter.
pub(crate) struct Lettered<'a> {
    pub(crate) wasm: &'a [String],
    pub(crate) debug: &'a [String],
    pub(crate) optimize: &'a [String],
    pub(crate) codegen: &'a [String],
}

impl<'a> Lettered<'a> {
    /// Each text with its letter.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (char, &'a str)> + use<'a> {
        [('W', self.wasm), ('D', self.debug), ('O', self.optimize), ('C', self.codegen)]
            .into_iter()
            .flat_map(|(letter, texts)| texts.iter().map(move |text| (letter, text.as_str())))
    }

    /// What `-W help` and the like ask for.
    pub(crate) fn help(&self) -> Option<String> {
        self.iter().find(|(_, text)| *text == "help").map(|(letter, _)| setting::help(letter))
    }
}
