//! The second compilation of an artifact, and the comparison with the first.

use crate::difference::{Difference, difference};
use crate::kind::Kind;
use crate::setting_args::{CODEGEN, DEBUG, OPTIMIZE, SettingArgs, WASM};
use crate::unreadable;
use anyhow::{Context, Result};
use clap::Args;
use precompile::artifact::{Escaped, escaped_path, trailer};
use precompile::{Choice, Compiler, Options};
use std::path::Path;

/// The settings that an artifact doesn't tell.
#[derive(Args)]
pub(crate) struct SettingOpts {
    /// A setting of WebAssembly, as for compiling
    #[arg(short = 'W', value_name = "SETTING", value_parser = WASM, hide_possible_values = true)]
    wasm: Vec<String>,

    /// A setting of debugging, as for compiling
    #[arg(short = 'D', value_name = "SETTING", value_parser = DEBUG, hide_possible_values = true)]
    debug: Vec<String>,

    /// A setting of optimisation, as for compiling
    #[arg(short = 'O', value_name = "SETTING", value_parser = OPTIMIZE, hide_possible_values = true)]
    optimize: Vec<String>,

    /// A setting of code generation, as for compiling
    #[arg(short = 'C', value_name = "SETTING", value_parser = CODEGEN, hide_possible_values = true)]
    codegen: Vec<String>,
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
