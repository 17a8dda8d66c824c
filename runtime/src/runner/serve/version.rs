//! A version of a served component: an artifact that was loaded.

use super::pool::Pool;
use crate::args::Args;
use crate::component::wasi::{self, World};
use crate::failure::Failure;
use crate::imports;
use crate::state::State;
use precompile_runtime::artifact::{Backend, Code};
use precompile_runtime::wasmtime::component::{InstancePre, Linker};
use precompile_runtime::{Program, link, wasmtime};
use std::path::Path;
use wasmtime_wasi_http::handler::ProxyPre;
use wasmtime_wasi_http::{p2, p3};

/// A version of a served component.
pub(super) struct Version {
    pub(super) program: Program,
    pub(super) pre: ProxyPre<State<World>>,
    /// The places of the pool that an instance takes.
    pub(super) places: u32,
}

impl Version {
    /// Links what a program imports.
    ///
    /// # Errors
    ///
    /// If it is no component that answers requests, the pool is too small for it, or this build doesn't offer what it
    /// imports.
    pub(super) fn new(program: Program, path: &Path, args: &Args, pool: Pool) -> Result<Version, Failure> {
        let Some(component) = program.component() else {
            return Err(Failure::refused(path, Code::NoHandler, || {
                "it is a module, and components answer requests: run it without `serve`, or build it as a component \
                 that exports `wasi:http/incoming-handler`"
                    .into()
            }));
        };
        let places = pool.places(component).map_err(|places| {
            Failure::refused(path, Code::Usage, || {
                format!(
                    "an instance of it takes {places} places, for its memories and tables, and there are {}: allow \
                     `--max-instances {places}` or more",
                    pool.0
                )
            })
        })?;
        let mut linker = Linker::new(program.engine());
        wasi::link_async(&program, &mut linker, args)
            .map_err(|error| Failure::own(Code::Wasi, || format!("{error:#}")))?;
        let pre = link::instantiate_component_pre(&linker, &program)
            .map_err(|error| imports::not_linked(&program, path, args, Failure::link(error)))?;
        let pre = proxy(pre).map_err(|error| {
            Failure::refused(path, Code::NoHandler, || {
                format!(
                    "it answers no requests, as it exports neither `wasi:http/incoming-handler@0.2` nor \
                     `wasi:http/handler@0.3`: {error:#}"
                )
            })
        })?;
        Ok(Version { program, pre, places })
    }

    /// The compiler's name.
    pub(super) fn backend(&self) -> Backend {
        self.program.manifest().backend
    }
}

/// The exported handler of WASI 0.3, or else of 0.2.
fn proxy(pre: InstancePre<State<World>>) -> wasmtime::Result<ProxyPre<State<World>>> {
    if pre.component().engine().get_concurrency_support()
        && let Ok(service) = p3::bindings::ServicePre::new(pre.clone())
    {
        return Ok(ProxyPre::P3(service));
    }
    Ok(ProxyPre::P2(p2::bindings::ProxyPre::new(pre)?))
}
