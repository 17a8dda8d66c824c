//! The module `spectest`, which every script may import, and the one of Wasmtime's own scripts.

use precompile_runtime::wasmtime::Result;
use precompile_runtime::wasmtime::{
    Caller, Extern, Global, GlobalType, Linker, Memory, MemoryType, Mutability, Ref, RefType, SharedMemory,
    Store, Table, TableType, Val, ValType,
};

/// Defines the modules.
pub(crate) fn define(linker: &mut Linker<()>, store: &mut Store<()>, threads: bool) -> Result<()> {
    linker.func_wrap("spectest", "print", || {})?;
    linker.func_wrap("spectest", "print_i32", |_: i32| {})?;
    linker.func_wrap("spectest", "print_i64", |_: i64| {})?;
    linker.func_wrap("spectest", "print_f32", |_: f32| {})?;
    linker.func_wrap("spectest", "print_f64", |_: f64| {})?;
    linker.func_wrap("spectest", "print_i32_f32", |_: i32, _: f32| {})?;
    linker.func_wrap("spectest", "print_f64_f64", |_: f64, _: f64| {})?;
    linker.func_wrap("wasmtime", "gc", |mut caller: Caller<'_, ()>| caller.gc(None))?;

    let globals = [
        ("global_i32", ValType::I32, Val::I32(666)),
        ("global_i64", ValType::I64, Val::I64(666)),
        ("global_f32", ValType::F32, Val::F32(666.6f32.to_bits())),
        ("global_f64", ValType::F64, Val::F64(666.6f64.to_bits())),
    ];
    for (name, content, value) in globals {
        let global = Global::new(&mut *store, GlobalType::new(content, Mutability::Const), value)?;
        linker.define(&mut *store, "spectest", name, global)?;
    }
    let tables = [
        ("table", TableType::new(RefType::FUNCREF, 10, Some(20))),
        ("table64", TableType::new64(RefType::FUNCREF, 10, Some(20))),
    ];
    for (name, ty) in tables {
        let table = Table::new(&mut *store, ty, Ref::Func(None))?;
        linker.define(&mut *store, "spectest", name, table)?;
    }
    let memory = Memory::new(&mut *store, MemoryType::new(1, Some(2)))?;
    linker.define(&mut *store, "spectest", "memory", memory)?;
    if threads {
        let memory = SharedMemory::new(store.engine(), MemoryType::shared(1, 2))?;
        linker.define(&mut *store, "spectest", "shared_memory", Extern::SharedMemory(memory))?;
    }
    Ok(())
}
