//! Tests that an artifact depends on the module and the options alone.

#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a test runs itself in another environment"
)]

use precompile::artifact::Names;
use precompile::artifact::contract::Inlining;
use precompile::artifact::features;
use precompile::artifact::manifest::{Export, Import, Kind, Manifest};
use precompile::artifact::trailer;
use precompile::{Backend, CompileError, Contract, Cpu, Options, OptionsError, Platform, Target};

fn compile(options: &Options, wasm: &[u8]) -> Result<Vec<u8>, CompileError> {
    precompile::Compiler::default().compile(options, wasm).map(|compiled| compiled.artifact)
}

fn options(backend: Backend, target: &str) -> Options {
    Options::new(backend, target.parse().unwrap(), Platform::Hosted).unwrap()
}

fn manifest(options: &Options, text: &str) -> Manifest {
    trailer::read(&compile(options, &wat::parse_str(text).unwrap()).unwrap()).unwrap().manifest
}

#[test]
fn the_manifest_describes_the_module() {
    let text = r#"(module (import "host" "log" (func (param i32))) (memory (export "memory") 1 2))"#;
    let wasm = wat::parse_str(text).unwrap();
    let options = options(Backend::Winch, "aarch64");
    let manifest = manifest(&options, text);
    assert_eq!(manifest.kind, Kind::Module);
    assert_eq!(manifest.backend, Backend::Winch);
    assert_eq!(manifest.platform, Platform::Hosted);
    assert_eq!(manifest.target, "aarch64-unknown-linux-gnu");
    assert!(manifest.cpu_features.is_empty());
    assert_eq!(manifest.opt_level, None);
    assert_eq!(manifest.wasmtime_version, precompile::WASMTIME_VERSION);
    assert_eq!(manifest.precompile_version, env!("CARGO_PKG_VERSION"));
    assert_eq!(manifest.source_blake3, *blake3::hash(&wasm).as_bytes());
    assert_eq!(manifest.features_used.join(" "), "floats");
    let imports: Vec<_> = manifest.imports.iter().collect();
    assert_eq!(imports, [Import { module: "host", name: "log", ty: "(func (param i32))" }]);
    let exports: Vec<_> = manifest.exports.iter().collect();
    assert_eq!(exports, [Export { name: "memory", ty: "(memory 1 2)" }]);
    let machine = options.target.machine();
    assert_eq!(Some(manifest.settings), Contract::preset(Platform::Hosted, machine));
}

/// The bytes are the same for one thread and for many.
#[test]
fn threads_change_nothing() {
    let mut text = String::from("(module (memory 1)");
    for n in 0..300 {
        text += &format!(
            "(func (export \"f{n}\") (param i32) (result i32)
                (i32.mul (i32.load offset={n} (local.get 0)) (i32.const {n})))"
        );
    }
    let wasm = wat::parse_str(text + ")").unwrap();
    for backend in Backend::ALL {
        let parallel = options(backend, "x86_64");
        let serial = Options { parallel: false, ..parallel.clone() };
        let expected = compile(&serial, &wasm).unwrap();
        for _ in 0..5 {
            assert!(compile(&parallel, &wasm).unwrap() == expected, "{backend}");
        }
    }
}

/// A variable that wasmtime reads when a configuration is made has no effect on the artifact. It is set
/// in another process, which runs this test again.
#[test]
fn the_environment_changes_nothing() {
    // A custom section that makes wasmtime keep debugging information.
    let wasm = wat::parse_str(r#"(module (@custom ".debug_info" "x") (func (export "f")))"#).unwrap();
    let digest = blake3::hash(&compile(&options(Backend::Cranelift, "x86_64"), &wasm).unwrap()).to_string();
    if std::env::var_os("WASMTIME_BACKTRACE_DETAILS").is_some() {
        println!("digest {digest}");
        return;
    }
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "the_environment_changes_nothing", "--nocapture"])
        .env("WASMTIME_BACKTRACE_DETAILS", "1")
        .output()
        .unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert!(stdout.contains(&format!("digest {digest}")), "{stdout}");
}

/// A feature that a runtime may lack is stamped only if the module uses it.
#[test]
fn optional_features_are_stamped_where_they_are_used() {
    let optional: Names = features::names(features::OPTIONAL | features::OFF_BY_DEFAULT).iter().collect();
    for (text, expected) in [
        ("(module)", &[][..]),
        ("(module (func (param f32) (result f64 v128) unreachable))", &[]),
        ("(module (memory 1 1 shared))", &["threads"]),
        ("(module (table 1 externref))", &["gc-types"]),
        ("(module (tag))", &["exceptions", "gc-types"]),
        ("(module (type (struct)))", &["gc-types"]),
        ("(module (memory 1 (pagesize 1)))", &["custom-page-sizes"]),
        ("(module (func i64.const 1 i64.const 1 i64.mul_wide_u drop drop))", &["wide-arithmetic"]),
    ] {
        let manifest = manifest(&options(Backend::Cranelift, "x86_64"), text);
        let stamped: Vec<_> =
            manifest.features_stamped.iter().filter(|name| optional.contains(name)).collect();
        assert_eq!(stamped, expected, "{text}");
    }
}

/// A limit of a backend is named, with a remedy if there is one.
#[test]
fn limits_are_named() {
    let refusal = |backend, target, text: &str| {
        compile(&options(backend, target), &wat::parse_str(text).unwrap()).unwrap_err().to_string()
    };
    for (target, text, feature, remedy) in [
        ("x86_64", "(module (tag))", "exceptions", "use `--backend cranelift`"),
        ("x86_64", "(module (func return_call 0))", "tail-call", "use `--backend cranelift`"),
        ("aarch64", "(module (memory 1 1 shared))", "threads", "use `--backend cranelift`"),
        (
            "x86_64",
            "(module (type (func)) (type (cont 0)))",
            "stack-switching",
            "build the module without it",
        ),
    ] {
        let refusal = refusal(Backend::Winch, target, text);
        assert!(refusal.contains(&format!("`{feature}`")) && refusal.contains(remedy), "{refusal}");
    }
    let refusal = refusal(Backend::Cranelift, "pulley64", "(module (memory 1 1 shared))");
    assert!(refusal.contains("`threads`"), "{refusal}");
}

#[test]
fn other_bytes_are_refused() {
    let refusal = |bytes: &[u8]| compile(&options(Backend::Winch, "x86_64"), bytes).unwrap_err();
    for (bytes, words) in
        [(&b""[..], "empty"), (b"\0asm\x02\0\0\0", "version"), (b"\x7fELF", "an ELF file"), (b"hello", "asm")]
    {
        let error = refusal(bytes);
        assert!(matches!(error, CompileError::NotWasm(_)), "{error:?}");
        assert!(error.to_string().contains(words), "{error}");
    }
    assert!(matches!(refusal(b"(modul)"), CompileError::Text(_)));
    assert!(matches!(refusal(b"\0asm\x01\0\0\0\x01\x80"), CompileError::Invalid(_)));
    // A well-formed module with a wrong type, which only the compiler's validation finds.
    let invalid = wat::parse_str("(module (func (result i32) i64.const 1))").unwrap();
    assert!(refusal(&invalid).to_string().contains("type mismatch"));
}

/// The host's own target and a target of the same name give the same bytes: the build machine's CPU has
/// no effect.
#[test]
fn the_host_is_a_target_like_any_other() {
    let host = Target::host().unwrap();
    let wasm =
        wat::parse_str("(module (func (export \"f\") (param i64) (result i64) (i64.popcnt (local.get 0))))");
    let wasm = wasm.unwrap();
    let implicit = Options::new(Backend::Cranelift, host.clone(), Platform::Hosted).unwrap();
    let explicit = options(Backend::Cranelift, &host.to_string());
    assert!(compile(&implicit, &wasm).unwrap() == compile(&explicit, &wasm).unwrap());
}

/// Each setting of the contract takes effect: compiling compares wasmtime's stamp with the contract, and the
/// manifest has the setting.
#[test]
fn every_setting_arrives() {
    type Change = fn(&mut Contract);
    let changes: [Change; 17] = [
        |contract| contract.memory_reservation = 1 << 30,
        |contract| contract.memory_guard_size = 1 << 16,
        |contract| contract.memory_reservation_for_growth = 1 << 20,
        |contract| contract.memory_may_move = false,
        |contract| contract.guard_before_linear_memory = false,
        |contract| contract.memory_init_cow = false,
        |contract| contract.table_lazy_init = false,
        |contract| (contract.signals_based_traps, contract.memory_guard_size) = (false, 0),
        |contract| contract.relaxed_simd_deterministic = true,
        |contract| contract.consume_fuel = true,
        |contract| contract.epoch_interruption = true,
        |contract| contract.inlining = Inlining::Yes,
        |contract| contract.concurrency_support = true,
        |contract| contract.debug_info = true,
        |contract| contract.debug_symbols = false,
        |contract| contract.wasm_backtrace_details = true,
        |contract| contract.generate_address_map = false,
    ];
    let text = "(module (memory 1) (func (export \"f\") (result i32) (i32.load (i32.const 0))))";
    let default = options(Backend::Cranelift, "x86_64");
    for change in changes {
        let mut options = default.clone();
        change(&mut options.contract);
        assert_ne!(options.contract, default.contract);
        assert_eq!(manifest(&options, text).settings, options.contract);
    }
}

#[test]
fn a_processor_of_another_target_is_refused() {
    let mut options = options(Backend::Winch, "aarch64");
    options.cpu = Cpu::parse("x86-64-v2", &"x86_64".parse().unwrap()).unwrap();
    let error = compile(&options, b"\0asm\x01\0\0\0").unwrap_err();
    assert!(
        matches!(&error, CompileError::Options(OptionsError::Cpu { name, .. }) if name == "cmpxchg16b"),
        "{error}"
    );
}

/// The remedy for SIMD by Winch on x86-64, which needs AVX, works.
#[test]
fn a_missing_cpu_level_is_named() {
    let text = "(module (func (export \"f\") (result v128) (i32x4.splat (i32.const 1))))";
    let wasm = wat::parse_str(text).unwrap();
    let mut options = options(Backend::Winch, "x86_64");
    let error = compile(&options, &wasm).unwrap_err().to_string();
    assert!(error.contains("`--cpu x86-64-v3`") && error.contains("`--backend cranelift`"), "{error}");
    options.cpu = Cpu::parse("x86-64-v3", &options.target).unwrap();
    assert!(compile(&options, &wasm).is_ok());
}
