//! Plays commands.

use crate::check::Ended;
use crate::{observe, spectest, trap, value};
use conformance_list::{Action, Command, Execute, Failure, Invoke, Module, Play, artifact};
use precompile_runtime::wasmtime::error::Context;
use precompile_runtime::wasmtime::{Instance, Linker, Store, Val};
use precompile_runtime::wasmtime::{Result, bail};
use precompile_runtime::{Program, Runtime, link};
use std::collections::HashMap;
use std::path::PathBuf;

/// Enough for every script; what is left is counted.
const FUEL: u64 = 1 << 60;

/// Plays the commands of a list, one after the other.
pub(crate) struct Player {
    folder: PathBuf,
    runtime: Runtime,
    /// Made with the engine of the first artifact; the others of the list share it.
    world: Option<World>,
    play: Play,
}

struct World {
    store: Store<()>,
    linker: Linker<()>,
    programs: Named<Program>,
    instances: Named<Instance>,
    fuel: bool,
}

/// Things with names, and the last of them.
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
        Player { folder, runtime: Runtime::new(), world: None, play: Play::default() }
    }

    /// What came of it all.
    pub(crate) fn end(mut self) -> Play {
        if let Some(world) = self.world.as_ref().filter(|world| world.fuel) {
            self.play.fuel = FUEL - world.store.get_fuel().unwrap_or(FUEL);
        }
        self.play
    }

    pub(crate) fn play(&mut self, command: &Command) {
        let assertion = command.action.is_assertion();
        match self.act(&command.action) {
            Ok(()) => self.play.passed += u32::from(assertion),
            Err(error) => {
                let what = format!("{error:#}");
                self.play.failed.push(Failure { line: command.line, what, assertion });
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
                    Err(ended) => bail!("{}", ended.said()),
                }
            }
            Action::Register { name, instance } => {
                let world = self.world()?;
                let instance = world.instances.get(instance.as_ref())?;
                world.linker.instance(&mut world.store, name, instance)?;
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
                other => bail!("{}, and should trap: {expected}", other.said()),
            },
            Action::Exhaust(invoke) => match self.world()?.invoke(invoke)? {
                Ended::Trapped(trap) if trap::is(trap, "call stack exhausted") => {}
                other => bail!("{}, and should exhaust the stack", other.said()),
            },
            Action::Unlinkable(number, expected) => {
                let program = self.open(*number)?;
                match self.world()?.instantiate(&program) {
                    Err(Ended::Refused(error)) if is_link_error(&format!("{error:#}"), expected) => {}
                    Err(other) => bail!("{}, and should not link", other.said()),
                    Ok(_) => bail!("it was instantiated, and should not link"),
                }
            }
            Action::Throw(execute) => match self.execute(execute)? {
                Ended::Threw => {}
                other => bail!("{}, and should throw", other.said()),
            },
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
        // SAFETY: precompile's library wrote it for this list, and nobody else has the folder.
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
            // Nobody increments it.
            store.set_epoch_deadline(1);
        }
        let mut linker = Linker::new(program.engine());
        linker.allow_shadowing(true);
        // Pulley has no threads.
        let threads = !program.manifest().target.starts_with("pulley");
        spectest::define(&mut linker, &mut store, threads)?;
        let fuel = settings.consume_fuel;
        Ok(World { store, linker, programs: Named::new(), instances: Named::new(), fuel })
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

/// Whether wasmtime's words mean the specification's: they are the same for the two ways in which an import can
/// be wrong.
fn is_link_error(error: &str, expected: &str) -> bool {
    ["unknown import", "incompatible import type"]
        .iter()
        .any(|words| expected.starts_with(words) && error.contains(words))
}
