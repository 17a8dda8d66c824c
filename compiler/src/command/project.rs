//! `precompile.toml`: what `precompile` compiles where no input is named.

use anyhow::{Result, anyhow, ensure};
use precompile::{Backend, Platform};
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// The file's name, in the current folder.
pub(crate) const FILE: &str = "precompile.toml";

/// The content of `precompile.toml`. Paths are relative to its folder; options on the command line
/// override what it says.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Project {
    /// Modules, components and folders to compile.
    pub(crate) inputs: Vec<PathBuf>,
    /// The compiler.
    pub(crate) backend: Option<Backend>,
    /// The machines to compile for.
    #[serde(default)]
    pub(crate) targets: Vec<String>,
    /// The least CPU that the code must run on.
    pub(crate) cpu: Option<String>,
    /// What the code may rely on.
    pub(crate) platform: Option<Platform>,
    /// Where artifacts go.
    pub(crate) out_dir: Option<PathBuf>,
}

impl Project {
    /// Reads the file, or `None` where there is none.
    ///
    /// # Errors
    ///
    /// Where it can't be read, or says what is not understood.
    pub(crate) fn read() -> Result<Option<Project>> {
        if !Path::new(FILE).exists() {
            return Ok(None);
        }
        Project::parse(&fs_err::read_to_string(FILE)?).map(Some)
    }

    /// Reads the file's text.
    ///
    /// # Errors
    ///
    /// Where it says what is not understood.
    pub(crate) fn parse(text: &str) -> Result<Project> {
        let error = |error: toml::de::Error| anyhow!("`{FILE}`: {}", error.to_string().trim_end());
        let project: Project = toml::from_str(text).map_err(error)?;
        ensure!(!project.inputs.is_empty(), "`{FILE}`: `inputs` is empty: name modules or folders");
        Ok(project)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The body of the fuzz target `project`, for fixed seeds.
    #[test]
    fn any_text_gives_an_answer() {
        let seed = "inputs = [\"app.wasm\", \"plugins\"]\nbackend = \"winch\"\ntargets = [\"aarch64\"]\ncpu = \"x86-64-v3\"\n\
                    platform = \"hosted\"\nout-dir = \"build\"\n";
        assert!(Project::parse(seed).is_ok());
        let mut accepted = 0;
        for number in 0..20_000 {
            let text = support::mutated(seed.as_bytes(), number);
            accepted += u32::from(Project::parse(&String::from_utf8_lossy(&text)).is_ok());
        }
        assert!((100..19_000).contains(&accepted), "{accepted}");
    }
}
