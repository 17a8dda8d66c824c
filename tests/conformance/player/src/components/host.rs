//! The host of components, as scripts expect it: the instances `host` and `wasmtime`, and two functions beside them.

use precompile_runtime::wasmtime::component::{Linker, LinkerInstance, Resource, ResourceType};
use precompile_runtime::wasmtime::error::Context;
use precompile_runtime::wasmtime::{Module, Result, StoreContextMut, bail, ensure};
use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use tokio::task::yield_now;

/// A resource of the host's.
struct One;
/// Another one.
struct Other;

/// A function's context.
type Caller<'a> = StoreContextMut<'a, ()>;

/// Defines the instances and functions.
pub(super) fn define(linker: &mut Linker<()>, module: Option<&Module>) -> Result<()> {
    // The engine of components without concurrency refuses such functions.
    let concurrent = linker.engine().get_concurrency_support();
    linker.root().func_wrap("host-return-two", |_, (): ()| Ok((2u32,)))?;
    if concurrent {
        linker.root().func_wrap_concurrent("host-echo-u32", |_, (number,): (u32,)| {
            Box::pin(async move { Ok((number,)) })
        })?;
    }
    let mut host = linker.instance("host")?;
    host.func_wrap("return-three", |_, (): ()| Ok((3u32,)))?;
    host.func_wrap("return-hi", |_, (): ()| Ok(("hi".to_string(),)))?;
    host.instance("nested")?.func_wrap("return-four", |_, (): ()| Ok((4u32,)))?;
    if let Some(module) = module {
        host.module("simple-module", module)?;
    }
    resources(&mut host)?;
    if concurrent {
        asynchronous(&mut host)?;
    }
    let mut wasmtime = linker.instance("wasmtime")?;
    wasmtime.func_wrap("gc", |mut store: Caller<'_>, (): ()| store.gc(None))?;
    wasmtime.func_wrap("set-max-table-capacity", |mut store: Caller<'_>, (capacity,): (u32,)| {
        let table = store.concurrent_resource_table().context("the component has no concurrency")?;
        table.set_max_capacity(capacity as usize);
        Ok(())
    })
}

/// Two resources, of which one has another name, and counts how often it is dropped.
fn resources(host: &mut LinkerInstance<'_, ()>) -> Result<()> {
    let drops = Arc::new(AtomicU32::new(0));
    let last = Arc::new(AtomicU32::new(0));
    let (counted, dropped) = (Arc::clone(&drops), Arc::clone(&last));
    host.resource("resource1", ResourceType::host::<One>(), move |_, number| {
        counted.fetch_add(1, SeqCst);
        dropped.store(number, SeqCst);
        Ok(())
    })?;
    host.resource("resource1-again", ResourceType::host::<One>(), |_, _| {
        bail!("it is dropped by another name")
    })?;
    host.resource("resource2", ResourceType::host::<Other>(), |_, _| Ok(()))?;
    host.func_wrap("[constructor]resource1", |_, (number,): (u32,)| Ok((Resource::<One>::new_own(number),)))?;
    host.func_wrap("[static]resource1.assert", |_, (one, number): (Resource<One>, u32)| {
        ensure!(one.rep() == number, "the resource is {}, and not {number}", one.rep());
        Ok(())
    })?;
    host.func_wrap("[static]resource1.last-drop", move |_, (): ()| Ok((last.load(SeqCst),)))?;
    host.func_wrap("[static]resource1.drops", move |_, (): ()| Ok((drops.load(SeqCst),)))?;
    host.func_wrap("[method]resource1.simple", |_, (one, number): (Resource<One>, u32)| {
        ensure!(!one.owned() && one.rep() == number, "the resource is {}, and not {number}", one.rep());
        Ok(())
    })?;
    host.func_wrap("[method]resource1.take-borrow", |_, (one, other): (Resource<One>, Resource<One>)| {
        ensure!(!one.owned() && !other.owned(), "a borrowed resource is owned");
        Ok(())
    })?;
    host.func_wrap("[method]resource1.take-own", |_, (one, other): (Resource<One>, Resource<One>)| {
        ensure!(!one.owned() && other.owned(), "the second resource alone is to be owned");
        Ok(())
    })
}

/// Functions that suspend their caller.
fn asynchronous(host: &mut LinkerInstance<'_, ()>) -> Result<()> {
    host.func_wrap_concurrent("never-return", |_, (): ()| Box::pin(pending::<Result<()>>()))?;
    host.func_wrap_concurrent("[method]resource1.never-return", |_, (_,): (Resource<One>,)| {
        Box::pin(pending::<Result<()>>())
    })?;
    host.func_wrap_concurrent("return-two-slowly", |_, (): ()| {
        Box::pin(async {
            yield_now().await;
            Ok((2i32,))
        })
    })?;
    host.func_wrap_concurrent("echo-slowly", |_, (number,): (u32,)| {
        Box::pin(async move {
            yield_now().await;
            Ok((number,))
        })
    })
}
