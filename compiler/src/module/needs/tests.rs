//! Tests that compare the sets with fixtures and with the validator.

use arbtest::{arbitrary::Arbitrary, arbtest};
use wasm_smith::{Config, Module};
use wasmparser::{Validator, WasmFeatures as F};

use super::{Use, first_use, scan};

mod components;
mod fixtures;

/// The fixtures, each with its name, its binary form and the proposals that it uses.
fn fixtures() -> impl Iterator<Item = (String, Vec<u8>, F)> {
    let texts = fixtures::TEXTS.iter().map(|(text, uses)| {
        let wasm = wat::parse_str(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        (text.to_string(), wasm, *uses)
    });
    let binaries = fixtures::BINARIES.iter().map(|(sections, uses)| {
        let wasm = [b"\0asm\x01\0\0\0", *sections].concat();
        (format!("{sections:02x?}"), wasm, *uses)
    });
    texts.chain(binaries).map(|(name, wasm, uses)| (name, wasm, uses.iter().copied().collect()))
}

/// The fixtures that are components.
fn components() -> impl Iterator<Item = (String, Vec<u8>, F)> {
    components::TEXTS.iter().map(|(text, uses)| {
        let wasm =
            wat::parse_str(format!("(component {text})")).unwrap_or_else(|error| panic!("{text}: {error}"));
        (text.to_string(), wasm, uses.iter().copied().chain([F::COMPONENT_MODEL]).collect())
    })
}

fn valid(wasm: &[u8], features: F) -> bool {
    Validator::new_with_features(features).validate_all(wasm).is_ok()
}

/// Checks that the set found for a valid module is sufficient and minimal.
fn compare(wasm: &[u8]) {
    let found = scan(wasm, true);
    assert_eq!(found.as_ref().ok(), scan(wasm, false).as_ref().ok(), "alone it finds the same");
    if !valid(wasm, F::all()) {
        return;
    }
    let found = found.expect("valid modules are well-formed").features;
    assert!(valid(wasm, found), "{found:?} is too little: {wasm:02x?}");
    // The bytes that mark an exact type and an exact function, at least.
    let exact = wasm.contains(&0x62) || wasm.contains(&0x20);
    for flag in found.iter() {
        let own = match flag {
            // Each of these flags contains another that can be used alone.
            F::REFERENCE_TYPES => flag.difference(F::CALL_INDIRECT_OVERLONG),
            F::BULK_MEMORY => flag.difference(F::BULK_MEMORY_OPT),
            // These are documented to exceed the least set.
            F::SIMD if found.contains(F::RELAXED_SIMD) => continue,
            F::CUSTOM_DESCRIPTORS if exact => continue,
            F::FLOATS => continue,
            flag => flag,
        };
        assert!(!valid(wasm, found.difference(own)), "{flag:?} of {found:?} is too much: {wasm:02x?}");
    }
}

#[test]
fn fixtures_use_the_listed_proposals() {
    for (name, wasm, uses) in fixtures().chain(components()) {
        assert!(valid(&wasm, F::all()), "{name}");
        assert_eq!(scan(&wasm, true).expect(&name).features, uses | F::FLOATS, "{name}");
        compare(&wasm);
    }
}

#[test]
fn every_proposal_has_a_fixture() {
    let found: F = fixtures().map(|(_, _, uses)| uses).collect();
    let core = F::all()
        .iter_names()
        .filter(|(name, _)| !name.starts_with("CM") && !["FLOATS", "COMPONENT_MODEL"].contains(name));
    assert_eq!(found, core.map(|(_, flag)| flag).collect());
    let found: F = components().map(|(_, _, uses)| uses).collect();
    for (name, flag) in F::all().iter_names().filter(|(name, _)| name.starts_with("CM")) {
        assert!(found.contains(flag), "{name}");
    }
}

/// Most changed fixtures are malformed, and the rest are unusual modules.
#[test]
fn changed_fixtures_agree_with_the_validator() {
    for (_, wasm, _) in fixtures().chain(components()) {
        for at in 8..wasm.len() {
            let mut wasm = wasm.clone();
            for byte in 0..=255 {
                wasm[at] = byte;
                compare(&wasm);
            }
        }
    }
}

#[test]
fn generated_modules_agree_with_the_validator() {
    for seed in 1..=500 {
        arbtest(|u| {
            let mut config = Config::arbitrary(u)?;
            config.custom_page_sizes_enabled = u.arbitrary()?;
            config.wide_arithmetic_enabled = u.arbitrary()?;
            config.shared_everything_threads_enabled = u.arbitrary()?;
            config.custom_descriptors_enabled = u.arbitrary()?;
            config.min_uleb_size = u.int_in_range(1..=5)?;
            let mut wasm = Module::new(config, u)?.to_bytes();
            compare(&wasm);
            for _ in 0..8 {
                let at = u.choose_index(wasm.len())?;
                let byte = std::mem::replace(&mut wasm[at], u.arbitrary()?);
                compare(&wasm);
                wasm[at] = byte;
            }
            Ok(())
        })
        // The upper half is the seed, the lower half the bytes to draw from.
        .seed(seed << 32 | 64 << (seed % 8));
    }
}

#[test]
fn chunks_are_united() {
    let filler = "(func ".to_owned() + &"nop ".repeat(super::module::CHUNK) + ")";
    let text = format!("(func unreachable i32.extend8_s drop) {filler} (func atomic.fence)");
    let wasm = wat::parse_str(text).expect("a module");
    let uses = F::FLOATS | F::SIGN_EXTENSION | F::THREADS;
    assert_eq!(scan(&wasm, true).expect("well-formed").features, uses);
}

#[test]
fn malformed_modules_are_refused() {
    for (name, wasm, _) in fixtures().chain(components()) {
        for end in 0..wasm.len() {
            if let Ok(found) = scan(&wasm[..end], true) {
                // Only a part that ends with a section is still a module.
                assert!(found.features.contains(F::FLOATS) && end >= 8, "{name} up to {end}");
            }
        }
    }
    for sections in [&b"\x01\x80"[..], b"\x0a\x04\x01\x02\0\xff", b"\x63\0"] {
        let wasm = [b"\0asm\x01\0\0\0", sections].concat();
        assert!(scan(&wasm, true).is_err(), "{sections:02x?}");
    }
    arbtest(|u| {
        assert!(scan(u.bytes(u.len())?, true).is_err());
        Ok(())
    });
}

/// Every used proposal is found, and no other.
#[test]
fn every_use_is_found() {
    for (name, wasm, uses) in fixtures() {
        for (_, flag) in F::all().iter_names() {
            let found = first_use(&wasm, flag).expect(&name);
            match flag {
                // The place of the first depends on all types, and the second is no proposal.
                F::CUSTOM_DESCRIPTORS | F::FLOATS => continue,
                // A reference by index is a use of either proposal.
                F::FUNCTION_REFERENCES if uses.contains(F::GC) => continue,
                _ => {}
            }
            assert_eq!(found.is_some(), uses.intersects(flag), "{flag:?} in {name}: {found:?}");
            assert!(found.is_none_or(|(_, met)| flag.contains(met) && !met.is_empty()), "{name}");
        }
    }
}

#[test]
fn uses_in_code_come_before_those_in_sections() {
    let find = |text: &str, flag| {
        let wasm = wat::parse_str(text).expect("a module");
        let (place, met) = first_use(&wasm, flag).expect("well-formed").expect("a use");
        assert_eq!(met, flag, "{text}");
        (wasm, place)
    };
    let (wasm, place) = find("(module (tag) (func nop nop) (func nop (throw 0)))", F::EXCEPTIONS);
    let offset = wasm.windows(3).position(|bytes| bytes == b"\x01\x08\0").expect("`nop` and `throw`") + 1;
    assert_eq!(place, Use::Body { index: 1, instruction: Some(("throw".into(), offset)) });
    // An encoding that the reader refuses without the proposal.
    let text = "(module (memory i64 1) (func (drop (i32.load offset=0x100000000 (i64.const 7)))))";
    let (wasm, place) = find(text, F::MEMORY64);
    let offset = wasm.windows(3).position(|bytes| bytes == b"\x07\x28\x02").expect("`i32.load`") + 1;
    assert_eq!(place, Use::Body { index: 0, instruction: Some(("i32.load".into(), offset)) });
    let (_, place) = find("(module (tag) (func (local exnref) nop))", F::EXCEPTIONS);
    assert_eq!(place, Use::Body { index: 0, instruction: None });
    let (_, place) = find("(module (tag) (func))", F::EXCEPTIONS);
    assert!(matches!(place, Use::Section { id: 13, .. }), "{place:?}");
}

/// A feature that a runtime may lack is stamped only if a module uses it or uses a feature that implies it.
#[test]
fn used_features_are_stamped_and_no_others() {
    use crate::backend::features::AS_USED;
    use crate::{Backend, BackendError, CompileError, Compiler, Options, Platform};
    use precompile_artifact::features::named;
    use precompile_artifact::trailer;
    let plain = include_bytes!("../../../../tests/guests/primes.wasm").to_vec();
    let plain = [("a C program".to_owned(), plain, F::empty())];
    let (mut stamped, mut lacking) = (F::empty(), F::empty());
    for (name, wasm, uses) in fixtures().chain(components()).chain(plain) {
        // Invalid binaries test only the reader.
        if !valid(&wasm, F::all()) {
            continue;
        }
        for backend in Backend::ALL {
            let options = Options::new(backend, "x86_64".parse().unwrap(), Platform::Hosted).unwrap();
            match Compiler::default().compile(&options, &wasm) {
                Ok(compiled) => {
                    let manifest = trailer::read(&compiled.artifact).unwrap().manifest;
                    let found: F = manifest.features_stamped.iter().filter_map(named).collect();
                    let collected = uses.intersects(F::GC | F::EXCEPTIONS);
                    let implied = if collected { F::GC_TYPES } else { F::empty() };
                    let expected = (uses | implied).intersection(AS_USED);
                    assert_eq!(found.intersection(AS_USED), expected, "{backend}: {name}");
                    stamped |= expected;
                }
                // Winch without AVX, or a proposal that no backend has.
                Err(CompileError::Unsupported(_)) if backend == Backend::Winch => {}
                Err(CompileError::Unsupported(_)) => lacking |= uses,
                // Wasmtime has parts of the component model for the validator only.
                Err(
                    CompileError::Backend(BackendError::Failed { problem, .. })
                    | CompileError::Untranslated(problem),
                ) if problem.contains("not implemented") || problem.contains("unsupported") => {
                    lacking |= uses;
                }
                // The module is valid only with proposals that wasmtime lacks.
                Err(CompileError::Invalid(_)) => lacking |= uses,
                Err(error) => panic!("{backend}: {name}: {error}"),
            }
        }
    }
    // All features were seen, except those that Cranelift lacks.
    assert!(stamped.union(lacking).contains(AS_USED), "{:?}", AS_USED.difference(stamped | lacking));
    assert!(stamped.contains(F::EXCEPTIONS | F::THREADS | F::WIDE_ARITHMETIC | F::COMPONENT_MODEL));
}
