//! The files of several that can't be read: each is reported, and the others go on.

use crate::kind::Kind;
use crate::message::{Format, Message, print, tell_error};
use anyhow::Result;
use std::path::Path;

/// The files of several that can't be read.
pub(crate) struct Failures {
    format: Format,
    files: usize,
    failed: usize,
}

impl Failures {
    /// No failure, of so many files.
    pub(crate) fn new(format: Format, files: usize) -> Failures {
        Failures { format, files, failed: 0 }
    }

    /// The result of reading a file. `None` where it failed, and there are others.
    ///
    /// # Errors
    ///
    /// The failure of an only file; otherwise if the failure can't be printed.
    pub(crate) fn note<T>(&mut self, file: &Path, read: Result<T>) -> Result<Option<T>> {
        let error = match read {
            Err(error) if self.files > 1 => error,
            read => return read.map(Some),
        };
        self.failed += 1;
        let (kind, error) = (Kind::of(&error), format!("{error:#}"));
        tell_error(&error);
        if self.format == Format::Json {
            print(&Message::Failed { input: Some(file), kind, error, target: None, output: None })?;
        }
        Ok(None)
    }

    /// Ends well, if nothing failed.
    ///
    /// # Errors
    ///
    /// The number of files that failed.
    pub(crate) fn end(&self) -> Result<()> {
        match self.failed {
            0 => Ok(()),
            failed => Err(Kind::Read.error(format!("{failed} of {} files can't be read", self.files))),
        }
    }
}
