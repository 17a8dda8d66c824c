//! The store of a guest, and its state.

use crate::args::Args;
use crate::failure::Failure;
#[cfg(feature = "limits")]
use crate::limits::Memory;
use precompile_runtime::Program;
use precompile_runtime::wasmtime::Store;

/// An epoch that is never reached.
const NEVER: u64 = u64::MAX;

/// The state of a guest's store: the state behind its imports, and its memory limit.
pub(crate) struct State<W> {
    #[cfg_attr(
        not(any(feature = "wasi", feature = "wasi-lean", feature = "wasi-p2")),
        expect(dead_code, reason = "for WASI")
    )]
    pub(crate) world: W,
    #[cfg(feature = "limits")]
    pub(crate) memory: Memory,
}

/// A store with the limits that the user has set.
pub(crate) fn store<W: 'static>(
    program: &Program,
    args: &Args,
    world: W,
) -> Result<Store<State<W>>, Failure> {
    #[cfg(not(feature = "limits"))]
    let (Args { .. }, state, fuel, deadline) = (args, State { world }, None, None);
    #[cfg(feature = "limits")]
    let (state, fuel, deadline) = {
        let limits = &args.limits;
        (State { world, memory: Memory::new(limits.max_memory) }, limits.fuel, limits.timeout.map(|_| 1))
    };
    let settings = &program.manifest().settings;
    let mut store = Store::new(program.engine(), state);
    // A new store has no fuel and its epoch's deadline is now, which would end such a guest at once.
    if settings.consume_fuel {
        store.set_fuel(fuel.unwrap_or(u64::MAX)).map_err(Failure::guest)?;
    }
    if settings.epoch_interruption {
        store.set_epoch_deadline(deadline.unwrap_or(NEVER));
    }
    #[cfg(feature = "limits")]
    store.limiter(|state| &mut state.memory);
    Ok(store)
}

/// The maximum number of bytes that a guest may pass to the host in one call, which may copy them: the limit of its
/// memory, or `unlimited` if there is none.
#[cfg(any(feature = "wasi", feature = "wasi-lean", feature = "wasi-p2"))]
pub(crate) fn hostcall_fuel(args: &Args, unlimited: usize) -> usize {
    #[cfg(not(feature = "limits"))]
    return {
        let _ = args;
        unlimited
    };
    // Names must fit in any case.
    #[cfg(feature = "limits")]
    return match args.limits.max_memory {
        Some(bytes) => usize::try_from(bytes).unwrap_or(usize::MAX).max(64 << 10),
        None => unlimited,
    };
}

/// The reason why a guest didn't start: its memory limit, or else the failure.
pub(crate) fn not_started<W>(store: &Store<State<W>>, failure: Failure) -> Failure {
    #[cfg(feature = "limits")]
    return store.data().memory.explain(failure);
    #[cfg(not(feature = "limits"))]
    return {
        let _ = store;
        failure
    };
}
