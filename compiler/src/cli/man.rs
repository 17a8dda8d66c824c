//! `precompile man`: manual pages.

use crate::Program;
use crate::message::print_bytes;
use anyhow::Result;
use clap::{Args, ValueHint};
use clap_mangen::Man;
use precompile::Destination;
use roff::{Roff, roman};
use std::path::{Path, PathBuf};

/// The heading of clap_mangen's section for the end of the help.
const EXTRA: &str = ".SH EXTRA\n";

/// Print a manual page, or write all of them to a folder
///
/// To read one: precompile man > /tmp/precompile.1 && man -l /tmp/precompile.1
#[derive(Args)]
pub(crate) struct Opts {
    /// The program
    #[arg(value_enum, default_value_t)]
    program: Program,

    /// Write the pages of both programs and of every subcommand here
    #[arg(long, value_name = "FOLDER", conflicts_with = "program", value_hint = ValueHint::DirPath)]
    out_dir: Option<PathBuf>,
}

impl Opts {
    /// Prints or writes the pages.
    pub(crate) fn run(&self) -> Result<()> {
        let Some(folder) = &self.out_dir else {
            return Ok(print_bytes(&page(self.program.command())?)?);
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

/// Writes the pages of a command and of its subcommands.
fn write(command: clap::Command, folder: &Path) -> Result<()> {
    for subcommand in command.get_subcommands().filter(|command| !command.is_hide_set()) {
        write(subcommand.clone(), folder)?;
    }
    let file = folder.join(Man::new(command.clone()).get_filename());
    Destination::derived(&file, Path::new("")).write(&page(command)?)?;
    Ok(())
}

/// A page. The text at the end of the help keeps its line breaks, which clap_mangen would lose.
fn page(command: clap::Command) -> Result<Vec<u8>> {
    let notes = command.get_after_long_help().or(command.get_after_help()).map(ToString::to_string);
    let mut page = Vec::new();
    Man::new(command).render(&mut page)?;
    let page = String::from_utf8(page)?;
    let (Some(notes), Some((before, filled))) = (notes, page.split_once(EXTRA)) else {
        return Ok(page.into());
    };
    let mut section = Roff::new();
    section.control("SH", ["NOTES"]).control("nf", []);
    for line in notes.lines() {
        section.text([roman(line)]);
    }
    section.control("fi", []);
    let after = filled.find("\n.SH ").map_or("", |end| &filled[end + 1..]);
    Ok([before, &section.to_roff(), after].concat().into())
}
