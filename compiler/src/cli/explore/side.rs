//! One side of a page: the machine code that one backend made.

use crate::explore::disassembler::{Disassembler, Instruction};
use crate::explore::opts::Opts;
use crate::kind::Kind;
use crate::per_target::{Cpu, PerTarget};
use anyhow::{Context, Result, anyhow};
use precompile::inspect::{Code, Function, Inspection, inspect};
use precompile::{Backend, Choice, Compiler, OptLevel, Options, Platform, Target};
use target_lexicon::Triple;

/// An artifact of one backend.
pub(super) struct Side {
    pub(super) backend: Option<Backend>,
    /// The target's triple.
    pub(super) target: String,
    /// The options that tell sides apart from others: the level of optimisation, and CPU features.
    pub(super) details: String,
    pub(super) artifact: Vec<u8>,
    pub(super) warnings: Vec<String>,
    disassembler: Disassembler,
}

impl Side {
    /// The side of an artifact.
    ///
    /// # Errors
    ///
    /// If it is none, or is for an architecture without a disassembler.
    pub(super) fn new(artifact: Vec<u8>) -> Result<Side> {
        let inspection = inspect(&artifact)?;
        let target = inspection.target().context("its target isn't known")?.to_owned();
        let features = inspection.stamped.details.as_ref().map(|details| &details.cpu_features);
        let triple = target.parse::<Triple>().map_err(|error| anyhow!("`{target}`: {error}"))?;
        let disassembler = Disassembler::new(&triple, features)?;
        let damage = inspection.warnings().into_iter().take_while(|warning| warning.starts_with("damaged"));
        Ok(Side {
            backend: inspection.backend(),
            details: details(&inspection),
            warnings: damage.collect(),
            target,
            artifact,
            disassembler,
        })
    }

    /// The name of the backend.
    pub(super) fn name(&self) -> &'static str {
        self.backend.map_or("unknown", Backend::name)
    }

    /// The machine code.
    pub(super) fn code(&self) -> Result<Code<'_>> {
        Ok(Code::read(&self.artifact)?)
    }

    /// The instructions of a function.
    ///
    /// # Errors
    ///
    /// If the disassembler fails.
    pub(super) fn instructions(&self, code: &Code<'_>, function: &Function) -> Result<Vec<Instruction>> {
        self.disassembler.instructions(code.bytes(function), function.offset)
    }
}

fn details(inspection: &Inspection) -> String {
    let level = inspection.opt_level().map(|level| format!("optimised for {level}"));
    let features = inspection.stamped.details.as_ref().map(|details| details.cpu_features.join(" "));
    let features = features.filter(|features| !features.is_empty());
    level.into_iter().chain(features.map(|it| format!("CPU features {it}"))).collect::<Vec<_>>().join(", ")
}

impl Opts {
    /// The target: the one that the user named, or this machine.
    ///
    /// # Errors
    ///
    /// If there is no such target.
    pub(super) fn target(&self) -> Result<Target> {
        match &self.target {
            Some(name) => name.parse::<Target>().map_err(|error| Kind::Usage.error(error.to_string())),
            None => Target::host().context("this machine needs `--target`"),
        }
    }

    /// Compiles by one backend, with a map from machine code to WebAssembly and a symbol for each function, which
    /// change no code.
    ///
    /// # Errors
    ///
    /// If the options don't go together, or the module can't be compiled.
    pub(super) fn compile(&self, backend: Backend, target: &Target, module: &[u8]) -> Result<Side> {
        let usage = |error: &dyn std::fmt::Display| Kind::Usage.error(error.to_string());
        let cpus = PerTarget::<Cpu>::parse(self.cpu.as_deref())?;
        let platforms = PerTarget::<Platform>::parse(self.platform.as_deref())?;
        for checked in
            [cpus.check(std::slice::from_ref(target)), platforms.check(std::slice::from_ref(target))]
        {
            checked.map_err(|error| usage(&error))?;
        }
        // Winch has no levels: of two backends, the level is for the other.
        let is_alone = self.backend == [backend];
        let opt_level = self.opt_level.filter(|_| is_alone || backend == Backend::Cranelift);
        let settings = self.setting_args().iter().map(|(letter, text)| (letter, text.to_owned()));
        let choice = Choice {
            backend: Some(backend),
            platform: platforms.of(target).copied(),
            cpu: cpus.of(target).map(|cpu| cpu.0.clone()),
            opt_level: opt_level.map(OptLevel::from),
            settings: settings.collect(),
            ..Choice::default()
        };
        let (options, _) = choice.options(target).map_err(|error| usage(&error))?;
        let mut options = Options { function_names: true, ..options };
        options.contract.generate_address_map = true;
        options.contract.debug_symbols = true;
        let compiled = Compiler::default().compile(&options, module)?;
        Side::new(compiled.artifact)
    }
}
