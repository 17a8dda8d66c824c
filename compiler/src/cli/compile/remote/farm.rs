//! A build farm that compiles.

use super::answer::{self, ARTIFACT};
use super::connection::{Connected, Connection};
use super::worker::{REFUSAL, WORKER, key};
use crate::compile::remote::RemoteOpts;
use crate::interrupt;
use anyhow::{Context, Result};
use precompile::{CompileError, Compiled, Options};
use precompile_reapi::{Action, Blob, InputFile, Stage};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::runtime::{Builder, Runtime};

/// The name of the module among an action's files.
const MODULE: &str = "module.wasm";
/// The largest artifact that is taken: so many bytes, and so many for each of the module's.
const LARGEST: (u64, u64) = (64 << 20, 200);
/// The time to tell a farm at the end of this process what nobody waits for any more.
const LAST: Duration = Duration::from_secs(1);
/// The time of an action with its wait for a worker, in times of the worker's.
const WAITS: u32 = 3;

/// A build farm that compiles.
pub(crate) struct Farm {
    shared: Arc<Shared>,
    jobs: usize,
    timeout: Duration,
    platform: Vec<(String, String)>,
    queued: AtomicUsize,
    executing: AtomicUsize,
    /// The first failure of the farm.
    warning: Mutex<Warning>,
}

/// The parts that are needed at the end of the process.
struct Shared {
    runtime: Runtime,
    connection: Connection,
}

/// The warning of a farm that fails, which is given once.
enum Warning {
    None,
    New(String),
    Given,
}

impl Farm {
    /// The farm of the options; `None` where they name none. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// If an option is wrong, or the system refuses threads.
    pub(crate) fn new(opts: &RemoteOpts) -> Result<Option<Farm>> {
        let Some(address) = opts.address()? else { return Ok(None) };
        let connection = Connection::new(&address, opts)?;
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.context("no threads for the farm can be started")?;
        let shared = Arc::new(Shared { runtime, connection });
        let ending = Arc::clone(&shared);
        interrupt::at_end(Box::new(move || ending.runtime.block_on(ending.connection.cancel(LAST))));
        Ok(Some(Farm {
            shared,
            jobs: opts.remote_jobs.into(),
            timeout: opts.remote_timeout,
            platform: opts.remote_platform.clone(),
            queued: AtomicUsize::new(0),
            executing: AtomicUsize::new(0),
            warning: Mutex::new(Warning::None),
        }))
    }

    /// The number of actions that may be under way.
    pub(crate) fn jobs(&self) -> usize {
        self.jobs
    }

    /// Has the farm compile a module, and where it fails twice, compiles it `here`. Returns true beside what the farm made.
    pub(crate) fn compile(
        &self,
        options: &Options,
        module: &[u8],
        here: &dyn Fn() -> Result<Compiled, CompileError>,
    ) -> Result<(Compiled, bool), CompileError> {
        match self.shared.runtime.block_on(self.attempts(options, module)) {
            Ok(compiled) => Ok((compiled?, true)),
            Err(failure) => {
                self.warn(failure);
                Ok((here()?, false))
            }
        }
    }

    /// Has the farm compile a module. Where a worker fails, another one is asked, which doesn't find the failed result.
    ///
    /// # Errors
    ///
    /// If the farm fails.
    async fn attempts(
        &self,
        options: &Options,
        module: &[u8],
    ) -> Result<Result<Compiled, CompileError>, String> {
        let connection = &self.shared.connection;
        let connected = connection.connected().await.map_err(|error| error.to_string())?;
        let action = self.action(&connected, options, module)?;
        let mut again = false;
        loop {
            match self.attempt(&connected, &action, again, options, module).await {
                Ok(answer) => return Ok(answer),
                Err(Failure { text, is_down }) if is_down || again => {
                    if is_down {
                        connection.pause().await;
                    }
                    return Err(text);
                }
                Err(_) => again = true,
            }
        }
    }

    async fn attempt(
        &self,
        connected: &Connected,
        action: &Action,
        again: bool,
        options: &Options,
        module: &[u8],
    ) -> Result<Result<Compiled, CompileError>, Failure> {
        let start = Instant::now();
        let stages = Stages { farm: self, now: Mutex::new(None) };
        let largest = LARGEST.0 + LARGEST.1 * module.len() as u64;
        let longest = self.timeout * WAITS;
        let outcome =
            connected.client.run(action, again, longest, largest, &|stage| stages.enter(stage)).await;
        let outcome =
            outcome.map_err(|error| Failure { text: error.to_string(), is_down: error.is_down() })?;
        answer::read(outcome, options, module, start.elapsed())
            .map_err(|text| Failure { text, is_down: false })
    }

    /// The action that compiles a module. Options that don't affect the artifact are always the same in it, so that equal
    /// actions are equal.
    fn action(&self, connected: &Connected, options: &Options, module: &[u8]) -> Result<Action, String> {
        let options = Options { parallel: true, fallback: Default::default(), ..options.clone() };
        let json = serde_json::to_string(&options).map_err(|error| error.to_string())?;
        let key = key(&options, module);
        let content = Blob::new(connected.client.function(), module.to_vec());
        Ok(Action {
            arguments: ["./precompile", WORKER, &key, &json, MODULE, ARTIFACT].map(String::from).into(),
            files: vec![
                InputFile {
                    name: "precompile".into(),
                    content: connected.worker.clone(),
                    is_executable: true,
                },
                InputFile { name: MODULE.into(), content, is_executable: false },
            ],
            outputs: vec![ARTIFACT.into(), REFUSAL.into()],
            timeout: self.timeout,
            platform: self.platform.clone(),
        })
    }

    fn warn(&self, failure: String) {
        let mut warning = self.warning.lock().unwrap_or_else(PoisonError::into_inner);
        if let Warning::None = *warning {
            *warning =
                Warning::New(format!("the build farm fails: {failure}; what it doesn't do is compiled here"));
        }
    }

    /// The warning, where there is one that wasn't given.
    pub(crate) fn take_warning(&self) -> Option<String> {
        let mut warning = self.warning.lock().unwrap_or_else(PoisonError::into_inner);
        match std::mem::replace(&mut *warning, Warning::Given) {
            Warning::New(text) => Some(text),
            other => {
                *warning = other;
                None
            }
        }
    }

    /// The actions that wait for workers, and those that workers execute.
    pub(crate) fn stages(&self) -> String {
        format!("{} queued, {} running ", self.queued.load(Relaxed), self.executing.load(Relaxed))
    }
}

/// The failure of an attempt.
struct Failure {
    text: String,
    /// The farm can't be reached, so that no other attempt is made.
    is_down: bool,
}

/// The stage of an action, which is counted.
struct Stages<'a> {
    farm: &'a Farm,
    now: Mutex<Option<Stage>>,
}

impl Stages<'_> {
    fn enter(&self, stage: Stage) {
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(old) = now.replace(stage) {
            self.count(old).fetch_sub(1, Relaxed);
        }
        self.count(stage).fetch_add(1, Relaxed);
    }

    fn count(&self, stage: Stage) -> &AtomicUsize {
        match stage {
            Stage::Queued => &self.farm.queued,
            Stage::Executing => &self.farm.executing,
        }
    }
}

impl Drop for Stages<'_> {
    fn drop(&mut self) {
        if let Some(stage) = *self.now.lock().unwrap_or_else(PoisonError::into_inner) {
            self.count(stage).fetch_sub(1, Relaxed);
        }
    }
}
