//! The lines of source in a module's DWARF.

use super::demangled::demangled;
use super::metered::{Meter, Metered};
use super::source_frame::SourceFrame;
use addr2line::Context;
use gimli::{Dwarf, SectionId};
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::fmt;

/// The frames that are shown of one address: nothing inlines deeper.
const MOST_FRAMES: usize = 256;

/// A module's DWARF, which is read once it is asked. Addresses count from the start of the code section's content.
#[derive(Default)]
pub(super) struct Lines<'a> {
    sections: BTreeMap<&'a str, &'a [u8]>,
    context: OnceCell<Option<Context<Metered<'a>>>>,
}

impl<'a> Lines<'a> {
    /// Adds a custom section, if it is one of DWARF's.
    pub(super) fn add(&mut self, name: &'a str, bytes: &'a [u8]) {
        if name.starts_with(".debug_") {
            // A module may have several of a name, of which the last counts, as for wasmtime.
            self.sections.insert(name, bytes);
        }
    }

    /// The functions and places of an address, the innermost first; none where the DWARF has none or is damaged.
    pub(super) fn frames(&self, address: u64) -> Vec<SourceFrame> {
        let mut found = Vec::new();
        let Some(context) = self.context.get_or_init(|| self.context()) else { return found };
        let Ok(mut frames) = context.find_frames(address).skip_all_loads() else { return found };
        while let Ok(Some(frame)) = frames.next() {
            let name = frame.function.as_ref().and_then(|function| function.raw_name().ok());
            let place = frame.location;
            found.push(SourceFrame {
                function: name.map(|name| demangled(&name)),
                file: place.as_ref().and_then(|place| place.file).map(String::from),
                line: place.as_ref().and_then(|place| place.line),
                column: place.as_ref().and_then(|place| place.column),
            });
            if found.len() == MOST_FRAMES {
                break;
            }
        }
        found
    }

    /// Returns true if there is DWARF, and it is whole enough for an index.
    pub(super) fn is_readable(&self) -> bool {
        !self.sections.is_empty() && self.context.get_or_init(|| self.context()).is_some()
    }

    /// The index of the DWARF; `None` if there is none, or it is damaged.
    fn context(&self) -> Option<Context<Metered<'a>>> {
        let meter = Meter::of(self.sections.values().map(|section| section.len()).sum());
        let section = |id: SectionId| -> Result<_, gimli::Error> {
            Ok(Metered::new(self.sections.get(id.name()).copied().unwrap_or_default(), &meter))
        };
        Context::from_dwarf(Dwarf::load(section).ok()?).ok()
    }
}

impl fmt::Debug for Lines<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lines").field("sections", &self.sections.keys()).finish_non_exhaustive()
    }
}
