//! The command that runs artifacts: `precompile-run`, here or elsewhere.

use crate::environment::variable;
use crate::shell_words;
use anyhow::{Context, Result, anyhow, ensure};
use precompile::artifact::Host;
use std::ffi::{OsStr, OsString};
use std::process::{Command, Stdio};

/// The command that runs artifacts, with all words before its own options: `qemu-aarch64 ./precompile-run`.
pub(crate) struct Runner {
    words: Vec<OsString>,
}

impl Runner {
    /// The command that the user names, split as a shell does; or else the `precompile-run` beside this command, or
    /// in the `PATH`.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub(crate) fn new(named: Option<&OsStr>) -> Result<Runner> {
        match named {
            Some(named) => Ok(Runner { words: shell_words::split("--runner", named)? }),
            None => Runner::found(),
        }
    }

    /// The `precompile-run` beside this command.
    pub(crate) fn beside() -> Option<Runner> {
        let beside = std::env::current_exe().ok()?.with_file_name(file_name());
        beside.is_file().then(|| Runner { words: vec![beside.into()] })
    }

    fn found() -> Result<Runner> {
        let name = file_name();
        let beside = std::env::current_exe()?.with_file_name(&name);
        let path = variable("PATH").unwrap_or_default();
        let in_path = std::env::split_paths(&path).map(|folder| folder.join(&name));
        let found = [beside].into_iter().chain(in_path).find(|path| path.is_file());
        let nowhere = "there is no `precompile-run` beside this command, and none in the `PATH`: name one with `--runner`";
        Ok(Runner { words: vec![found.context(nowhere)?.into()] })
    }

    /// The command, to be started with further arguments.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.words[0]);
        command.args(&self.words[1..]);
        command
    }

    /// The command as a user would write it in a shell.
    pub(crate) fn name(&self) -> String {
        shell_words::quoted(&self.words)
    }

    /// Asks the runner for a description of its host.
    ///
    /// # Errors
    ///
    /// If the runner gives none.
    pub(crate) fn describe(&self) -> Result<Host> {
        self.ask(Stdio::inherit())
    }

    /// As [`describe`](Runner::describe), for a question that nobody asked: what the runner says is dropped.
    pub(crate) fn describe_quietly(&self) -> Result<Host> {
        self.ask(Stdio::null())
    }

    fn ask(&self, stderr: Stdio) -> Result<Host> {
        let name = self.name();
        let output = self.command().arg("--describe").stderr(stderr).output();
        let output = output.with_context(|| format!("can't start the runner `{name}`"))?;
        ensure!(output.status.success(), "the runner `{name}` failed: {}", output.status);
        serde_json::from_slice(&output.stdout)
            .map_err(|error| anyhow!("the runner `{name}` printed no description of a host: {error}"))
    }
}

/// The runner's file name on this system.
fn file_name() -> String {
    format!("precompile-run{}", std::env::consts::EXE_SUFFIX)
}
