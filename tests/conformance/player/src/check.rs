//! The ends of calls, compared with the expected ones.

use precompile_runtime::wasmtime::{Error, Store, ThrownException, Trap, Val};
use precompile_runtime::wasmtime::{Result, bail};

/// The end of a call or an instantiation.
pub(crate) enum Ended {
    Returned(Vec<Val>),
    Trapped(Trap),
    Threw,
    /// An error before the start.
    Refused(Error),
}

impl Ended {
    pub(crate) fn of(store: &mut Store<()>, error: Error) -> Ended {
        if error.is::<ThrownException>() {
            store.take_pending_exception();
            return Ended::Threw;
        }
        match error.downcast_ref::<Trap>() {
            Some(trap) => Ended::Trapped(*trap),
            None => Ended::Refused(error),
        }
    }

    /// The results of the call.
    pub(crate) fn returned(self) -> Result<Vec<Val>> {
        match self {
            Ended::Returned(results) => Ok(results),
            other => bail!("{}", other.text()),
        }
    }

    pub(crate) fn text(&self) -> String {
        match self {
            Ended::Returned(results) => format!("it returned {results:?}"),
            Ended::Trapped(trap) => format!("it trapped: {trap}"),
            Ended::Threw => "it threw an exception".into(),
            Ended::Refused(error) => format!("it was refused: {error:#}"),
        }
    }
}
