//! Tests that each error names the cause, the place and a remedy. The remedies are tried.

use super::{Remedy, Site, Unsupported, locate};
use crate::{Backend, CompileError, Compiled, Compiler, Cpu, Options, Platform, Target};
use wasmparser::WasmFeatures as F;

mod parts;

const CRANELIFT: &str = "use `--backend cranelift`";
const WITHOUT: &str = "build the module without it";
const V3: &str = "use `--cpu x86-64-v3`, or use `--backend cranelift`";

fn options(backend: Backend, target: &str) -> Options {
    let target: Target = target.parse().unwrap();
    Options::new(backend, target, Platform::Hosted).unwrap()
}

fn compile(options: &Options, wasm: &[u8]) -> Result<Compiled, CompileError> {
    Compiler::default().compile(options, wasm)
}

fn unsupported(options: &Options, wasm: &[u8]) -> Box<Unsupported> {
    match compile(options, wasm) {
        Err(CompileError::Unsupported(unsupported)) => unsupported,
        other => panic!("{:?}", other.map(drop)),
    }
}

/// Tries the remedies.
fn check_remedies(options: &Options, wasm: &[u8], unsupported: &Unsupported) {
    for remedy in &unsupported.remedies {
        match *remedy {
            Remedy::Cpu(level) => {
                let cpu = Cpu::parse(level, &options.target).unwrap();
                compile(&Options { cpu, ..options.clone() }, wasm).unwrap();
            }
            Remedy::Cranelift => {
                compile(&Options { backend: Backend::Cranelift, ..options.clone() }, wasm).unwrap();
            }
            // No backend compiles it.
            Remedy::StandardExceptions { .. } | Remedy::Without => {
                let cranelift = Options { backend: Backend::Cranelift, ..options.clone() };
                assert!(compile(&cranelift, wasm).unwrap_err().another_backend_may());
            }
        }
    }
}

/// Checks the whole message except the target and the digits of the offset.
#[track_caller]
fn check(options: &Options, text: &str, instruction: Option<&str>, expected: &str) {
    let wasm = wat::parse_str(text).unwrap();
    let unsupported = unsupported(options, &wasm);
    let message = unsupported.to_string().replace(&options.target.to_string(), "TARGET");
    let place = unsupported.place.as_ref().unwrap();
    let offset = match &place.site {
        Site::Function { instruction: None, .. } => None,
        Site::Function { instruction: Some((name, offset)), .. } => {
            assert_eq!(Some(&name[..]), instruction, "{message}");
            Some(*offset)
        }
        Site::Section { offset, .. } => Some(*offset),
    };
    let message = match offset {
        Some(offset) => message.replace(&format!(" at offset {offset:#x}"), " at OFFSET"),
        None => message,
    };
    assert_eq!(message, expected);
    check_remedies(options, &wasm, &unsupported);
}

/// Proposals that Winch lacks, each with an instruction, a module that uses it there, and the remedy.
const WINCH_LACKS: [(&str, &str, &str, &str); 8] = [
    ("exceptions", "throw", "(tag $t) (func $f (throw $t))", CRANELIFT),
    ("tail-call", "return_call", "(func $f return_call $f)", CRANELIFT),
    ("gc", "struct.new", "(type $s (struct)) (func $f (drop (struct.new $s)))", CRANELIFT),
    ("function-references", "call_ref", "(type $t (func)) (func $f unreachable call_ref $t)", CRANELIFT),
    ("relaxed-simd", "i8x16.relaxed_swizzle", "(func $f unreachable i8x16.relaxed_swizzle drop)", CRANELIFT),
    ("gc-types", "ref.null", "(func $f (drop (ref.null extern)))", CRANELIFT),
    // No backend has this one.
    ("shared-everything-threads", "ref.i31_shared", "(func $f unreachable ref.i31_shared drop)", WITHOUT),
    ("memory-control", "memory.discard", "(memory 1) (func $f unreachable memory.discard)", WITHOUT),
];

#[test]
fn winch_names_proposals_and_their_first_instruction() {
    for (proposal, instruction, text, remedy) in WINCH_LACKS {
        for target in ["x86_64", "aarch64"] {
            let text = format!("(module (func) {text})");
            let message =
                unsupported(&options(Backend::Winch, target), &wat::parse_str(&text).unwrap()).to_string();
            assert!(message.contains("function 1 `f` uses"), "{message}");
            assert!(message.contains(&format!("`{proposal}`")), "{message}");
            assert!(message.contains(&format!(" in `{instruction}` at offset 0x")), "{message}");
            assert!(message.ends_with(&format!("; {remedy}")), "{message}");
        }
    }
}

#[test]
fn a_message_is_complete() {
    let text = "(module (import \"a\" \"b\" (func)) (tag $t) (func) (func $parse (throw $t)))";
    check(
        &options(Backend::Winch, "x86_64"),
        text,
        Some("throw"),
        "winch can't compile `exceptions` for TARGET: function 2 `parse` uses it in `throw` at OFFSET; \
         use `--backend cranelift`",
    );
}

/// The offset is the place of the instruction's first byte in the file.
#[test]
fn offsets_count_from_the_start_of_the_file() {
    let wasm = wat::parse_str("(module (tag) (func nop (throw 0)) (func i32.const 7 drop))").unwrap();
    let place = unsupported(&options(Backend::Winch, "x86_64"), &wasm).place.unwrap();
    let Site::Function { instruction: Some((_, offset)), .. } = place.site else { panic!("{place:?}") };
    let bytes = wasm.windows(3).position(|bytes| bytes == [0x01, 0x08, 0x00]).unwrap();
    assert_eq!(offset, bytes + 1, "after `nop`");
}

/// A function's name is its own, or else the name of its first export.
#[test]
fn functions_are_named() {
    for (text, subject) in [
        (r#"(tag) (func $own (export "e") (throw 0))"#, "function 0 `own` uses"),
        (r#"(tag) (func (export "e") (export "f") (throw 0))"#, "function 0 `e` uses"),
        (r#"(import "m" "i" (func)) (tag) (func (throw 0))"#, "function 1 uses"),
        (r#"(tag) (func (export "\1b[31m") (throw 0))"#, "function 0 `\\u{1b}[31m` uses"),
    ] {
        let wasm = wat::parse_str(format!("(module {text})")).unwrap();
        let message = unsupported(&options(Backend::Winch, "x86_64"), &wasm).to_string();
        assert!(message.contains(subject), "{message}");
    }
}

/// A proposal that no instruction uses is found in a section, or in the locals.
#[test]
fn sections_and_locals_are_places() {
    let winch = options(Backend::Winch, "x86_64");
    for (text, place) in [
        ("(module (tag))", "`exceptions` for TARGET: the tag section uses it at OFFSET"),
        (
            "(module (import \"m\" \"t\" (tag)) (func))",
            "`exceptions` for TARGET: the import section uses it at OFFSET",
        ),
        ("(module (type (struct)))", "`gc` for TARGET: the type section uses it at OFFSET"),
        (
            "(module (func $f (local externref)))",
            "`gc-types` (references such as `externref`) for TARGET: function 0 `f` uses it in its type or \
             its locals",
        ),
    ] {
        check(&winch, text, None, &format!("winch can't compile {place}; {CRANELIFT}"));
    }
}

#[test]
fn legacy_exceptions_are_translated() {
    let text = "(module (func $f try nop catch_all end))";
    let expected = "no backend can compile `legacy-exceptions`: function 0 `f` uses it in `try` at OFFSET; \
                 translate it to the standard's exceptions with `wasm-opt --translate-to-exnref`, \
                 or build it and its libraries with `-mllvm -wasm-use-legacy-eh=false`";
    check(&options(Backend::Cranelift, "x86_64"), text, Some("try"), expected);
    let other = format!("{expected}, and {CRANELIFT}");
    check(&options(Backend::Winch, "aarch64"), text, Some("try"), &other);
}

/// Several proposals are named together, the one at the place first.
#[test]
fn the_proposal_of_the_place_comes_first() {
    check(
        &options(Backend::Winch, "x86_64"),
        "(module (tag) (func $f return_call $f) (func (throw 0)))",
        Some("return_call"),
        "winch can't compile `tail-call`, `exceptions` for TARGET: \
         function 0 `f` uses `tail-call` in `return_call` at OFFSET; use `--backend cranelift`",
    );
}

#[test]
fn winch_lacks_more_on_aarch64() {
    check(
        &options(Backend::Winch, "aarch64"),
        "(module (memory 1 1 shared) (func $f unreachable i32.atomic.load8_u drop))",
        Some("i32.atomic.load8_u"),
        "winch can't compile `threads` for TARGET: function 0 `f` uses it in `i32.atomic.load8_u` at OFFSET; \
         use `--backend cranelift`",
    );
}

#[test]
fn an_interpreter_has_no_threads() {
    let text = "(module (memory 1 1 shared))";
    for target in ["pulley32", "pulley64"] {
        check(
            &options(Backend::Cranelift, target),
            text,
            None,
            "cranelift can't compile `threads` for TARGET: the memory section uses it at OFFSET; \
             build the module without it",
        );
    }
}

#[test]
fn winch_names_the_instruction_that_needs_a_better_cpu() {
    let baseline = options(Backend::Winch, "x86_64");
    let text = "(module (func) (func $f (param v128) (result v128)
        (if (i32.const 1) (then nop))
        (i32x4.add (local.get 0) (local.get 0))))";
    let lead = "winch can't compile it for TARGET without the CPU feature";
    let expected = format!("{lead} `avx`: function 1 `f` needs that in `i32x4.add` at OFFSET; {V3}");
    check(&baseline, text, Some("i32x4.add"), &expected);

    let avx = Options { cpu: Cpu::parse("x86-64,+avx", &baseline.target).unwrap(), ..baseline };
    let text = "(module (func $f (param f32) (result v128) (f32x4.splat (local.get 0))))";
    let expected = format!("{lead} `avx2`: function 0 `f` needs that in `f32x4.splat` at OFFSET; {V3}");
    check(&avx, text, Some("f32x4.splat"), &expected);
}

/// For a failure of both backends, neither is named as the other's remedy.
#[test]
fn a_limit_of_both_has_no_false_remedy() {
    let targets = "0 ".repeat(65521);
    let text = format!("(module (func) (func $f (block (br_table {targets} 0 (i32.const 0)))))");
    let wasm = wat::parse_str(text).unwrap();
    for backend in Backend::ALL {
        let options = options(backend, "x86_64");
        let unsupported = unsupported(&options, &wasm);
        let message = unsupported.to_string();
        assert!(message.contains("can't compile function 1 `f`"), "{message}");
        assert!(message.contains(" in `br_table` at offset 0x") && message.contains("65521"), "{message}");
        assert_eq!(unsupported.remedies, [Remedy::Without]);
        check_remedies(&options, &wasm, &unsupported);
    }
}

/// An invalid module is reported as invalid, not as unsupported.
#[test]
fn invalid_modules_are_not_unsupported() {
    for text in [
        "(module (func (result i32) i64.const 1))",
        "(module (tag) (func (throw 0)) (func (result i32) i64.const 1))",
        "(module (func (param v128) (drop (i32x4.add (local.get 0) (local.get 0))) i32.add))",
    ] {
        let wasm = wat::parse_str(text).unwrap();
        for backend in Backend::ALL {
            let error = compile(&options(backend, "x86_64"), &wasm).unwrap_err();
            assert!(matches!(error, CompileError::Invalid(_)), "{error:?}");
            assert!(!error.another_backend_may());
            let message = error.to_string();
            assert!(message.contains("type mismatch") && message.contains("at offset 0x"), "{message}");
        }
    }
}

#[test]
fn components_have_places_in_their_modules() {
    let text = "(component (core module (func)) (core module (func) (tag) (func $f nop (throw 0))))";
    let wasm = wat::parse_str(text).unwrap();
    let (place, met) = locate(&wasm, F::EXCEPTIONS | F::TAIL_CALL).unwrap();
    assert_eq!((place.module, met), (Some(1), F::EXCEPTIONS));
    assert_eq!(place.subject(), "function 1 `f` of core module 1");
    let Site::Function { instruction: Some((_, offset)), .. } = place.site else { panic!("{place:?}") };
    assert_eq!(wasm[offset - 1..][..3], [0x01, 0x08, 0x00]);
    assert_eq!(locate(&wasm, F::GC), None);
}

/// A module that is cut off is left out: the parser announces a component's module before it has read the module's end.
#[test]
fn a_module_that_is_cut_off_is_left_out() {
    let wasm = wat::parse_str(r#"(component (core module) (core module (func (export "f"))))"#).unwrap();
    assert_eq!(super::modules::core_modules(&wasm).len(), 2);
    for end in 0..wasm.len() {
        assert!(super::modules::core_modules(&wasm[..end]).len() <= 2);
    }
}
