//! The world of a list: the instances of its artifacts, which may import from each other.

use crate::check::Ended;
use crate::components::Components;
use crate::named::Named;
use crate::{spectest, value};
use conformance_list::Invoke;
use precompile_runtime::wasmtime::error::Context;
use precompile_runtime::wasmtime::{Extern, Instance, Linker, SharedMemory, Store, Val};
use precompile_runtime::wasmtime::{Result, bail};
use precompile_runtime::{Program, link};

/// The fuel at the start: enough for every script, and the rest is counted at the end.
const FUEL: u64 = 1 << 60;

/// The store and the linker, made with the engine of the first artifact; the list's other artifacts share them. Each
/// component has a store of its own.
pub(crate) struct World {
    /// The artifact that the world was made for.
    first: Program,
    pub(crate) store: Store<()>,
    linker: Linker<()>,
    components: Components,
    pub(crate) programs: Named<Program>,
    instances: Named<Made>,
    /// The name of an instance in the surrounding script, and the memories that a thread shares with it.
    shared: Option<(String, Vec<(String, SharedMemory)>)>,
}

/// An instance.
#[derive(Clone, Copy)]
enum Made {
    /// A module's.
    Module(Instance),
    /// A component's, by its number.
    Component(usize),
}

impl World {
    /// A world for the engine of a program. Components can import the module of `host`.
    pub(crate) fn new(program: &Program, host: Option<&Program>) -> Result<World> {
        let mut store = store(program)?;
        let mut linker = Linker::new(program.engine());
        linker.allow_shadowing(true);
        // Pulley has no threads.
        let threads = !program.manifest().target.starts_with("pulley");
        spectest::define(&mut linker, &mut store, threads)?;
        let components = Components::new(program.engine(), host)?;
        let (programs, instances) = (Named::new(), Named::new());
        Ok(World { first: program.clone(), store, linker, components, programs, instances, shared: None })
    }

    /// A world of a thread's own, which may import the shared memories of an instance by its name.
    pub(crate) fn of_thread(&mut self, shared: &str) -> Result<World> {
        let instance = self.module(Some(&shared.into()))?;
        let exports = instance.exports(&mut self.store);
        let memories = exports.filter_map(|export| match (export.name().to_owned(), export.into_extern()) {
            (name, Extern::SharedMemory(memory)) => Some((name, memory)),
            _ => None,
        });
        let shared = (shared.into(), memories.collect());
        Ok(World { shared: Some(shared), ..World::new(&self.first, None)? })
    }

    /// The fuel that modules have used.
    pub(crate) fn fuel(&self) -> u64 {
        match self.first.manifest().settings.consume_fuel {
            true => FUEL - self.store.get_fuel().unwrap_or(FUEL),
            false => 0,
        }
    }

    /// Offers the exports of an instance under a name; of an instance that a thread shares, its memories.
    pub(crate) fn register(&mut self, name: &str, instance: Option<&String>) -> Result<()> {
        if let (Some((shared, memories)), Some(instance)) = (&self.shared, instance)
            && shared == instance
        {
            for (export, memory) in memories {
                self.linker.define(&self.store, name, export, memory.clone())?;
            }
            return Ok(());
        }
        match self.instances.get(instance)? {
            Made::Module(instance) => {
                self.linker.instance(&mut self.store, name, instance)?;
            }
            // Other components find it by its own name.
            Made::Component(_) if instance.is_some_and(|instance| instance == name) => {}
            Made::Component(_) => bail!("a component can't be registered"),
        }
        Ok(())
    }

    /// Makes an instance, and remembers it by its name.
    ///
    /// # Errors
    ///
    /// The end of an instantiation that fails.
    pub(crate) fn make(&mut self, program: &Program, name: Option<&String>) -> Result<(), Ended> {
        let made = match program.module() {
            Some(_) => Made::Module(self.instantiate(program)?),
            None => {
                let store = store(program).map_err(Ended::Refused)?;
                Made::Component(self.components.make(program, name, store)?)
            }
        };
        self.instances.add(name, made);
        Ok(())
    }

    fn instantiate(&mut self, program: &Program) -> Result<Instance, Ended> {
        match link::instantiate(&self.linker, &mut self.store, program) {
            Ok(instance) => Ok(instance),
            Err(link::LinkError::Wasmtime(error)) => Err(Ended::of(&mut self.store, error)),
            Err(other) => Err(Ended::Refused(other.into())),
        }
    }

    pub(crate) fn invoke(&mut self, invoke: &Invoke) -> Result<Ended> {
        let Invoke { instance, export, arguments } = invoke;
        let instance = match self.instances.get(instance.as_ref())? {
            Made::Module(instance) => instance,
            Made::Component(number) => return self.components.call(number, export, arguments),
        };
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

    /// The value of a global.
    pub(crate) fn global(&mut self, instance: Option<&String>, global: &str) -> Result<Val> {
        let instance = self.module(instance)?;
        let export = instance.get_global(&mut self.store, global);
        let export = export.with_context(|| format!("there is no global `{global}`"))?;
        Ok(export.get(&mut self.store))
    }

    /// A module's instance.
    pub(crate) fn module(&self, name: Option<&String>) -> Result<Instance> {
        match self.instances.get(name)? {
            Made::Module(instance) => Ok(instance),
            Made::Component(_) => bail!("it is a component"),
        }
    }
}

/// A store for a program, which runs out of nothing.
fn store(program: &Program) -> Result<Store<()>> {
    let settings = &program.manifest().settings;
    let mut store = Store::new(program.engine(), ());
    if settings.consume_fuel {
        store.set_fuel(FUEL)?;
    }
    if settings.epoch_interruption {
        // Nobody increments the epoch.
        store.set_epoch_deadline(1);
    }
    Ok(store)
}
