//! A cargo package, and the commands of cargo and rustc for it.

use crate::build::cargo::Cargo;
use crate::build::error::BuildError;
use crate::build::error::io;
use crate::build::process::run;
use crate::trusted::jobserver;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The variables that are meant for the program around the guest.
const PROGRAM_VARIABLES: [&str; 7] = [
    "CARGO_BUILD_RUSTFLAGS",
    "CARGO_BUILD_TARGET",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_TARGET_DIR",
    "RUSTC_WORKSPACE_WRAPPER",
    "RUSTFLAGS",
    "TARGET",
];

/// The variables that name the program's toolchain.
const TOOLCHAIN_VARIABLES: [&str; 4] = ["RUSTC", "RUSTDOC", "RUSTUP_TOOLCHAIN", "RUSTUP_TOOLCHAIN_SOURCE"];

/// A cargo package.
pub(super) struct Guest {
    /// The folder, as the script names it.
    named: PathBuf,
    folder: PathBuf,
    /// The folder and those above it, without those that the program is in, too: their configuration is the
    /// program's.
    own: Vec<PathBuf>,
    /// The file in one of them that chooses a toolchain.
    toolchain: Option<PathBuf>,
    /// The fact that rustup chose the program's toolchain.
    rustup: bool,
    cargo: PathBuf,
    rustc: PathBuf,
    scratch: PathBuf,
    /// Cargo's own folder, whose configuration is shared by all packages.
    home: Option<PathBuf>,
}

impl Guest {
    /// Finds the files that configure a package, and tells cargo that they were read.
    ///
    /// # Errors
    ///
    /// A folder that holds no package.
    pub(super) fn new(cargo: &Cargo, named: &Path) -> Result<Guest, BuildError> {
        if !named.join("Cargo.toml").is_file() {
            return Err(BuildError::NoPackage { folder: named.into(), exists: named.is_dir() });
        }
        let folder = fs::canonicalize(named).map_err(io(named))?;
        let program = cargo.given("CARGO_MANIFEST_DIR").and_then(|folder| fs::canonicalize(folder).ok());
        let is_own = |folder: &&Path| program.as_ref().is_none_or(|program| !program.starts_with(folder));
        let own: Vec<_> = folder.ancestors().take_while(is_own).map(PathBuf::from).collect();
        let names = ["rust-toolchain", "rust-toolchain.toml"];
        let files = own.iter().flat_map(|folder| names.map(|name| folder.join(name)));
        let toolchain = files.into_iter().find(|file| file.is_file());
        let home = cargo.given("CARGO_HOME").map(PathBuf::from);
        let guest = Guest {
            named: named.into(),
            folder,
            own,
            toolchain,
            rustup: cargo.given("RUSTUP_TOOLCHAIN").is_some(),
            cargo: cargo.given("CARGO").unwrap_or_else(|| "cargo".into()).into(),
            rustc: cargo.given("RUSTC").unwrap_or_else(|| "rustc".into()).into(),
            scratch: cargo.scratch(),
            home: home.or_else(|| Some(PathBuf::from(cargo.given("HOME")?).join(".cargo"))),
        };
        guest.toolchain.iter().chain(&guest.config_files()).try_for_each(|file| cargo.read(file))?;
        Ok(guest)
    }

    /// The folder, as the script names it.
    pub(super) fn named(&self) -> &Path {
        &self.named
    }

    /// Its manifest, without links.
    pub(super) fn manifest(&self) -> PathBuf {
        let manifest = self.folder.join("Cargo.toml");
        fs::canonicalize(&manifest).unwrap_or(manifest)
    }

    /// The folder of the workspace that it belongs to, without links.
    ///
    /// # Errors
    ///
    /// A package that cargo doesn't understand.
    pub(super) fn workspace(&self) -> Result<PathBuf, BuildError> {
        let root = run(self.cargo().args(["locate-project", "--workspace", "--message-format", "plain"]))?;
        let manifest = PathBuf::from(String::from_utf8_lossy(&root).trim());
        let folder = manifest.parent().unwrap_or(&self.folder);
        fs::canonicalize(folder).map_err(io(folder))
    }

    /// Cargo's configuration files for the package that aren't the program's, too.
    pub(super) fn config_files(&self) -> Vec<PathBuf> {
        let of = |folder: &PathBuf| {
            let folder = folder.join(".cargo");
            // As for cargo, the first hides the second.
            [folder.join("config"), folder.join("config.toml")].into_iter().find(|file| file.is_file())
        };
        let home = self.home.as_ref().and_then(|home| fs::canonicalize(home).ok());
        let is_shared = |file: &PathBuf| file.parent().is_some_and(|folder| Some(folder) == home.as_deref());
        self.own.iter().filter_map(of).filter(|file| !is_shared(file)).collect()
    }

    /// The cargo that builds the package: the program's, or that of the toolchain in the package's own file.
    pub(super) fn cargo(&self) -> Command {
        let mut command = self.command(&self.cargo, "cargo");
        // The variable may be set for the program, whose folder is locked while this script runs.
        command.env("CARGO_BUILD_BUILD_DIR", &self.scratch);
        // Cargo's messages pass through the script's output, which has no colours.
        command.env("CARGO_TERM_COLOR", "never");
        if let Some(server) = jobserver() {
            server.configure(&mut command);
        }
        command
    }

    /// The rustc that compiles the package.
    pub(super) fn rustc(&self) -> Command {
        self.command(&self.rustc, "rustc")
    }

    /// A command that runs in the package's folder, for its own `.cargo/config.toml`.
    fn command(&self, programs: &Path, proxy: &str) -> Command {
        let chooses = self.toolchain.is_some() && self.rustup;
        // Rustup has put its own folder first in the `PATH`.
        let mut command = Command::new(if chooses { Path::new(proxy) } else { programs });
        command.current_dir(&self.folder);
        let chosen = TOOLCHAIN_VARIABLES.iter().filter(|_| chooses);
        for name in PROGRAM_VARIABLES.iter().chain(chosen) {
            command.env_remove(name);
        }
        command
    }

    /// Adds to an error that the toolchain file was ignored, if it was.
    pub(super) fn explain(&self, error: BuildError) -> BuildError {
        match (error, &self.toolchain) {
            (BuildError::Guest { command, status, output }, Some(file)) if !self.rustup => {
                let note = "isn't looked at, because the cargo that builds this program isn't rustup's";
                let output = format!("{output}\n`{}` {note}", file.display());
                BuildError::Guest { command, status, output }
            }
            (error, _) => error,
        }
    }
}
