//! The library in a program that embeds it. The artifacts come from the command `precompile`, which is built
//! separately: there is no compiler in this process.

#![allow(
    clippy::multiple_unsafe_ops_per_block,
    reason = "ways to open an artifact are compared side by side"
)]

use precompile_runtime::artifact::Policy;
use precompile_runtime::artifact::trailer::{self, ELF_HEADER_BYTES, ReadError};
use precompile_runtime::wasmtime::{self, Caller, Engine, Error, Instance, Linker, Module, Store, Trap};
use precompile_runtime::{OpenError, Program, Runtime, RuntimeConfig, link};
use std::fs;
use std::io::{self, Read};
use std::path::Path;
use support::{BACKENDS, Folder};

fn open(runtime: &Runtime, path: &Path) -> Program {
    // SAFETY: the test has just compiled it, into its own folder.
    unsafe { runtime.open_file(path) }.unwrap()
}

fn compile(folder: &Folder, name: &str, backend: &str, text: &str) -> std::path::PathBuf {
    folder.compile(name, text, &["--backend", backend])
}

/// The README's program prints the error of its `main` like this.
#[test]
fn an_error_of_a_call_has_its_cause() {
    let folder = Folder::new();
    let text = r#"(module (func $divide (export "run") (param i32) (result i32)
        (i32.div_u (i32.const 1) (local.get 0))))"#;
    let run = |path: &Path| -> wasmtime::Result<i32> {
        // SAFETY: the test has just compiled it, into its own folder.
        let program = unsafe { Runtime::new().open_file(path)? };
        let mut store = Store::new(program.engine(), ());
        let instance = link::instantiate(&Linker::new(program.engine()), &mut store, &program)?;
        instance.get_typed_func::<i32, i32>(&mut store, "run")?.call(&mut store, 0)
    };
    for backend in BACKENDS {
        let error = format!("{:?}", run(&compile(&folder, "divide", backend, text)).unwrap_err());
        assert!(error.contains("integer divide by zero") && error.contains("!divide"), "{backend}: {error}");
    }
}

/// A program whose `main` returns one of these errors prints it by `Debug`, which has the text of `Display`.
#[test]
fn debug_of_errors_has_their_text() {
    let folder = Folder::new();
    let runtime = Runtime::new();
    let [own, other] = BACKENDS.map(|name| compile(&folder, name, name, r#"(module (import "" "" (func)))"#));
    let foreign = if cfg!(target_arch = "aarch64") { "x86_64" } else { "aarch64" };
    let foreign = folder.compile("foreign", "(module)", &["--target", foreign]);
    let refused = [
        (folder.join("missing.cwasm"), "can't read `"),
        (folder.write("notes.txt", "notes"), "not a precompiled artifact"),
        (foreign, "it does not fit this host\n  `target` is `"),
    ];
    for (path, words) in refused {
        // SAFETY: the test has just compiled it, into its own folder, and none of these is run.
        let error = unsafe { runtime.open_file(&path) }.unwrap_err();
        let (debug, display) = (format!("{error:?}"), error.to_string());
        assert!(debug == display && debug.starts_with(words), "{debug}\nis not\n{display}");
    }
    let [own, other] = [own, other].map(|path| open(&runtime, &path));
    let mut store = Store::new(own.engine(), ());
    let mut link = |linker_of: &Program, program| {
        let error = link::instantiate(&Linker::new(linker_of.engine()), &mut store, program).unwrap_err();
        (format!("{error:?}"), error.to_string())
    };
    for (linker_of, what) in [(&own, "linker of another engine"), (&other, "store of another engine")] {
        let (debug, display) = link(linker_of, &other);
        assert!(debug == display && debug.contains(what), "{debug}\nis not\n{display}");
    }
    // An error of wasmtime has all causes.
    let (debug, display) = link(&own, &own);
    assert!(debug.starts_with(&display) && debug.contains("unknown import"), "{debug}\nis not\n{display}");
}

/// Values of all kinds go from the guest to the host and back, and the host reads its memory.
#[test]
fn host_functions() {
    let text = r#"(module
        (import "host" "mix" (func $mix (param i32 i64 f32 f64) (result i64)))
        (import "host" "pair" (func $pair (param i32) (result i32 f64)))
        (import "host" "read" (func $read (param i32 i32) (result i32)))
        (memory (export "memory") 1) (data (i32.const 100) "guest")
        (func (export "mix") (result i64)
            (call $mix (i32.const 1) (i64.const 20) (f32.const 300.5) (f64.const 4000.25)))
        (func (export "pair") (result f64)
            (call $pair (i32.const 5)) (local.set 1) (f64.convert_i32_s) (f64.add (local.get 1)))
        (func (export "read") (result i32) (call $read (i32.const 100) (i32.const 5))))"#
        .replace("(export \"pair\") (result f64)", "(export \"pair\") (result f64) (local i32 f64)");
    let folder = Folder::new();
    for backend in BACKENDS {
        let runtime = Runtime::new();
        let program = open(&runtime, &compile(&folder, "host", backend, &text));
        let mut linker = Linker::<Vec<String>>::new(program.engine());
        linker
            .func_wrap("host", "mix", |a: i32, b: i64, c: f32, d: f64| {
                i64::from(a) + b + (f64::from(c) + d) as i64
            })
            .unwrap();
        linker.func_wrap("host", "pair", |n: i32| (n * 2, f64::from(n) / 2.0)).unwrap();
        linker
            .func_wrap("host", "read", |mut caller: Caller<'_, Vec<String>>, at: i32, bytes: i32| {
                let memory = caller.get_export("memory").and_then(|export| export.into_memory());
                let mut buffer = vec![0; bytes as usize];
                memory.ok_or_else(|| Error::msg("no memory"))?.read(&caller, at as usize, &mut buffer)?;
                caller.data_mut().push(String::from_utf8(buffer)?);
                Ok(bytes)
            })
            .unwrap();
        let mut store = Store::new(program.engine(), Vec::new());
        let instance = link::instantiate(&linker, &mut store, &program).unwrap();
        let mix = instance.get_typed_func::<(), i64>(&mut store, "mix").unwrap();
        assert_eq!(mix.call(&mut store, ()).unwrap(), 1 + 20 + 4300, "{backend}");
        let pair = instance.get_typed_func::<(), f64>(&mut store, "pair").unwrap();
        assert_eq!(pair.call(&mut store, ()).unwrap(), 12.5, "{backend}");
        let read = instance.get_typed_func::<(), i32>(&mut store, "read").unwrap();
        assert_eq!(read.call(&mut store, ()).unwrap(), 5, "{backend}");
        assert_eq!(store.data(), &["guest"]);
    }
}

/// The error of a host function passes through the guest unchanged, and a trap is a `Trap`.
#[test]
fn errors_and_traps_cross_the_guest() {
    let text = r#"(module (import "host" "fail" (func $fail))
        (func (export "fail") call $fail) (func (export "trap") unreachable))"#;
    let folder = Folder::new();
    for backend in BACKENDS {
        let runtime = Runtime::new();
        let program = open(&runtime, &compile(&folder, "errors", backend, text));
        let mut linker = Linker::new(program.engine());
        linker.func_wrap("host", "fail", || Err::<(), _>(Error::msg("the host said no"))).unwrap();
        let mut store = Store::new(program.engine(), ());
        let instance = link::instantiate(&linker, &mut store, &program).unwrap();
        let mut call = |name| {
            instance.get_typed_func::<(), ()>(&mut store, name).unwrap().call(&mut store, ()).unwrap_err()
        };
        assert_eq!(call("fail").root_cause().to_string(), "the host said no");
        assert_eq!(call("trap").downcast_ref::<Trap>(), Some(&Trap::UnreachableCodeReached));
    }
}

/// The WebAssembly features of artifacts don't separate engines: a plain module and one with SIMD share a store, and
/// call each other.
#[test]
fn modules_with_different_needs_share_a_store() {
    let folder = Folder::new();
    let plain = r#"(module (func (export "double") (param i32) (result i32)
        (i32.mul (local.get 0) (i32.const 2))))"#;
    let simd = r#"(module (import "plain" "double" (func $double (param i32) (result i32)))
        (func (export "run") (param i32) (result i32)
            (i32x4.extract_lane 3 (i32x4.add
                (i32x4.splat (call $double (local.get 0))) (v128.const i32x4 0 0 0 1)))))"#;
    let runtime = Runtime::new();
    let plain = open(&runtime, &compile(&folder, "plain", "cranelift", plain));
    let simd = open(&runtime, &compile(&folder, "simd", "cranelift", simd));
    assert!(Engine::same(plain.engine(), simd.engine()));
    let mut store = Store::new(plain.engine(), ());
    let mut linker = Linker::new(plain.engine());
    link::define(&mut linker, &mut store, "plain", &plain).unwrap();
    let instance = link::instantiate(&linker, &mut store, &simd).unwrap();
    let run = instance.get_typed_func::<i32, i32>(&mut store, "run").unwrap();
    assert_eq!(run.call(&mut store, 20).unwrap(), 41);
}

/// The two backends never share a store: our calls return an error where wasmtime's would panic, and wasmtime refuses
/// to load the code of one backend into the other's engine.
#[test]
fn backends_never_share_a_store() {
    let folder = Folder::new();
    let text = r#"(module (func (export "f")))"#;
    let paths = BACKENDS.map(|backend| compile(&folder, backend, backend, text));
    let runtime = Runtime::new();
    let programs = paths.each_ref().map(|path| open(&runtime, path));
    for (one, other) in [(0, 1), (1, 0)] {
        let (program, stranger) = (&programs[one], &programs[other]);
        assert!(!Engine::same(program.engine(), stranger.engine()));
        let mut store = Store::new(program.engine(), ());
        let mut linker = Linker::<()>::new(program.engine());
        let mut errors = vec![
            link::instantiate(&linker, &mut store, stranger).unwrap_err(),
            link::instantiate_pre(&linker, stranger).err().unwrap(),
            link::define(&mut linker, &mut store, "name", stranger).unwrap_err(),
        ];
        // The program's own store with a linker of the other engine, and the other way round.
        let mut strange_linker = Linker::<()>::new(stranger.engine());
        errors.push(link::instantiate(&strange_linker, &mut store, stranger).unwrap_err());
        errors.push(link::define(&mut strange_linker, &mut store, "name", stranger).unwrap_err());
        for error in errors {
            assert!(error.to_string().contains("compile all that is linked together alike"), "{error}");
        }
        assert!(Instance::new(&mut store, stranger.module().unwrap(), &[]).is_err());
        // Without our checks, wasmtime's comparison at load: the mark differs.
        let bytes = fs::read(&paths[other]).unwrap();
        // SAFETY: the bytes are an artifact of precompile's.
        let error = unsafe { Module::deserialize(program.engine(), &bytes) }.unwrap_err();
        assert!(error.to_string().contains("GC heap initial size"), "{error:?}");
    }
}

/// There is one engine for each combination, however often artifacts are opened.
#[test]
fn engines_are_shared() {
    let folder = Folder::new();
    let text = r#"(module (func (export "f")))"#;
    let runtime = Runtime::new();
    for backend in BACKENDS {
        let path = compile(&folder, backend, backend, text);
        let first = open(&runtime, &path);
        assert!(Engine::same(first.engine(), open(&runtime, &path).engine()));
        assert!(!Engine::same(first.engine(), open(&Runtime::new(), &path).engine()));
    }
}

/// Each way to open an artifact gives the same program, and refuses the same files.
#[test]
fn ways_to_open() {
    let folder = Folder::new();
    let text = r#"(module (func (export "answer") (result i32) i32.const 42))"#;
    for backend in BACKENDS {
        let path = compile(&folder, "app", backend, text);
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
        for program in programs {
            let program = program.unwrap();
            assert_eq!(program.manifest().backend.to_string(), backend);
            let mut store = Store::new(program.engine(), ());
            let linker = Linker::new(program.engine());
            let instance = link::instantiate(&linker, &mut store, &program).unwrap();
            let answer = instance.get_typed_func::<(), i32>(&mut store, "answer").unwrap();
            assert_eq!(answer.call(&mut store, ()).unwrap(), 42);
        }

        // Damaged code is found if the digest is checked.
        let mut damaged = bytes.to_vec();
        damaged[5000] ^= 1;
        let damaged_path = folder.write("damaged.cwasm", &damaged);
        // SAFETY: both are refused before any of the code is used.
        let errors = unsafe { [runtime.open_file(&damaged_path), runtime.open_bytes(&damaged)] };
        for error in errors {
            assert!(matches!(error, Err(OpenError::Read(_))), "{error:?}");
        }
        // SAFETY: there is no such file.
        let error = unsafe { runtime.open_file(folder.join("missing")) };
        assert!(matches!(error, Err(OpenError::Io { .. })), "{error:?}");
    }
}

/// An endless stream, whose header has a length beyond any memory, is read up to the caller's limit.
#[test]
fn endless_streams_are_bounded_by_the_caller() {
    const MOST_BYTES: u64 = 1 << 20;
    let folder = Folder::new();
    let path = compile(&folder, "app", "cranelift", "(module)");
    let mut header = fs::read(path).unwrap()[..ELF_HEADER_BYTES].to_vec();
    // The offset of the section headers.
    header[40..48].copy_from_slice(&(1u64 << 60).to_le_bytes());
    let stream = (&*header).chain(io::repeat(0)).take(MOST_BYTES);
    // SAFETY: the artifact is refused before anything is run.
    let error = unsafe { Runtime::new().open_reader("a stream", stream) };
    let Err(OpenError::Read(ReadError::Truncated { file_bytes, .. })) = error else { panic!("{error:?}") };
    assert_eq!(file_bytes, MOST_BYTES);
}

/// An invalid file gives the same error, whether it is copied, mapped, or only its header and trailer are read.
#[test]
fn all_ways_give_the_same_error() {
    let folder = Folder::new();
    let exports: String = (0..4000)
        .map(|number| format!(r#"(export "a function with the number {number}" (func 0))"#))
        .collect();
    let runtime = Runtime::new();
    for (text, is_long) in [("(module (func))", false), (&format!("(module (func) {exports})"), true)] {
        let path = compile(&folder, "app", "cranelift", text);
        // SAFETY: the test has just compiled it.
        let program = unsafe { runtime.open_file_mapped_unverified(&path) }.unwrap();
        assert_eq!(program.manifest().exports.len(), if is_long { 4000 } else { 0 });
        let whole = fs::read(&path).unwrap();
        let image = trailer::image(&whole).unwrap().bytes as usize;
        assert_eq!(whole.len() - image > 1 << 16, is_long);
        let mut wrong: Vec<Vec<u8>> =
            [0, 3, 10, 63, 64, 65, image - 1, image, image + 4, image + 16, whole.len() - 1]
                .map(|bytes| whole[..bytes].to_vec())
                .into();
        wrong.extend([1, 100_000].map(|more| [whole.clone(), vec![0; more]].concat()));
        // The ELF magic, the offset of the section headers, the trailer's magic, its version, its first field.
        wrong.extend([0, 44, 47, image, image + 8, image + 16].map(|at| {
            let mut bytes = whole.clone();
            bytes[at] = 0xff;
            bytes
        }));
        wrong.push(b"\0asm\x01\0\0\0".into());
        for bytes in wrong {
            let path = folder.write("wrong.cwasm", &bytes);
            // SAFETY: all are refused before anything is run.
            let errors = unsafe {
                [
                    runtime.open_file(&path),
                    runtime.open_file_mapped(&path),
                    runtime.open_file_mapped_unverified(&path),
                ]
            };
            let [copied, of_all, of_ends] = errors.map(|error| error.unwrap_err().to_string());
            assert_eq!((&copied, &of_all), (&of_all, &of_ends), "{} bytes", bytes.len());
        }
    }
}

/// Each demand by itself refuses an artifact that doesn't meet it, and names the field.
#[test]
fn each_demand_refuses() {
    use precompile_runtime::artifact::Backend;
    let folder = Folder::new();
    let path = folder.compile("app", "(module (memory 1))", &["-D", "debug-info"]);
    type Demand = fn(&mut Policy);
    let demands: [(&str, Demand); 6] = [
        ("backend", |policy| policy.backends = Some(vec![Backend::Winch])),
        ("wasmtime_version", |policy| policy.min_wasmtime_version = Some("999.0.0".into())),
        ("settings.epoch_interruption", |policy| policy.require_epoch_interruption = true),
        ("settings.consume_fuel", |policy| policy.require_fuel = true),
        ("memories.maximum_bytes", |policy| policy.memory_max_bytes = Some(1 << 20)),
        ("settings.debug_info", |policy| policy.refuse_debug = true),
    ];
    for (field, demand) in demands {
        let mut config = RuntimeConfig::default();
        demand(&mut config.policy);
        // SAFETY: the test has just compiled the artifact.
        let error = unsafe { Runtime::with_config(config).open_file(&path) }.unwrap_err();
        let OpenError::Mismatch(mismatches) = &error else { panic!("{error}") };
        let fields: Vec<_> = mismatches.iter().map(|mismatch| mismatch.field).collect();
        assert_eq!(fields, [field]);
    }
    // SAFETY: as above.
    unsafe { Runtime::new().open_file(&path) }.unwrap();
}

/// No advisory concerns code that is as simple, if this build holds them.
#[test]
fn an_audit_refuses_what_it_cannot_know() {
    let folder = Folder::new();
    let path = folder.compile("app", "(module (memory 1))", &[]);
    let mut config = RuntimeConfig::default();
    config.policy.audited = true;
    // SAFETY: the test has just compiled the artifact.
    let opened = unsafe { Runtime::with_config(config).open_file(&path) };
    assert_eq!(opened.is_ok(), cfg!(feature = "audit"));
}

/// All mismatches are reported at once, with those of the host's policy among them.
#[test]
fn mismatches_are_reported_at_once() {
    let folder = Folder::new();
    let other = if cfg!(target_arch = "aarch64") { "x86_64" } else { "aarch64" };
    let path = folder.compile("app", "(module)", &["--target", other]);
    let policy = Policy { require_fuel: true, ..Policy::default() };
    #[allow(clippy::needless_update, reason = "there is more in other builds")]
    let runtime = Runtime::with_config(RuntimeConfig { policy, ..RuntimeConfig::default() });
    // SAFETY: the artifact was just made.
    let error = unsafe { runtime.open_file(&path) }.unwrap_err();
    let OpenError::Mismatch(mismatches) = &error else { panic!("{error}") };
    let fields: Vec<_> = mismatches.iter().map(|mismatch| mismatch.field).collect();
    assert_eq!(fields, ["target", "settings.consume_fuel"]);
    assert_eq!(error.to_string().lines().count(), 3, "{error}");
}

/// Artifacts that need a missing cargo feature are refused, and the remedy names it. Artifacts that need an enabled one
/// are opened.
#[test]
fn the_missing_cargo_feature_is_named() {
    let folder = Folder::new();
    let cases: [(&str, bool, &str, &[&str]); 5] = [
        ("threads", cfg!(feature = "threads"), "(module (memory 1 1 shared))", &[]),
        ("gc", cfg!(feature = "gc"), "(module (type (struct)) (func (drop (struct.new 0))))", &[]),
        ("gc", cfg!(feature = "gc"), "(module (tag $t) (func (throw $t)))", &[]),
        ("pulley", cfg!(feature = "pulley"), "(module)", &["--target", "pulley64"]),
        ("component-model", cfg!(feature = "component-model"), "(component (core module))", &[]),
    ];
    for (feature, built, text, arguments) in cases {
        let path = folder.compile("app", text, arguments);
        // SAFETY: the test has just compiled the artifact.
        let opened = unsafe { Runtime::new().open_file(&path) };
        match opened {
            Ok(_) => assert!(built, "{feature}: {text}"),
            Err(error) => {
                assert!(!built, "{feature}: {text}: {error}");
                let remedy = format!("use a runtime with the feature `{feature}`");
                assert!(error.to_string().contains(&remedy), "{error}");
            }
        }
    }
}

/// A mapped program keeps its code if another file is renamed into its file's place.
#[test]
fn a_file_is_replaced_under_a_running_program() {
    let folder = Folder::new();
    let text = |n| format!(r#"(module (func (export "answer") (result i32) i32.const {n}))"#);
    let runtime = Runtime::new();
    let answer = |program: &Program| {
        let mut store = Store::new(program.engine(), ());
        let instance = Instance::new(&mut store, program.module().unwrap(), &[]).unwrap();
        let answer = instance.get_typed_func::<(), i32>(&mut store, "answer").unwrap();
        answer.call(&mut store, ()).unwrap()
    };
    let old = open(&runtime, &compile(&folder, "app", "winch", &text(1)));
    let new = open(&runtime, &compile(&folder, "app", "winch", &text(2)));
    assert_eq!((answer(&old), answer(&new)), (1, 2));
}
