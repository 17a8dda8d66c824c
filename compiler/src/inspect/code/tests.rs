//! Tests of reading machine code: of both backends for all architectures, of upstream's artifacts, and of any bytes.

use super::*;
use crate::options::target::Target;
use crate::{Backend, Compiler, Options, Strip};

/// A function without a name, and one in which each instruction is at a known place.
const MODULE: &str = r#"(module
    (func (export "unnamed") (result i32) (i32.const 7))
    (func $divide (export "divide") (param i32 i32) (result i32)
        (i32.div_u (local.get 0) (local.get 1))))"#;

fn artifact(backend: Backend, target: &str, change: impl FnOnce(&mut Options)) -> Option<Vec<u8>> {
    let target: Target = target.parse().unwrap();
    let mut options = Options::new(backend, target.clone(), target.default_platform(backend)).ok()?;
    change(&mut options);
    Some(Compiler::default().compile(&options, MODULE.as_bytes()).unwrap().artifact)
}

fn named(artifact: &[u8]) -> Vec<String> {
    let code = Code::read(artifact).unwrap();
    code.functions().iter().filter(|it| it.index.is_some()).map(ToString::to_string).collect()
}

/// The place of `i32.div_u` in the binary.
fn division() -> u32 {
    let wasm = wat::parse_str(MODULE).unwrap();
    // local.get 0, local.get 1, i32.div_u, end
    let at = wasm.windows(6).position(|code| code == [0x20, 0, 0x20, 1, 0x6e, 0x0b]).unwrap();
    at as u32 + 4
}

/// The bytes of the second function that were made from the given place, where `at` looks that up.
fn made_from(code: &Code<'_>, place: u32, at: impl Fn(&Code<'_>, &Function, u64) -> Option<u32>) -> Vec<u64> {
    let function = code.functions().iter().find(|it| it.name.as_deref() == Some("divide")).unwrap();
    (0..function.bytes).filter(|offset| at(code, function, *offset) == Some(place)).collect()
}

#[test]
fn code_is_found_for_each_backend_and_architecture() {
    let mut count = 0;
    for backend in Backend::ALL {
        for target in ["x86_64", "aarch64", "riscv64", "s390x", "pulley64", "pulley32", "x86_64-windows"] {
            let Some(artifact) = artifact(backend, target, |_| ()) else { continue };
            assert_eq!(named(&artifact), ["function 0", "function 1 `divide`"], "{backend} {target}");
            let code = Code::read(&artifact).unwrap();
            for function in code.functions() {
                assert_eq!(code.bytes(function).len() as u64, function.bytes, "{function}");
            }
            let right = made_from(&code, division(), |code, function, at| code.source(function, at));
            assert!(!right.is_empty(), "{backend} {target}: nothing was made from the division");
            // A planted fault: offsets that count from the start of all code.
            let wrong = made_from(&code, division(), |code, function, at| {
                code.source(&Function { offset: 0, ..function.clone() }, at)
            });
            assert_ne!(wrong, right, "{backend} {target}");
            count += 1;
        }
    }
    // Cranelift's for all, and Winch's for three.
    assert_eq!(count, 10);
}

/// The last range of a module's code doesn't reach into the functions that Wasmtime adds behind it.
#[test]
fn added_functions_have_no_source() {
    let artifact = artifact(Backend::Cranelift, "x86_64", |_| ()).unwrap();
    let code = Code::read(&artifact).unwrap();
    let added: Vec<_> = code.functions().iter().filter(|it| it.index.is_none()).collect();
    assert!(!added.is_empty());
    for function in added {
        assert!((0..function.bytes).all(|at| code.source(function, at).is_none()), "{function}");
    }
}

#[test]
fn stripped_artifacts_tell_less() {
    let stripped = |part: Strip| {
        artifact(Backend::Cranelift, "x86_64", |options| match part {
            Strip::AddressMap => options.contract.generate_address_map = false,
            Strip::Symbols => options.contract.debug_symbols = false,
            Strip::Names => options.function_names = false,
            Strip::Unwind => options.native_unwind_info = false,
        })
    };
    let is_told = |part| {
        let artifact = stripped(part).unwrap();
        let code = Code::read(&artifact).unwrap();
        (code.has_sources(), named(&artifact).join(", "))
    };
    assert_eq!(is_told(Strip::AddressMap), (false, "function 0, function 1 `divide`".into()));
    assert_eq!(is_told(Strip::Symbols), (true, String::new()));
    assert_eq!(is_told(Strip::Names), (true, "function 0, function 1".into()));
    assert_eq!(is_told(Strip::Unwind), (true, "function 0, function 1 `divide`".into()));
}

/// Upstream's artifacts have the same symbols, and no trailer.
#[test]
fn upstreams_code_is_read() {
    let engine = wasmtime::Engine::default();
    let artifact = engine.precompile_module(&wat::parse_str(MODULE).unwrap()).unwrap();
    assert_eq!(named(&artifact), ["function 0", "function 1 `divide`"]);
}

#[test]
fn any_bytes_have_an_answer() {
    let seed = artifact(Backend::Winch, "x86_64", |_| ()).unwrap();
    let mut read = 0;
    for number in 0..3000 {
        let bytes = support::mutated(&seed, number);
        let Ok(code) = Code::read(&bytes) else { continue };
        read += 1;
        for function in code.functions() {
            code.bytes(function);
            code.source(function, 0);
            code.source(function, u64::MAX);
        }
    }
    assert!(read > 100, "{read}");
}
