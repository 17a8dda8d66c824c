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
//! The program then has it by `precompile_runtime::include_cwasm!("plugin")`.
//!
//! # Who compiles
//!
//! Cargo builds what build scripts depend on without optimisation, and a compiler takes minutes to build
//! and is slow that way. So the command `precompile` does it, of the same version as this crate:
//!
//! ```text
//! cargo install --locked --path precompile/compiler    # in its checkout
//! ```
//!
//! The variable `PRECOMPILE` names it, or else it is searched in the `PATH`. Where neither leads to one,
//! the feature `in-process`, together with `cranelift` or `winch`, has the build script compile for itself.
//!
//! # What the script is told, and tells
//!
//! The machine is cargo's `TARGET`, with the processor features of `CARGO_CFG_TARGET_FEATURE`. As many
//! threads compile as cargo's jobserver lets, and the cache of the command is used. The script runs again
//! when something changes that it has read: guests and their sources, the command, and the variables
//! `PRECOMPILE`, `PRECOMPILE_SKIP` and, where it was searched, `PATH`. Output that is the same is left alone.
//!
//! With `PRECOMPILE_SKIP=1` nothing is compiled, which is enough for `cargo check` and documentation: stubs
//! stand in, which a runtime refuses with that reason.

mod cargo;
mod dependencies;
mod error;
#[cfg(feature = "in-process")]
mod in_process;
mod inputs;
mod jobs;
mod machine;
mod message;
mod order;
mod package;
mod process;
mod sources;
mod stub;
mod tool;

pub use error::BuildError;

use crate::{Backend, Choice, Expect, Fallback, OptLevel, Platform, Strip};
use cargo::{Cargo, Line};
use inputs::Input;
use machine::Machine;
use order::Order;
use sources::Source;
use std::path::{Path, PathBuf};
use tool::Tool;

/// What a build script has compiled. Paths are relative to the package's folder.
#[derive(Debug, Default)]
pub struct Build {
    sources: Vec<Source>,
    guest_target: Option<String>,
    target: Option<String>,
    choice: Choice,
}

impl Build {
    /// Nothing yet.
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
    /// `wasm32-wasip1`, or what [`Build::guest_target`] said before.
    ///
    /// Its build is cargo's own, with its own `Cargo.lock`, `.cargo/config.toml` and `rust-toolchain.toml`, and
    /// shares the jobserver of this one. Flags for the program (`RUSTFLAGS`, and `[build] rustflags` in a file
    /// that cargo finds for the program, too) are kept from it. Nothing is written among its sources.
    pub fn cargo_package(&mut self, path: impl AsRef<Path>) -> &mut Build {
        let target = self.guest_target.clone().unwrap_or_else(|| "wasm32-wasip1".into());
        self.source(Source::Package { folder: path.as_ref().into(), target })
    }

    /// The target for which [`Build::cargo_package`] builds from here on, such as
    /// `wasm32-unknown-unknown`.
    pub fn guest_target(&mut self, target: &str) -> &mut Build {
        self.guest_target = Some(target.into());
        self
    }

    /// Adds what a command writes to `{out}`, such as any other compiler.
    ///
    /// The script runs again when something changes that the command names in the file `{deps}`, as compilers
    /// do with `-MD -MF {deps}`; without that, when one of its arguments changes that are files.
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

    /// Where no backend is named: for each guest the one that is expected to cost less, compiling and running
    /// together.
    pub fn expect(&mut self, expect: Expect) -> &mut Build {
        self.choice.expect = Some(expect);
        self
    }

    /// The machine, instead of cargo's `TARGET`: a triple or one of the command's short names.
    pub fn target(&mut self, target: &str) -> &mut Build {
        self.target = Some(target.into());
        self
    }

    /// The least processor, instead of what cargo compiles the program for: a level and features to add
    /// or to take away, such as `x86-64-v3,-avx2`.
    pub fn cpu(&mut self, cpu: &str) -> &mut Build {
        self.choice.cpu = Some(cpu.into());
        self
    }

    /// What the code may rely on, instead of what fits the target.
    pub fn platform(&mut self, platform: Platform) -> &mut Build {
        self.choice.platform = Some(platform);
        self
    }

    /// How hard Cranelift optimises.
    pub fn opt_level(&mut self, level: OptLevel) -> &mut Build {
        self.choice.opt_level = Some(level);
        self
    }

    /// What stands in where the backend can't compile a module or makes no code for the target. Where no
    /// backend does, [`Fallback::Pulley`] still helps: the runtime then needs its feature `pulley`.
    pub fn fallback(&mut self, fallback: Fallback) -> &mut Build {
        self.choice.fallback = Some(fallback);
        self
    }

    /// What the artifacts are to do without, to be smaller.
    pub fn strip(&mut self, parts: &[Strip]) -> &mut Build {
        self.choice.strip.extend(parts);
        self
    }

    /// Settings by name, as the command has them behind a letter: `setting('W', "fuel")`.
    pub fn setting(&mut self, letter: char, setting: &str) -> &mut Build {
        self.choice.settings.push((letter, setting.into()));
        self
    }

    /// Compiles. What goes wrong is told to cargo, and the build fails.
    ///
    /// `include_cwasm!("name")` has the result; where there are several inputs, or a folder of them, they are
    /// `name/FILE` without the extension.
    pub fn compile(&self, name: &str) {
        if let Err(error) = self.try_compile(name) {
            Cargo::fail(&format!("{error}"));
        }
    }

    /// Compiles, and returns the artifacts' paths.
    ///
    /// # Errors
    ///
    /// Where a guest can't be built or compiled, and where there is nothing that compiles.
    pub fn try_compile(&self, name: &str) -> Result<Vec<PathBuf>, BuildError> {
        let cargo = Cargo::new()?;
        if self.sources.is_empty() {
            return Err(BuildError::NoInput);
        }
        let skipped = cargo.is_on("PRECOMPILE_SKIP");
        if skipped && cargo.given("PROFILE").as_deref() == Some("release") {
            cargo.warn("`PRECOMPILE_SKIP` is set in a release build: what it embeds are stubs");
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
        let machine = Machine::new(cargo, self.target.as_deref(), &self.choice)?;
        let choice = Choice { cpu: machine.cpu(&self.choice), ..self.choice.clone() };
        let choice = Choice { platform: machine.platform(&choice), ..choice };
        let order = Order { inputs, machine: &machine, choice: &choice };
        match Tool::find(cargo)? {
            Ok(tool) => tool.compile(cargo, &order),
            #[cfg(feature = "in-process")]
            Err(_) => in_process::compile(cargo, &order),
            #[cfg(not(feature = "in-process"))]
            Err(missing) => Err(missing),
        }
    }
}
