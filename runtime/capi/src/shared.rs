//! The part of a runtime that its programs share.

use crate::failure::{Failure, Reason};
#[cfg(feature = "messages")]
use crate::kin::Kin;
use precompile_runtime::artifact::Code;
use precompile_runtime::wasmtime::Engine;
use precompile_runtime::{Program, Runtime, RuntimeConfig};
use std::sync::{Mutex, PoisonError};

/// The part of a runtime that its programs share, and keep when it is deleted.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) runtime: Runtime,
    /// The engines so far. There are few.
    engines: Mutex<Vec<Known>>,
}

/// An engine, and what its programs have in common.
#[derive(Clone, Debug)]
struct Known {
    engine: Engine,
    #[cfg(feature = "messages")]
    kin: std::sync::Arc<Kin>,
}

impl Shared {
    pub(crate) fn new(config: RuntimeConfig) -> Shared {
        Shared { runtime: Runtime::with_config(config), engines: Mutex::default() }
    }

    /// Remembers the engine of a program, to tell later which programs it is for.
    pub(crate) fn remember(&self, program: &Program) {
        let mut engines = self.engines.lock().unwrap_or_else(PoisonError::into_inner);
        if !engines.iter().any(|known| Engine::same(&known.engine, program.engine())) {
            engines.push(Known {
                engine: program.engine().clone(),
                #[cfg(feature = "messages")]
                kin: std::sync::Arc::new(Kin::of(program.manifest())),
            });
        }
    }

    /// Checks that a program can be linked into what has this engine: `other`, which is a word for it.
    pub(crate) fn fits(&self, program: &Program, engine: &Engine, other: &str) -> Result<(), Failure> {
        if Engine::same(program.engine(), engine) {
            return Ok(());
        }
        let Some(known) = self.known(engine) else {
            let message = format!(
                "the {other} is of an engine that is not of this runtime: make it with the one that \
                 `precompile_program_engine` returns"
            );
            return Err(Failure { message, reasons: vec![Reason::code(Code::OtherEngine)] });
        };
        Err(known.unlike(program, other))
    }

    /// An engine of this runtime's.
    fn known(&self, engine: &Engine) -> Option<Known> {
        let engines = self.engines.lock().unwrap_or_else(PoisonError::into_inner);
        engines.iter().find(|known| Engine::same(&known.engine, engine)).cloned()
    }
}

impl Known {
    /// The failure to link a program into what has this engine, with every difference.
    #[cfg(feature = "messages")]
    fn unlike(&self, program: &Program, other: &str) -> Failure {
        use std::fmt::Write;
        let mut message = format!("the program can't be linked into the {other}");
        let mut reasons = Vec::new();
        for (field, [ours, theirs]) in Kin::of(program.manifest()).unlike(&self.kin) {
            let remedy = "compile all that is linked together alike".to_owned();
            // Writing to a text can't fail.
            let _ = write!(message, "\n  `{field}` is `{ours}`, the {other} has `{theirs}`: {remedy}");
            reasons.push(Reason::field(Code::OtherEngine, field, [ours, theirs, remedy]));
        }
        Failure { message, reasons }
    }

    /// The failure to link a program into what has this engine.
    #[cfg(not(feature = "messages"))]
    fn unlike(&self, _: &Program, other: &str) -> Failure {
        let message = format!("the program can't be linked into the {other}");
        Failure { message, reasons: vec![Reason::code(Code::OtherEngine)] }
    }
}
