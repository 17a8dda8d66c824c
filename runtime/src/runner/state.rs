//! What a guest runs in.

use crate::args::Args;
use crate::failure::Failure;
#[cfg(feature = "limits")]
use crate::limits::Memory;
use precompile_runtime::Program;
use precompile_runtime::wasmtime::Store;

/// An epoch that never comes.
const NEVER: u64 = u64::MAX;

/// What stands behind a guest: its world, and what it may use up.
pub(crate) struct State<W> {
    #[cfg_attr(not(any(feature = "wasi", feature = "wasi-p2")), expect(dead_code, reason = "for WASI"))]
    pub(crate) world: W,
    #[cfg(feature = "limits")]
    pub(crate) memory: Memory,
}

/// A store under the limits that the user sets, or under none.
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
    // A new store has neither fuel nor time, which would end such a guest at once.
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

/// How many bytes a guest may hand to the host in one call, which may copy them: as many as its memory may have,
/// or so many where nobody limits that.
#[cfg(any(feature = "wasi", feature = "wasi-p2"))]
pub(crate) fn hostcall_fuel(args: &Args, unlimited: usize) -> usize {
    #[cfg(not(feature = "limits"))]
    return {
        let _ = args;
        unlimited
    };
    // Names must pass in any case.
    #[cfg(feature = "limits")]
    return match args.limits.max_memory {
        Some(bytes) => usize::try_from(bytes).unwrap_or(usize::MAX).max(64 << 10),
        None => unlimited,
    };
}

/// Tells why a guest didn't start, where it is a limit that this command sets.
pub(crate) fn not_started<W>(store: &Store<State<W>>, failure: Failure) -> Failure {
    #[cfg(feature = "limits")]
    return store.data().memory.explain(failure);
    #[cfg(not(feature = "limits"))]
    return {
        let _ = store;
        failure
    };
}
