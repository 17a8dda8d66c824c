//! A program whose wasmtime has a compiler, which cargo adds for another package: a module that is compiled there may
//! share a store with an artifact, and has to pass arguments in the same way.

use precompile_runtime::artifact::Code;
use precompile_runtime::wasmtime::{Linker, Module, Store};
use precompile_runtime::{OpenError, Program, Runtime, has_compiler, link};
use support::Folder;

const PLUGIN: &str = r#"(module (func (export "sub") (param i32 i64 f64 i32) (result i32)
    (i32.sub (local.get 0) (local.get 3))))"#;
const CALLER: &str = r#"(module (import "plugin" "sub" (func $sub (param i32 i64 f64 i32) (result i32)))
    (func (export "call") (result i32)
        (call $sub (i32.const 50) (i64.const 1) (f64.const 2) (i32.const 8))))"#;

/// Opens a plugin by this backend.
fn open(folder: &Folder, backend: &str) -> Result<Program, OpenError> {
    let path = folder.compile("plugin", PLUGIN, &["--backend", backend]);
    // SAFETY: the test has just made the artifact, in a folder of its own.
    unsafe { Runtime::new().open_file(path) }
}

/// The value that a plugin returns to a module that is compiled here, for the plugin's engine.
fn call(plugin: &Program) -> i32 {
    let caller = Module::new(plugin.engine(), wat::parse_str(CALLER).unwrap()).unwrap();
    let (mut linker, mut store) = (Linker::new(plugin.engine()), Store::new(plugin.engine(), ()));
    link::define(&mut linker, &mut store, "plugin", plugin).unwrap();
    let instance = linker.instantiate(&mut store, &caller).unwrap();
    instance.get_typed_func::<(), i32>(&mut store, "call").unwrap().call(&mut store, ()).unwrap()
}

#[test]
fn winchs_artifacts_are_refused() {
    assert!(has_compiler());
    let folder = Folder::new();
    let refused = open(&folder, "winch").map(|plugin| call(&plugin)).unwrap_err();
    assert_eq!(refused.codes(), [Code::Compiler], "{refused}");
    assert_eq!(call(&open(&folder, "cranelift").unwrap()), 42);
}
