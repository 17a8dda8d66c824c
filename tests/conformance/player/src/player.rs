//! The player of a list's commands.

use crate::check::Ended;
use crate::world::World;
use crate::{observe, value};
use conformance_list::{Action, Command, Execute, Failure, List, Module, Play, artifact};
use precompile_runtime::wasmtime::Trap;
use precompile_runtime::wasmtime::error::Context;
use precompile_runtime::wasmtime::{Result, bail};
use precompile_runtime::{Program, Runtime};
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;

/// A player of a list's commands, one after the other.
pub(crate) struct Player {
    folder: PathBuf,
    runtime: Arc<Runtime>,
    /// The artifact of the module that the host offers to components.
    host_module: Option<u32>,
    world: Option<World>,
    /// The running threads, which the list hasn't waited for yet.
    threads: HashMap<String, JoinHandle<Play>>,
    play: Play,
}

impl Player {
    pub(crate) fn new(folder: PathBuf, host_module: Option<u32>) -> Player {
        Player {
            folder,
            runtime: Arc::new(Runtime::new()),
            host_module,
            world: None,
            threads: HashMap::new(),
            play: Play::default(),
        }
    }

    /// Ends the play, and returns its outcome.
    pub(crate) fn end(mut self) -> Play {
        for thread in std::mem::take(&mut self.threads).into_values() {
            self.ended(thread);
        }
        self.play.fuel += self.world.as_ref().map_or(0, World::fuel);
        self.play
    }

    /// Starts a thread, which plays a list in a store of its own.
    fn begin(&mut self, shared: Option<&String>, list: &List) -> Result<JoinHandle<Play>> {
        let mut player = Player {
            runtime: Arc::clone(&self.runtime),
            ..Player::new(self.folder.clone(), self.host_module)
        };
        if let Some(name) = shared {
            player.world = Some(self.world()?.of_thread(name)?);
        }
        let list = list.clone();
        Ok(std::thread::spawn(move || {
            for command in &list.commands {
                player.play(command);
            }
            player.end()
        }))
    }

    /// Waits for a thread, and adds its outcome.
    fn ended(&mut self, thread: JoinHandle<Play>) {
        match thread.join() {
            Ok(play) => {
                self.play.passed += play.passed;
                self.play.fuel += play.fuel;
                self.play.failed.extend(play.failed);
                self.play.observed.extend(play.observed);
            }
            Err(_) => {
                self.play.failed.push(Failure { line: 0, error: "a thread panicked".into(), assertion: true })
            }
        }
    }

    pub(crate) fn play(&mut self, command: &Command) {
        let assertion = command.action.is_assertion();
        match self.act(&command.action) {
            Ok(()) => self.play.passed += u32::from(assertion),
            Err(error) => {
                let error = format!("{error:#}");
                self.play.failed.push(Failure { line: command.line, error, assertion });
            }
        }
    }

    fn act(&mut self, action: &Action) -> Result<()> {
        match action {
            Action::Define { name, artifact } => {
                let program = self.open(*artifact)?;
                self.world()?.programs.add(name.as_ref(), program);
            }
            Action::Instantiate { name, module } => {
                let program = match module {
                    Module::Artifact(number) => self.open(*number)?,
                    Module::Defined(name) => self.world()?.programs.get(name.as_ref())?,
                };
                if let Err(ended) = self.world()?.make(&program, name.as_ref()) {
                    bail!("{}", ended.text());
                }
            }
            Action::Register { name, instance } => {
                self.world()?.register(name, instance.as_ref())?;
            }
            Action::Invoke(invoke) => self.world()?.invoke(invoke)?.has_returned()?,
            Action::Return(execute, expected) => {
                let ended = self.execute(execute)?;
                value::all_match(&mut self.world()?.store, &ended, expected)?;
            }
            Action::Trap(execute, expected) => match self.execute(execute)? {
                ended if ended.is_trap(expected) => {}
                other => bail!("{}, and should trap: {expected}", other.text()),
            },
            Action::Exhaust(invoke) => match self.world()?.invoke(invoke)? {
                ended if ended.is_trap("call stack exhausted") => {}
                other => bail!("{}, and should exhaust the stack", other.text()),
            },
            Action::Unlinkable(number, expected) => {
                let program = self.open(*number)?;
                match self.world()?.make(&program, None) {
                    Err(ended) if ended.is_unlinked(expected) => {}
                    Err(other) => bail!("{}, and should not link", other.text()),
                    Ok(_) => bail!("it was instantiated, and should not link"),
                }
            }
            Action::Throw(execute) => match self.execute(execute)? {
                Ended::Threw => {}
                other => bail!("{}, and should throw", other.text()),
            },
            Action::Suspend(execute, expected) => match self.execute(execute)? {
                Ended::Trapped(Trap::UnhandledTag) => {}
                other => bail!("{}, and should suspend: {expected}", other.text()),
            },
            Action::Thread { name, shared, list } => {
                let thread = self.begin(shared.as_ref(), list)?;
                if let Some(before) = self.threads.insert(name.clone(), thread) {
                    self.ended(before);
                }
            }
            Action::Wait(name) => {
                let thread = self.threads.remove(name);
                let thread = thread.with_context(|| format!("there is no thread `{name}`"))?;
                self.ended(thread);
            }
            Action::Observe(invoke) => {
                let ended = self.world()?.invoke(invoke)?;
                self.play.observed.push(observe::ended(&ended));
            }
            Action::ObserveState => {
                let world = self.world()?;
                let instance = world.module(None)?;
                let state = observe::state(&mut world.store, instance);
                self.play.observed.push(state);
            }
        }
        Ok(())
    }

    fn execute(&mut self, execute: &Execute) -> Result<Ended> {
        match execute {
            Execute::Invoke(invoke) => self.world()?.invoke(invoke),
            Execute::Get { instance, global } => {
                Ok(Ended::Returned(vec![self.world()?.global(instance.as_ref(), global)?]))
            }
            Execute::Instantiate(number) => {
                let program = self.open(*number)?;
                let made = self.world()?.make(&program, None);
                Ok(made.map_or_else(|ended| ended, |()| Ended::Returned(Vec::new())))
            }
        }
    }

    fn open(&mut self, number: u32) -> Result<Program> {
        let program = self.open_artifact(number)?;
        if self.world.is_none() {
            let host = self.host_module.map(|number| self.open_artifact(number)).transpose()?;
            self.world = Some(World::new(&program, host.as_ref())?);
        }
        Ok(program)
    }

    #[allow(unsafe_code, reason = "artifacts are opened")]
    fn open_artifact(&self, number: u32) -> Result<Program> {
        let file = artifact(&self.folder, number);
        // SAFETY: precompile's library wrote the artifact for this list, and nobody else has the folder.
        unsafe { self.runtime.open_file(file) }.context("it can't be opened")
    }

    fn world(&mut self) -> Result<&mut World> {
        self.world.as_mut().context("there is no module yet")
    }
}
