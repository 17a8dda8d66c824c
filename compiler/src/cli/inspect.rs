//! `precompile inspect ARTIFACT`: the description of an artifact.

mod human;
mod object;

use crate::artifacts;
use crate::message::{Format, print, print_bytes};
use crate::unreadable;
use anyhow::{Context, Result};
use clap::Args;
use object::Inspected;
use precompile::artifact::escaped_path;
use precompile::artifact::platform::is_pulley;
use precompile::inspect::{InspectError, Inspection, inspect};
use std::path::{Path, PathBuf};
use target_lexicon::Triple;

/// Describe artifacts, ours or such as wasmtime wrote
///
/// Its target, settings, features, imports and exports, the size of each part of the file, and the
/// flags under which stock wasmtime of the same major version loads it.
#[derive(Args)]
pub(crate) struct Opts {
    /// The artifacts, and folders with .cwasm files
    #[arg(value_name = "ARTIFACT", required = true)]
    artifacts: Vec<PathBuf>,

    /// List everything, however long the list
    #[arg(long)]
    all: bool,

    /// Form of reports
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub(crate) message_format: Format,
}

impl Opts {
    /// The path of an only artifact, for a message.
    pub(crate) fn artifact(&self) -> &Path {
        match &self.artifacts[..] {
            [artifact] => artifact,
            _ => Path::new(""),
        }
    }

    /// Prints the descriptions of the artifacts.
    pub(crate) fn run(&self) -> Result<()> {
        for (number, file) in
            artifacts::files(&self.artifacts, "name it to have it described")?.iter().enumerate()
        {
            if number > 0 && self.message_format == Format::Human {
                print_bytes(b"\n")?;
            }
            self.inspect(file)?;
        }
        Ok(())
    }

    fn inspect(&self, file: &Path) -> Result<()> {
        let bytes = unreadable::read(file)?;
        let inspection = match inspect(&bytes) {
            Err(InspectError::Read(error)) => return Err(unreadable::no_artifact(file, &bytes, &error)),
            inspection => inspection.with_context(|| format!("`{}`", escaped_path(file)))?,
        };
        let mut warnings = inspection.warnings();
        warnings.extend(foreign(&inspection));
        match self.message_format {
            Format::Json => print(&Inspected::new(file, &inspection, &warnings))?,
            Format::Human => print_bytes(human::text(file, &inspection, &warnings, self.all).as_bytes())?,
        }
        Ok(())
    }
}

/// A warning for code of another machine: the flags for stock wasmtime are no use here.
fn foreign(inspection: &Inspection) -> Option<String> {
    let target: Triple = inspection.target()?.parse().ok()?;
    let host = Triple::host();
    let fits = match is_pulley(&target) {
        true => target.pointer_width() == host.pointer_width() && target.endianness() == host.endianness(),
        false => target.architecture == host.architecture && target.operating_system == host.operating_system,
    };
    (!fits).then(|| format!("it is for another machine than this, `{target}`: no wasmtime here loads it"))
}
