//! Guests that are cargo packages.

use crate::build::BuildError;
use crate::build::cargo::Cargo;
use crate::build::error::io;
use crate::build::inputs::Module;
use crate::build::sources::{prerequisites, run};
use crate::trusted::jobserver;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What is meant for the program around the guest.
const NOT_THE_GUESTS: [&str; 7] = [
    "CARGO_BUILD_RUSTFLAGS",
    "CARGO_BUILD_TARGET",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_TARGET_DIR",
    "RUSTC_WORKSPACE_WRAPPER",
    "RUSTFLAGS",
    "TARGET",
];

/// Builds a package, and tells cargo what was read for it. Its modules.
pub(super) fn build(cargo: &Cargo, folder: &Path, target: &str) -> Result<Vec<Module>, BuildError> {
    let (program, manifest) = (program(cargo), folder.join("Cargo.toml"));
    let mut command = Command::new(&program);
    command.args(["build", "--release", "--target", target, "--message-format", "json-render-diagnostics"]);
    // Where its own `.cargo/config.toml` holds.
    let scratch = cargo.scratch();
    command.current_dir(folder).arg("--target-dir").arg(&scratch);
    // Which may be set for the program, and is locked while this script runs.
    command.env("CARGO_BUILD_BUILD_DIR", &scratch);
    let lock = lock_file(&program, &manifest).filter(|lock| lock.exists());
    if let Some(server) = jobserver() {
        server.configure(&mut command);
    }
    for name in NOT_THE_GUESTS {
        command.env_remove(name);
    }
    let output = match run(&mut command) {
        Ok(output) => output,
        // What cargo says then is less clear.
        Err(error) => {
            cargo.read(&manifest);
            cargo.read(&folder.join("src"));
            return Err(check_target(cargo, folder, target).err().unwrap_or(error));
        }
    };
    let built = Built::read(&String::from_utf8_lossy(&output), &manifest);
    for manifest in &built.manifests {
        cargo.read(manifest);
    }
    // One that cargo has just made is newer than this script's start.
    if let Some(lock) = &lock {
        cargo.read(lock);
    }
    for module in &built.modules {
        let deps = module.with_extension("d");
        let text = fs::read_to_string(&deps).map_err(io(deps))?;
        let sources = prerequisites(&text).into_iter().map(PathBuf::from);
        sources.filter(|path| !path.starts_with(&scratch)).for_each(|path| cargo.read(&path));
    }
    match built.modules.is_empty() {
        true => Err(BuildError::NoModule { package: folder.into() }),
        false => Ok(built.modules.into_iter().map(Module::file).collect()),
    }
}

/// The modules that a package would make.
///
/// # Errors
///
/// Where it makes none, or cargo doesn't understand it.
pub(super) fn unbuilt(cargo: &Cargo, folder: &Path) -> Result<Vec<Module>, BuildError> {
    cargo.read(&folder.join("Cargo.toml"));
    cargo.read(&folder.join("src"));
    let mut command = Command::new(program(cargo));
    command.args(["metadata", "--no-deps", "--format-version", "1"]).current_dir(folder);
    let output = run(&mut command)?;
    let metadata: Value = serde_json::from_slice(&output).unwrap_or_default();
    let list =
        |value: &Value, name: &str| value.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let own = folder.join("Cargo.toml").canonicalize().ok();
    let is_own = |package: &Value| {
        let path = package.get("manifest_path").and_then(Value::as_str);
        path.and_then(|path| Path::new(path).canonicalize().ok()) == own
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

fn program(cargo: &Cargo) -> String {
    cargo.given("CARGO").unwrap_or_else(|| "cargo".into())
}

/// # Errors
///
/// Where rustc has no library for the target, or doesn't know it.
fn check_target(cargo: &Cargo, folder: &Path, target: &str) -> Result<(), BuildError> {
    let rustc = cargo.given("RUSTC").unwrap_or_else(|| "rustc".into());
    let library = run(Command::new(rustc).args(["--print", "target-libdir", "--target", target]))?;
    match Path::new(String::from_utf8_lossy(&library).trim()).is_dir() {
        true => Ok(()),
        false => Err(BuildError::NoRustTarget { package: folder.into(), target: target.into() }),
    }
}

/// The lock file of the workspace that a package belongs to.
fn lock_file(cargo: &str, manifest: &Path) -> Option<PathBuf> {
    let mut locate = Command::new(cargo);
    locate
        .args(["locate-project", "--workspace", "--message-format", "plain", "--manifest-path"])
        .arg(manifest);
    let root = run(&mut locate).ok()?;
    Some(Path::new(String::from_utf8_lossy(&root).trim()).with_file_name("Cargo.lock"))
}

/// What cargo says of a build.
#[derive(Default)]
struct Built {
    /// The package's modules.
    modules: Vec<PathBuf>,
    /// The manifests of all packages that aren't from a registry.
    manifests: Vec<PathBuf>,
}

impl Built {
    /// Reads cargo's messages, one object a line.
    fn read(messages: &str, manifest: &Path) -> Built {
        let mut built = Built::default();
        let own = manifest.canonicalize().ok();
        for message in messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
            let text = |name: &str| message.get(name).and_then(Value::as_str);
            let Some(from) = text("manifest_path").filter(|_| text("reason") == Some("compiler-artifact"))
            else {
                continue;
            };
            let from = PathBuf::from(from);
            let files = message.get("filenames").and_then(Value::as_array).into_iter().flatten();
            let files = files.filter_map(Value::as_str).map(PathBuf::from);
            if from.canonicalize().ok() == own {
                built
                    .modules
                    .extend(files.filter(|file| file.extension().is_some_and(|found| found == "wasm")));
            }
            let local = text("package_id").is_some_and(|id| id.starts_with("path+file:"));
            if local && !built.manifests.contains(&from) {
                built.manifests.push(from);
            }
        }
        built
    }
}
