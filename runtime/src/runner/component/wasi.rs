//! WASI 0.2, for components, and WASI 0.3 in builds with it.

#[cfg(feature = "wasi-p3")]
use super::concurrent;
#[cfg(feature = "wasi-p3")]
use super::executor::block_on;
use super::functions::no_command;
use crate::args::Args;
use crate::failure::Failure;
#[cfg(feature = "wasi-http")]
use crate::http::Requests;
#[cfg(feature = "wasi-keyvalue")]
use crate::keyvalue::{self, Bucket};
#[cfg(feature = "wasi-p3")]
use crate::preview3;
use crate::state::{self, State};
use crate::{preview2, wasi_context};
use precompile_runtime::Program;
use precompile_runtime::artifact::{Code, interface};
use precompile_runtime::link::{self, LinkError};
use precompile_runtime::wasmtime::component::{Component, Instance, Linker, ResourceTable};
use precompile_runtime::wasmtime::{self, Store};
use std::collections::BTreeSet;
#[cfg(feature = "wasi-keyvalue")]
use std::sync::Arc;
use wasmtime_wasi::p2::bindings::sync::Command;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
#[cfg(feature = "wasi-config")]
use wasmtime_wasi_config::{WasiConfig, WasiConfigVariables};
#[cfg(feature = "wasi-http")]
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

/// The maximum memory that the host needs for a component's handle, such as a pollable.
const HANDLE_BYTES: usize = 1 << 10;
/// The same for handles of HTTP: a body holds pieces, and the fields of a head may be long.
#[cfg(feature = "wasi-http")]
const HTTP_HANDLE_BYTES: usize = 3 * crate::http::PIECE_BYTES;

/// The state behind a component's imports.
pub(crate) struct World {
    context: WasiCtx,
    table: ResourceTable,
    /// The end of the time for a request.
    #[cfg(feature = "serve")]
    pub(crate) deadline: Option<std::time::Instant>,
    #[cfg(feature = "wasi-http")]
    http: WasiHttpCtx,
    #[cfg(feature = "wasi-http")]
    requests: Requests,
    #[cfg(feature = "wasi-config")]
    config: WasiConfigVariables,
    #[cfg(feature = "wasi-keyvalue")]
    bucket: Option<Arc<Bucket>>,
}

impl WasiView for State<World> {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.world.context, table: &mut self.world.table }
    }
}

#[cfg(feature = "wasi-http")]
impl WasiHttpView for State<World> {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        let World { table, http, requests, .. } = &mut self.world;
        WasiHttpCtxView { hooks: requests, table, ctx: http }
    }
}

#[cfg(feature = "wasi-keyvalue")]
impl keyvalue::View for State<World> {
    fn keyvalue(&mut self) -> (&mut ResourceTable, Option<&Arc<Bucket>>) {
        (&mut self.world.table, self.world.bucket.as_ref())
    }
}

impl World {
    /// The folders, environment, arguments and rights of a guest.
    ///
    /// # Errors
    ///
    /// If a folder can't be opened.
    pub(crate) fn new(program: &Program, args: &Args) -> Result<World, Failure> {
        let mut table = ResourceTable::new();
        let handles = state::hostcall_fuel(args, usize::MAX) / handle_bytes(program);
        table.set_max_capacity(handles.min(table.max_capacity()));
        #[cfg(feature = "wasi-http")]
        let mut http = WasiHttpCtx::new();
        #[cfg(feature = "wasi-http")]
        http.set_field_size_limit(crate::http::PIECE_BYTES);
        Ok(World {
            context: wasi_context::builder(args, preview2::broken_pipe)?.build(),
            table,
            #[cfg(feature = "serve")]
            deadline: None,
            #[cfg(feature = "wasi-http")]
            http,
            #[cfg(feature = "wasi-http")]
            requests: Requests::new(&args.servers),
            #[cfg(feature = "wasi-config")]
            config: args.optional.config.clone().into_iter().collect(),
            #[cfg(feature = "wasi-keyvalue")]
            bucket: bucket(args),
        })
    }
}

/// The store of a guest. The instances of a server share it, and a guest that is measured again has another.
#[cfg(feature = "wasi-keyvalue")]
fn bucket(args: &Args) -> Option<Arc<Bucket>> {
    let bucket = args.optional.bucket.as_ref()?;
    #[cfg(feature = "serve")]
    if args.is_server {
        return Some(Arc::clone(bucket));
    }
    Some(Arc::new(bucket.copy()))
}

pub(super) fn new(
    program: &Program,
    linker: &mut Linker<State<World>>,
    args: &Args,
) -> Result<World, Failure> {
    link(program, linker, args).map_err(|error| Failure::own(Code::Wasi, || format!("{error:#}")))?;
    World::new(program, args)
}

/// The most that a handle of a program's takes.
fn handle_bytes(program: &Program) -> usize {
    #[cfg(feature = "wasi-http")]
    if program.manifest().imports.iter().any(|import| import.module.starts_with("wasi:http/")) {
        return HTTP_HANDLE_BYTES;
    }
    let _ = program;
    HANDLE_BYTES
}

/// The interfaces that a program imports, each with the part of its version that must be the same.
fn imported(program: &Program) -> BTreeSet<&str> {
    program.manifest().imports.iter().map(interface).collect()
}

/// Adds the interfaces to a linker, as functions that may suspend their caller.
#[cfg(feature = "wasi-p3")]
pub(crate) fn link_async(
    program: &Program,
    linker: &mut Linker<State<World>>,
    args: &Args,
) -> wasmtime::Result<()> {
    let imported = imported(program);
    preview2::add_to_linker_async(linker, &args.network, &|name| imported.contains(name))?;
    link_optional(linker, args)?;
    #[cfg(feature = "wasi-http")]
    wasmtime_wasi_http::p2::add_only_http_to_linker_async(linker)?;
    if program.engine().get_concurrency_support() {
        preview3::add_to_linker(linker, &args.network)?;
        #[cfg(feature = "wasi-http")]
        wasmtime_wasi_http::p3::add_to_linker(linker)?;
    }
    Ok(())
}

/// Adds the interfaces that options offer to a linker. Their functions never wait.
fn link_optional(linker: &mut Linker<State<World>>, args: &Args) -> wasmtime::Result<()> {
    #[cfg(feature = "wasi-config")]
    if !args.optional.config.is_empty() {
        wasmtime_wasi_config::add_to_linker(linker, |state: &mut State<World>| {
            WasiConfig::from(&state.world.config)
        })?;
    }
    #[cfg(feature = "wasi-keyvalue")]
    if args.optional.bucket.is_some() {
        keyvalue::add_to_linker(linker)?;
    }
    let _ = (linker, args);
    Ok(())
}

/// Adds the interfaces to a linker: asynchronous ones for a component with concurrency.
fn link(program: &Program, linker: &mut Linker<State<World>>, args: &Args) -> wasmtime::Result<()> {
    #[cfg(feature = "wasi-p3")]
    if program.engine().get_concurrency_support() {
        return link_async(program, linker, args);
    }
    let imported = imported(program);
    preview2::add_to_linker(linker, &args.network, &|name| imported.contains(name))?;
    link_optional(linker, args)?;
    #[cfg(feature = "wasi-http")]
    wasmtime_wasi_http::p2::add_only_http_to_linker_sync(linker)?;
    Ok(())
}

pub(super) fn instantiate(
    linker: &Linker<State<World>>,
    store: &mut Store<State<World>>,
    program: &Program,
) -> Result<Result<Instance, LinkError>, Failure> {
    #[cfg(feature = "wasi-p3")]
    if program.engine().get_concurrency_support() {
        return block_on(link::instantiate_component_async(linker, store, program));
    }
    Ok(link::instantiate_component(linker, store, program))
}

pub(super) fn start(
    store: &mut Store<State<World>>,
    component: &Component,
    instance: &Instance,
) -> Result<(), Failure> {
    #[cfg(feature = "wasi-p3")]
    if component.engine().get_concurrency_support() {
        return ended(concurrent::start(store, component, instance)?);
    }
    let command =
        Command::new(&mut *store, instance).map_err(|error| no_command(component, "0.2", &error))?;
    ended(command.wasi_cli_run().call_run(store))
}

/// The end of a command.
fn ended(result: wasmtime::Result<Result<(), ()>>) -> Result<(), Failure> {
    match result.map_err(Failure::guest)? {
        Ok(()) => Ok(()),
        Err(()) => Err(Failure::exit(1)),
    }
}
