//! An instance of a served component.

use super::no_answer::NoAnswer;
use super::version::Version;
use crate::args::Args;
use crate::component::wasi::World;
use crate::failure::Failure;
use crate::state::{self, State};
use precompile_runtime::wasmtime::{Store, Trap, UpdateDeadline};
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::OwnedSemaphorePermit;
use wasmtime_wasi_http::handler::Proxy;

/// An instance of a served component, for one request at a time.
pub(super) struct Instance {
    // Before the place: the pool must have room when the place is free.
    pub(super) store: Store<State<World>>,
    pub(super) proxy: Arc<Proxy>,
    version: Arc<Version>,
    requests: u32,
    _place: OwnedSemaphorePermit,
}

impl Instance {
    /// A new instance, which takes a place.
    ///
    /// # Errors
    ///
    /// If there is too little memory for it, its start functions trap, or its time is up.
    pub(super) async fn new(
        version: Arc<Version>,
        place: OwnedSemaphorePermit,
        args: &Args,
        deadline: Option<Instant>,
    ) -> Result<Instance, NoAnswer> {
        let no_instance = |failure: Failure| NoAnswer::NoInstance(failure.text());
        let world = World::new(&version.program, args).map_err(no_instance)?;
        let mut store = state::store(&version.program, args, world).map_err(no_instance)?;
        store.set_hostcall_fuel(state::hostcall_fuel(args, store.hostcall_fuel()));
        store.data_mut().world.deadline = deadline;
        if version.program.manifest().settings.epoch_interruption {
            store.set_epoch_deadline(1);
            store.epoch_deadline_callback(|store| {
                let is_late = store.data().world.deadline.is_some_and(|deadline| Instant::now() >= deadline);
                Ok(if is_late { UpdateDeadline::Interrupt } else { UpdateDeadline::Yield(1) })
            });
        }
        let proxy = version.pre.instantiate_async(&mut store).await;
        let proxy = proxy.map_err(|error| match error.is::<Trap>() {
            true => NoAnswer::of(error),
            false => no_instance(state::not_started(&store, Failure::guest(error))),
        })?;
        Ok(Instance { store, proxy: Arc::new(proxy), version, requests: 0, _place: place })
    }

    /// Begins a request, which must end by the deadline.
    pub(super) fn begin(&mut self, args: &Args, deadline: Option<Instant>) -> Result<(), NoAnswer> {
        self.store.data_mut().world.deadline = deadline;
        // A new instance has what its start left.
        let is_again = self.requests > 0 && self.version.program.manifest().settings.consume_fuel;
        if let (Some(fuel), true) = (args.limits.fuel, is_again) {
            self.store.set_fuel(fuel).map_err(NoAnswer::of)?;
        }
        self.requests += 1;
        Ok(())
    }

    /// The number of requests that began.
    pub(super) fn requests(&self) -> u32 {
        self.requests
    }

    /// Returns true if it is an instance of this version.
    pub(super) fn is_of(&self, version: &Arc<Version>) -> bool {
        Arc::ptr_eq(&self.version, version)
    }
}
