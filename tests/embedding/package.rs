//! A user's package with a build script.

use crate::ANSWER;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;
use support::{Ended, Folder, precompile, root, run};

/// A package with a build script, in a folder of its own.
pub(crate) struct Package {
    pub(crate) folder: Folder,
    name: String,
}

impl Package {
    /// A package whose build script consists of this statement.
    pub(crate) fn new(name: &str, statement: &str) -> Package {
        let root = root();
        let folder = Folder::new();
        fs::create_dir(folder.join("src")).unwrap();
        folder.write("src/lib.rs", "");
        let compiler = root.join("compiler");
        folder.write(
            "Cargo.toml",
            format!(
                "[package]\nname = \"{name}\"\nedition = \"2024\"\n[workspace]\n[build-dependencies]\n\
                 precompile = {{ path = {compiler:?}, default-features = false, features = [\"build\"] }}\n"
            ),
        );
        // The same versions as in the workspace.
        fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
        folder.write("answer.wat", ANSWER);
        let package = Package { folder, name: name.into() };
        package.script(statement);
        package.tool("precompile");
        package
    }

    pub(crate) fn script(&self, statement: &str) {
        self.folder.write(
            "build.rs",
            format!("use precompile::{{*, build::*}};\nfn main() {{ {statement} }}\nconst _: Option<Backend> = None;\n"),
        );
    }

    /// A command that logs its calls.
    pub(crate) fn tool(&self, name: &str) -> PathBuf {
        let (log, real) = (self.folder.join("calls"), precompile());
        self.shell_script(name, &format!("echo \"$@\" >>{log:?}\nexec {real:?} \"$@\"\n"))
    }

    /// A shell script.
    pub(crate) fn shell_script(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.join(name);
        fs::write(&path, format!("#!/bin/sh\n{text}")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    /// The calls of the command since the last look, without those that only ask for its version.
    pub(crate) fn calls(&self) -> Vec<String> {
        let text = fs::read_to_string(self.folder.join("calls")).unwrap_or_default();
        let _ = fs::remove_file(self.folder.join("calls"));
        text.lines().filter(|line| *line != "--version").map(String::from).collect()
    }

    pub(crate) fn cargo(&self) -> Command {
        let mut cargo = self.folder.command(std::env::var_os("CARGO").unwrap_or("cargo".into()));
        cargo.args(["build", "--offline"]).env("CARGO_TARGET_DIR", target());
        cargo.env("CARGO_PROFILE_DEV_DEBUG", "0").env("PRECOMPILE", self.folder.join("precompile"));
        cargo.env("PRECOMPILE_CACHE_DIR", self.folder.cache()).env_remove("RUSTFLAGS");
        cargo
    }

    #[track_caller]
    pub(crate) fn builds(&self) -> Vec<String> {
        let ended = run(&mut self.cargo());
        assert_eq!(ended.code, Some(0), "{ended:?}");
        self.calls()
    }

    /// The lines for cargo from the script's last run, and the folder of its output.
    pub(crate) fn output(&self) -> (Vec<String>, PathBuf) {
        let scripts = fs::read_dir(target().join("debug/build")).unwrap().map(|entry| entry.unwrap().path());
        let of_this = |path: &PathBuf| {
            let name = path.file_name().unwrap().to_string_lossy();
            name.starts_with(&format!("{}-", self.name)) && path.join("output").exists()
        };
        let path = scripts
            .filter(of_this)
            .max_by_key(|path| path.join("output").metadata().unwrap().modified().unwrap());
        let path = path.unwrap();
        let lines = fs::read_to_string(path.join("output")).unwrap().lines().map(String::from).collect();
        (lines, path.join("out"))
    }
}

/// The target folder, one for all packages, so that their dependencies are built once.
pub(crate) fn target() -> PathBuf {
    let own = root().join("target");
    std::env::var_os("CARGO_TARGET_DIR").map_or(own, PathBuf::from).join("embedding")
}

/// The error of a statement in a build script.
#[track_caller]
pub(crate) fn error(name: &str, statement: &str, words: &[&str]) -> (Package, Ended) {
    let package = Package::new(name, statement);
    let ended = run(&mut package.cargo());
    assert_eq!(ended.code, Some(101), "{ended:?}");
    for word in words {
        assert!(ended.stderr.contains(word), "{word}: {ended:?}");
    }
    (package, ended)
}
