//! Instances from a pool.

use precompile_runtime::artifact::Contract;
use precompile_runtime::wasmtime::{Instance, Linker, PoolingAllocationConfig, Store};
use precompile_runtime::{OpenError, Program, Runtime, RuntimeConfig, link, wasmtime};
use std::sync::Arc;
use support::{BACKENDS, Folder};

/// A runtime whose pools hold two instances, each with a memory of at most two pages.
fn runtime() -> Runtime {
    let pooling = |contract: &Contract| {
        let mut pooling = PoolingAllocationConfig::default();
        pooling
            .total_core_instances(2)
            .total_component_instances(2)
            .total_memories(2)
            .total_tables(2)
            // By the contract: a memory of an artifact for fuel has a page more.
            .max_memory_size(if contract.consume_fuel { 3 << 16 } else { 2 << 16 });
        pooling
    };
    Runtime::with_config(RuntimeConfig { pooling: Some(Arc::new(pooling)), ..RuntimeConfig::default() })
}

fn start(program: &Program) -> wasmtime::Result<(Store<()>, Instance)> {
    let mut store = Store::new(program.engine(), ());
    let instance = link::instantiate_pre(&Linker::new(program.engine()), program)?.instantiate(&mut store)?;
    Ok((store, instance))
}

/// The pool's size is a limit, a freed slot is clean, and a guest can't grow beyond its slot.
#[test]
fn slots_are_used_again() {
    let text = r#"(module (memory 1) (data (i32.const 8) "\2a")
        (func (export "add") (param i32) (result i32)
            (i32.store (i32.const 8) (i32.add (i32.load (i32.const 8)) (local.get 0)))
            (i32.load (i32.const 8)))
        (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0))))"#;
    let folder = Folder::new();
    for backend in BACKENDS {
        let path = folder.compile("pooled", text, &["--backend", backend]);
        // SAFETY: the test has just compiled it, into its own folder.
        let program = unsafe { runtime().open_file(path) }.unwrap();
        for _ in 0..10 {
            let (mut store, instance) = start(&program).unwrap();
            let add = instance.get_typed_func::<i32, i32>(&mut store, "add").unwrap();
            assert_eq!(add.call(&mut store, 1).unwrap(), 43, "{backend}");
            let grow = instance.get_typed_func::<i32, i32>(&mut store, "grow").unwrap();
            assert_eq!(grow.call(&mut store, 2).unwrap(), -1, "{backend}");
            assert_eq!(grow.call(&mut store, 1).unwrap(), 1, "{backend}");
            let _second = start(&program).unwrap();
            assert!(start(&program).err().unwrap().is::<wasmtime::PoolConcurrencyLimitError>());
        }
    }
}

/// An artifact that needs more than a slot is refused when it is opened.
#[test]
fn an_artifact_that_fits_no_slot_is_refused() {
    let folder = Folder::new();
    let path = folder.compile("large", "(module (memory 3))", &[]);
    // SAFETY: the test has just compiled it, into its own folder.
    let error = unsafe { runtime().open_file(path) }.unwrap_err();
    assert!(matches!(error, OpenError::Wasmtime(_)), "{error}");
    assert!(error.to_string().contains("memory"), "{error}");
    let path = folder.compile("larger", "(module (memory 3))", &["-W", "fuel=1"]);
    // SAFETY: as above.
    unsafe { runtime().open_file(path) }.unwrap();
}
