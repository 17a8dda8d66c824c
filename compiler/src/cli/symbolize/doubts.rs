//! The frames of a backtrace that were not found, by the reason.

use crate::message::tell_warning;
use precompile::artifact::Escaped;
use std::collections::BTreeSet;

/// The number of names that are told.
const MOST_NAMES: usize = 5;

/// The frames of a backtrace that were not found, by the reason.
#[derive(Default)]
pub(super) struct Doubts {
    /// The names of modules that no file has.
    pub(super) unknown_modules: BTreeSet<String>,
    /// The names of modules that several files may have.
    pub(super) ambiguous_modules: BTreeSet<String>,
    /// The files whose functions are others than those of the backtrace.
    pub(super) other_builds: BTreeSet<String>,
    /// The artifacts whose code leads to no module, and why.
    pub(super) code: Vec<String>,
}

impl Doubts {
    /// Tells the reasons, each once.
    pub(super) fn tell(&self) {
        if let Some(names) = names(&self.unknown_modules) {
            tell_warning(&format!("no file has the frames of {names}: name the modules that were running"));
        }
        if let Some(names) = names(&self.ambiguous_modules) {
            tell_warning(&format!("several files may have the frames of {names}: name one at a time"));
        }
        if let Some(names) = names(&self.other_builds) {
            tell_warning(&format!(
                "the backtrace has other functions than {names}: name the build that was running"
            ));
        }
        self.code.iter().for_each(|reason| tell_warning(reason));
    }
}

/// Some names, quoted.
fn names(all: &BTreeSet<String>) -> Option<String> {
    let mut shown: Vec<_> = all.iter().take(MOST_NAMES).map(|name| format!("`{}`", Escaped(name))).collect();
    if all.len() > MOST_NAMES {
        shown.push(format!("{} more", all.len() - MOST_NAMES));
    }
    (!shown.is_empty()).then(|| shown.join(", "))
}
