//! The ends of calls, compared with the expected ones.

use crate::trap;
use conformance_list::ComponentValue;
use precompile_runtime::wasmtime::{Error, Store, ThrownException, Trap, Val};
use precompile_runtime::wasmtime::{Result, bail};

/// The end of a call or an instantiation.
pub(crate) enum Ended {
    Returned(Vec<Val>),
    /// The results of a component's function; `None` for one that no script can expect, such as a handle.
    #[cfg_attr(not(feature = "full"), allow(dead_code, reason = "components answer"))]
    Answered(Vec<Option<ComponentValue>>),
    Trapped(Trap),
    /// An error of Wasmtime's. Traps are not all of its enumeration.
    Broke(Error),
    Threw,
    /// An error of ours before the start.
    Refused(Error),
}

impl Ended {
    /// The end of a module's call or instantiation by an error.
    pub(crate) fn of(store: &mut Store<()>, error: Error) -> Ended {
        if error.is::<ThrownException>() {
            store.take_pending_exception();
            return Ended::Threw;
        }
        match error.downcast_ref::<Trap>() {
            Some(trap) => Ended::Trapped(*trap),
            None => Ended::Broke(error),
        }
    }

    /// Tells whether it is the trap that a script expects.
    pub(crate) fn is_trap(&self, expected: &str) -> bool {
        match self {
            Ended::Trapped(trap) => trap::is(*trap, expected),
            Ended::Broke(error) => trap::is_error(error, expected),
            _ => false,
        }
    }

    /// Tells whether it is the refusal to link that a script expects. Wasmtime has the same words as the specification
    /// for the two ways in which a module's import can be wrong; of components, scripts have Wasmtime's own.
    pub(crate) fn is_unlinked(&self, expected: &str) -> bool {
        let error = match self {
            Ended::Refused(error) | Ended::Broke(error) => format!("{error:#}"),
            // Scripts of early days call so what traps as a segment is written.
            Ended::Trapped(trap) => trap.to_string(),
            _ => return false,
        };
        error.contains(expected)
            || ["unknown import", "incompatible import type"]
                .iter()
                .any(|words| expected.starts_with(words) && error.contains(words))
    }

    /// Checks that it is a return.
    ///
    /// # Errors
    ///
    /// Tells another end.
    pub(crate) fn has_returned(&self) -> Result<()> {
        match self {
            Ended::Returned(_) | Ended::Answered(_) => Ok(()),
            other => bail!("{}", other.text()),
        }
    }

    pub(crate) fn text(&self) -> String {
        match self {
            Ended::Returned(results) => format!("it returned {results:?}"),
            Ended::Answered(results) => format!("it returned {results:?}"),
            Ended::Trapped(trap) => format!("it trapped: {trap}"),
            Ended::Broke(error) => format!("it broke off: {error:#}"),
            Ended::Threw => "it threw an exception".into(),
            Ended::Refused(error) => format!("it was refused: {error:#}"),
        }
    }
}
