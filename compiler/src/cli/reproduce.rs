//! `precompile reproduce SOURCE ARTIFACT`: an artifact, compiled again and compared to the byte.

use crate::message::{Format, Message, print, print_bytes};
use crate::recompile::{SettingOpts, text};
use crate::unreadable;
use anyhow::Result;
use clap::Args;
use precompile::artifact::escaped_path;
use std::path::PathBuf;

/// Compile an artifact again, and compare the two
///
/// The options are those that the artifact tells. Those that it doesn't tell are given as for compiling. Exits with 3 if
/// the two differ, and names the first part of the file that does, with the likely reason.
#[derive(Args)]
pub(crate) struct Opts {
    /// The module or component that the artifact is said to be made of
    source: PathBuf,

    /// The artifact
    pub(crate) artifact: PathBuf,

    #[command(flatten)]
    settings: SettingOpts,

    /// Form of reports
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub(crate) message_format: Format,
}

impl Opts {
    /// Compiles and compares. Returns `false` where the two differ.
    pub(crate) fn run(&self) -> Result<bool> {
        let artifact = unreadable::read(&self.artifact)?;
        let difference = self.settings.compare(&self.source, &self.artifact, &artifact)?;
        match (self.message_format, &difference) {
            (Format::Json, difference) => print(&Message::Reproduced {
                artifact: &self.artifact,
                is_same: difference.is_none(),
                section: difference.as_ref().map(|difference| difference.section.as_str()),
                offset: difference.as_ref().map(|difference| difference.offset),
                cause: difference.as_ref().map(|difference| difference.reason.to_string()),
            })?,
            (Format::Human, None) => {
                let (artifact, source) = (escaped_path(&self.artifact), escaped_path(&self.source));
                print_bytes(format!("`{artifact}` is what `{source}` compiles to\n").as_bytes())?;
            }
            (Format::Human, Some(difference)) => {
                print_bytes(format!("{}\n", text(&self.artifact, difference)).as_bytes())?;
            }
        }
        Ok(difference.is_none())
    }
}
