//! Components in a program that embeds the library.

#![allow(
    clippy::multiple_unsafe_ops_per_block,
    reason = "ways to open an artifact are compared side by side"
)]

use precompile_runtime::artifact::manifest::Kind;
use precompile_runtime::link::LinkError;
use precompile_runtime::wasmtime::component::Linker;
use precompile_runtime::wasmtime::{self, Engine, Store};
use precompile_runtime::{Program, Runtime, link};
use std::fs;
use std::path::Path;
use support::{BACKENDS, Folder};

/// A guest that greets a name with a word of the host: strings go both ways.
const GREETER: &str = r#"(component
    (import "greeting" (func $greeting (result string)))
    (core module $memory
        (memory (export "memory") 1)
        (global $free (mut i32) (i32.const 1024))
        (func (export "realloc") (param $old i32) (param $old_bytes i32) (param $align i32) (param $bytes i32)
            (result i32)
            (global.set $free (i32.add (global.get $free) (local.get $bytes)))
            (i32.sub (global.get $free) (local.get $bytes))))
    (core instance $memory (instantiate $memory))
    (core func $greeting (canon lower (func $greeting)
        (memory (core memory $memory "memory")) (realloc (core func $memory "realloc"))))
    (core module $greeter
        (import "host" "greeting" (func $greeting (param i32)))
        (import "memory" "memory" (memory 1))
        ;; What the host says, and what the caller says, one behind the other: (pointer, length) at 16.
        (func (export "greet") (param $name i32) (param $bytes i32) (result i32)
            (call $greeting (i32.const 0))
            (memory.copy (i32.const 4096) (i32.load (i32.const 0)) (i32.load (i32.const 4)))
            (memory.copy (i32.add (i32.const 4096) (i32.load (i32.const 4))) (local.get $name) (local.get $bytes))
            (i32.store (i32.const 16) (i32.const 4096))
            (i32.store (i32.const 20) (i32.add (i32.load (i32.const 4)) (local.get $bytes)))
            (i32.const 16)))
    (core instance $greeter (instantiate $greeter
        (with "host" (instance (export "greeting" (func $greeting))))
        (with "memory" (instance $memory))))
    (func (export "greet") (param "name" string) (result string)
        (canon lift (core func $greeter "greet")
            (memory (core memory $memory "memory")) (realloc (core func $memory "realloc")))))"#;

fn open(runtime: &Runtime, path: &Path) -> Program {
    // SAFETY: the test has just compiled it, into its own folder.
    unsafe { runtime.open_file(path) }.unwrap()
}

fn greet(program: &Program) -> String {
    let mut linker = Linker::new(program.engine());
    linker.root().func_wrap("greeting", |_, ()| Ok((String::from("hello, "),))).unwrap();
    let mut store = Store::new(program.engine(), ());
    let instance = link::instantiate_component(&linker, &mut store, program).unwrap();
    let greet = instance.get_typed_func::<(&str,), (String,)>(&mut store, "greet").unwrap();
    greet.call(&mut store, ("wörld",)).unwrap().0
}

/// Each way to open an artifact gives the same component.
#[test]
fn ways_to_open() {
    let folder = Folder::new();
    for backend in BACKENDS {
        let path = folder.compile("greeter", GREETER, &["--backend", backend]);
        let bytes: &'static [u8] = fs::read(&path).unwrap().leak();
        let runtime = Runtime::new();
        // SAFETY: the file and the bytes are an artifact of precompile's, and don't change.
        let programs = unsafe {
            [
                runtime.open_file(&path),
                runtime.open_reader("a stream", bytes),
                runtime.open_file_mapped(&path),
                runtime.open_file_mapped_unverified(&path),
                runtime.open_bytes(bytes),
                runtime.open_static(bytes),
            ]
        };
        for program in programs.map(Result::unwrap) {
            assert_eq!(program.manifest().kind, Kind::Component);
            assert!(program.module().is_none() && program.component().is_some());
            assert_eq!(greet(&program), "hello, wörld", "{backend}");
        }
    }
}

/// A component keeps its code if another file is renamed into its file's place.
#[test]
fn a_file_is_replaced_under_a_running_component() {
    let folder = Folder::new();
    let runtime = Runtime::new();
    let program = open(&runtime, &folder.compile("app", GREETER, &[]));
    let other = open(&runtime, &folder.compile("app", GREETER, &["--backend", "winch"]));
    assert_eq!((greet(&program), greet(&other)), ("hello, wörld".into(), "hello, wörld".into()));
}

/// Mixing the two backends is an error, and so is using a module as a component or the other way round.
#[test]
fn mixing_backends_or_kinds_is_an_error() {
    let folder = Folder::new();
    let runtime = Runtime::new();
    let components = BACKENDS.map(|backend| {
        let text = r#"(component (core module $m) (core instance (instantiate $m)))"#;
        open(&runtime, &folder.compile(backend, text, &["--backend", backend]))
    });
    for (one, other) in [(0, 1), (1, 0)] {
        let (program, stranger) = (&components[one], &components[other]);
        assert!(!Engine::same(program.engine(), stranger.engine()));
        let (linker, strange) = (Linker::new(program.engine()), Linker::new(stranger.engine()));
        let mut store = Store::new(program.engine(), ());
        let errors = [
            link::instantiate_component(&linker, &mut store, stranger).unwrap_err(),
            link::instantiate_component(&strange, &mut store, stranger).unwrap_err(),
            link::instantiate_component_pre(&linker, stranger).err().unwrap(),
        ];
        for error in errors {
            assert!(matches!(error, LinkError::OtherEngine { .. }), "{error}");
        }
        // Without our checks, wasmtime's own.
        let prepared = link::instantiate_component_pre(&strange, stranger).unwrap();
        let error = prepared.instantiate(&mut store).unwrap_err();
        assert!(error.to_string().contains("cross-`Engine`"), "{error:?}");
    }
    let module = open(&runtime, &folder.compile("module", "(module)", &[]));
    let component = &components[0];
    // Both have the same engine, so that only the kind is wrong.
    assert!(Engine::same(module.engine(), component.engine()));
    let mut store = Store::new(module.engine(), ());
    let errors = [
        link::instantiate(&wasmtime::Linker::new(module.engine()), &mut store, component).unwrap_err(),
        link::instantiate_component(&Linker::new(module.engine()), &mut store, &module).unwrap_err(),
    ];
    let words = ["is a component, and a module is asked for", "is a module, and a component is asked for"];
    for (error, words) in errors.iter().zip(words) {
        assert!(error.to_string().contains(words), "{error}");
    }
}
