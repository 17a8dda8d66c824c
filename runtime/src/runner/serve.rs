//! `precompile-run serve COMPONENT`: a server of HTTP, whose requests components answer.
//!
//! Each request has an instance of its own, or one that served others before (`--reuse`). Artifacts may be replaced
//! while they serve: requests that came before end on the old code.

mod accept;
mod access_log;
mod answer;
mod connections;
mod descriptors;
mod epochs;
mod gate;
mod guest;
mod instance;
mod line_writer;
mod metrics;
mod no_answer;
mod overdue;
mod served_args;
mod server;
mod shutdown;
mod site;
mod site_file;
mod sites;
mod slots;
mod version;

use crate::args::Args;
use crate::failure::Failure;
use crate::serve_options::ServeOptions;
use access_log::AccessLog;
use line_writer::LineWriter;
use metrics::Metrics;
use precompile_runtime::wasmtime::PoolingAllocationConfig;
use precompile_runtime::{Runtime, RuntimeConfig};
use server::Server;
use sites::Sites;
use slots::Slots;
use std::sync::Arc;
use tokio::runtime::Builder;

/// The parts of a component that each instance may have: memories, tables and instances of its modules.
const PARTS: u32 = 16;

/// Serves until a signal ends it.
///
/// # Errors
///
/// If an option has no use here, a component can't serve, an address can't be listened on, or a guest doesn't end and
/// can't be interrupted.
pub(crate) fn run(args: Args, options: ServeOptions, config: RuntimeConfig) -> Result<(), Failure> {
    args.for_server()?;
    descriptors::raise_limit();
    let shutdown = shutdown::wait()?;
    // A turn of a guest takes up to 10 ms, so that timers and clients are looked at after a few.
    let executor = Builder::new_multi_thread().enable_all().event_interval(4).build();
    let executor = executor.map_err(|error| Failure::thread(&error))?;
    // Wasmtime's and WASI's functions expect an executor, whose threads start while the components are opened.
    let entered = executor.enter();
    let runtime = Runtime::with_config(RuntimeConfig { pooling: Some(pool(&options)), ..config });
    let (runtime, args, options) = (Arc::new(runtime), Arc::new(args), Arc::new(options));
    let sites = Sites::open(&runtime, &args, &options)?;
    epochs::tick(&runtime)?;
    let metrics = Metrics::default();
    let server = Arc::new(Server {
        sites,
        slots: Arc::new(Slots::new(options.max_instances, options.reuse)),
        log: AccessLog::open(options.access_log.as_deref(), metrics.lost_lines())?,
        errors: LineWriter::to_stream(std::io::stderr(), metrics.lost_lines())?,
        metrics,
        options,
    });
    let ended = executor.block_on(async {
        let ended = accept::serve(&server, &shutdown).await;
        server.flush().await;
        ended
    });
    drop(entered);
    // A guest that blocks a thread doesn't keep the process.
    executor.shutdown_background();
    ended
}

/// The pool of the instances. Address space is reserved for it, and memory is taken as instances need it.
fn pool(options: &ServeOptions) -> PoolingAllocationConfig {
    let mut pool = PoolingAllocationConfig::new();
    let instances = options.max_instances.get();
    pool.total_component_instances(instances)
        .total_core_instances(instances.saturating_mul(PARTS))
        .total_memories(instances.saturating_mul(4))
        // A store has one.
        .total_gc_heaps(instances)
        .total_tables(instances.saturating_mul(PARTS))
        .total_stacks(instances.saturating_mul(2))
        .max_memories_per_component(PARTS)
        .max_tables_per_component(PARTS * 4)
        .max_core_instances_per_component(PARTS * 4);
    pool
}
