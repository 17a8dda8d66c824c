//! Guests that are cargo packages.

mod built;
mod flags;
mod guest;
mod mirror;

use crate::build::cargo::Cargo;
use crate::build::dependencies::prerequisites;
use crate::build::error::BuildError;
use crate::build::error::io;
use crate::build::inputs::Module;
use crate::build::process::run;
use built::Built;
use guest::Guest;
use serde_json::Value;
use std::fs;
use std::io;
use std::path::Path;

/// The part of cargo's message about a lock file that it would have to change and may not.
const STALE: &str = "--locked was passed";

/// Builds a package, tells cargo the files that were read for it, and returns its modules. The number
/// distinguishes this source from the others.
pub(super) fn build(
    cargo: &Cargo,
    folder: &Path,
    target: &str,
    number: usize,
) -> Result<Vec<Module>, BuildError> {
    let guest = Guest::new(cargo, folder)?;
    let output = match compile(cargo, &guest, target, number) {
        Ok(output) => output,
        // Cargo's own error for a missing target is less clear.
        Err(error) => {
            cargo.read(&guest.manifest())?;
            cargo.read(&folder.join("src"))?;
            return Err(check_target(&guest, target).err().unwrap_or_else(|| guest.explain(error)));
        }
    };
    let built = Built::read(&String::from_utf8_lossy(&output), &guest.manifest());
    let scratch = fs::canonicalize(cargo.scratch()).map_err(io(cargo.scratch()))?;
    for manifest in &built.manifests {
        cargo.read(manifest)?;
    }
    for module in &built.modules {
        let deps = module.with_extension("d");
        let text = fs::read_to_string(&deps).map_err(io(deps))?;
        for path in prerequisites(&text) {
            // In a mirror, each path is a link.
            let path = fs::canonicalize(&path).unwrap_or_else(|_| path.into());
            if !path.starts_with(&scratch) {
                cargo.read(&path)?;
            }
        }
    }
    match built.modules.is_empty() {
        true => Err(BuildError::NoModule { package: folder.into() }),
        false => Ok(built.modules.into_iter().map(Module::file).collect()),
    }
}

/// Builds the package by cargo, with its lock file unchanged, and returns cargo's output. If there is no lock
/// file, or an insufficient one, cargo makes one in a mirror of the sources: build scripts must not write among
/// them.
fn compile(cargo: &Cargo, guest: &Guest, target: &str, number: usize) -> Result<Vec<u8>, BuildError> {
    let mirrors = cargo.scratch().join(number.to_string()).join(mirror::FOLDER);
    let mirrors =
        fs::create_dir_all(&mirrors).and_then(|()| fs::canonicalize(&mirrors)).map_err(io(&mirrors))?;
    let build = |extra: &[&Path]| {
        let mut command = guest.cargo();
        command.args([
            "build",
            "--release",
            "--target",
            target,
            "--message-format",
            "json-render-diagnostics",
        ]);
        command.arg("--target-dir").arg(cargo.scratch());
        command.arg("--config").arg(flags::config(target, &mirrors, &guest.config_files()));
        run(command.args(extra))
    };
    let root = guest.workspace()?;
    let lock = root.join("Cargo.lock");
    if lock.exists() {
        // A lock file that cargo has just made is newer than this script's start.
        cargo.read(&lock)?;
        match build(&[Path::new("--locked")]) {
            Err(BuildError::Guest { output, .. }) if output.contains(STALE) => cargo.warn(&format!(
                "the lock file `{}` is out of date, and is left as it is: run `cargo update --workspace` beside it",
                lock.display()
            )),
            built => return built,
        }
    }
    match mirror::make(&root, &mirrors) {
        Ok(mirror) => {
            let manifest = guest.manifest();
            let inside = manifest.strip_prefix(&root).unwrap_or(Path::new("Cargo.toml"));
            build(&[Path::new("--manifest-path"), &mirror.join(inside)])
        }
        // On a system without links, cargo writes its lock file at its usual place.
        Err(error) if error.kind() == io::ErrorKind::Unsupported => build(&[]),
        Err(error) => Err(BuildError::Io { path: mirrors.clone(), error }),
    }
}

/// The modules that a package would make.
///
/// # Errors
///
/// A package that makes none, or that cargo doesn't understand.
pub(super) fn unbuilt(cargo: &Cargo, folder: &Path) -> Result<Vec<Module>, BuildError> {
    let guest = Guest::new(cargo, folder)?;
    cargo.read(&guest.manifest())?;
    cargo.read(&folder.join("src"))?;
    let output = run(guest.cargo().args(["metadata", "--no-deps", "--format-version", "1"]))?;
    let metadata: Value = serde_json::from_slice(&output).unwrap_or_default();
    let list =
        |value: &Value, name: &str| value.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let own = guest.manifest();
    let is_own = |package: &Value| {
        let path = package.get("manifest_path").and_then(Value::as_str);
        path.and_then(|path| Path::new(path).canonicalize().ok()).as_ref() == Some(&own)
    };
    let packages = list(&metadata, "packages");
    let targets =
        packages.iter().filter(|package| is_own(package)).flat_map(|package| list(package, "targets"));
    let module = |target: Value| {
        let name = target.get("name")?.as_str()?;
        if !list(&target, "required-features").is_empty() {
            return None;
        }
        let is = |kind: &str| list(&target, "kind").iter().any(|found| found == kind);
        let name = if is("bin") { Some(name.into()) } else { is("cdylib").then(|| name.replace('-', "_")) };
        name.map(|name: String| Module::file(name.into()))
    };
    let modules: Vec<_> = targets.filter_map(module).collect();
    match modules.is_empty() {
        true => Err(BuildError::NoModule { package: folder.into() }),
        false => Ok(modules),
    }
}

/// Checks that rustc can compile for the target.
///
/// # Errors
///
/// A target that rustc has no library for or doesn't know.
fn check_target(guest: &Guest, target: &str) -> Result<(), BuildError> {
    let library = run(guest.rustc().args(["--print", "target-libdir", "--target", target]))?;
    match Path::new(String::from_utf8_lossy(&library).trim()).is_dir() {
        true => Ok(()),
        false => Err(BuildError::NoRustTarget { package: guest.named().into(), target: target.into() }),
    }
}
