//! The functions of the interfaces.
//!
//! They look at a guest's keys and values where these are, so that what is refused is never copied.

use super::bucket::Bucket;
use super::content::{Pair, Value};
use super::wit::{Error, KeyResponse};
use precompile_runtime::wasmtime::component::{
    Linker, Resource, ResourceTable, ResourceType, WasmList, WasmStr,
};
use precompile_runtime::wasmtime::{self, StoreContextMut};
use std::sync::Arc;

/// The state of a guest that may have a store.
pub(crate) trait View: 'static {
    /// The table of the guest's handles, and its store.
    fn keyvalue(&mut self) -> (&mut ResourceTable, Option<&Arc<Bucket>>);
}

/// A guest's handle of its store.
type Handle = Resource<Arc<Bucket>>;
/// The answer to a guest.
type Answer<R> = wasmtime::Result<(Result<R, Error>,)>;

/// Adds the interfaces to a linker.
pub(crate) fn add_to_linker<T: View>(linker: &mut Linker<T>) -> wasmtime::Result<()> {
    add_store(linker)?;
    add_batch(linker)?;
    linker.instance("wasi:keyvalue/atomics@0.2.0-draft")?.func_wrap(
        "increment",
        |mut store: StoreContextMut<'_, T>, (handle, key, delta): (Handle, WasmStr, u64)| -> Answer<u64> {
            let bucket = bucket(&mut store, &handle)?;
            let key = key.to_str(&store)?;
            Ok((bucket.lock().increment(&key, delta).map_err(Error::from),))
        },
    )
}

/// Takes bytes from those that a call may still read. Elements of a list may all be the same long string, so that the
/// length of the list bounds nothing.
fn spend(budget: &mut usize, bytes: usize) -> wasmtime::Result<()> {
    *budget = budget.checked_sub(bytes).ok_or_else(|| {
        wasmtime::Error::msg("the keys and values of a call have more bytes than a call of the host may take")
    })?;
    Ok(())
}

/// The store behind a handle.
fn bucket<T: View>(store: &mut StoreContextMut<'_, T>, handle: &Handle) -> wasmtime::Result<Arc<Bucket>> {
    Ok(Arc::clone(store.data_mut().keyvalue().0.get(handle)?))
}

fn add_store<T: View>(linker: &mut Linker<T>) -> wasmtime::Result<()> {
    let mut instance = linker.instance("wasi:keyvalue/store@0.2.0-draft")?;
    instance.resource("bucket", ResourceType::host::<Arc<Bucket>>(), |mut store, handle| {
        store.data_mut().keyvalue().0.delete(Handle::new_own(handle))?;
        Ok(())
    })?;
    instance.func_wrap(
        "open",
        |mut store: StoreContextMut<'_, T>, (name,): (WasmStr,)| -> Answer<Handle> {
            // Wasmtime's store in memory has this name, too.
            let is_known = name.to_str(&store)?.is_empty();
            let (handles, bucket) = store.data_mut().keyvalue();
            Ok((match bucket {
                Some(bucket) if is_known => handles.push(Arc::clone(bucket)).map_err(Error::from),
                _ => Err(Error::NoSuchStore),
            },))
        },
    )?;
    instance.func_wrap(
        "[method]bucket.get",
        |mut store: StoreContextMut<'_, T>, (handle, key): (Handle, WasmStr)| -> Answer<Option<Value>> {
            let bucket = bucket(&mut store, &handle)?;
            let key = key.to_str(&store)?;
            Ok((Ok(bucket.lock().find(&key).map(|(_, value)| value)),))
        },
    )?;
    instance.func_wrap(
        "[method]bucket.set",
        |mut store: StoreContextMut<'_, T>,
         (handle, key, value): (Handle, WasmStr, WasmList<u8>)|
         -> Answer<()> {
            let bucket = bucket(&mut store, &handle)?;
            let key = key.to_str(&store)?;
            Ok((bucket.lock().set(&key, value.as_le_slice(&store)).map_err(Error::from),))
        },
    )?;
    instance.func_wrap(
        "[method]bucket.delete",
        |mut store: StoreContextMut<'_, T>, (handle, key): (Handle, WasmStr)| -> Answer<()> {
            let bucket = bucket(&mut store, &handle)?;
            let key = key.to_str(&store)?;
            bucket.lock().delete(&key);
            Ok((Ok(()),))
        },
    )?;
    instance.func_wrap(
        "[method]bucket.exists",
        |mut store: StoreContextMut<'_, T>, (handle, key): (Handle, WasmStr)| -> Answer<bool> {
            let bucket = bucket(&mut store, &handle)?;
            let key = key.to_str(&store)?;
            Ok((Ok(bucket.lock().find(&key).is_some()),))
        },
    )?;
    instance.func_wrap(
        "[method]bucket.list-keys",
        |mut store: StoreContextMut<'_, T>, (handle, cursor): (Handle, Option<u64>)| -> Answer<KeyResponse> {
            let bucket = bucket(&mut store, &handle)?;
            let list = bucket.lock().list(cursor.unwrap_or(0));
            Ok((Ok(list),))
        },
    )
}

/// Adds the functions for several keys, one after the other. Others may use the store between two of them.
fn add_batch<T: View>(linker: &mut Linker<T>) -> wasmtime::Result<()> {
    let mut instance = linker.instance("wasi:keyvalue/batch@0.2.0-draft")?;
    instance.func_wrap(
        "get-many",
        |mut store: StoreContextMut<'_, T>,
         (handle, keys): (Handle, WasmList<WasmStr>)|
         -> Answer<Vec<Option<Pair>>> {
            let bucket = bucket(&mut store, &handle)?;
            let (mut found, mut budget) = (Vec::with_capacity(keys.len()), store.hostcall_fuel());
            while let Some(key) = keys.get(&mut store, found.len()) {
                let key = key?;
                let key = key.to_str(&store)?;
                spend(&mut budget, key.len())?;
                found.push(bucket.lock().find(&key));
            }
            Ok((Ok(found),))
        },
    )?;
    instance.func_wrap(
        "set-many",
        |mut store: StoreContextMut<'_, T>,
         (handle, entries): (Handle, WasmList<(WasmStr, WasmList<u8>)>)|
         -> Answer<()> {
            let bucket = bucket(&mut store, &handle)?;
            let (mut next, mut budget) = (0, store.hostcall_fuel());
            while let Some(entry) = entries.get(&mut store, next) {
                let (key, value) = entry?;
                let key = key.to_str(&store)?;
                let value = value.as_le_slice(&store);
                spend(&mut budget, key.len().saturating_add(value.len()))?;
                let set = bucket.lock().set(&key, value);
                if let Err(refusal) = set {
                    return Ok((Err(refusal.into()),));
                }
                next += 1;
            }
            Ok((Ok(()),))
        },
    )?;
    instance.func_wrap(
        "delete-many",
        |mut store: StoreContextMut<'_, T>, (handle, keys): (Handle, WasmList<WasmStr>)| -> Answer<()> {
            let bucket = bucket(&mut store, &handle)?;
            let (mut next, mut budget) = (0, store.hostcall_fuel());
            while let Some(key) = keys.get(&mut store, next) {
                let key = key?;
                let key = key.to_str(&store)?;
                spend(&mut budget, key.len())?;
                bucket.lock().delete(&key);
                next += 1;
            }
            Ok((Ok(()),))
        },
    )
}
