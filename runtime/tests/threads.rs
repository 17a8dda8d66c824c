//! Shared memories.

use precompile_runtime::wasmtime::{Linker, MemoryType, SharedMemory, Store};
use precompile_runtime::{Runtime, link};
use std::thread;
use support::{BACKENDS, Folder};

/// The number of increments of each thread.
const TIMES: i32 = 100_000;

/// Two threads, each with its own store, increment a counter in one memory. With atomic instructions no increment is
/// lost. Each then waits for a notification of the other.
#[test]
fn threads_share_a_memory() {
    let text = r#"(module (import "host" "memory" (memory 1 1 shared))
        (func (export "count") (param $times i32)
            (loop
                (drop (i32.atomic.rmw.add (i32.const 8) (i32.const 1)))
                (br_if 0 (local.tee $times (i32.sub (local.get $times) (i32.const 1)))))
            (drop (i32.atomic.rmw.add (i32.const 16) (i32.const 1)))
            (drop (memory.atomic.notify (i32.const 16) (i32.const 1)))
            (loop
                (drop (memory.atomic.wait32 (i32.const 16) (i32.const 1) (i64.const 1000000)))
                (br_if 0 (i32.ne (i32.atomic.load (i32.const 16)) (i32.const 2))))))"#;
    let folder = Folder::new();
    // Winch supports atomic instructions on x86-64 only.
    let backends = BACKENDS.iter().filter(|backend| **backend != "winch" || cfg!(target_arch = "x86_64"));
    for backend in backends {
        let runtime = Runtime::new();
        let path = folder.compile("threads", text, &["--backend", backend]);
        // SAFETY: the test has just compiled it, into its own folder.
        let program = unsafe { runtime.open_file(path) }.unwrap();
        let memory = SharedMemory::new(program.engine(), MemoryType::shared(1, 1)).unwrap();
        let count = || {
            let mut store = Store::new(program.engine(), ());
            let mut linker = Linker::new(program.engine());
            linker.define(&store, "host", "memory", memory.clone()).unwrap();
            let instance = link::instantiate(&linker, &mut store, &program).unwrap();
            let count = instance.get_typed_func::<i32, ()>(&mut store, "count").unwrap();
            count.call(&mut store, TIMES).unwrap();
        };
        thread::scope(|scope| {
            scope.spawn(count);
            scope.spawn(count);
        });
        // SAFETY: both threads have ended, so nobody writes.
        let bytes: Vec<u8> = memory.data()[8..12].iter().map(|byte| unsafe { *byte.get() }).collect();
        let counted = i32::from_le_bytes(bytes.try_into().unwrap());
        assert_eq!(counted, 2 * TIMES, "{backend}");
    }
}
