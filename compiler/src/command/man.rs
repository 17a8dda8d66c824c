//! `precompile man`: manual pages.

use crate::Program;
use crate::message::print_bytes;
use anyhow::Result;
use clap::Args;
use clap_mangen::Man;
use precompile::Destination;
use std::path::{Path, PathBuf};

/// Print a manual page, or write all of them to a folder
///
/// To read one: precompile man > /tmp/precompile.1 && man -l /tmp/precompile.1
#[derive(Args)]
pub(crate) struct Opts {
    /// The program
    #[arg(value_enum, default_value_t)]
    program: Program,

    /// Write the pages of both programs and of every subcommand here
    #[arg(long, value_name = "FOLDER", conflicts_with = "program")]
    out_dir: Option<PathBuf>,
}

impl Opts {
    /// Prints or writes.
    pub(crate) fn run(&self) -> Result<()> {
        let Some(folder) = &self.out_dir else {
            let mut page = Vec::new();
            Man::new(self.program.command()).render(&mut page)?;
            return Ok(print_bytes(&page)?);
        };
        fs_err::create_dir_all(folder)?;
        for program in [Program::Precompile, Program::PrecompileRun] {
            let mut command = program.command().disable_help_subcommand(true);
            command.build();
            write(command, folder)?;
        }
        Ok(())
    }
}

/// Writes the page of a command, and those of its subcommands.
fn write(command: clap::Command, folder: &Path) -> Result<()> {
    for command in command.get_subcommands().filter(|command| !command.is_hide_set()) {
        write(command.clone(), folder)?;
    }
    let man = Man::new(command);
    let mut page = Vec::new();
    man.render(&mut page)?;
    Destination::derived(&folder.join(man.get_filename()), Path::new("")).write(&page)?;
    Ok(())
}
