//! The part of a runtime that its programs share.

use crate::failure::{Failure, Reason};
use crate::settings::differences;
use precompile_runtime::artifact::{Code, Manifest};
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

/// An engine, and the manifest of its first program. In what keeps programs out of a store, its others are the same.
#[derive(Debug)]
struct Known {
    engine: Engine,
    first: Arc<Manifest>,
}

impl Shared {
    pub(crate) fn new(config: RuntimeConfig) -> Shared {
        Shared { runtime: Runtime::with_config(config), engines: Mutex::default() }
    }

    /// Remembers the engine of a program, to tell later which programs it is for.
    pub(crate) fn remember(&self, program: &Program) {
        let mut engines = self.engines.lock().unwrap_or_else(PoisonError::into_inner);
        if !engines.iter().any(|known| Engine::same(&known.engine, program.engine())) {
            let first = Arc::new(program.manifest().clone());
            engines.push(Known { engine: program.engine().clone(), first });
        }
    }

    /// Checks that a program can be linked into what has this engine: `other`, which is a word for it.
    pub(crate) fn fits(&self, program: &Program, engine: &Engine, other: &str) -> Result<(), Failure> {
        if Engine::same(program.engine(), engine) {
            return Ok(());
        }
        let Some(first) = self.first_of(engine) else {
            let message = format!(
                "the {other} is of an engine that is not of this runtime: make it with the one that \
                 `precompile_program_engine` returns"
            );
            return Err(Failure { message, reasons: vec![Reason::code(Code::OtherEngine)] });
        };
        let mut message = format!("the program can't be linked into the {other}");
        let mut reasons = Vec::new();
        for (field, [ours, theirs]) in unlike(program.manifest(), &first) {
            let remedy = "compile all that is linked together alike".to_owned();
            // Writing to a text can't fail.
            let _ = write!(message, "\n  `{field}` is `{ours}`, the {other} has `{theirs}`: {remedy}");
            reasons.push(Reason::field(Code::OtherEngine, field, [ours, theirs, remedy]));
        }
        Err(Failure { message, reasons })
    }

    /// The manifest of the first program of an engine, if the engine is one of this runtime's.
    fn first_of(&self, engine: &Engine) -> Option<Arc<Manifest>> {
        let engines = self.engines.lock().unwrap_or_else(PoisonError::into_inner);
        let known = engines.iter().find(|known| Engine::same(&known.engine, engine))?;
        Some(Arc::clone(&known.first))
    }
}

/// All that keeps two programs out of one store.
fn unlike(one: &Manifest, other: &Manifest) -> Vec<(&'static str, [String; 2])> {
    let backends = [one, other].map(|manifest| manifest.backend.name().to_owned());
    let targets = [one, other].map(|manifest| manifest.target.clone());
    let mut found = Vec::new();
    if backends[0] != backends[1] {
        found.push(("backend", backends));
    }
    if one.is_pulley() != other.is_pulley() {
        found.push(("target", targets));
    }
    found.extend(differences(&one.settings, &other.settings));
    found
}
