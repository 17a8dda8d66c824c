//! The player of a list's commands.

use crate::check::Ended;
use crate::{observe, spectest, trap, value};
use conformance_list::{Action, Command, Execute, Failure, Invoke, List, Module, Play, artifact};
use precompile_runtime::wasmtime::error::Context;
use precompile_runtime::wasmtime::{Extern, Instance, Linker, SharedMemory, Store, Trap, Val};
use precompile_runtime::wasmtime::{Result, bail};
use precompile_runtime::{Program, Runtime, link};
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;

/// The fuel at the start: enough for every script, and the rest is counted at the end.
const FUEL: u64 = 1 << 60;

/// A player of a list's commands, one after the other.
pub(crate) struct Player {
    folder: PathBuf,
    runtime: Arc<Runtime>,
    /// The store and the linker, made with the engine of the first artifact; the list's other artifacts share them.
    world: Option<World>,
    /// The running threads, which the list hasn't waited for yet.
    threads: HashMap<String, JoinHandle<Play>>,
    play: Play,
}

struct World {
    /// The artifact that the world was made for.
    first: Program,
    store: Store<()>,
    linker: Linker<()>,
    programs: Named<Program>,
    instances: Named<Instance>,
    /// The name of an instance in the surrounding script, and the memories that a thread shares with it.
    shared: Option<(String, Vec<(String, SharedMemory)>)>,
    fuel: bool,
}

/// Values with names, and the last one of them.
struct Named<T> {
    last: Option<T>,
    by_name: HashMap<String, T>,
}

impl<T: Clone> Named<T> {
    fn new() -> Named<T> {
        Named { last: None, by_name: HashMap::new() }
    }

    fn add(&mut self, name: Option<&String>, thing: T) {
        if let Some(name) = name {
            self.by_name.insert(name.clone(), thing.clone());
        }
        self.last = Some(thing);
    }

    fn get(&self, name: Option<&String>) -> Result<T> {
        let thing = match name {
            Some(name) => self.by_name.get(name).with_context(|| format!("there is no `{name}`")),
            None => self.last.as_ref().context("there is none yet"),
        };
        thing.cloned()
    }
}

impl Player {
    pub(crate) fn new(folder: PathBuf) -> Player {
        Player {
            folder,
            runtime: Arc::new(Runtime::new()),
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
        if let Some(world) = self.world.as_ref().filter(|world| world.fuel) {
            self.play.fuel += FUEL - world.store.get_fuel().unwrap_or(FUEL);
        }
        self.play
    }

    /// Starts a thread, which plays a list in a store of its own.
    fn begin(&mut self, shared: Option<&String>, list: &List) -> Result<JoinHandle<Play>> {
        let mut player = Player { runtime: Arc::clone(&self.runtime), ..Player::new(self.folder.clone()) };
        if let Some(name) = shared {
            let world = self.world()?;
            let instance = world.instances.get(Some(name))?;
            let exports = instance.exports(&mut world.store);
            let memories =
                exports.filter_map(|export| match (export.name().to_owned(), export.into_extern()) {
                    (name, Extern::SharedMemory(memory)) => Some((name, memory)),
                    _ => None,
                });
            let shared = (name.clone(), memories.collect());
            player.world = Some(World { shared: Some(shared), ..World::new(&world.first)? });
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
                let world = self.world()?;
                match world.instantiate(&program) {
                    Ok(instance) => world.instances.add(name.as_ref(), instance),
                    Err(ended) => bail!("{}", ended.text()),
                }
            }
            Action::Register { name, instance } => {
                self.world()?.register(name, instance.as_ref())?;
            }
            Action::Invoke(invoke) => {
                self.world()?.invoke(invoke)?.returned()?;
            }
            Action::Return(execute, expected) => {
                let results = self.execute(execute)?.returned()?;
                value::all_match(&mut self.world()?.store, &results, expected)?;
            }
            Action::Trap(execute, expected) => match self.execute(execute)? {
                Ended::Trapped(trap) if trap::is(trap, expected) => {}
                other => bail!("{}, and should trap: {expected}", other.text()),
            },
            Action::Exhaust(invoke) => match self.world()?.invoke(invoke)? {
                Ended::Trapped(trap) if trap::is(trap, "call stack exhausted") => {}
                other => bail!("{}, and should exhaust the stack", other.text()),
            },
            Action::Unlinkable(number, expected) => {
                let program = self.open(*number)?;
                match self.world()?.instantiate(&program) {
                    Err(Ended::Refused(error)) if is_link_error(&format!("{error:#}"), expected) => {}
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
                let instance = world.instances.get(None)?;
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
                let world = self.world()?;
                let instance = world.instances.get(instance.as_ref())?;
                let export = instance.get_global(&mut world.store, global);
                let export = export.with_context(|| format!("there is no global `{global}`"))?;
                Ok(Ended::Returned(vec![export.get(&mut world.store)]))
            }
            Execute::Instantiate(number) => {
                let program = self.open(*number)?;
                let instantiated = self.world()?.instantiate(&program);
                Ok(instantiated.map_or_else(|ended| ended, |_| Ended::Returned(Vec::new())))
            }
        }
    }

    #[allow(unsafe_code, reason = "artifacts are opened")]
    fn open(&mut self, number: u32) -> Result<Program> {
        let file = artifact(&self.folder, number);
        // SAFETY: precompile's library wrote the artifact for this list, and nobody else has the folder.
        let program = unsafe { self.runtime.open_file(file) }.context("it can't be opened")?;
        if self.world.is_none() {
            self.world = Some(World::new(&program)?);
        }
        Ok(program)
    }

    fn world(&mut self) -> Result<&mut World> {
        self.world.as_mut().context("there is no module yet")
    }
}

impl World {
    fn new(program: &Program) -> Result<World> {
        let settings = &program.manifest().settings;
        let mut store = Store::new(program.engine(), ());
        if settings.consume_fuel {
            store.set_fuel(FUEL)?;
        }
        if settings.epoch_interruption {
            // Nobody increments the epoch.
            store.set_epoch_deadline(1);
        }
        let mut linker = Linker::new(program.engine());
        linker.allow_shadowing(true);
        // Pulley has no threads.
        let threads = !program.manifest().target.starts_with("pulley");
        spectest::define(&mut linker, &mut store, threads)?;
        let fuel = settings.consume_fuel;
        let (programs, instances) = (Named::new(), Named::new());
        Ok(World { first: program.clone(), store, linker, programs, instances, shared: None, fuel })
    }

    /// Offers the exports of an instance under a name; of an instance that a thread shares, its memories.
    fn register(&mut self, name: &str, instance: Option<&String>) -> Result<()> {
        if let (Some((shared, memories)), Some(instance)) = (&self.shared, instance)
            && shared == instance
        {
            for (export, memory) in memories {
                self.linker.define(&self.store, name, export, memory.clone())?;
            }
            return Ok(());
        }
        let instance = self.instances.get(instance)?;
        self.linker.instance(&mut self.store, name, instance)?;
        Ok(())
    }

    fn instantiate(&mut self, program: &Program) -> Result<Instance, Ended> {
        match link::instantiate(&self.linker, &mut self.store, program) {
            Ok(instance) => Ok(instance),
            Err(link::LinkError::Wasmtime(error)) => Err(Ended::of(&mut self.store, error)),
            Err(other) => Err(Ended::Refused(other.into())),
        }
    }

    fn invoke(&mut self, invoke: &Invoke) -> Result<Ended> {
        let Invoke { instance, export, arguments } = invoke;
        let instance = self.instances.get(instance.as_ref())?;
        let function = instance.get_func(&mut self.store, export);
        let function = function.with_context(|| format!("there is no function `{export}`"))?;
        let arguments: Vec<Val> =
            arguments.iter().map(|value| value::argument(&mut self.store, value)).collect::<Result<_>>()?;
        let mut results = vec![Val::I32(0); function.ty(&self.store).results().len()];
        Ok(match function.call(&mut self.store, &arguments, &mut results) {
            Ok(()) => Ended::Returned(results),
            Err(error) => Ended::of(&mut self.store, error),
        })
    }
}

/// Tells whether an error of wasmtime's means the specification's: wasmtime has the same words for the two ways in
/// which an import can be wrong.
fn is_link_error(error: &str, expected: &str) -> bool {
    ["unknown import", "incompatible import type"]
        .iter()
        .any(|words| expected.starts_with(words) && error.contains(words))
}
