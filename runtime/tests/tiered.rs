//! Programs that faster code of the same WebAssembly replaces while they are used.

use precompile_runtime::wasmtime::{Engine, InstancePre, Linker, Store};
use precompile_runtime::{OtherSource, Program, Runtime, Tiered, link};
use support::Folder;

const ANSWER: &str = r#"(module (func (export "answer") (result i32) (i32.const 42)))"#;
const OTHER: &str = r#"(module (func (export "answer") (result i32) (i32.const 43)))"#;

type Pre = InstancePre<()>;

fn open(runtime: &Runtime, folder: &Folder, backend: &str, text: &str) -> (Program, Pre) {
    let path = folder.compile(backend, text, &["--backend", backend]);
    // SAFETY: the test has just compiled it, into its own folder.
    let program = unsafe { runtime.open_file(path) }.unwrap();
    let pre = link::instantiate_pre(&Linker::new(program.engine()), &program).unwrap();
    (program, pre)
}

fn answer(pre: &Pre) -> i32 {
    let mut store = Store::new(pre.module().engine(), ());
    let instance = pre.instantiate(&mut store).unwrap();
    instance.get_typed_func::<(), i32>(&mut store, "answer").unwrap().call(&mut store, ()).unwrap()
}

fn is_of(pre: &Pre, program: &Program) -> bool {
    Engine::same(pre.module().engine(), program.engine())
}

#[test]
fn faster_code_takes_over() {
    let (runtime, folder) = (Runtime::new(), Folder::new());
    let (winch, pre) = open(&runtime, &folder, "winch", ANSWER);
    let tiered = Tiered::new(&winch, pre);
    let first = tiered.best();
    assert!(is_of(&first, &winch));
    let (cranelift, pre) = open(&runtime, &folder, "cranelift", ANSWER);
    let old = tiered.promote(&cranelift, pre).unwrap();
    assert!(is_of(&old, &winch));
    let best = tiered.best();
    assert!(is_of(&best, &cranelift));
    // Whoever holds the old code goes on with it.
    assert_eq!((answer(&first), answer(&best)), (42, 42));
}

#[test]
fn code_of_another_program_is_refused() {
    let (runtime, folder) = (Runtime::new(), Folder::new());
    let (winch, pre) = open(&runtime, &folder, "winch", ANSWER);
    let tiered = Tiered::new(&winch, pre);
    let (other, pre) = open(&runtime, &folder, "cranelift", OTHER);
    let error: OtherSource = tiered.promote(&other, pre).err().unwrap();
    assert_eq!((error.code().number(), error.to_string().contains("from the same file")), (306, true));
    assert_eq!(answer(&tiered.best()), 42);
}
