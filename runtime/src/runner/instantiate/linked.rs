//! The instantiation of a module with WASI and with libraries.

#[cfg(feature = "wasi")]
use super::full_wasi::{Offer, World};
#[cfg(all(feature = "wasi-lean", not(feature = "wasi")))]
use super::lean_wasi::{Offer, World};
#[cfg(not(any(feature = "wasi", feature = "wasi-lean")))]
use super::no_wasi::{Offer, World};
use crate::args::Args;
use crate::failure::Failure;
#[cfg(feature = "preload")]
use crate::guest;
use crate::guest::Guest;
#[cfg(feature = "plugin")]
use crate::plugin::Plugins;
use crate::state::State;
use crate::{imports, state};
use precompile_runtime::artifact::Code;
use precompile_runtime::wasmtime::{Extern, Instance, Store};
use precompile_runtime::{Program, link};
use std::path::Path;

/// Instantiates a program with its folders, environment and arguments, and before it the libraries of `--preload`, in
/// order: each finds those before it, and all have the same store.
pub(crate) fn instantiate(program: &Program, args: &Args) -> Result<Guest<World>, Failure> {
    let linking = Linking {
        args,
        offer: Offer::new(&programs(program, args))?,
        #[cfg(feature = "plugin")]
        plugins: Plugins::open(args)?,
        #[cfg(feature = "preload")]
        libraries: Vec::new(),
    };
    let mut store = state::store(program, args, Offer::world(args)?)?;
    linking.offer.prepare(&mut store, args);
    #[cfg(feature = "preload")]
    let linking = linking.with_libraries(&mut store)?;
    let instance = linking.instantiate(program, &args.artifact, &mut store)?;
    Ok(Guest { store, instance })
}

/// All programs that are linked.
fn programs<'a>(program: &'a Program, args: &'a Args) -> Vec<&'a Program> {
    #[cfg(feature = "preload")]
    return args.libraries.iter().map(|library| &library.program).chain([program]).collect();
    #[cfg(not(feature = "preload"))]
    return {
        let _ = args;
        vec![program]
    };
}

/// The imports that are there so far.
struct Linking<'a> {
    args: &'a Args,
    offer: Offer,
    #[cfg(feature = "plugin")]
    plugins: Plugins,
    #[cfg(feature = "preload")]
    libraries: Vec<(&'a str, Instance)>,
}

impl Linking<'_> {
    /// Instantiates and initializes the libraries.
    #[cfg(feature = "preload")]
    fn with_libraries(mut self, store: &mut Store<State<World>>) -> Result<Self, Failure> {
        for library in &self.args.libraries {
            let instance = self.instantiate(&library.program, &library.path, store);
            let instance = instance
                .and_then(|instance| guest::initialize(&instance, store).map(|()| instance))
                .map_err(|failure| failure.of(&library.option()))?;
            self.libraries.push((&library.name, instance));
        }
        Ok(self)
    }

    /// Instantiates a program. No linker is used: a name is looked up, and only what the program imports is made.
    fn instantiate(
        &self,
        program: &Program,
        path: &Path,
        store: &mut Store<State<World>>,
    ) -> Result<Instance, Failure> {
        let mut externs = Vec::with_capacity(program.manifest().imports.len());
        for import in program.manifest().imports.iter() {
            let Some(found) = self.find(store, import.module, import.name) else {
                let failure = self.not_found(import.module, import.name);
                return Err(imports::not_linked(program, path, self.args, failure));
            };
            externs.push(found);
        }
        link::instantiate_with(&mut *store, program, &externs).map_err(|error| {
            let failure = state::not_started(store, Failure::link(error));
            imports::not_linked(program, path, self.args, failure)
        })
    }

    /// The import of this name, from the first that has it: a library, a plugin or WASI.
    fn find(&self, store: &mut Store<State<World>>, module: &str, name: &str) -> Option<Extern> {
        #[cfg(feature = "preload")]
        {
            let mut named = self.libraries.iter().filter(|(library, _)| *library == module);
            if let Some(found) = named.find_map(|(_, library)| library.get_export(&mut *store, name)) {
                return Some(found);
            }
        }
        #[cfg(feature = "plugin")]
        if let Some(function) = self.plugins.find(&mut *store, module, name) {
            return Some(function.into());
        }
        self.offer.find(store, module, name)
    }

    /// The failure to find an import that is not unmet: its library comes later.
    fn not_found(&self, module: &str, name: &str) -> Failure {
        Failure::own(Code::NotInstantiated, || {
            format!("it imports `{name}` of `{module}`: put `--preload {module}=…` before it")
        })
    }
}
