//! `precompile-run serve COMPONENT`: a server of HTTP, whose requests components answer.
//!
//! Each request has an instance of its own, or one that served others before (`--reuse`). Artifacts may be replaced
//! while they serve: requests that came before end on the old code.

mod accept;
mod access_log;
mod answer;
mod clock;
mod connections;
mod descriptors;
mod gate;
mod guest;
mod instance;
mod line_writer;
mod listeners;
mod metrics;
mod no_answer;
mod overdue;
mod pool;
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
use listeners::Listeners;
use metrics::Metrics;
use pool::Pool;
use precompile_runtime::{Pooling, Runtime, RuntimeConfig};
use server::Server;
use sites::Sites;
use slots::Slots;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use tokio::runtime::Builder;

/// Serves until a signal ends it.
///
/// # Errors
///
/// If an option has no use here, a component can't serve, an address can't be listened on, or a guest doesn't end and
/// can't be interrupted.
pub(crate) fn run(args: Args, options: ServeOptions, config: RuntimeConfig) -> Result<(), Failure> {
    args.for_server()?;
    descriptors::raise_limit();
    // A turn of a guest takes up to 10 ms, so that timers and clients are looked at after a few.
    let executor = Builder::new_multi_thread().enable_all().event_interval(4).build();
    let executor = executor.map_err(|error| Failure::thread(&error))?;
    // Wasmtime's and WASI's functions expect an executor, whose threads start while the components are opened.
    let entered = executor.enter();
    let asked = shutdown::Asked::new(&executor);
    // Before the components are opened: clients that come meanwhile wait instead of being refused.
    let listeners = executor.block_on(Listeners::open(&options))?;
    let pool = Pool(options.max_instances);
    let pooling: Pooling = Arc::new(move |contract: &_| pool.config(contract));
    let runtime = Runtime::with_config(RuntimeConfig { pooling: Some(pooling), ..config });
    let (runtime, args, options) = (Arc::new(runtime), Arc::new(args), Arc::new(options));
    let sites = Sites::open(&runtime, &args, &options)?;
    let metrics = Metrics::default();
    let server = Arc::new(Server {
        sites,
        slots: Arc::new(Slots::new(options.max_instances, options.reuse)),
        log: AccessLog::open(options.access_log.as_deref(), metrics.lost_lines())?,
        errors: LineWriter::to_stream(std::io::stderr(), metrics.lost_lines())?,
        metrics,
        options,
    });
    let signal = asked.answer(&executor)?;
    // From here on, requests are let end.
    signal.store(false, Ordering::Relaxed);
    let ends = clock::start(&runtime, signal)?;
    let ended = executor.block_on(async {
        let ended = accept::serve(&server, listeners, &ends).await;
        server.flush().await;
        ended
    });
    drop(entered);
    // A guest that blocks a thread doesn't keep the process.
    executor.shutdown_background();
    ended
}
