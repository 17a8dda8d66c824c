//! The modules to compile, and the artifact of each.

use crate::build::error::BuildError;
use crate::build::error::io;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// A module to compile.
#[derive(Debug)]
pub(super) struct Module {
    pub(super) path: PathBuf,
    /// Its path below its folder, or its file name: with another extension, the name that it is embedded by.
    pub(super) relative: PathBuf,
}

impl Module {
    pub(super) fn file(path: PathBuf) -> Module {
        let relative = path.file_name().map_or_else(|| path.clone(), PathBuf::from);
        Module { path, relative }
    }
}

/// A module, and the place of its artifact.
#[derive(Debug)]
pub(super) struct Input {
    pub(super) path: PathBuf,
    /// The name that it is embedded by.
    pub(super) name: String,
    pub(super) output: PathBuf,
}

/// Every module in a folder, sorted.
///
/// # Errors
///
/// A folder that holds none or can't be read.
pub(super) fn folder(path: &Path) -> Result<Vec<Module>, BuildError> {
    let is_module = |path: &Path| path.extension().is_some_and(|found| found == "wasm" || found == "wat");
    let mut modules = Vec::new();
    for entry in WalkDir::new(path).follow_links(true).sort_by_file_name() {
        let named = |error: walkdir::Error| io(error.path().unwrap_or(path).to_path_buf())(error.into());
        let entry = entry.map_err(named)?;
        if entry.file_type().is_file() && is_module(entry.path()) {
            let relative = entry.path().strip_prefix(path).unwrap_or(entry.path()).into();
            modules.push(Module { path: entry.path().into(), relative });
        }
    }
    match modules.is_empty() {
        true => Err(BuildError::EmptyFolder { path: path.into() }),
        false => Ok(modules),
    }
}

/// The modules with their artifacts: one of the given name, or several below it.
///
/// # Errors
///
/// Two modules with the same artifact.
pub(super) fn to_outputs(
    modules: Vec<Module>,
    name: &str,
    several: bool,
    out_dir: &Path,
) -> Result<Vec<Input>, BuildError> {
    let mut names = BTreeSet::new();
    let output = |module: Module| {
        let name = match several {
            true => Path::new(name).join(module.relative.with_extension("")),
            false => name.into(),
        };
        let mut file = name.clone().into_os_string();
        file.push(".cwasm");
        let output = out_dir.join(file);
        match names.insert(name.clone()) {
            true => Ok(Input { path: module.path, name: embedded(&name), output }),
            false => Err(BuildError::SameName { name: name.display().to_string() }),
        }
    };
    modules.into_iter().map(output).collect()
}

/// A name with slashes, on every system.
fn embedded(name: &Path) -> String {
    name.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_artifact_has_a_name() {
        let outputs = |paths: &[&str], several| {
            let modules = paths.iter().map(|path| Module::file(path.into())).collect();
            let inputs = to_outputs(modules, "all", several, Path::new("out"))?;
            Ok::<_, BuildError>(inputs.into_iter().map(|input| input.output).collect::<Vec<_>>())
        };
        assert_eq!(outputs(&["x/a.wasm"], false).unwrap(), [Path::new("out/all.cwasm")]);
        let both = ["out/all/a.cwasm", "out/all/b.c.cwasm"].map(PathBuf::from);
        assert_eq!(outputs(&["x/a.wasm", "b.c.wat"], true).unwrap(), both);
        assert!(
            matches!(outputs(&["a.wasm", "x/a.wat"], true), Err(BuildError::SameName { name }) if name == "all/a")
        );
    }
}
