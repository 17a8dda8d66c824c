//! Calls that suspend, by wasmtime's asynchronous API, on code of both backends.

use precompile_runtime::wasmtime::{Caller, Engine, Linker, Store};
use precompile_runtime::{Program, Runtime, RuntimeConfig, link};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use support::{BACKENDS, Folder};

/// A guest that calls the host, which isn't ready at once, and adds the results.
const SUM: &str = r#"(module (import "host" "next" (func $next (result i32)))
    (func (export "sum") (param $times i32) (result i32) (local $sum i32)
        (loop
            (local.set $sum (i32.add (local.get $sum) (call $next)))
            (br_if 0 (local.tee $times (i32.sub (local.get $times) (i32.const 1)))))
        (local.get $sum)))"#;

/// A future that is ready when it is polled for the second time.
#[derive(Default)]
struct NotAtOnce(bool);

impl Future for NotAtOnce {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        match std::mem::replace(&mut self.0, true) {
            true => Poll::Ready(()),
            false => Poll::Pending,
        }
    }
}

fn open(runtime: &Runtime, folder: &Folder, backend: &str, settings: &[&str]) -> Program {
    let arguments: Vec<_> = ["--backend", backend].iter().chain(settings).copied().collect();
    let path = folder.compile(backend, SUM, &arguments);
    // SAFETY: the test has just compiled it, into its own folder.
    unsafe { runtime.open_file(path) }.unwrap()
}

/// A call of the guest that waits for 1, 2, …, n.
async fn sum(program: &Program, n: i32) -> i32 {
    let mut linker = Linker::new(program.engine());
    linker
        .func_wrap_async("host", "next", |mut caller: Caller<'_, i32>, (): ()| {
            Box::new(async move {
                NotAtOnce::default().await;
                *caller.data_mut() += 1;
                *caller.data()
            })
        })
        .unwrap();
    let mut store = Store::new(program.engine(), 0);
    let instance = link::instantiate_pre(&linker, program).unwrap();
    let instance = instance.instantiate_async(&mut store).await.unwrap();
    let sum = instance.get_typed_func::<i32, i32>(&mut store, "sum").unwrap();
    sum.call_async(&mut store, n).await.unwrap()
}

/// The stack of a call grows with the guest's own.
#[test]
fn a_guest_may_have_a_large_stack() {
    let folder = Folder::new();
    let runtime =
        Runtime::with_config(RuntimeConfig { guest_stack_bytes: 8 << 20, ..RuntimeConfig::default() });
    for backend in BACKENDS {
        let program = open(&runtime, &folder, backend, &[]);
        let mut sum = pin!(sum(&program, 1));
        let mut context = Context::from_waker(Waker::noop());
        assert!(sum.as_mut().poll(&mut context).is_pending());
        assert_eq!(sum.as_mut().poll(&mut context), Poll::Ready(1));
    }
}

/// Two guests of one thread take turns, each suspended in the middle of its call.
#[test]
fn guests_take_turns() {
    let folder = Folder::new();
    for backend in BACKENDS {
        let runtime = Runtime::new();
        let program = open(&runtime, &folder, backend, &[]);
        let (mut one, mut other) = (pin!(sum(&program, 4)), pin!(sum(&program, 8)));
        let mut context = Context::from_waker(Waker::noop());
        for _ in 0..4 {
            assert!(one.as_mut().poll(&mut context).is_pending(), "{backend}");
            assert!(other.as_mut().poll(&mut context).is_pending(), "{backend}");
        }
        assert_eq!(one.as_mut().poll(&mut context), Poll::Ready(10), "{backend}");
        for _ in 4..8 {
            assert!(other.as_mut().poll(&mut context).is_pending(), "{backend}");
        }
        assert_eq!(other.as_mut().poll(&mut context), Poll::Ready(36), "{backend}");
        // Dropping a suspended call frees its stack.
        let mut given_up = Box::pin(sum(&program, 4));
        assert!(given_up.as_mut().poll(&mut context).is_pending());
    }
}

/// A module that was compiled with the component model's concurrency is opened. It can share an engine with such
/// components, and doesn't share one with other modules.
#[test]
fn modules_with_concurrency() {
    let folder = Folder::new();
    let runtime = Runtime::new();
    assert!(runtime.host().concurrency);
    let with = open(&runtime, &folder, "cranelift", &["-W", "concurrency-support"]);
    let without = open(&runtime, &folder, "cranelift", &[]);
    assert!(!Engine::same(with.engine(), without.engine()));
    let mut context = Context::from_waker(Waker::noop());
    let mut future = pin!(sum(&with, 1));
    assert!(future.as_mut().poll(&mut context).is_pending());
    assert_eq!(future.as_mut().poll(&mut context), Poll::Ready(1));
}
