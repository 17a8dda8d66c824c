//! The command that runs artifacts: `precompile-run`, here or elsewhere.

use anyhow::{Context, Result, anyhow, ensure};
use precompile::artifact::Host;
use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, Stdio};

/// The command that runs artifacts, with what stands before its own options: `qemu-aarch64 ./precompile-run`.
pub(crate) struct Runner {
    words: Vec<OsString>,
}

impl Runner {
    /// The command that the user names, split at spaces, or else the `precompile-run` beside this command.
    ///
    /// # Errors
    ///
    /// Where there is none.
    pub(crate) fn new(named: Option<&str>) -> Result<Runner> {
        let Some(named) = named else { return Runner::beside() };
        let words: Vec<_> = named.split_whitespace().map(OsString::from).collect();
        ensure!(!words.is_empty(), "`--runner` names no command");
        Ok(Runner { words })
    }

    fn beside() -> Result<Runner> {
        let beside = std::env::current_exe()?
            .with_file_name("precompile-run")
            .with_extension(std::env::consts::EXE_EXTENSION);
        ensure!(
            beside.exists(),
            "there is no `precompile-run` beside this command: name one with `--runner`"
        );
        Ok(Runner { words: vec![beside.into()] })
    }

    /// To be started with further arguments.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.words[0]);
        command.args(&self.words[1..]);
        command
    }

    /// As the user would write it.
    pub(crate) fn name(&self) -> String {
        let words: Vec<_> = self.words.iter().map(|word| Path::new(word).display().to_string()).collect();
        words.join(" ")
    }

    /// Asks it what it offers.
    ///
    /// # Errors
    ///
    /// Where it doesn't say.
    pub(crate) fn describe(&self) -> Result<Host> {
        let name = self.name();
        let output = self.command().arg("--describe").stderr(Stdio::inherit()).output();
        let output = output.with_context(|| format!("can't start the runner `{name}`"))?;
        ensure!(output.status.success(), "the runner `{name}` failed: {}", output.status);
        serde_json::from_slice(&output.stdout)
            .map_err(|error| anyhow!("the runner `{name}` printed no description of a host: {error}"))
    }
}
