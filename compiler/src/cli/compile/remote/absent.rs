//! The farm of a build without the feature `remote-exec`: there is none.

use crate::compile::remote::RemoteOpts;
use crate::left_out::left_out;
use anyhow::{Result, bail};
use precompile::{CompileError, Compiled, Options};

/// A farm, of which there is none.
pub(crate) enum Farm {}

impl Farm {
    /// None, unless one is asked for.
    ///
    /// # Errors
    ///
    /// If one is asked for.
    pub(crate) fn new(opts: &RemoteOpts) -> Result<Option<Farm>> {
        match opts.address()? {
            None => Ok(None),
            Some(_) => bail!(left_out("`--remote-exec`", "remote-exec")),
        }
    }

    pub(crate) fn jobs(&self) -> usize {
        match *self {}
    }

    pub(crate) fn compile(
        &self,
        _: &Options,
        _: &[u8],
        _: &dyn Fn() -> Result<Compiled, CompileError>,
    ) -> Result<(Compiled, bool), CompileError> {
        match *self {}
    }

    pub(crate) fn take_warning(&self) -> Option<String> {
        match *self {}
    }

    pub(crate) fn stages(&self) -> String {
        match *self {}
    }
}
