//! Garbage-collected objects and exceptions, which only Cranelift compiles.

use precompile_runtime::wasmtime::{ExternRef, Instance, Rooted, Store, Val};
use precompile_runtime::{Program, Runtime, link, wasmtime};
use support::Folder;

fn open(text: &str) -> Program {
    let folder = Folder::new();
    let path = folder.compile("gc", text, &[]);
    // SAFETY: the test has just compiled it. Its folder is removed, and nothing writes to the file.
    unsafe { Runtime::new().open_file(path) }.unwrap()
}

fn instantiate(program: &Program) -> (Store<()>, Instance) {
    let mut store = Store::new(program.engine(), ());
    let linker = wasmtime::Linker::new(program.engine());
    let instance = link::instantiate(&linker, &mut store, program).unwrap();
    (store, instance)
}

/// A list is built and summed while far more garbage is made than the heap may hold, so the collector must have moved
/// the list and dropped the rest.
#[test]
fn objects_outlive_garbage() {
    let program = open(
        r#"(module
        (type $node (struct (field $value i32) (field $next (ref null $node))))
        (type $bytes (array (mut i8)))
        (func (export "sum") (param $n i32) (result i32)
            (local $list (ref null $node)) (local $sum i32)
            (loop $build
                (local.set $list (struct.new $node (local.get $n) (local.get $list)))
                (drop (array.new_default $bytes (i32.const 10000)))
                (br_if $build (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
            (loop $add
                (local.set $sum (i32.add (local.get $sum) (struct.get $node $value (local.get $list))))
                (local.set $list (struct.get $node $next (local.get $list)))
                (br_if $add (i32.eqz (ref.is_null (local.get $list)))))
            (local.get $sum)))"#,
    );
    let mut store = Store::new(program.engine(), Limit);
    // The garbage is 100 MB.
    store.limiter(|limit| limit);
    let linker = wasmtime::Linker::new(program.engine());
    let instance = link::instantiate(&linker, &mut store, &program).unwrap();
    let sum = instance.get_typed_func::<i32, i32>(&mut store, "sum").unwrap();
    assert_eq!(sum.call(&mut store, 10_000).unwrap(), 10_000 * 10_001 / 2);
}

/// A heap of at most 8 MiB.
struct Limit;

impl wasmtime::ResourceLimiter for Limit {
    fn memory_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        Ok(desired <= 8 << 20)
    }

    fn table_growing(&mut self, _: usize, _: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        Ok(true)
    }
}

/// A reference to a host value passes through the guest unchanged.
#[test]
fn references_to_the_host() {
    let program = open(
        r#"(module (global $kept (mut externref) (ref.null extern))
        (func (export "keep") (param externref) (global.set $kept (local.get 0)))
        (func (export "kept") (result externref) (global.get $kept)))"#,
    );
    let (mut store, instance) = instantiate(&program);
    let keep = instance.get_typed_func::<Option<Rooted<ExternRef>>, ()>(&mut store, "keep").unwrap();
    let kept = instance.get_typed_func::<(), Option<Rooted<ExternRef>>>(&mut store, "kept").unwrap();
    let value = ExternRef::new(&mut store, String::from("the host's")).unwrap();
    keep.call(&mut store, Some(value)).unwrap();
    store.gc(None).unwrap();
    let back = kept.call(&mut store, ()).unwrap().unwrap();
    let data = back.data(&store).unwrap().unwrap();
    assert_eq!(data.downcast_ref::<String>().unwrap(), "the host's");
}

/// An exception of an inner function is caught by an outer one, with its payload. An uncaught exception is an error.
#[test]
fn exceptions() {
    let program = open(
        r#"(module
        (tag $odd (param i32))
        (func $check (param i32)
            (if (i32.and (local.get 0) (i32.const 1)) (then (throw $odd (local.get 0)))))
        (func $deeper (param i32) (call $check (local.get 0)))
        (func (export "caught") (param i32) (result i32)
            (block $caught (result i32)
                (try_table (catch $odd $caught) (call $deeper (local.get 0)))
                (return (i32.const -1))))
        (func (export "thrown") (param i32) (call $deeper (local.get 0))))"#,
    );
    let (mut store, instance) = instantiate(&program);
    let caught = instance.get_typed_func::<i32, i32>(&mut store, "caught").unwrap();
    assert_eq!(caught.call(&mut store, 7).unwrap(), 7);
    assert_eq!(caught.call(&mut store, 8).unwrap(), -1);
    let thrown = instance.get_typed_func::<i32, ()>(&mut store, "thrown").unwrap();
    thrown.call(&mut store, 8).unwrap();
    let error = thrown.call(&mut store, 7).unwrap_err();
    assert!(error.is::<wasmtime::ThrownException>(), "{error:?}");
    let exception = store.take_pending_exception().unwrap();
    assert!(matches!(exception.field(&mut store, 0), Ok(Val::I32(7))));
}
