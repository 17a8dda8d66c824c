//! Building programs, and their sizes.

use crate::profile::Profile;
use crate::toolchain::Toolchain;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The settings of a build, for any program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Recipe {
    pub(crate) profile: Profile,
    /// Flags for rustc.
    pub(crate) flags: &'static [&'static str],
    pub(crate) std: Std,
    /// The build needs a toolchain that takes unstable flags.
    pub(crate) unstable: bool,
}

/// The source of the standard library.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Std {
    /// The toolchain's own.
    Shipped,
    /// One that is built from its sources, with these features or with the default ones.
    Built(Option<&'static str>),
}

impl Recipe {
    /// A recipe for stable Rust.
    pub(crate) const fn stable(profile: Profile) -> Recipe {
        Recipe { profile, flags: &[], std: Std::Shipped, unstable: false }
    }

    /// The toolchain that this recipe needs.
    ///
    /// # Errors
    ///
    /// Says what is missing.
    pub(crate) fn toolchain(&self) -> Result<Toolchain, String> {
        match self.unstable {
            true => Toolchain::unstable(self.std != Std::Shipped),
            false => Toolchain::active(),
        }
    }

    fn options(&self) -> Vec<String> {
        let mut options = Vec::new();
        if let Std::Built(features) = self.std {
            let crates = if self.profile.abort { "std,panic_abort" } else { "std,panic_unwind" };
            options.push(format!("-Zbuild-std={crates}"));
            options.extend(features.map(|features| format!("-Zbuild-std-features={features}")));
        }
        if self.needs_target() {
            options.push(format!("--target={}", env!("XTASK_HOST")));
        }
        options
    }

    /// Tells whether a target must be named: flags then hold for the program alone, not for procedural macros.
    fn needs_target(&self) -> bool {
        !self.flags.is_empty() || self.std != Std::Shipped
    }
}

/// A builder of programs, into one folder.
pub(crate) struct Builder {
    folder: PathBuf,
}

impl Builder {
    pub(crate) fn new(folder: PathBuf) -> Builder {
        Builder { folder }
    }

    /// Builds the runner, with its default features or with these, and returns its size in bytes.
    ///
    /// # Errors
    ///
    /// Says why it can't be built.
    pub(crate) fn runner(&self, recipe: &Recipe, features: Option<&str>) -> Result<u64, String> {
        let toolchain = recipe.toolchain()?;
        let mut cargo = self.cargo(recipe, &toolchain, "build");
        cargo.args(["--package", "precompile-runtime", "--bin", "precompile-run", "--release"]);
        if let Some(features) = features {
            cargo.args(["--no-default-features", "--features", features]);
        }
        run(cargo)?;
        size(&self.runner_path(recipe))
    }

    /// The path of the runner after its build.
    pub(crate) fn runner_path(&self, recipe: &Recipe) -> PathBuf {
        let target = if recipe.needs_target() { env!("XTASK_HOST") } else { "" };
        self.folder.join(target).join("release/precompile-run")
    }

    /// Builds upstream's minimal command line.
    ///
    /// # Errors
    ///
    /// Says why it can't be built.
    pub(crate) fn upstream(&self, recipe: &Recipe) -> Result<u64, String> {
        let toolchain = recipe.toolchain()?;
        let root = self.folder.join("upstream");
        let mut cargo = self.cargo(recipe, &toolchain, "install");
        cargo.args([
            "--quiet",
            "--locked",
            "--force",
            "--version",
            env!("XTASK_WASMTIME"),
            "--no-default-features",
        ]);
        cargo.args(["--features", "run,disable-logging", "wasmtime-cli", "--root"]).arg(&root);
        run(cargo)?;
        size(&root.join("bin/wasmtime"))
    }

    /// Builds the bare runner without a command line.
    ///
    /// # Errors
    ///
    /// Says why it can't be built.
    pub(crate) fn no_arguments(&self, recipe: &Recipe) -> Result<u64, String> {
        let mut cargo = self.cargo(recipe, &recipe.toolchain()?, "build");
        cargo.args(["--release", "--locked", "--manifest-path", "benches/no-arguments/Cargo.toml"]);
        run(cargo)?;
        size(&self.folder.join("release/no-arguments"))
    }

    /// Builds `precompile` with these features, in the profile in which it ships.
    ///
    /// # Errors
    ///
    /// Says why it can't be built.
    pub(crate) fn compiler(&self, features: &str) -> Result<u64, String> {
        let mut cargo = Toolchain::active()?.command("cargo");
        cargo.args(["build", "--release", "--package", "precompile", "--bin", "precompile"]);
        cargo.args(["--no-default-features", "--features", features]);
        cargo.env("CARGO_TARGET_DIR", &self.folder).env("RUSTFLAGS", "");
        run(cargo)?;
        size(&self.folder.join("release/precompile"))
    }

    fn cargo(&self, recipe: &Recipe, toolchain: &Toolchain, verb: &str) -> Command {
        let mut cargo = toolchain.command("cargo");
        cargo.arg(verb).args(recipe.options());
        cargo.envs(recipe.profile.environment());
        cargo.env("CARGO_TARGET_DIR", &self.folder).env("RUSTFLAGS", recipe.flags.join(" "));
        if recipe.unstable {
            cargo.env("RUSTC_BOOTSTRAP", "1");
        }
        cargo
    }
}

fn run(mut cargo: Command) -> Result<(), String> {
    let ended = cargo.output().map_err(|error| format!("can't run cargo: {error}"))?;
    if ended.status.success() {
        return Ok(());
    }
    let report = String::from_utf8_lossy(&ended.stderr);
    let first = report.lines().find(|line| line.starts_with("error")).unwrap_or("error");
    Err(format!("it can't be built: {first}"))
}

/// A file's size in bytes.
fn size(file: &Path) -> Result<u64, String> {
    match file.metadata() {
        Ok(metadata) => Ok(metadata.len()),
        Err(error) => Err(format!("can't read `{}`: {error}", file.display())),
    }
}
