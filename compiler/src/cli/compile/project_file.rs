//! `precompile.toml`: the inputs and options of `precompile` where no input is named. `Cargo.toml` may hold the same.

use crate::compile::project::Project;
use anyhow::{Result, anyhow, ensure};
use precompile::KeySource;
use precompile::artifact::escaped_path;
use serde::Deserialize;
use std::path::Path;

/// The file's name, in the current folder.
pub(crate) const FILE: &str = "precompile.toml";
/// Cargo's file, which holds the same below `[package.metadata.precompile]`.
const CARGO: &str = "Cargo.toml";

/// The part of a `Cargo.toml` that concerns us.
#[derive(Deserialize)]
struct Manifest {
    package: Option<Section>,
    workspace: Option<Section>,
}

/// A package, or a workspace.
#[derive(Deserialize)]
struct Section {
    metadata: Option<Metadata>,
}

/// The part that other tools keep in a manifest.
#[derive(Deserialize)]
struct Metadata {
    precompile: Option<Project>,
}

impl Project {
    /// Reads a file; `None` where there is none.
    ///
    /// # Errors
    ///
    /// If the file can't be read or parsed.
    pub(crate) fn read(path: &Path) -> Result<Option<Project>> {
        if !path.exists() {
            return Ok(None);
        }
        let text = fs_err::read_to_string(path)?;
        let error = |error: toml::de::Error| {
            // The whole text shows the line, and the line may have a key.
            let whole = error.to_string();
            let shown = if KeySource::holds_key(&whole) {
                "a secret key stands there: name its file instead, and make a new key"
            } else {
                whole.trim_end()
            };
            anyhow!("`{}`: {shown}", escaped_path(path))
        };
        let project = match path.ends_with(CARGO) {
            true => Project::of_manifest(&text).map_err(error)?.ok_or_else(|| {
                let path = escaped_path(path);
                anyhow!(
                    "`{path}` has no `[package.metadata.precompile]`: add it, with `inputs = [\"app.wasm\"]`"
                )
            })?,
            false => Project::parse(&text).map_err(error)?,
        };
        let nothing = "`inputs` is empty: name modules or folders";
        ensure!(!project.inputs.is_empty(), "`{}`: {nothing}", escaped_path(path));
        Ok(Some(project.below(path.parent().unwrap_or(Path::new("")))))
    }

    /// Reads the text of a `precompile.toml`.
    ///
    /// # Errors
    ///
    /// If the text can't be parsed.
    pub(crate) fn parse(text: &str) -> Result<Project, toml::de::Error> {
        toml::from_str(text)
    }

    /// Reads the project in the text of a `Cargo.toml`.
    fn of_manifest(text: &str) -> Result<Option<Project>, toml::de::Error> {
        let Manifest { package, workspace } = toml::from_str(text)?;
        let project =
            [package, workspace].into_iter().flatten().find_map(|section| section.metadata?.precompile);
        Ok(project)
    }

    /// The project with its paths as seen from the current folder.
    fn below(mut self, folder: &Path) -> Project {
        self.inputs = self.inputs.iter().map(|input| folder.join(input)).collect();
        self.out_dir = self.out_dir.map(|out_dir| folder.join(out_dir));
        self.sign = self.sign.map(|key| key.below(folder));
        self.trust = self.trust.map(|trust| folder.join(trust));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The body of the fuzz target `project`, for fixed seeds.
    #[test]
    fn any_text_gives_an_answer() {
        let seed = "inputs = [\"app.wasm\", \"plugins\"]\nbackend = \"auto\"\nexpect-runs = 9\nexpect-run-time = \"20ms\"\ntargets = [\"aarch64\"]\ncpu = \"x86-64-v3\"\n\
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
