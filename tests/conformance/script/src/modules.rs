//! The modules of a script: compiling them, and keeping track of the instances that are missing because of a limit.

use crate::imports::imports;
use anyhow::Result;
use conformance_list::artifact;
use precompile::{Cause, CompileError, Compiler, Options};
use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::Path;
use wast::Wat;
use wast::parser::{ParseBuffer, parse};

/// The module that scripts expect a host to offer to components.
const HOST_MODULE: &str =
    r#"(module (global (export "g") i32 (i32.const 100)) (func (export "f") (result i32) (i32.const 101)))"#;

/// The outcome of compiling a module.
pub(crate) enum Module {
    /// The artifact of this number.
    Compiled(u32),
    /// A refusal by the backend, which names what it lacks.
    Limited,
    /// A module that imports from a missing instance.
    Cut,
}

/// The modules of one script.
pub(crate) struct Modules<'a> {
    options: &'a Options,
    folder: &'a Path,
    compiled: u32,
    /// The number of modules that the backend refuses for each reason.
    pub(crate) limits: BTreeMap<String, u32>,
    missing: Missing,
}

/// The names of what is missing, in the script or in one thread of it.
#[derive(Default)]
pub(crate) struct Missing {
    instances: HashSet<Option<String>>,
    definitions: HashSet<Option<String>>,
    registered: HashSet<String>,
}

impl<'a> Modules<'a> {
    pub(crate) fn new(options: &'a Options, folder: &'a Path) -> Modules<'a> {
        Modules { options, folder, compiled: 0, limits: BTreeMap::new(), missing: Missing::default() }
    }

    /// Compiles a module.
    ///
    /// # Errors
    ///
    /// If compiling fails for another reason than a limit of the backend.
    pub(crate) fn compile(&mut self, wasm: &[u8]) -> Result<Module> {
        let compiled = match Compiler::default().compile(self.options, wasm) {
            Ok(compiled) => compiled,
            Err(error) if self.is_limit(&error) => return Ok(Module::Limited),
            Err(error) => return Err(error.into()),
        };
        let imports = imports(wasm)?;
        if imports
            .iter()
            .any(|(module, name)| self.missing.registered.contains(module) || self.is_shared(module, name))
        {
            return Ok(Module::Cut);
        }
        let number = self.compiled;
        self.compiled += 1;
        fs::write(artifact(self.folder, number), compiled.artifact)?;
        Ok(Module::Compiled(number))
    }

    /// Tells whether a module was refused because of a limit of the backend, and counts it.
    pub(crate) fn is_limit(&mut self, error: &CompileError) -> bool {
        let Some(reason) = reason(error) else { return false };
        *self.limits.entry(reason).or_default() += 1;
        true
    }

    /// Compiles the module that scripts expect a host to offer to components. Returns the artifact's number.
    ///
    /// # Errors
    ///
    /// If compiling fails for another reason than a limit of the backend.
    pub(crate) fn host_module(&mut self) -> Result<Option<u32>> {
        let buffer = ParseBuffer::new(HOST_MODULE)?;
        Ok(match self.compile(&parse::<Wat<'_>>(&buffer)?.encode()?)? {
            Module::Compiled(number) => Some(number),
            Module::Limited | Module::Cut => None,
        })
    }

    /// Tells whether an import is the host's shared memory, which an interpreter can't have.
    fn is_shared(&self, module: &str, name: &str) -> bool {
        self.options.target.machine().is_pulley() && (module, name) == ("spectest", "shared_memory")
    }

    /// Begins the names of a thread, without an instance of this name. Returns the names around it.
    pub(crate) fn enter(&mut self, without: Option<String>) -> Missing {
        let instances = without.into_iter().map(Some).collect();
        std::mem::replace(&mut self.missing, Missing { instances, ..Missing::default() })
    }

    /// Ends the names of a thread, and restores those around it.
    pub(crate) fn leave(&mut self, around: Missing) {
        self.missing = around;
    }

    /// Notes a module that was defined under a name, or could not be.
    pub(crate) fn defined(&mut self, name: Option<String>, there: bool) {
        note(&mut self.missing.definitions, name, there);
    }

    /// Notes an instance that was made under a name, or could not be.
    pub(crate) fn instantiated(&mut self, name: Option<String>, there: bool) {
        note(&mut self.missing.instances, name, there);
    }

    /// Notes an instance that was offered to others under a name, or could not be.
    pub(crate) fn registered(&mut self, name: &str, there: bool) {
        match there {
            true => self.missing.registered.remove(name),
            false => self.missing.registered.insert(name.into()),
        };
    }

    pub(crate) fn has_definition(&self, name: &Option<String>) -> bool {
        !self.missing.definitions.contains(name)
    }

    pub(crate) fn has_instance(&self, name: &Option<String>) -> bool {
        !self.missing.instances.contains(name)
    }
}

/// Notes whether a name is missing. A module with a name is also the last one.
fn note(missing: &mut HashSet<Option<String>>, name: Option<String>, there: bool) {
    for name in [None, name] {
        match there {
            true => missing.remove(&name),
            false => missing.insert(name),
        };
    }
}

/// The feature that a backend lacks, if that is the reason for a refusal.
fn reason(error: &CompileError) -> Option<String> {
    let CompileError::Unsupported(unsupported) = error else { return None };
    match &unsupported.cause {
        Cause::Proposals(names) => Some(names.join(" ")),
        Cause::CpuFeature(name) => Some(format!("cpu {name}")),
        // Neither a panic nor an unknown error is a limit.
        Cause::Panic(_) | Cause::Other(_) => None,
    }
}
