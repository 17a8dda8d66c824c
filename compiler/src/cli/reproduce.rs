//! `precompile reproduce SOURCE ARTIFACT`: an artifact, compiled again and compared to the byte.

use crate::kind::Kind;
use crate::message::{Format, Message, print, print_bytes};
use crate::setting_args::{CODEGEN, DEBUG, OPTIMIZE, SettingArgs, WASM};
use crate::unreadable;
use anyhow::{Context, Result};
use clap::Args;
use precompile::artifact::{Escaped, escaped_path, trailer};
use precompile::inspect::{Difference, difference};
use precompile::{Choice, Compiler, Options};
use std::path::{Path, PathBuf};

/// Compile an artifact again, and say whether it is the same to the byte
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

/// The settings that an artifact doesn't tell.
#[derive(Args)]
pub(crate) struct SettingOpts {
    /// A setting of WebAssembly, as for compiling
    #[arg(short = 'W', value_name = "SETTING", value_parser = WASM)]
    wasm: Vec<String>,

    /// A setting of debugging, as for compiling
    #[arg(short = 'D', value_name = "SETTING", value_parser = DEBUG)]
    debug: Vec<String>,

    /// A setting of optimisation, as for compiling
    #[arg(short = 'O', value_name = "SETTING", value_parser = OPTIMIZE)]
    optimize: Vec<String>,

    /// A setting of code generation, as for compiling
    #[arg(short = 'C', value_name = "SETTING", value_parser = CODEGEN)]
    codegen: Vec<String>,
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

/// The sentence about a difference.
pub(crate) fn text(artifact: &Path, difference: &Difference) -> String {
    let Difference { section, offset, reason } = difference;
    let (artifact, section, reason) = (escaped_path(artifact), Escaped(section), reason.to_string());
    format!("`{artifact}` differs at byte {offset}, in `{section}`: {}", Escaped(&reason))
}

impl SettingOpts {
    /// Compiles a source as an artifact was, and compares the two; `None` if they are the same.
    pub(crate) fn compare(&self, source: &Path, artifact: &Path, bytes: &[u8]) -> Result<Option<Difference>> {
        trailer::read(bytes).map_err(|error| unreadable::no_artifact(artifact, bytes, &error))?;
        let module = unreadable::read(source)?;
        let told = Options::of_artifact(bytes).with_context(|| format!("`{}`", escaped_path(artifact)))?;
        let settings = SettingArgs {
            wasm: &self.wasm,
            debug: &self.debug,
            optimize: &self.optimize,
            codegen: &self.codegen,
        };
        let settings = settings.iter().map(|(letter, text)| (letter, text.into())).collect();
        let options = Choice { settings, ..Choice::default() }.adjust(told);
        let options = options.map_err(|error| Kind::Usage.error(error.to_string()))?;
        let compiled = Compiler::default().compile(&options, &module);
        let compiled = compiled.with_context(|| format!("`{}`", escaped_path(source)))?;
        Ok(difference(&compiled.artifact, bytes)?)
    }
}
