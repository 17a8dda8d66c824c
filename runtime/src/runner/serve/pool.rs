//! The pool of the instances.

use precompile_runtime::artifact::Contract;
use precompile_runtime::wasmtime::PoolingAllocationConfig;
use precompile_runtime::wasmtime::component::Component;
use std::num::NonZeroU32;

/// The memories of a place. Most components have one, and the pool is set up in less time the fewer there are.
const MEMORIES: u32 = 2;
/// The tables of a place. Most components have two or three.
const TABLES: u32 = 4;
/// The instances of modules of a place, which are counted and take no room.
const MODULES: u32 = 256;

/// The memories or tables of a component, beyond what any pool has: `Pool::places` tells of those that have too many.
const MOST: u32 = 1 << 20;

/// The pool of the instances, with so many places.
#[derive(Clone, Copy)]
pub(super) struct Pool(pub(super) NonZeroU32);

impl Pool {
    /// The configuration for artifacts with a contract. Address space is reserved for the pool, and memory is taken as
    /// instances need it.
    pub(super) fn config(self, contract: &Contract) -> PoolingAllocationConfig {
        let times = |count: u32| self.0.get().saturating_mul(count);
        let mut pool = PoolingAllocationConfig::new();
        pool.total_component_instances(self.0.get())
            .total_core_instances(times(MODULES))
            .max_core_instances_per_component(MODULES)
            .total_memories(times(MEMORIES))
            .max_memories_per_component(MOST)
            .total_tables(times(TABLES))
            .max_tables_per_component(MOST)
            // A store has one.
            .total_gc_heaps(self.0.get())
            // Each is set up with the pool.
            .total_stacks(times(if contract.concurrency_support { 2 } else { 1 }));
        pool
    }

    /// The places that an instance of a component takes: most take one.
    ///
    /// # Errors
    ///
    /// If it takes more than there are, their number.
    pub(super) fn places(self, component: &Component) -> Result<u32, u32> {
        // That of a component to which modules are given can't be told.
        let Some(parts) = component.resources_required() else { return Ok(1) };
        let places = parts.num_memories.div_ceil(MEMORIES).max(parts.num_tables.div_ceil(TABLES)).max(1);
        if places <= self.0.get() { Ok(places) } else { Err(places) }
    }
}
