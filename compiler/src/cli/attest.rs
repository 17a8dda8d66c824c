//! `precompile attest ARTIFACT --source SOURCE --sign KEY`: a signature for what this machine compiles, too.

use crate::key_source;
use crate::message::Format;
use crate::recompile::{self, SettingOpts};
use crate::signing::add;
use crate::unreadable;
use anyhow::{Result, bail};
use clap::Args;
use precompile::KeySource;
use std::path::PathBuf;

/// Compile an artifact again, and sign it if the two are the same
///
/// With `threshold=2` in a trust file and the keys of two machines, no compiler on one machine decides alone what runs.
#[derive(Args)]
pub(crate) struct Opts {
    /// The artifact
    pub(crate) artifact: PathBuf,

    /// The module or component that the artifact is said to be made of
    #[arg(long, value_name = "FILE")]
    source: PathBuf,

    /// The secret key: a file that nobody else may read, or `env:NAME`, a variable with the file's text
    #[arg(long, value_name = "KEY")]
    sign: KeySource,

    #[command(flatten)]
    settings: SettingOpts,

    /// Form of reports
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub(crate) message_format: Format,
}

impl Opts {
    /// Compiles, compares and signs.
    pub(crate) fn run(&self) -> Result<()> {
        let artifact = unreadable::read(&self.artifact)?;
        // Before the work.
        let key = key_source::read(&self.sign)?;
        if let Some(difference) = self.settings.compare(&self.source, &self.artifact, &artifact)? {
            bail!("not signed: {}", recompile::text(&self.artifact, &difference));
        }
        // The file must still hold what was compared.
        add(
            &self.artifact,
            &artifact,
            &key.public(),
            self.message_format,
            |statement| Ok(key.sign(statement)),
        )
    }
}
