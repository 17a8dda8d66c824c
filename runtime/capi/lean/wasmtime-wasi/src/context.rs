//! The configuration of a guest's WASI.

use crate::cli::{StdinStream, StdoutStream};
use crate::p1::WasiP1Ctx;
use precompile_wasi::{Context, Input, Output};
use std::env::{args_os, vars_os};
use std::io;
use std::mem::replace;
use std::os::unix::ffi::OsStringExt;
use std::path::Path;

/// The rights that a guest has in a folder.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum FsPerms {
    /// It can read.
    ReadOnly,
    /// It can read and write.
    ReadWrite,
}

/// The configuration of a guest's WASI. If nothing is set, the guest has no arguments, no environment and no folders, an
/// empty input, and outputs that are lost.
pub struct WasiCtxBuilder(Context);

impl WasiCtxBuilder {
    /// A configuration with nothing set.
    #[allow(clippy::new_without_default, reason = "upstream's crate has none either")]
    pub fn new() -> WasiCtxBuilder {
        WasiCtxBuilder(Context::new(Input::Bytes(Default::default()), Output::Sink, Output::Sink))
    }

    /// Has no effect: preview 1 opens no connections.
    pub fn inherit_network(&mut self) -> &mut Self {
        self
    }

    /// Has no effect: preview 1 looks no names up.
    pub fn allow_ip_name_lookup(&mut self, _: bool) -> &mut Self {
        self
    }

    /// Adds an argument.
    pub fn arg(&mut self, argument: impl AsRef<str>) -> &mut Self {
        self.0.argument(argument.as_ref());
        self
    }

    /// Adds the arguments of this process.
    pub fn inherit_args(&mut self) -> &mut Self {
        for argument in args_os() {
            self.0.argument(argument.into_vec());
        }
        self
    }

    /// Adds an environment variable.
    pub fn env(&mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> &mut Self {
        self.0.variable(name.as_ref(), value.as_ref());
        self
    }

    /// Adds the environment variables of this process.
    pub fn inherit_env(&mut self) -> &mut Self {
        for (name, value) in vars_os() {
            self.0.variable(name.into_vec(), value.into_vec());
        }
        self
    }

    /// Sets the standard input.
    pub fn stdin(&mut self, stream: impl StdinStream) -> &mut Self {
        self.0.set_input(stream.input());
        self
    }

    /// Takes this process' standard input.
    pub fn inherit_stdin(&mut self) -> &mut Self {
        self.0.set_input(Input::Inherited);
        self
    }

    /// Sets the standard output.
    pub fn stdout(&mut self, stream: impl StdoutStream) -> &mut Self {
        self.0.set_output(stream.output());
        self
    }

    /// Takes this process' standard output.
    pub fn inherit_stdout(&mut self) -> &mut Self {
        self.0.set_output(Output::Stdout);
        self
    }

    /// Sets the standard error.
    pub fn stderr(&mut self, stream: impl StdoutStream) -> &mut Self {
        self.0.set_errors(stream.output());
        self
    }

    /// Takes this process' standard error.
    pub fn inherit_stderr(&mut self) -> &mut Self {
        self.0.set_errors(Output::Stderr);
        self
    }

    /// Adds a folder.
    ///
    /// # Errors
    ///
    /// If it can't be opened, or is no folder.
    pub fn preopened_dir(
        &mut self,
        host: impl AsRef<Path>,
        guest: impl AsRef<str>,
        rights: FsPerms,
    ) -> io::Result<&mut Self> {
        self.0.folder(host.as_ref(), guest.as_ref(), rights == FsPerms::ReadWrite)?;
        Ok(self)
    }

    /// The guest's WASI. Nothing is set afterwards.
    pub fn build_p1(&mut self) -> WasiP1Ctx {
        WasiP1Ctx(replace(self, WasiCtxBuilder::new()).0)
    }
}
