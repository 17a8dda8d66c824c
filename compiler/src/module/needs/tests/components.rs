//! Small components and the proposals that each uses.

use wasmparser::WasmFeatures as F;

/// Components in text form, without the parentheses around them.
pub(super) const TEXTS: &[(&str, &[F])] = &[
    // Only features of the first components.
    (
        r#"(import "a:b/c@1.0.0" (instance (export "r" (type (sub resource))) (export "f" (func (param "s" string)))))
           (core module $m (memory (export "m") 1) (func (export "f") (param i32 i32 i32 i32) (result i32) unreachable))
           (core instance $i (instantiate $m))
           (component $c (core module))
           (instance (instantiate $c))
           (type $r (resource (rep i32)))
           (core func (canon resource.new $r))
           (alias export 0 "f" (func $f))
           (core func (canon lower (func $f) (memory $i "m")))
           (export "e" (func $f))"#,
        &[],
    ),
    // Core modules, at any depth.
    ("(core module (func i32.const 0 i32.extend8_s drop))", &[F::SIGN_EXTENSION]),
    (
        "(component (core module (func (result i32 i32) unreachable)) (component (core module (func atomic.fence))))",
        &[F::MULTI_VALUE, F::THREADS],
    ),
    ("(core module (memory i64 1)) (core module (memory 1) (memory 1))", &[F::MEMORY64, F::MULTI_MEMORY]),
    // GC, which one of these modules uses, also allows references by index.
    (
        "(core module (type $t (func)) (func (param (ref $t)))) (core module (type (sub (func))))",
        &[F::REFERENCE_TYPES, F::GC],
    ),
    // Each module casts between its own types, and only the second casts to a type that is no subtype.
    (
        "(core module (type $a (sub (struct))) (type $b (sub $a (struct)))
           (func (block (result (ref $b)) unreachable br_on_cast 0 (ref null $a) (ref $b) drop
             unreachable) drop))
         (core module (type $b (sub (struct))) (type $a (sub $b (struct)))
           (func (block (result (ref $b)) unreachable br_on_cast 0 (ref null $a) (ref $b) drop
             unreachable) drop))",
        &[F::GC, F::GC_TYPES, F::REFERENCE_TYPES, F::CUSTOM_DESCRIPTORS],
    ),
    // Core types around the modules.
    ("(core type (struct))", &[F::GC, F::GC_TYPES]),
    (r#"(core type (module (import "" "" (memory i64 1))))"#, &[F::MEMORY64]),
    (r#"(core type (module (export "" (tag))))"#, &[F::EXCEPTIONS]),
    (r#"(import "m" (core module (export "t" (table 1 externref))))"#, &[F::REFERENCE_TYPES, F::GC_TYPES]),
    // The proposals of the component model.
    (r#"(import "v" (value $v string)) (export "w" (value $v))"#, &[F::CM_VALUES]),
    (r#"(import "a:b:c/d/e" (instance))"#, &[F::CM_NESTED_NAMES]),
    ("(core func (canon backpressure.inc))", &[F::CM_ASYNC]),
    ("(core func (canon thread.yield))", &[F::CM_ASYNC]),
    ("(core func (canon subtask.cancel))", &[F::CM_ASYNC]),
    ("(type (stream u8))", &[F::CM_ASYNC]),
    (r#"(import "f" (func async))"#, &[F::CM_ASYNC]),
    (r#"(type (component (type (instance (export "f" (func (result (future string))))))))"#, &[F::CM_ASYNC]),
    (
        r#"(core module $m (func (export "f") (result i32) unreachable)
             (func (export "c") (param i32 i32 i32) (result i32) unreachable))
           (core instance $i (instantiate $m))
           (func async (canon lift (core func $i "f") async (callback (core func $i "c"))))"#,
        &[F::CM_ASYNC],
    ),
    (
        r#"(core module $m (func (export "f"))) (core instance $i (instantiate $m))
           (func async (canon lift (core func $i "f") async))"#,
        &[F::CM_ASYNC, F::CM_ASYNC_STACKFUL],
    ),
    ("(core func (canon subtask.cancel async))", &[F::CM_ASYNC, F::CM_MORE_ASYNC_BUILTINS]),
    ("(type $t (stream)) (core func (canon stream.read $t))", &[F::CM_ASYNC, F::CM_MORE_ASYNC_BUILTINS]),
    ("(core func (canon thread.index))", &[F::CM_THREADING]),
    ("(core func (canon context.get i32 1))", &[F::CM_ASYNC, F::CM_THREADING]),
    ("(type error-context)", &[F::CM_ERROR_CONTEXT]),
    ("(core func (canon error-context.drop))", &[F::CM_ERROR_CONTEXT]),
    ("(type (list u8 3))", &[F::CM_FIXED_LENGTH_LISTS]),
    (
        r#"(import "f" (func $f)) (core type $t (func)) (core func (canon lower (func $f) gc (core-type $t)))"#,
        &[F::CM_GC],
    ),
    ("(type (map string u8))", &[F::CM_MAP]),
    ("(type (resource (rep i64)))", &[F::CM64]),
    ("(core func (canon context.set i64 0))", &[F::CM_ASYNC, F::CM64]),
    // A lowered function needs more only if its memory has 64 bits.
    (
        r#"(import "f" (func $f (param "s" string)))
           (core module $m (memory (export "m") i64 1)) (core instance $i (instantiate $m))
           (core func (canon lower (func $f) (memory $i "m")))"#,
        &[F::CM64, F::MEMORY64],
    ),
    (r#"(import "a" (implements "a:b/c") (instance))"#, &[F::CM_IMPLEMENTS]),
    (r#"(import "a:b/c@1" (versionsuffix ".2.3") (instance))"#, &[F::CM_CANON_NAMES]),
    ("(core func (canon thread.available_parallelism))", &[F::SHARED_EVERYTHING_THREADS]),
];
