//! Tests of the search for a failure, with backends that fail as a test tells them.

use super::super::modules::core_modules;
use super::super::probe::{Whole, cut};
use super::super::search::{Failure, failure};
use super::{Backend, Site};
use crate::BackendError;
use arbtest::{arbitrary::Arbitrary, arbtest};
use wasm_smith::{Config, Module};
use wasmparser::{Operator, Parser, Payload, Validator, WasmFeatures};

/// A backend that fails at `i32.popcnt`, as a panic if `panics`.
fn attempt(wasm: &[u8], panics: bool) -> Result<Vec<u8>, BackendError> {
    Validator::new_with_features(WasmFeatures::all()).validate_all(wasm).expect("parts are valid");
    let backend = Backend::Winch;
    for payload in Parser::new(0).parse_all(wasm) {
        if let Payload::CodeSectionEntry(body) = payload.unwrap() {
            let mut operators = body.get_operators_reader().unwrap().into_iter();
            if operators.any(|operator| matches!(operator.unwrap(), Operator::I32Popcnt)) {
                return Err(if panics {
                    BackendError::Panic { backend, message: "popcnt".into() }
                } else {
                    BackendError::Failed { backend, problem: "failed: wasm[0]::function[3]: no".into() }
                });
            }
        }
    }
    Ok(Vec::new())
}

const MODULE: &str = r#"(module
    (import "m" "memory" (memory 1)) (import "m" "f" (func (param i32) (result i32)))
    (global (ref func) (ref.func 4)) (data "passive") (start 1)
    (func nop)
    (func (param i32) (result i32) (call 4 (local.get 0)))
    (func $f (param i32) (result i32)
        (memory.init 0 (i32.const 0) (i32.const 0) (i32.const 0))
        (if (result i32) (call 0 (i32.const 1))
            (then (loop (result i32) (i32.popcnt (call 3 (local.get 0)))))
            (else (i32.const 2))))
    (func (param i32) (result i32) (i32.popcnt (call 2 (local.get 0)))))"#;

/// The first failing instruction is found, with and without a function's name in the error.
#[test]
fn the_first_failure_is_found() {
    let wasm = wat::parse_str(MODULE).unwrap();
    for panics in [false, true] {
        let error = attempt(&wasm, panics).unwrap_err();
        let Failure { place, error, part } = failure(&wasm, &error, |part| attempt(part, panics)).unwrap();
        let Site::Function { index: 3, name: Some(name), instruction: Some((instruction, offset)) } =
            place.site
        else {
            panic!("{place:?}")
        };
        assert_eq!((&name[..], &instruction[..]), ("f", "i32.popcnt"));
        assert_eq!(wasm[offset], 0x69);
        assert_eq!(matches!(error, BackendError::Panic { .. }), panics);
        assert!(attempt(&part, panics).is_err());
    }
}

/// No function is named if none is the cause.
#[test]
fn other_failures_are_not_found() {
    let wasm = wat::parse_str(MODULE).unwrap();
    for panics in [false, true] {
        let error = attempt(&wasm, panics).unwrap_err();
        let always = |_: &[u8]| attempt(&wasm, panics);
        assert!(failure(&wasm, &error, always).is_none());
        assert!(failure(&wasm, &error, |_| Ok(Vec::new())).is_none());
    }
}

/// A part is a valid module, wherever a valid function is cut.
#[test]
fn parts_are_valid() {
    let mut parts = 0;
    for seed in 1..=200 {
        arbtest(|u| {
            let mut config = Config::arbitrary(u)?;
            config.max_instructions = 60;
            let wasm = Module::new(config, u)?.to_bytes();
            let whole = Whole::read(core_modules(&wasm)[0].wasm).unwrap();
            let valid = |part: &[u8]| {
                Validator::new_with_features(WasmFeatures::all()).validate_all(part).unwrap();
            };
            valid(&whole.functions(0..whole.bodies.len()));
            for (index, body) in whole.bodies.iter().enumerate() {
                let count = body.get_operators_reader().unwrap().into_iter().count();
                for count in 0..=count {
                    valid(&whole.function(index, &cut(body, count).unwrap()));
                    parts += 1;
                }
            }
            Ok(())
        })
        .seed(seed << 32 | 512 << (seed % 4));
    }
    assert!(parts > 1000, "{parts}");
}
