//! Artifacts for Pulley, wasmtime's interpreter, beside native ones.

use precompile_runtime::wasmtime::{Engine, Linker, Store, Trap};
use precompile_runtime::{Program, Runtime, link};
use support::Folder;

/// An interpreted program and a native one share a runtime, each with its own engine, and give the same results and
/// traps.
#[test]
fn interpreted_and_native() {
    let text = r#"(module (memory 1)
        (func (export "divide") (param i64 i64) (result i64)
            (i64.store (i32.const 8) (i64.div_s (local.get 0) (local.get 1)))
            (i64.load (i32.const 8)))
        (func (export "load") (param i32) (result i32) (i32.load (local.get 0))))"#;
    let folder = Folder::new();
    let runtime = Runtime::new();
    let target = if cfg!(target_endian = "big") { "pulley64be" } else { "pulley64" };
    let open = |name, arguments: &[&str]| {
        let path = folder.compile(name, text, arguments);
        // SAFETY: the test has just compiled it, into its own folder.
        unsafe { runtime.open_file(path) }.unwrap()
    };
    let interpreted = open("interpreted", &["--target", target]);
    let native = open("native", &[]);
    assert!(!Engine::same(interpreted.engine(), native.engine()));
    assert_eq!(results(&interpreted), results(&native));
}

/// Interpreted code that is part of the program is used in place, and native code is copied. So is misaligned code.
#[test]
fn part_of_the_program() {
    let folder = Folder::new();
    let runtime = Runtime::new();
    let target = if cfg!(target_endian = "big") { "pulley64be" } else { "pulley64" };
    for (arguments, offset, is_in_place) in
        [(&["--target", target][..], 0, true), (&["--target", target], 4, false), (&[], 0, false)]
    {
        let text = r#"(module (memory 1) (func (export "divide") (param i64 i64) (result i64)
            (i64.div_s (local.get 0) (local.get 1))) (func (export "load") (param i32) (result i32)
            (i32.load (local.get 0))))"#;
        let artifact = std::fs::read(folder.compile("part", text, arguments)).unwrap();
        let memory = vec![0; artifact.len() + 32].leak();
        let start = memory.as_ptr().align_offset(16) + offset;
        let place = &mut memory[start..start + artifact.len()];
        place.copy_from_slice(&artifact);
        let place: &'static [u8] = place;
        // SAFETY: the test has just compiled it, and keeps it.
        let program = unsafe { runtime.open_static(place) }.unwrap();
        let code = program.module().unwrap().image_range();
        assert_eq!(place.as_ptr_range().contains(&code.start), is_in_place, "{arguments:?}, {offset}");
        results(&program);
    }
}

fn results(program: &Program) -> (i64, Trap, Trap) {
    let mut store = Store::new(program.engine(), ());
    let linker = Linker::new(program.engine());
    let instance = link::instantiate(&linker, &mut store, program).unwrap();
    let divide = instance.get_typed_func::<(i64, i64), i64>(&mut store, "divide").unwrap();
    let load = instance.get_typed_func::<i32, i32>(&mut store, "load").unwrap();
    let quotient = divide.call(&mut store, (-85, 2)).unwrap();
    assert_eq!(quotient, -42);
    let by_zero = divide.call(&mut store, (1, 0)).unwrap_err();
    let beyond = load.call(&mut store, 0x1_0000).unwrap_err();
    (quotient, *by_zero.downcast_ref().unwrap(), *beyond.downcast_ref().unwrap())
}
