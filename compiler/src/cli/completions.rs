//! `precompile completions SHELL`: a script that completes the command line.

use crate::Program;
use crate::message::print_bytes;
use anyhow::Result;
use clap::Args;
use clap_complete::Shell;

/// Print a script that completes the command line in a shell
///
/// For bash, for example: precompile completions bash >
/// ~/.local/share/bash-completion/completions/precompile
#[derive(Args)]
pub(crate) struct Opts {
    /// The shell
    shell: Shell,

    /// The program
    #[arg(value_enum, default_value_t)]
    program: Program,
}

impl Opts {
    /// Prints the script.
    pub(crate) fn run(&self) -> Result<()> {
        let mut command = self.program.command();
        let name = command.get_name().to_owned();
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut command, name, &mut script);
        let script = String::from_utf8(script)?;
        Ok(print_bytes(script.replace(FISH_GIVES_UP, FISH_GOES_ON).as_bytes())?)
    }
}

/// The end of a function in fish's script, which asks whether the line has a command yet. The function can't read a
/// line whose last option has no value, and would complete no value before a command.
const FISH_GIVES_UP: &str = "2>/dev/null\n    or return\n";
/// The end instead, which says that such a line has no command.
const FISH_GOES_ON: &str = "2>/dev/null\n    or return 0\n";
