//! The components of a list, each with a store of its own.

mod host;
mod value;

use crate::check::Ended;
use conformance_list::Value;
use precompile_runtime::wasmtime::component::types::ComponentItem;
use precompile_runtime::wasmtime::component::{Component, Instance, Linker, Val};
use precompile_runtime::wasmtime::error::Context;
use precompile_runtime::wasmtime::{Engine, Result, Store};
use precompile_runtime::{Program, link};
use tokio::runtime::{Builder, Runtime};

/// The components of a list.
pub(crate) struct Components {
    linker: Linker<()>,
    guests: Vec<Guest>,
    /// The executor of asynchronous functions.
    executor: Runtime,
}

struct Guest {
    store: Store<()>,
    instance: Instance,
}

impl Components {
    /// No components yet. Those that come can import what scripts expect of a host, and the module of `module`.
    pub(crate) fn new(engine: &Engine, module: Option<&Program>) -> Result<Components> {
        let mut linker = Linker::new(engine);
        linker.allow_shadowing(true);
        host::define(&mut linker, module.and_then(Program::module))?;
        let executor = Builder::new_current_thread().build()?;
        Ok(Components { linker, guests: Vec::new(), executor })
    }

    /// Instantiates a component, and offers the modules and resources that it exports to those that are made later: a
    /// host's linker can't pass on functions. Returns its number.
    ///
    /// # Errors
    ///
    /// The end of an instantiation that fails.
    pub(crate) fn make(
        &mut self,
        program: &Program,
        name: Option<&String>,
        mut store: Store<()>,
    ) -> Result<usize, Ended> {
        let instantiated = link::instantiate_component_async(&self.linker, &mut store, program);
        let instance = match self.executor.block_on(instantiated) {
            Ok(instance) => instance,
            Err(link::LinkError::Wasmtime(error)) => return Err(Ended::Broke(error)),
            Err(other) => return Err(Ended::Refused(other.into())),
        };
        if let (Some(name), Some(component)) = (name, program.component()) {
            self.offer(name, component, &mut store, instance).map_err(Ended::Refused)?;
        }
        self.guests.push(Guest { store, instance });
        Ok(self.guests.len() - 1)
    }

    fn offer(
        &mut self,
        name: &str,
        component: &Component,
        store: &mut Store<()>,
        instance: Instance,
    ) -> Result<()> {
        let mut offered = self.linker.instance(name)?;
        for (export, item) in component.component_type().exports(component.engine()) {
            match item.ty {
                ComponentItem::Module(_) => {
                    let module = instance.get_module(&mut *store, export).context("a module is missing")?;
                    offered.module(export, &module)?;
                }
                ComponentItem::Resource(_) => {
                    let resource = instance.get_resource(&mut *store, export);
                    offered.resource(export, resource.context("a resource is missing")?, |_, _| Ok(()))?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Calls a function of a component.
    pub(crate) fn call(&mut self, number: usize, function: &str, arguments: &[Value]) -> Result<Ended> {
        let Guest { store, instance } = self.guests.get_mut(number).context("there is no such component")?;
        let called = instance.get_func(&mut *store, function);
        let called = called.with_context(|| format!("there is no function `{function}`"))?;
        let arguments = arguments.iter().map(value::argument).collect::<Result<Vec<_>>>()?;
        let mut results = vec![Val::Bool(false); called.ty(&*store).results().len()];
        Ok(match self.executor.block_on(called.call_async(&mut *store, &arguments, &mut results)) {
            Ok(()) => Ended::Answered(results.iter().map(value::answer).collect()),
            Err(error) => Ended::Broke(error),
        })
    }
}
