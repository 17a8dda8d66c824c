//! `precompile fat ARTIFACT...`: artifacts for several hosts in one file, and out of it.

mod join;
mod only;
mod slice_names;
mod split;

use crate::kind::Kind;
use crate::message::Format;
use anyhow::{Result, ensure};
use clap::{Args, ValueHint};
use std::path::{Path, PathBuf};

/// Join artifacts for several hosts into one file, or take them out of it
///
/// A runtime opens the slice that fits its host best: machine code before Pulley's, for more CPU features before fewer,
/// Cranelift's before Winch's. The artifacts must be of the same WebAssembly, and stay as they are. Fat artifacts among
/// them are joined slice by slice. `precompile --fat` compiles and joins at once.
#[derive(Args)]
#[command(after_long_help = "\
Examples:
  precompile fat app.*-linux-gnu.cwasm -o app.cwasm
  precompile fat --split app.cwasm --out-dir slices
  precompile fat --only host.json app.cwasm -o thin.cwasm")]
pub(crate) struct Opts {
    /// The artifacts to join; with `--split` or `--only`, a fat one
    #[arg(required = true, value_name = "ARTIFACT")]
    artifacts: Vec<PathBuf>,

    /// The file to write
    #[arg(short, long, value_name = "FILE", required_unless_present = "split", conflicts_with = "split")]
    output: Option<PathBuf>,

    /// Write each slice into a file of its own, named after what it is for
    #[arg(long, conflicts_with = "only")]
    split: bool,

    /// Folder for the files of `--split` [default: that of ARTIFACT]
    #[arg(long, value_name = "FOLDER", value_hint = ValueHint::DirPath, requires = "split")]
    out_dir: Option<PathBuf>,

    /// Write the slice that this host would run, as `precompile-run --describe` described it
    #[arg(long, value_name = "HOST.JSON")]
    only: Option<PathBuf>,

    /// Store the data segments of each slice, also where several have the same
    #[arg(long, conflicts_with_all = ["split", "only"])]
    no_share: bool,

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

    /// Joins the artifacts, or takes slices out of one.
    pub(crate) fn run(&self) -> Result<()> {
        match (&self.only, &self.output) {
            (Some(host), Some(output)) => only::only(self.one("--only")?, host, output, self.message_format),
            (None, Some(output)) => join::join(&self.artifacts, output, !self.no_share, self.message_format),
            (_, None) => split::split(self.one("--split")?, self.out_dir.as_deref(), self.message_format),
        }
    }

    /// The only artifact.
    fn one(&self, option: &str) -> Result<&Path> {
        ensure!(
            self.artifacts.len() == 1,
            Kind::Usage
                .error(format!("`{option}` is of one artifact, and these are {}", self.artifacts.len()))
        );
        Ok(&self.artifacts[0])
    }
}
