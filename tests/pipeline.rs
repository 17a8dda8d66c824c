//! Modules compiled by `precompile` and run by `precompile-run`: the results are those of the WebAssembly
//! specification, worked out by hand.

use support::{BACKENDS, Folder, Runner};

/// Calls a function with both backends, and compares the output.
#[track_caller]
fn gives(text: &str, call: &[&str], stdout: &str) {
    for backend in BACKENDS {
        let ended = Folder::new().invoke(backend, text, call);
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), stdout), "{backend}: {ended:?}");
    }
}

#[test]
fn integers() {
    let text = r#"(module
        (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
        (func (export "mul") (param i64 i64) (result i64) (i64.mul (local.get 0) (local.get 1)))
        (func (export "shift") (param i32) (result i32) (i32.shr_u (local.get 0) (i32.const 1)))
        (func (export "popcnt") (param i64) (result i64) (i64.popcnt (local.get 0))))"#;
    gives(text, &["add", "40", "2"], "42\n");
    gives(text, &["add", "2147483647", "1"], "-2147483648\n");
    gives(text, &["mul", "4294967296", "4294967296"], "0\n");
    gives(text, &["mul", "-3", "7"], "-21\n");
    gives(text, &["shift", "-1"], "2147483647\n");
    gives(text, &["popcnt", "0xff00ff00ff00ff00"], "32\n");
}

#[test]
fn floats() {
    let text = r#"(module
        (func (export "div") (param f64 f64) (result f64) (f64.div (local.get 0) (local.get 1)))
        (func (export "sqrt") (param f32) (result f32) (f32.sqrt (local.get 0)))
        (func (export "nearest") (param f64) (result f64) (f64.nearest (local.get 0))))"#;
    gives(text, &["div", "1", "8"], "0.125\n");
    gives(text, &["div", "1", "0"], "inf\n");
    gives(text, &["sqrt", "2.25"], "1.5\n");
    gives(text, &["sqrt", "-1"], "NaN\n");
    gives(text, &["nearest", "2.5"], "2\n");
    gives(text, &["nearest", "-0.5"], "-0\n");
}

#[test]
fn several_results() {
    let text = r#"(module
        (func (export "divmod") (param i32 i32) (result i32 i32)
            (i32.div_s (local.get 0) (local.get 1)) (i32.rem_s (local.get 0) (local.get 1)))
        (func (export "mixed") (result i32 i64 f32 f64)
            i32.const 1 i64.const 2 f32.const 3.5 f64.const 4.25)
        (func (export "swap") (param i32 i32) (result i32 i32)
            local.get 0 local.get 1 (block (param i32 i32) (result i32 i32) call $flip))
        (func $flip (param i32 i32) (result i32 i32) local.get 1 local.get 0))"#;
    gives(text, &["divmod", "-17", "5"], "-3\n-2\n");
    gives(text, &["mixed"], "1\n2\n3.5\n4.25\n");
    gives(text, &["swap", "1", "2"], "2\n1\n");
}

#[test]
fn deep_recursion() {
    let text = r#"(module
        (func $sum (export "sum") (param i64) (result i64)
            (if (result i64) (i64.eqz (local.get 0))
                (then (i64.const 0))
                (else (i64.add (local.get 0) (call $sum (i64.sub (local.get 0) (i64.const 1))))))))"#;
    gives(text, &["sum", "4000"], "8002000\n");
}

#[test]
fn memory_grows() {
    let text = r#"(module (memory 1 3)
        (func (export "grow") (param i32) (result i32 i32)
            (memory.grow (local.get 0)) (memory.size))
        (func (export "far") (result i32)
            (drop (memory.grow (i32.const 2)))
            (i32.store (i32.const 196604) (i32.const 77))
            (i32.load (i32.const 196604))))"#;
    gives(text, &["grow", "2"], "1\n3\n");
    gives(text, &["grow", "3"], "-1\n1\n");
    gives(text, &["far"], "77\n");
}

#[test]
fn tables_and_indirect_calls() {
    let text = r#"(module
        (type $op (func (param i32 i32) (result i32)))
        (table funcref (elem $add $sub $mul))
        (func $add (type $op) (i32.add (local.get 0) (local.get 1)))
        (func $sub (type $op) (i32.sub (local.get 0) (local.get 1)))
        (func $mul (type $op) (i32.mul (local.get 0) (local.get 1)))
        (func (export "apply") (param i32 i32 i32) (result i32)
            (call_indirect (type $op) (local.get 1) (local.get 2) (local.get 0))))"#;
    gives(text, &["apply", "0", "6", "7"], "13\n");
    gives(text, &["apply", "1", "6", "7"], "-1\n");
    gives(text, &["apply", "2", "6", "7"], "42\n");
}

#[test]
fn data_globals_and_start() {
    let text = r#"(module
        (memory 1) (data (i32.const 8) "\2a\00\00\00")
        (global $g (mut i32) (i32.const 1))
        (func $init (global.set $g (i32.load (i32.const 8))))
        (start $init)
        (func (export "get") (result i32) (global.get $g)))"#;
    gives(text, &["get"], "42\n");
}

/// Each kind of trap ends with its own words from wasmtime, a backtrace, and the code for traps.
#[test]
fn traps() {
    let text = r#"(module
        (type $none (func)) (type $one (func (param i32)))
        (memory 1) (table 3 funcref) (elem (i32.const 0) $one)
        (func $one (param i32))
        (func $inner unreachable)
        (func (export "unreachable") call $inner)
        (func (export "divide") (param i32) (drop (i32.div_s (i32.const 1) (local.get 0))))
        (func (export "overflow") (drop (i32.div_s (i32.const 0x80000000) (i32.const -1))))
        (func (export "convert") (param f32) (drop (i32.trunc_f32_s (local.get 0))))
        (func (export "load") (param i32) (drop (i32.load (local.get 0))))
        (func (export "store") (param i32) (i32.store offset=4294967295 (local.get 0) (i32.const 1)))
        (func (export "index") (call_indirect (type $none) (i32.const 9)))
        (func (export "type") (call_indirect (type $none) (i32.const 0)))
        (func (export "null") (call_indirect (type $none) (i32.const 2)))
        (func (export "copy") (memory.fill (i32.const 65530) (i32.const 0) (i32.const 7)))
        (func $forever (export "stack") (call $forever)))"#;
    let cases: [(&[&str], &str); 14] = [
        (&["unreachable"], "wasm `unreachable` instruction executed"),
        (&["divide", "0"], "integer divide by zero"),
        (&["overflow"], "integer overflow"),
        (&["convert", "NaN"], "invalid conversion to integer"),
        (&["convert", "3e9"], "integer overflow"),
        (&["load", "65536"], "out of bounds memory access"),
        (&["load", "65533"], "out of bounds memory access"),
        (&["load", "-1"], "out of bounds memory access"),
        (&["store", "-1"], "out of bounds memory access"),
        (&["index"], "undefined element: out of bounds table access"),
        (&["type"], "indirect call type mismatch"),
        (&["null"], "uninitialized element"),
        (&["copy"], "out of bounds memory access"),
        (&["stack"], "call stack exhausted"),
    ];
    for backend in BACKENDS {
        for (call, words) in cases {
            let ended = Folder::new().invoke(backend, text, call);
            assert_eq!(ended.code, Some(134), "{backend} {call:?}: {ended:?}");
            assert!(ended.stderr.contains(&format!("wasm trap: {words}")), "{backend} {call:?}: {ended:?}");
            assert!(ended.stderr.contains("wasm backtrace"), "{backend} {call:?}: {ended:?}");
        }
    }
    let ended = Folder::new().invoke("winch", text, &["unreachable"]);
    assert!(ended.stderr.contains("inner"), "the backtrace has names: {ended:?}");
}

#[test]
fn simd() {
    let text = r#"(module (func (export "add") (param v128 v128) (result v128)
        (i32x4.add (local.get 0) (local.get 1))))"#;
    let sum = "0x00000005000000040000000300000002\n";
    let call = ["0x00000004000000030000000200000001", "0x00000001000000010000000100000001"];
    let folder = Folder::new();
    // Winch needs AVX for SIMD on this architecture.
    let arguments: [&[&str]; 2] =
        [&["--backend", "cranelift"], &["--backend", "winch", "--cpu", "x86-64,+avx"]];
    for arguments in arguments.into_iter().take(if cfg!(target_arch = "x86_64") { 2 } else { 1 }) {
        folder.compile("simd", text, arguments);
        let ended = folder.run(Runner::Default, ["--invoke", "add", "simd.cwasm"].iter().chain(&call));
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), sum), "{arguments:?}: {ended:?}");
    }
}

/// This machine runs the code of every platform preset and of every optimisation level.
#[test]
fn platforms_and_levels() {
    use precompile::{Backend, Compiler, OptLevel, Options, Platform, Target};
    let text = r#"(module (memory 1)
        (func (export "f") (param i32) (result i32)
            (i32.store (i32.const 12) (local.get 0)) (i32.div_s (i32.load (i32.const 12)) (i32.const 3))))"#;
    let wasm = wat::parse_str(text).unwrap();
    let folder = Folder::new();
    for platform in Platform::ALL {
        for backend in Backend::ALL {
            for opt_level in [OptLevel::None, OptLevel::Speed, OptLevel::SpeedAndSize] {
                let Ok(mut options) = Options::new(backend, Target::host().unwrap(), platform) else {
                    assert_eq!((backend, platform), (Backend::Winch, Platform::Freestanding));
                    continue;
                };
                if backend == Backend::Cranelift {
                    options.opt_level = opt_level;
                }
                folder.write("app.cwasm", Compiler::default().compile(&options, &wasm).unwrap().artifact);
                let ended = folder.run(Runner::Default, ["--invoke", "f", "app.cwasm", "126"]);
                assert_eq!(ended.stdout, "42\n", "{platform} {backend} {opt_level}: {ended:?}");
            }
        }
    }
}

/// The runtime builds its engine from the artifact's own contract: with each setting changed, wasmtime finds no
/// difference at load, and the code runs.
#[test]
fn every_setting_is_loaded() {
    use precompile::artifact::contract::Inlining;
    use precompile::{Backend, Compiler, Contract, Options, Platform, Target};
    type Change = fn(&mut Contract);
    let changes: [Change; 15] = [
        |contract| contract.memory_reservation = 1 << 30,
        |contract| contract.memory_guard_size = 1 << 16,
        |contract| contract.memory_reservation_for_growth = 1 << 20,
        |contract| contract.memory_may_move = false,
        |contract| contract.guard_before_linear_memory = false,
        |contract| contract.memory_init_cow = false,
        |contract| contract.table_lazy_init = false,
        |contract| (contract.signals_based_traps, contract.memory_guard_size) = (false, 0),
        |contract| contract.relaxed_simd_deterministic = true,
        |contract| contract.inlining = Inlining::Yes,
        |contract| contract.debug_symbols = false,
        |contract| contract.wasm_backtrace_details = true,
        |contract| contract.generate_address_map = false,
        |contract| contract.consume_fuel = true,
        |contract| contract.epoch_interruption = true,
    ];
    let text = r#"(module (memory 1 2) (table funcref (elem $f))
        (func $f (result i32) (i32.load (i32.const 8))) (data (i32.const 8) "\2a")
        (func (export "f") (result i32) (call_indirect (result i32) (i32.const 0))))"#;
    let wasm = wat::parse_str(text).unwrap();
    let folder = Folder::new();
    let run = |change: Change| {
        let mut options =
            Options::new(Backend::Cranelift, Target::host().unwrap(), Platform::Hosted).unwrap();
        change(&mut options.contract);
        folder.write("app.cwasm", Compiler::default().compile(&options, &wasm).unwrap().artifact);
        folder.run(Runner::Default, ["--invoke", "f", "app.cwasm"])
    };
    for (n, change) in changes.into_iter().enumerate() {
        let ended = run(change);
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), "42\n"), "change {n}: {ended:?}");
    }
}

/// The bare runner runs a command that imports nothing, and names the features that others need.
#[test]
fn bare_runner() {
    let folder = Folder::new();
    for backend in BACKENDS {
        let backend = ["--backend", backend];
        folder.compile("quiet", r#"(module (func (export "_start")))"#, &backend);
        assert_eq!(folder.run(Runner::Bare, ["quiet.cwasm"]).code, Some(0));
        folder.compile("trap", r#"(module (func (export "_start") unreachable))"#, &backend);
        assert_eq!(folder.run(Runner::Bare, ["trap.cwasm"]).code, Some(134));
    }
    let import = r#"(module (import "wasi_snapshot_preview1" "sched_yield" (func (result i32)))
        (func (export "_start")))"#;
    folder.compile("import", import, &[]);
    for (arguments, code) in [
        (&["import.cwasm"][..], 126),
        (&["--dir", ".", "import.cwasm"], 125),
        (&["--env", "A=B", "import.cwasm"], 125),
    ] {
        let ended = folder.run(Runner::Bare, arguments);
        assert_eq!(ended.code, Some(code), "{ended:?}");
        assert!(ended.stderr.contains("`wasi`"), "{ended:?}");
    }
    let help = folder.run(Runner::Bare, ["--help"]).stdout;
    assert!(help.contains("--version") && !help.contains("--dir") && !help.contains("--invoke"), "{help}");
    let ended = folder.run(Runner::Bare, ["--invoke", "f", "quiet.cwasm"]);
    assert!(ended.stderr.contains("`invoke`"), "{ended:?}");
}
