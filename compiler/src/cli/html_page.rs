//! Pages for a browser, each one file that loads no other, and the option `--html` that names it.

use crate::interrupt;
use crate::kind::Kind;
use crate::message::{Format, print_bytes};
use anyhow::Result;
use precompile::artifact::Escaped;
use precompile::{Destination, descriptor};
use std::path::Path;

/// The name of standard output.
const STANDARD: &str = "-";

/// The destination of a page, which is made from an input.
#[derive(Clone, Copy)]
pub(crate) struct HtmlOutput<'a> {
    path: &'a Path,
    input: &'a Path,
}

impl<'a> HtmlOutput<'a> {
    /// The destination that the user named.
    pub(crate) fn new(path: &'a Path, input: &'a Path) -> HtmlOutput<'a> {
        HtmlOutput { path, input }
    }

    /// Tells whether the page goes to standard output, where no report has room beside it.
    pub(crate) fn is_standard(self) -> bool {
        self.path == Path::new(STANDARD) || descriptor(self.path) == Some(1)
    }

    /// Checks that the page can be written, before the work that fills it.
    ///
    /// # Errors
    ///
    /// If it can't, or standard output would hold JSON, too.
    pub(crate) fn check(self, format: Format) -> Result<()> {
        if self.is_standard() {
            let words = "standard output can't hold both a page and JSON: name a file with `--html`";
            return if format == Format::Human { Ok(()) } else { Err(Kind::Usage.error(words)) };
        }
        Ok(self.destination().check()?)
    }

    /// Writes the page.
    ///
    /// # Errors
    ///
    /// If it can't be written.
    pub(crate) fn write(self, page: &str) -> Result<()> {
        if self.is_standard() {
            return Ok(print_bytes(page.as_bytes())?);
        }
        // A pipe may take any time.
        let _guard = (!self.destination().is_stream()).then(interrupt::hold_off);
        self.destination().write(page.as_bytes())?;
        Ok(())
    }

    fn destination(self) -> Destination<'a> {
        Destination::named(self.path, self.input)
    }
}

/// A page in which control characters, and those that turn text around, are shown as text, as on a terminal.
pub(crate) fn escaped(page: &str) -> String {
    page.split('\n').map(|line| format!("{}\n", Escaped(line))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_text() {
        assert_eq!(escaped("<p>\u{202e}a\u{7}</p>\n<p>b</p>"), "<p>\\u{202e}a\\u{7}</p>\n<p>b</p>\n");
    }
}
