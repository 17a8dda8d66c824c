//! The part of a runtime that its programs share.

use crate::failure::{Failure, Reason};
use crate::settings::{Difference, differences};
use precompile_runtime::artifact::{Backend, Code, Contract, Manifest};
use precompile_runtime::wasmtime::Engine;
use precompile_runtime::{Program, Runtime, RuntimeConfig};
use std::fmt::Write;
use std::sync::{Arc, Mutex, PoisonError};

/// The part of a runtime that its programs share, and keep when it is deleted.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) runtime: Runtime,
    /// The engines so far. There are few.
    engines: Mutex<Vec<Known>>,
}

/// An engine, and what its programs have in common.
#[derive(Debug)]
struct Known {
    engine: Engine,
    kin: Arc<Kin>,
}

/// The properties that programs of one store have in common.
#[derive(Debug)]
struct Kin {
    backend: Backend,
    is_pulley: bool,
    settings: Contract,
}

impl Kin {
    fn of(manifest: &Manifest) -> Kin {
        let settings = manifest.settings.clone();
        Kin { backend: manifest.backend, is_pulley: manifest.is_pulley(), settings }
    }

    /// All that keeps two programs out of one store.
    fn unlike(&self, other: &Kin) -> Vec<Difference> {
        let mut found = Vec::new();
        if self.backend != other.backend {
            found.push(("backend".into(), [self, other].map(|kin| kin.backend.name().to_owned())));
        }
        if self.is_pulley != other.is_pulley {
            let name = |kin: &Kin| if kin.is_pulley { "pulley" } else { "machine code" };
            found.push(("target".into(), [self, other].map(|kin| name(kin).to_owned())));
        }
        found.extend(differences(&self.settings, &other.settings));
        found
    }
}

impl Shared {
    pub(crate) fn new(config: RuntimeConfig) -> Shared {
        Shared { runtime: Runtime::with_config(config), engines: Mutex::default() }
    }

    /// Remembers the engine of a program, to tell later which programs it is for.
    pub(crate) fn remember(&self, program: &Program) {
        let mut engines = self.engines.lock().unwrap_or_else(PoisonError::into_inner);
        if !engines.iter().any(|known| Engine::same(&known.engine, program.engine())) {
            let kin = Arc::new(Kin::of(program.manifest()));
            engines.push(Known { engine: program.engine().clone(), kin });
        }
    }

    /// Checks that a program can be linked into what has this engine: `other`, which is a word for it.
    pub(crate) fn fits(&self, program: &Program, engine: &Engine, other: &str) -> Result<(), Failure> {
        if Engine::same(program.engine(), engine) {
            return Ok(());
        }
        let Some(kin) = self.kin_of(engine) else {
            let message = format!(
                "the {other} is of an engine that is not of this runtime: make it with the one that \
                 `precompile_program_engine` returns"
            );
            return Err(Failure { message, reasons: vec![Reason::code(Code::OtherEngine)] });
        };
        let mut message = format!("the program can't be linked into the {other}");
        let mut reasons = Vec::new();
        for (field, [ours, theirs]) in Kin::of(program.manifest()).unlike(&kin) {
            let remedy = "compile all that is linked together alike".to_owned();
            // Writing to a text can't fail.
            let _ = write!(message, "\n  `{field}` is `{ours}`, the {other} has `{theirs}`: {remedy}");
            reasons.push(Reason::field(Code::OtherEngine, field, [ours, theirs, remedy]));
        }
        Err(Failure { message, reasons })
    }

    /// The properties of an engine's programs, if the engine is one of this runtime's.
    fn kin_of(&self, engine: &Engine) -> Option<Arc<Kin>> {
        let engines = self.engines.lock().unwrap_or_else(PoisonError::into_inner);
        let known = engines.iter().find(|known| Engine::same(&known.engine, engine))?;
        Some(Arc::clone(&known.kin))
    }
}
