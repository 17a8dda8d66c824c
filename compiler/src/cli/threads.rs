//! The threads that compile.

use anyhow::Result;
use rayon::{ThreadBuilder, ThreadPoolBuilder};
use std::io;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, mpsc};
use std::thread;

/// Starts this number of threads for all compiling in this process, or as many as the system allows: without any, the
/// calling thread compiles. Returns the number of started threads, and the error that stopped the next one. A further call
/// starts none, and has no error to tell.
///
/// # Errors
///
/// If another part of this process has started threads for all of it.
pub(crate) fn start(threads: usize) -> Result<(usize, Option<io::Error>)> {
    static STARTED: OnceLock<usize> = OnceLock::new();
    if let Some(started) = STARTED.get() {
        return Ok((*started, None));
    }
    let (hand_out, work) = mpsc::channel::<ThreadBuilder>();
    let work = Arc::new(Mutex::new(work));
    let (mut started, mut refused) = (0, None);
    // Threads first, pool second: a pool that fails for want of a thread can't be made again.
    while started < threads && refused.is_none() {
        let work = Arc::clone(&work);
        let run = move || {
            let work = work.lock().unwrap_or_else(PoisonError::into_inner).recv();
            // Nothing is received where the pool wasn't made.
            work.into_iter().for_each(ThreadBuilder::run);
        };
        match thread::Builder::new().name(format!("compile {started}")).spawn(run) {
            Ok(_) => started += 1,
            Err(error) => refused = Some(error),
        }
    }
    let pool = ThreadPoolBuilder::new().num_threads(started.max(1));
    match started {
        // The calling thread was made a pool before.
        0 if rayon::current_thread_index().is_some() => {}
        0 => pool.use_current_thread().build_global()?,
        _ => {
            let hand_out = |thread| hand_out.send(thread).map_err(|_| io::ErrorKind::BrokenPipe.into());
            pool.spawn_handler(hand_out).build_global()?;
        }
    }
    let _ = STARTED.set(started);
    Ok((started, refused))
}
