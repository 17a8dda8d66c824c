//! Guests compiled by a build script, for the target that cargo builds.
//!
//! ```no_run
//! // build.rs
//! use precompile::Backend;
//! use precompile::build::Build;
//!
//! Build::new().file("plugin.wat").backend(Backend::Winch).compile("plugin");
//! ```
//!
//! The program then embeds the artifact by `precompile_runtime::include_cwasm!("plugin")`.
//!
//! # The compiler
//!
//! Cargo builds the dependencies of build scripts without optimisation. A compiler takes minutes to build
//! and is slow that way. So the build script calls the command `precompile`, of the same version as this crate:
//!
//! ```text
//! cargo install --locked --path precompile/compiler    # in its checkout
//! ```
//!
//! The command is the one that the variable `PRECOMPILE` names, or else the first in the `PATH`. Without the
//! command, the feature `in-process`, together with `cranelift` or `winch`, compiles in the build script.
//!
//! # The environment
//!
//! The target is cargo's `TARGET`, with the CPU features of `CARGO_CFG_TARGET_FEATURE`. Cargo's jobserver
//! limits the number of threads, and the command's cache is used. The script runs again when something that
//! it has read changes: guests and their sources, the command, and the variables `PRECOMPILE`,
//! `PRECOMPILE_SKIP` and, if it was searched, `PATH`. Output that stays the same isn't written again.
//!
//! With `PRECOMPILE_SKIP=1` nothing is compiled, which is enough for `cargo check` and documentation: stubs
//! replace the artifacts, and a runtime refuses them with that reason.

mod build_target;
mod cargo;
mod dependencies;
mod error;
#[cfg(feature = "in-process")]
mod in_process;
mod inputs;
mod jobs;
mod message;
mod order;
mod package;
mod process;
mod signing;
mod sources;
mod stub;
mod tool;

pub use error::BuildError;

use crate::{Backend, Choice, Expect, Fallback, OptLevel, Platform, Strip};
use build_target::BuildTarget;
use cargo::{Cargo, Line};
use inputs::Input;
use order::Order;
use signing::Signing;
use sources::Source;
use std::path::{Path, PathBuf};
use tool::Tool;

/// The guests that a build script compiles, and the options. Paths are relative to the package's folder.
#[derive(Debug, Default)]
pub struct Build {
    sources: Vec<Source>,
    guest_target: Option<String>,
    target: Option<String>,
    choice: Choice,
    fat: bool,
    signing: Signing,
}

impl Build {
    /// A build without guests.
    pub fn new() -> Build {
        Build::default()
    }

    /// Adds a module or a component, in binary or text form.
    pub fn file(&mut self, path: impl AsRef<Path>) -> &mut Build {
        self.source(Source::File(path.as_ref().into()))
    }

    /// Adds every `.wasm` and `.wat` file in a folder and the folders below it.
    pub fn folder(&mut self, path: impl AsRef<Path>) -> &mut Build {
        self.source(Source::Folder(path.as_ref().into()))
    }

    /// Adds the modules of a cargo package: its binaries and its `cdylib`, built in release mode for
    /// `wasm32-wasip1`, or for the target that [`Build::guest_target`] named before.
    ///
    /// Cargo builds the package with its own `Cargo.lock`, `.cargo/config.toml` and `rust-toolchain.toml`, under
    /// the jobserver of this build. Flags for the program (`RUSTFLAGS`, and `[build] rustflags` in a file that
    /// cargo finds for the program, too) don't affect it. Nothing is written among its sources.
    pub fn cargo_package(&mut self, path: impl AsRef<Path>) -> &mut Build {
        let target = self.guest_target.clone().unwrap_or_else(|| "wasm32-wasip1".into());
        self.source(Source::Package { folder: path.as_ref().into(), target })
    }

    /// The target of each later [`Build::cargo_package`], such as `wasm32-unknown-unknown`.
    pub fn guest_target(&mut self, target: &str) -> &mut Build {
        self.guest_target = Some(target.into());
        self
    }

    /// Adds the module that a command, such as any other compiler, writes to `{out}`.
    ///
    /// The script runs again when a file changes that the command lists in the file `{deps}`, as compilers
    /// do with `-MD -MF {deps}`. Without `{deps}`, it runs again when an argument that is a file changes.
    ///
    /// ```no_run
    /// # use precompile::build::Build;
    /// Build::new()
    ///     .command(["clang", "--target=wasm32-wasi", "-O2", "-MD", "-MF", "{deps}", "-o", "{out}", "guest.c"])
    ///     .compile("guest");
    /// ```
    pub fn command<T: Into<String>>(&mut self, words: impl IntoIterator<Item = T>) -> &mut Build {
        self.source(Source::Command(words.into_iter().map(Into::into).collect()))
    }

    fn source(&mut self, source: Source) -> &mut Build {
        self.sources.push(source);
        self
    }

    /// The compiler. Cranelift by default.
    pub fn backend(&mut self, backend: Backend) -> &mut Build {
        self.choice.backend = Some(backend);
        self
    }

    /// The expected use, by which a backend is chosen for each guest if none is named: the one that is expected
    /// to cost less, compiling and running together.
    pub fn expect(&mut self, expect: Expect) -> &mut Build {
        self.choice.expect = Some(expect);
        self
    }

    /// The target, instead of cargo's `TARGET`: a triple or one of the command's short names.
    pub fn target(&mut self, target: &str) -> &mut Build {
        self.target = Some(target.into());
        self
    }

    /// The minimum CPU, instead of the one that cargo compiles the program for: a level and features to add
    /// or to take away, such as `x86-64-v3,-avx2`.
    pub fn cpu(&mut self, cpu: &str) -> &mut Build {
        self.choice.cpu = Some(cpu.into());
        self
    }

    /// Makes fat artifacts, of which the runtime, with its feature `fat`, opens the slice that fits best: one for each
    /// level in [`Build::cpu`], such as `baseline,x86-64-v3`, and by default for the baseline and the level that nearly
    /// all machines have. [`Build::target`] may then name several, such as `x86_64,pulley64`.
    pub fn fat(&mut self) -> &mut Build {
        self.fat = true;
        self
    }

    /// The platform that the code may rely on, instead of the target's default.
    pub fn platform(&mut self, platform: Platform) -> &mut Build {
        self.choice.platform = Some(platform);
        self
    }

    /// Cranelift's level of optimisation.
    pub fn opt_level(&mut self, level: OptLevel) -> &mut Build {
        self.choice.opt_level = Some(level);
        self
    }

    /// The replacement for a backend that can't compile a module or makes no code for the target. If no backend
    /// makes code for the target, [`Fallback::Pulley`] still helps: the runtime then needs its feature `pulley`.
    pub fn fallback(&mut self, fallback: Fallback) -> &mut Build {
        self.choice.fallback = Some(fallback);
        self
    }

    /// The parts that are left out of the artifacts to make them smaller.
    pub fn strip(&mut self, parts: &[Strip]) -> &mut Build {
        self.choice.strip.extend(parts);
        self
    }

    /// Settings by name, as in the command line behind a letter: `setting('W', "fuel")`.
    pub fn setting(&mut self, letter: char, setting: &str) -> &mut Build {
        self.choice.settings.push((letter, setting.into()));
        self
    }

    /// The secret key that signs the artifacts: a file that nobody else may read, or `env:NAME`, a variable with the
    /// file's text. The variable `PRECOMPILE_KEY_PASSWORD` has its password. Of a shared cache, only what this key has
    /// signed is used.
    pub fn sign(&mut self, key: &str) -> &mut Build {
        self.signing.key = Some(String::from(key).into());
        self
    }

    /// The trust file with the keys that must have signed what a shared cache has. Without
    /// [`Build::sign`], nothing is sent there.
    pub fn trust(&mut self, file: impl AsRef<Path>) -> &mut Build {
        self.signing.trust = Some(file.as_ref().into());
        self
    }

    /// Compiles. An error is reported to cargo, and the build fails.
    ///
    /// `include_cwasm!("name")` embeds the result. Several inputs, or those of a folder, are named `name/FILE`
    /// without the extension.
    pub fn compile(&self, name: &str) {
        if let Err(error) = self.try_compile(name) {
            Cargo::fail(&format!("{error}"));
        }
    }

    /// Compiles, and returns the artifacts' paths.
    ///
    /// # Errors
    ///
    /// A guest that can't be built or compiled, or a missing compiler.
    pub fn try_compile(&self, name: &str) -> Result<Vec<PathBuf>, BuildError> {
        let cargo = Cargo::new()?;
        if self.sources.is_empty() {
            return Err(BuildError::NoInput);
        }
        let skipped = cargo.is_on("PRECOMPILE_SKIP");
        if skipped && cargo.given("PROFILE").as_deref() == Some("release") {
            cargo.warn("`PRECOMPILE_SKIP` is set in a release build: it embeds stubs instead of artifacts");
        }
        let several = self.sources.len() > 1 || matches!(self.sources[..], [Source::Folder(_)]);
        let mut modules = Vec::new();
        for (number, source) in self.sources.iter().enumerate() {
            match skipped {
                true => modules.extend(source.unbuilt(&cargo)?),
                false => modules.extend(source.build(&cargo, number)?),
            }
        }
        let several = several || modules.len() > 1;
        let inputs = inputs::to_outputs(modules, name, several, cargo.out_dir())?;
        let lines = inputs.iter().map(|input| cargo.embedding(&input.name, &input.output));
        let lines = lines.collect::<Result<Vec<_>, _>>()?;
        match skipped {
            true => stub::write(&inputs)?,
            false => self.compile_inputs(&cargo, &inputs)?,
        }
        lines.iter().for_each(Line::tell);
        Ok(inputs.into_iter().map(|input| input.output).collect())
    }

    fn compile_inputs(&self, cargo: &Cargo, inputs: &[Input]) -> Result<(), BuildError> {
        let target = BuildTarget::new(cargo, self.target.as_deref(), &self.choice)?;
        let cpu = if self.fat { self.choice.cpu.clone() } else { target.cpu(&self.choice) };
        let choice = Choice { cpu, ..self.choice.clone() };
        let choice = Choice { platform: target.platform(&choice), ..choice };
        self.signing.read_by(cargo)?;
        let order = Order { inputs, target: &target, choice: &choice, fat: self.fat, signing: &self.signing };
        match Tool::find(cargo)? {
            Ok(tool) => tool.compile(cargo, &order),
            #[cfg(feature = "in-process")]
            Err(_) => in_process::compile(cargo, &order),
            #[cfg(not(feature = "in-process"))]
            Err(missing) => Err(missing),
        }
    }
}
