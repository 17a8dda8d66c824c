//! Which module becomes which artifact.

use crate::build::BuildError;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// A module to compile.
#[derive(Debug)]
pub(super) struct Module {
    pub(super) path: PathBuf,
    /// Where it stands below its folder, or its file name: what it is embedded by, but for the extension.
    pub(super) relative: PathBuf,
}

impl Module {
    pub(super) fn file(path: PathBuf) -> Module {
        let relative = path.file_name().map_or_else(|| path.clone(), PathBuf::from);
        Module { path, relative }
    }
}

/// A module, and where its artifact goes.
#[derive(Debug)]
pub(super) struct Input {
    pub(super) path: PathBuf,
    pub(super) output: PathBuf,
}

/// Every module in a folder, sorted.
///
/// # Errors
///
/// Where there is none.
pub(super) fn folder(path: &Path) -> Result<Vec<Module>, BuildError> {
    let is_module = |path: &Path| path.extension().is_some_and(|found| found == "wasm" || found == "wat");
    let entries =
        WalkDir::new(path).follow_links(true).sort_by_file_name().into_iter().filter_map(Result::ok);
    let modules: Vec<_> = entries
        .filter(|entry| entry.file_type().is_file() && is_module(entry.path()))
        .map(|entry| Module {
            path: entry.path().into(),
            relative: entry.path().strip_prefix(path).unwrap_or(entry.path()).into(),
        })
        .collect();
    match modules.is_empty() {
        true => Err(BuildError::EmptyFolder { path: path.into() }),
        false => Ok(modules),
    }
}

/// The artifacts: one by the name, or several below it.
///
/// # Errors
///
/// Where two would be the same.
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
            true => Ok(Input { path: module.path, output }),
            false => Err(BuildError::SameName { name: name.display().to_string() }),
        }
    };
    modules.into_iter().map(output).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_a_name() {
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
