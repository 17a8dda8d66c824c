//! Tests of each fuzzed function, with mutations of valid inputs by fixed seeds.

use super::*;
use support::mutated;

/// Calls `body` with a number of mutations of the seeds, and returns the accepted share in percent.
fn accepted(body: fn(&[u8]) -> bool, seeds: &[Vec<u8>], mutations: u64) -> u64 {
    for seed in seeds {
        assert!(body(seed), "{}", String::from_utf8_lossy(&seed[..seed.len().min(200)]));
    }
    let one = |number| body(&mutated(&seeds[number as usize % seeds.len()], number));
    (0..mutations).filter(|number| one(*number)).count() as u64 * 100 / mutations
}

fn guests() -> Vec<Vec<u8>> {
    let texts = [
        include_str!("../../../tests/guests/composed.wat"),
        r#"(module (import "a" "b" (func $f (param i32 i64) (result f32)))
            (memory (export "m") 1 4) (table 3 funcref) (global (mut i64) (i64.const 7))
            (elem (i32.const 0) $f) (data (i32.const 8) "text") (type $t (func (param i32) (result i32)))
            (func (export "g") (type $t) (local f64 v128)
                (block (result i32) (br_table 0 0 (local.get 0) (i32.load8_u offset=3 (local.get 0))))
                (if (result i32) (then (call_indirect (type $t) (i32.const 1) (i32.const 2)))
                    (else (loop (br_if 0 (i32.const 0))) (i32.trunc_sat_f64_s (local.get 1)))))
            (func (try_table (catch_all 0))) (func (return_call 2)))"#,
    ];
    texts.map(|text| wat::parse_str(text).unwrap()).to_vec()
}

#[test]
fn any_binary_gives_an_answer() {
    let share = accepted(wasm, &guests(), 3000);
    assert!((1..90).contains(&share), "{share} %");
    // The same with a real program.
    let program = include_bytes!("../../../tests/guests/primes.wasm").to_vec();
    let share = accepted(wasm, &[program], 200);
    assert!((1..90).contains(&share), "{share} %");
}

#[test]
fn any_component_gives_an_answer() {
    let seeds: Vec<_> = guests()[..1].iter().map(|guest| guest[8..].to_vec()).collect();
    let share = accepted(component, &seeds, 2000);
    assert!((1..90).contains(&share), "{share} %");
}

#[test]
fn any_debugging_information_gives_an_answer() {
    let share = accepted(lines, &[include_bytes!("../../../tests/guests/nested.wasm").to_vec()], 3000);
    assert!((1..100).contains(&share), "{share} %");
}

#[test]
fn any_text_gives_an_answer() {
    let guest = include_str!("../../../tests/guests/composed.wat");
    let (_, seed) = guest.split_once('(').unwrap();
    let share = accepted(text, &[seed.into()], 2000);
    assert!((1..90).contains(&share), "{share} %");
}

#[test]
fn any_artifact_gives_an_answer() {
    let seeds = [ARTIFACT.to_vec()];
    assert!(artifact(&seeds[0]));
    let others = (0..20_000).map(|number| mutated(ARTIFACT, number)).filter(|bytes| bytes != ARTIFACT);
    // The digest covers everything.
    assert_eq!(others.filter(|bytes| artifact(bytes)).count(), 0);
}

#[test]
fn any_manifest_gives_an_answer() {
    let trailer = trailer::read(ARTIFACT).unwrap();
    let start = trailer::image(ARTIFACT).unwrap().bytes as usize + 16;
    let share = accepted(manifest, &[ARTIFACT[start..trailer.digest_offset as usize].to_vec()], 10_000);
    assert!((1..90).contains(&share), "{share} %");
}

#[test]
fn any_host_gives_an_answer() {
    let share = accepted(host, &[HOST.to_vec()], 10_000);
    assert!((1..90).contains(&share), "{share} %");
}

#[test]
fn any_fat_artifact_gives_an_answer() {
    let bytes = u32::from_le_bytes(FAT[INDEX_OFFSET - 4..INDEX_OFFSET].try_into().unwrap()) as usize;
    let index = FAT[INDEX_OFFSET..][..bytes].to_vec();
    let share = accepted(fat, &[index, FAT.to_vec()], 5_000);
    assert!((1..90).contains(&share), "{share} %");
}

/// Two signatures, of which one has a comment.
fn two_signatures() -> Vec<u8> {
    let mut bytes =
        [&b"Ed"[..], &[0x1f, 0xe8, 0xb4, 0x42, 0x18, 0x0f, 0x62, 0xe7], &[7; 64], &[0, 0]].concat();
    bytes.extend([&b"ED"[..], &[3; 8], &[9; 64], &[70, 0], &[5; 70]].concat());
    bytes
}

#[test]
fn any_signatures_give_an_answer() {
    let share = accepted(signatures, &[two_signatures()], 10_000);
    assert!((1..90).contains(&share), "{share} %");
}

#[test]
fn any_trust_file_gives_an_answer() {
    let share = accepted(trust, &[TRUST.into()], 10_000);
    assert!((1..90).contains(&share), "{share} %");
}

#[test]
fn any_key_gives_an_answer() {
    let files = sign::SecretKey::generate(None).unwrap();
    let key = sign::SecretKey::parse(&files.secret, None).unwrap();
    let trailer = trailer::read(ARTIFACT).unwrap();
    let statement = precompile_artifact::statement::Statement::of(&trailer);
    let signature = sign::minisig(&key.sign(&statement)).unwrap();
    let seeds = [files.secret, files.public, signature].map(String::into_bytes);
    let share = accepted(keys, &seeds, 10_000);
    assert!((1..90).contains(&share), "{share} %");
}
