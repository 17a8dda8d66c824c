//! `precompile inspect ARTIFACT`: the description of an artifact.

mod fat;
mod human;
mod object;
mod page;
mod share;
mod treemap;

use crate::artifacts;
use crate::failures::Failures;
use crate::html_page::HtmlOutput;
use crate::kind::Kind;
use crate::message::{Format, print, print_bytes};
use crate::read_artifact::FatArtifact;
use crate::unreadable;
use anyhow::{Context, Result};
use clap::Args;
use object::Inspected;
use precompile::artifact::escaped_path;
use precompile::artifact::fat::is_fat;
use precompile::artifact::platform::is_pulley;
use precompile::inspect::{InspectError, Inspection, inspect};
use std::path::{Path, PathBuf};
use target_lexicon::Triple;

/// Describe artifacts, ours or such as wasmtime wrote
///
/// Its target, settings, features, imports and exports, the size of each part of the file, and the
/// flags under which stock wasmtime of the same major version loads it; of a fat artifact, its slices.
#[derive(Args)]
pub(crate) struct Opts {
    /// The artifacts, and folders with .cwasm files
    #[arg(value_name = "ARTIFACT", required = true)]
    artifacts: Vec<PathBuf>,

    /// List everything, however long the list
    #[arg(long)]
    all: bool,

    /// Also write a page with a map of the bytes of one artifact, by section and by function; `-` is standard output,
    /// in place of the report
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,

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
        let files = artifacts::files(&self.artifacts, "name it to have it described")?;
        if self.html.is_some() && files.len() != 1 {
            let words = "`--html` is for one artifact, and these are";
            return Err(Kind::Usage.error(format!("{words} {}: name one", files.len())));
        }
        let mut failures = Failures::new(self.message_format, files.len());
        let mut is_first = true;
        for file in &files {
            let html = self.html.as_deref().map(|path| HtmlOutput::new(path, file));
            html.map_or(Ok(()), |html| html.check(self.message_format))?;
            let Some((bytes, described)) = failures.note(file, read(file))? else { continue };
            if !is_first && self.message_format == Format::Human {
                print_bytes(b"\n")?;
            }
            is_first = false;
            match described {
                Described::Thin(inspection) => self.describe(file, &bytes, &inspection, html)?,
                Described::Fat(_) if html.is_some() => {
                    let way = "`--html` is of one slice: take it out with `precompile fat --split`";
                    return Err(Kind::Usage.error(way));
                }
                Described::Fat(fat) => fat::describe(file, &fat, bytes.len() as u64, self.message_format)?,
            }
        }
        failures.end()
    }

    /// Prints the description of an artifact, and writes its page.
    fn describe(
        &self,
        file: &Path,
        bytes: &[u8],
        inspection: &Inspection,
        html: Option<HtmlOutput<'_>>,
    ) -> Result<()> {
        let mut warnings = inspection.warnings();
        warnings.extend(foreign(inspection));
        match self.message_format {
            Format::Json => print(&Inspected::new(file, inspection, &warnings))?,
            Format::Human if html.is_some_and(HtmlOutput::is_standard) => {}
            Format::Human => print_bytes(human::text(file, inspection, &warnings, self.all).as_bytes())?,
        }
        html.map_or(Ok(()), |html| html.write(&page::page(file, bytes, inspection)?))
    }
}

/// The description of an artifact.
enum Described {
    Thin(Box<Inspection>),
    Fat(Box<FatArtifact>),
}

/// The content of an artifact, and what it tells.
fn read(file: &Path) -> Result<(Vec<u8>, Described)> {
    let bytes = unreadable::read(file)?;
    if is_fat(&bytes) {
        let fat = FatArtifact::of(file, &bytes)?;
        return Ok((bytes, Described::Fat(Box::new(fat))));
    }
    let inspection = match inspect(&bytes) {
        Err(InspectError::Read(error)) => return Err(unreadable::no_artifact(file, &bytes, &error)),
        inspection => inspection.with_context(|| format!("`{}`", escaped_path(file)))?,
    };
    Ok((bytes, Described::Thin(Box::new(inspection))))
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
