//! Tests that keys distinguish artifacts and engines.
//!
//! Two sets of options may share a key only if they make the same bytes and an equal engine. The
//! bytes come from compiling. Engines are compared by their stamps in an empty module.

use super::recipe;
use crate::backend::image::image;
use crate::options::{Options, Regalloc};
use crate::{Compiler, Cpu, Target};
use arbtest::arbitrary::Unstructured;
use arbtest::arbtest;
use object::{Object, ObjectSection};
use precompile_artifact::contract::Inlining;
use precompile_artifact::features::WasmFeatures;
use precompile_artifact::manifest::OptLevel;
use precompile_artifact::{Backend, Platform};
use precompile_cache::{Digest, Recipe};
use std::collections::BTreeSet;

/// A module with everything that the options affect: memory, floating point, calls, a table, and a large image.
const MODULE: &str = r#"(module
    (memory (export "m") 64)
    (data (i32.const 0) "a")
    (data (i32.const 3000000) "z")
    (table 2 funcref)
    (elem (i32.const 0) $small $f)
    (type $i (func (param i32) (result i32)))
    (func $small (type $i) (i32.load (local.get 0)))
    (func $f (export "f") (type $i)
        (drop (f32.div (f32.convert_i32_s (local.get 0)) (f32.const 0)))
        (loop $again (br_if $again (call $small (i32.const 4))))
        (call_indirect (type $i) (local.get 0) (i32.const 1))))"#;

/// A change of one option.
type Change = (&'static str, fn(&mut Options));

const CHANGES: [Change; 34] = [
    ("backend", |o| {
        o.backend = if o.backend == Backend::Winch { Backend::Cranelift } else { Backend::Winch }
    }),
    ("target", |o| o.target = target("x86_64-pc-windows-msvc")),
    ("target", |o| o.target = target("x86_64-apple-darwin")),
    ("target", |o| o.target = target("riscv64")),
    ("target", |o| o.target = target("s390x")),
    ("target", |o| o.target = target("aarch64")),
    ("target", |o| o.target = target("pulley32")),
    ("cpu_features", |o| o.cpu = Cpu::parse(o.target.family().levels[0].name, &o.target).unwrap()),
    ("cpu_features", |o| {
        o.cpu = Cpu::parse(o.target.family().levels.last().unwrap().name, &o.target).unwrap();
    }),
    ("platform", |o| o.platform = Platform::SignalsOnly),
    ("platform", |o| o.platform = Platform::Freestanding),
    ("opt_level", |o| o.opt_level = OptLevel::None),
    ("opt_level", |o| o.opt_level = OptLevel::SpeedAndSize),
    ("regalloc", |o| o.regalloc = Regalloc::SinglePass),
    ("nan_canonicalization", |o| o.nan_canonicalization = !o.nan_canonicalization),
    ("native_unwind_info", |o| o.native_unwind_info = !o.native_unwind_info),
    ("function_names", |o| o.function_names ^= true),
    ("dense_image_max_bytes", |o| o.dense_image_max_bytes = 0),
    ("proposals.required", |o| o.proposals.require(WasmFeatures::MEMORY64)),
    ("proposals.forbidden", |o| o.proposals.forbid(WasmFeatures::SIMD)),
    ("settings.memory_reservation", |o| o.contract.memory_reservation ^= 1 << 20),
    ("settings.memory_guard_size", |o| o.contract.memory_guard_size ^= 1 << 20),
    ("settings.memory_reservation_for_growth", |o| o.contract.memory_reservation_for_growth ^= 1 << 20),
    ("settings.memory_may_move", |o| o.contract.memory_may_move ^= true),
    ("settings.guard_before_linear_memory", |o| o.contract.guard_before_linear_memory ^= true),
    ("settings.memory_init_cow", |o| o.contract.memory_init_cow ^= true),
    ("settings.table_lazy_init", |o| o.contract.table_lazy_init ^= true),
    ("settings.signals_based_traps", |o| o.contract.signals_based_traps ^= true),
    ("settings.consume_fuel", |o| o.contract.consume_fuel ^= true),
    ("settings.epoch_interruption", |o| o.contract.epoch_interruption ^= true),
    ("settings.inlining", |o| o.contract.inlining = Inlining::Yes),
    ("settings.debug_symbols", |o| o.contract.debug_symbols ^= true),
    ("settings.generate_address_map", |o| o.contract.generate_address_map ^= true),
    ("settings.concurrency_support", |o| o.contract.concurrency_support ^= true),
];

/// The changes that need another base, or come with others.
const MORE: [Change; 3] = [
    ("settings.relaxed_simd_deterministic", |o| o.contract.relaxed_simd_deterministic ^= true),
    ("settings.debug_info", |o| o.contract.debug_info ^= true),
    ("settings.wasm_backtrace_details", |o| o.contract.wasm_backtrace_details ^= true),
];

fn target(name: &str) -> Target {
    name.parse().unwrap()
}

fn base(backend: Backend) -> Options {
    Options::new(backend, target("x86_64"), Platform::Hosted).unwrap()
}

/// The stamp, by which wasmtime distinguishes engines; `None` if there is no engine.
fn fingerprint(options: &Options) -> Option<Vec<u8>> {
    let image = image(options, options.proposals.required(), b"\0asm\x01\0\0\0").ok()?;
    let elf = object::read::elf::ElfFile64::<object::Endianness>::parse(&*image).ok()?;
    Some(elf.section_by_name(".wasmtime.engine")?.data().ok()?.to_vec())
}

/// The artifact that the options make of the module, or the reason why there is none.
fn made(options: &Options) -> Result<Vec<u8>, String> {
    let wasm = wat::parse_str(MODULE).unwrap();
    Compiler::default()
        .compile(options, &wasm)
        .map(|compiled| compiled.artifact)
        .map_err(|error| error.to_string())
}

fn differ(one: &Options, other: &Options) -> bool {
    made(one) != made(other) || fingerprint(one) != fingerprint(other)
}

/// The fields of a recipe without one of them.
fn without(recipe: &Recipe, name: &str) -> Vec<(String, String)> {
    recipe.fields().iter().filter(|(field, _)| field != name).cloned().collect()
}

/// Every field of the recipe is needed: two sets of options differ in this field alone, and make different
/// artifacts. So this test finds a field that is missing.
#[test]
fn no_field_is_missing_and_each_is_needed() {
    // Fields that never differ within one build.
    let mut seen: BTreeSet<String> =
        ["wasmtime_version", "precompile_version", "built_from", "format"].map(String::from).into();
    for backend in Backend::ALL {
        for (name, change) in CHANGES.iter().chain(&MORE) {
            let (one, mut other) = (base(backend), base(backend));
            change(&mut other);
            if other.check().is_err() || one == other {
                continue;
            }
            let (a, b) = (recipe(&one), recipe(&other));
            let differ = differ(&one, &other);
            assert!(!differ || a != b, "{backend}: {name} changes the artifact and not the key");
            if differ && without(&a, name) == without(&b, name) {
                seen.insert((*name).into());
            }
        }
    }
    let fields: BTreeSet<String> =
        recipe(&base(Backend::Cranelift)).fields().iter().map(|(name, _)| name.clone()).collect();
    assert_eq!(fields, seen);
}

/// Any two sets of options with different artifacts have different keys.
#[test]
fn different_artifacts_have_different_keys() {
    arbtest(|choices| {
        let one = any(choices)?;
        let mut other = one.clone();
        let (name, change) = choices.choose(&CHANGES)?;
        change(&mut other);
        if one.check().is_ok() && other.check().is_ok() && differ(&one, &other) {
            assert_ne!(recipe(&one), recipe(&other), "{name}");
        }
        Ok(())
    })
    .budget_ms(3000);
}

fn any(choices: &mut Unstructured<'_>) -> arbtest::arbitrary::Result<Options> {
    let mut options = base(*choices.choose(&Backend::ALL)?);
    for _ in 0..choices.int_in_range(0..=4)? {
        let before = options.clone();
        let (_, change) = choices.choose(&CHANGES)?;
        change(&mut options);
        if options.check().is_err() {
            options = before;
        }
    }
    Ok(options)
}

/// An option that doesn't change the artifact doesn't change the key.
#[test]
fn threads_and_fallbacks_are_not_in_the_key() {
    let options = base(Backend::Winch);
    let other = Options { parallel: false, fallback: Some(crate::Fallback::Cranelift), ..options.clone() };
    assert_eq!(recipe(&options), recipe(&other));
    let key = |source: &[u8]| precompile_cache::Key::new(&recipe(&options).into(), Digest::of(source));
    assert_ne!(key(b"one").digest(), key(b"another").digest());
    assert!(key(b"one").to_string().contains("backend: winch\ntarget: x86_64-unknown-linux-gnu\n"));
}
