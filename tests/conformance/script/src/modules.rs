//! Compiles the modules of a script, and knows which instances there can't be because of a limit.

use anyhow::Result;
use conformance_list::artifact;
use precompile::{Cause, CompileError, Compiler, Options};
use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::Path;
use wasmparser::{Parser, Payload};

/// The outcome of compiling a module.
pub(crate) enum Module {
    /// It is this artifact.
    Compiled(u32),
    /// The backend refuses it, and says what it lacks.
    Limited,
    /// It imports from an instance that there can't be.
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

/// The names under which there is nothing, in the script or in one thread of it.
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
    /// Where that fails for another reason than a limit of the backend.
    pub(crate) fn compile(&mut self, wasm: &[u8]) -> Result<Module> {
        let compiled = match Compiler::default().compile(self.options, wasm) {
            Ok(compiled) => compiled,
            Err(error) => match reason(&error) {
                Some(reason) => {
                    *self.limits.entry(reason).or_default() += 1;
                    return Ok(Module::Limited);
                }
                None => return Err(error.into()),
            },
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

    /// The test that an import is the shared memory of the host's, where an interpreter can't have one.
    fn is_shared(&self, module: &str, name: &str) -> bool {
        self.options.target.machine().is_pulley() && (module, name) == ("spectest", "shared_memory")
    }

    /// Begins a thread's names, in which there is no instance of this one. Returns those around it.
    pub(crate) fn enter(&mut self, without: Option<String>) -> Missing {
        let instances = without.into_iter().map(Some).collect();
        std::mem::replace(&mut self.missing, Missing { instances, ..Missing::default() })
    }

    /// Ends a thread's names: those around it are back.
    pub(crate) fn leave(&mut self, around: Missing) {
        self.missing = around;
    }

    /// A module was defined under a name, or could not be.
    pub(crate) fn defined(&mut self, name: Option<String>, there: bool) {
        note(&mut self.missing.definitions, name, there);
    }

    /// An instance was made under a name, or could not be.
    pub(crate) fn instantiated(&mut self, name: Option<String>, there: bool) {
        note(&mut self.missing.instances, name, there);
    }

    /// An instance was offered to others under a name, or could not be.
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

/// Notes whether a module is missing: one with a name is also the last one.
fn note(missing: &mut HashSet<Option<String>>, name: Option<String>, there: bool) {
    for name in [None, name] {
        match there {
            true => missing.remove(&name),
            false => missing.insert(name),
        };
    }
}

/// The feature that a backend lacks, if that is why it refuses a module.
fn reason(error: &CompileError) -> Option<String> {
    let CompileError::Unsupported(unsupported) = error else { return None };
    match &unsupported.cause {
        Cause::Proposals(names) => Some(names.join(" ")),
        Cause::CpuFeature(name) => Some(format!("cpu {name}")),
        // Neither a panic nor an error of which nothing is known is a limit.
        Cause::Panic(_) | Cause::Other(_) => None,
    }
}

/// The imports of a module: from which module, and by which name.
fn imports(wasm: &[u8]) -> Result<Vec<(String, String)>> {
    let mut imports = Vec::new();
    for payload in Parser::new(0).parse_all(wasm) {
        if let Payload::ImportSection(section) = payload? {
            for import in section.into_imports() {
                let import = import?;
                imports.push((import.module.to_string(), import.name.to_string()));
            }
        }
    }
    Ok(imports)
}
