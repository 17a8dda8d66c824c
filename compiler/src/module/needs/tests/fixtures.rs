//! Small modules and the proposals that each uses.

use wasmparser::WasmFeatures as F;

/// Modules in text form, without the parentheses around them.
pub(super) const TEXTS: &[(&str, &[F])] = &[
    // Only features of the first release.
    (
        r#"(import "" "g" (global i64)) (import "" "f" (func))
           (memory (export "m") 1) (table 1 funcref) (global (mut i32) (i32.const 0))
           (func $f (export "f") (param f64) (result i32) (local i64)
             block (result i32) i32.const 0 end
             i32.const 0 i32.load offset=4294967295 memory.grow
             i32.const 0 call_indirect drop)
           (elem (i32.const 0) $f) (data (i32.const 0) "x")"#,
        &[],
    ),
    (r#"(import "" "" (global (mut i32)))"#, &[F::MUTABLE_GLOBAL]),
    (r#"(global (export "") (mut i32) (i32.const 0))"#, &[F::MUTABLE_GLOBAL]),
    ("(func f32.const 0 i32.trunc_sat_f32_s drop)", &[F::SATURATING_FLOAT_TO_INT]),
    ("(func i32.const 0 i32.extend8_s drop)", &[F::SIGN_EXTENSION]),
    ("(func (result i32 i32) unreachable)", &[F::MULTI_VALUE]),
    ("(func i32.const 0 (block (param i32) drop))", &[F::MULTI_VALUE]),
    ("(table 1 funcref) (table 1 funcref)", &[F::REFERENCE_TYPES]),
    ("(func unreachable select (result i32) drop)", &[F::REFERENCE_TYPES]),
    ("(func ref.null func drop)", &[F::REFERENCE_TYPES]),
    (r#"(func $f (export "") ref.func $f drop)"#, &[F::REFERENCE_TYPES]),
    ("(func (local funcref))", &[F::REFERENCE_TYPES]),
    ("(table 1 funcref) (elem (i32.const 0) funcref (ref.null func))", &[F::REFERENCE_TYPES]),
    ("(func (param externref))", &[F::REFERENCE_TYPES, F::GC_TYPES]),
    ("(elem func)", &[F::BULK_MEMORY]),
    ("(elem declare func)", &[F::BULK_MEMORY]),
    (r#"(data "")"#, &[F::BULK_MEMORY]),
    (r#"(memory 1) (func data.drop 0) (data (i32.const 0) "")"#, &[F::BULK_MEMORY]),
    ("(table 1 funcref) (func i32.const 0 i32.const 0 i32.const 0 table.copy)", &[F::BULK_MEMORY]),
    ("(memory 1) (func i32.const 0 i32.const 0 i32.const 0 memory.copy)", &[F::BULK_MEMORY_OPT]),
    ("(memory 1) (func i32.const 0 i32.const 0 i32.const 0 memory.fill)", &[F::BULK_MEMORY_OPT]),
    ("(func (param v128))", &[F::SIMD]),
    ("(global v128 (v128.const i64x2 0 0))", &[F::SIMD]),
    ("(func unreachable f32x4.relaxed_madd drop)", &[F::RELAXED_SIMD, F::SIMD]),
    ("(memory 1 1 shared)", &[F::THREADS]),
    ("(func atomic.fence)", &[F::THREADS]),
    ("(func $f return_call $f)", &[F::TAIL_CALL]),
    ("(memory 1) (memory 1)", &[F::MULTI_MEMORY]),
    (r#"(import "" "" (memory 1)) (memory 1)"#, &[F::MULTI_MEMORY]),
    ("(tag)", &[F::EXCEPTIONS]),
    (r#"(import "" "" (tag))"#, &[F::EXCEPTIONS]),
    ("(func (block (try_table (catch_all 0))))", &[F::EXCEPTIONS]),
    ("(func (param exnref))", &[F::EXCEPTIONS, F::REFERENCE_TYPES]),
    ("(func try catch_all end)", &[F::LEGACY_EXCEPTIONS]),
    ("(memory i64 1)", &[F::MEMORY64]),
    ("(table i64 1 funcref)", &[F::MEMORY64]),
    ("(memory i64 1) (func i64.const 0 i32.load offset=0x100000000 drop)", &[F::MEMORY64]),
    ("(global i32 (i32.add (i32.const 0) (i32.const 0)))", &[F::EXTENDED_CONST]),
    (r#"(import "" "" (global $g i32)) (global i32 (global.get $g))"#, &[]),
    ("(global $g i32 (i32.const 0)) (global i32 (global.get $g))", &[F::GC]),
    ("(table 1 funcref (ref.null func))", &[F::FUNCTION_REFERENCES, F::REFERENCE_TYPES]),
    ("(type $t (func)) (func (param (ref $t)))", &[F::FUNCTION_REFERENCES, F::REFERENCE_TYPES]),
    // GC alone allows indices.
    ("(rec (type $t (func))) (func (param (ref $t)))", &[F::GC, F::REFERENCE_TYPES]),
    ("(func (param (ref func)))", &[F::FUNCTION_REFERENCES, F::REFERENCE_TYPES]),
    ("(type $t (func)) (func unreachable call_ref $t)", &[F::FUNCTION_REFERENCES]),
    ("(type (sub (func)))", &[F::GC]),
    ("(type (struct))", &[F::GC, F::GC_TYPES]),
    ("(type (array v128))", &[F::GC, F::GC_TYPES, F::SIMD]),
    ("(func i32.const 0 ref.i31 drop)", &[F::GC]),
    ("(func (param i31ref))", &[F::GC, F::GC_TYPES, F::REFERENCE_TYPES]),
    (
        "(type $a (sub (struct))) (type $b (sub $a (struct)))
         (func (block (result (ref $b)) unreachable br_on_cast 0 (ref null $a) (ref $b) drop
           unreachable) drop)",
        &[F::GC, F::GC_TYPES, F::REFERENCE_TYPES],
    ),
    // A cast to an equal type, which is a subtype.
    (
        "(rec (type $a (struct))) (rec (type $b (struct)))
         (func (block (result (ref $b)) unreachable br_on_cast 0 (ref null $a) (ref $b) drop
           unreachable) drop)",
        &[F::GC, F::GC_TYPES, F::REFERENCE_TYPES],
    ),
    // A cast to a type that is no subtype.
    (
        "(type $a (sub (struct))) (type $b (sub $a (struct)))
         (func (block (result (ref $a)) unreachable br_on_cast 0 (ref null $b) (ref $a) drop
           unreachable) drop)",
        &[F::GC, F::GC_TYPES, F::REFERENCE_TYPES, F::CUSTOM_DESCRIPTORS],
    ),
    (
        "(rec (type $a (descriptor $b) (struct)) (type $b (describes $a) (struct)))",
        &[F::GC, F::GC_TYPES, F::CUSTOM_DESCRIPTORS],
    ),
    ("(type $t (func)) (func (param (ref (exact $t))))", &[F::CUSTOM_DESCRIPTORS, F::REFERENCE_TYPES]),
    (
        "(type $t (struct)) (func (block (result (ref $t)) struct.new $t
           br_on_cast 0 (ref (exact $t)) (ref (exact $t)) drop unreachable) drop)",
        &[F::GC, F::GC_TYPES, F::REFERENCE_TYPES, F::CUSTOM_DESCRIPTORS],
    ),
    // The validator allows this cast under custom descriptors, probably by mistake.
    (
        "(type $f (func)) (type $c (cont $f))
         (func (block (result (ref $c)) unreachable br_on_cast 0 (ref null $c) (ref $c) drop
           unreachable) drop)",
        &[F::GC, F::GC_TYPES, F::REFERENCE_TYPES, F::STACK_SWITCHING, F::CUSTOM_DESCRIPTORS],
    ),
    ("(memory 1 (pagesize 1))", &[F::CUSTOM_PAGE_SIZES]),
    ("(type $f (func)) (type (cont $f))", &[F::STACK_SWITCHING, F::GC_TYPES]),
    ("(tag (result i32))", &[F::STACK_SWITCHING, F::EXCEPTIONS]),
    ("(func unreachable i64.add128 drop drop)", &[F::WIDE_ARITHMETIC]),
    ("(global (shared i32) (i32.const 0))", &[F::SHARED_EVERYTHING_THREADS]),
    ("(type (shared (func)))", &[F::SHARED_EVERYTHING_THREADS]),
    ("(func (param (ref null (shared func))))", &[F::SHARED_EVERYTHING_THREADS, F::REFERENCE_TYPES]),
    ("(memory 1) (func i32.const 0 i32.const 0 memory.discard)", &[F::MEMORY_CONTROL]),
    ("(type $t (func (param (ref null $t))))", &[F::GC, F::REFERENCE_TYPES]),
    // Longer modules, for the test that changes bytes.
    (
        "(type $f (func)) (type $c (cont $f)) (tag $t) (elem declare func $g) (func $g)
         (func (block (result (ref $c)) ref.func $g cont.new $c resume $c (on $t 0) suspend $t
           unreachable) drop)",
        &[
            F::STACK_SWITCHING,
            F::FUNCTION_REFERENCES,
            F::EXCEPTIONS,
            F::REFERENCE_TYPES,
            F::GC_TYPES,
            F::BULK_MEMORY,
        ],
    ),
    (
        "(rec (type $a (descriptor $b) (struct (field i32))) (type $b (describes $a) (struct)))
         (func (result anyref) i32.const 0 struct.new_default $b struct.new_desc $a)
         (func (param (ref $a)) (result (ref $b)) local.get 0 ref.get_desc $a)",
        &[F::CUSTOM_DESCRIPTORS, F::GC, F::GC_TYPES, F::REFERENCE_TYPES],
    ),
    (
        "(type $a (sub (struct))) (type $b (sub $a (struct (field i32))))
         (func (param anyref) (result i32)
           (block (result anyref) local.get 0 br_on_cast_fail 0 anyref (ref null $a) drop
             struct.new_default $b)
           ref.test (ref $b)
           (block (result (ref $a)) struct.new_default $b br_on_cast 0 (ref $b) (ref $b)) drop
           struct.new_default $b ref.cast (ref (exact $b)) drop)",
        &[F::CUSTOM_DESCRIPTORS, F::GC, F::GC_TYPES, F::REFERENCE_TYPES],
    ),
    (
        "(type $g (func (param i32) (result i32))) (table $t 2 (ref null $g))
         (elem declare func $f)
         (func $f (type $g)
           local.get 0 (if (param i32) (result i32) (i32.const 1) (then) (else))
           ref.func $f call_ref $g)
         (func (param (ref null $g)) i32.const 0 local.get 0 table.set $t
           local.get 0 br_on_null 0 drop)",
        &[F::FUNCTION_REFERENCES, F::REFERENCE_TYPES, F::MULTI_VALUE, F::BULK_MEMORY],
    ),
    (
        "(type $s (shared (struct (field (mut i32)))))
         (global $g (shared mut i64) (i64.const 0))
         (func (param (ref $s)) local.get 0 struct.atomic.get seq_cst $s 0 drop
           global.atomic.get acq_rel $g drop)",
        &[F::SHARED_EVERYTHING_THREADS, F::GC, F::GC_TYPES, F::REFERENCE_TYPES],
    ),
    (
        r#"(import "" "f" (func (exact (param i32)))) (tag $e (param i32))
           (func (block (result i32 exnref) (try_table (catch_ref $e 0) i32.const 0 throw $e)
             unreachable) throw_ref)
           (func try i32.const 0 throw $e catch $e drop rethrow 0 end)
           (export "" (func 0)) (start 2)"#,
        &[F::EXCEPTIONS, F::LEGACY_EXCEPTIONS, F::MULTI_VALUE, F::REFERENCE_TYPES, F::CUSTOM_DESCRIPTORS],
    ),
];

/// Modules, by the sections after the header, that differ from plain ones only in their encoding.
pub(super) const BINARIES: &[(&[u8], &[F])] = &[
    // Padded table index.
    (
        b"\x01\x04\x01\x60\0\0\x03\x02\x01\0\x04\x04\x01\x70\0\x01\
          \x0a\x0a\x01\x08\0\x41\0\x11\0\x80\0\x0b",
        &[F::CALL_INDIRECT_OVERLONG],
    ),
    // Padded memory index.
    (
        b"\x01\x04\x01\x60\0\0\x03\x02\x01\0\x05\x03\x01\0\x01\
          \x0a\x08\x01\x06\0\x3f\x80\0\x1a\x0b",
        &[F::MULTI_MEMORY],
    ),
    // Memory index in a load.
    (
        b"\x01\x04\x01\x60\0\0\x03\x02\x01\0\x05\x03\x01\0\x01\
          \x0a\x0b\x01\x09\0\x41\0\x28\x40\0\0\x1a\x0b",
        &[F::MULTI_MEMORY],
    ),
    // Padded offset.
    (
        b"\x01\x04\x01\x60\0\0\x03\x02\x01\0\x05\x03\x01\0\x01\
          \x0a\x0f\x01\x0d\0\x41\0\x28\0\x80\x80\x80\x80\x80\0\x1a\x0b",
        &[F::MEMORY64],
    ),
    // Padded memory limit.
    (b"\x05\x08\x01\0\x81\x80\x80\x80\x80\0", &[F::MEMORY64]),
    // Padded table limit.
    (b"\x04\x09\x01\x70\0\x81\x80\x80\x80\x80\0", &[F::MEMORY64]),
    // Padded import limit.
    (b"\x02\x0b\x01\0\0\x02\0\x81\x80\x80\x80\x80\0", &[F::MEMORY64]),
    // Compact imports.
    (b"\x02\x0a\x01\0\0\x7f\x01\x01a\x03\x7f\0", &[F::COMPACT_IMPORTS]),
    // Compact imports of one type.
    (b"\x02\x0a\x01\0\0\x7e\x03\x7f\0\x01\x01a", &[F::COMPACT_IMPORTS]),
    // Empty tag section.
    (b"\x0d\x01\0", &[F::EXCEPTIONS]),
    // Count of data.
    (b"\x0c\x01\0\x0b\x01\0", &[]),
];
