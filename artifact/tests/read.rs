//! Reading artifacts: the golden one, and every way in which one can be wrong.

use precompile_artifact::manifest::{Kind, Manifest, Memories};
use precompile_artifact::platform::Machine;
use precompile_artifact::trailer::{self, ReadError};
use precompile_artifact::{Backend, Contract, Platform};
use std::collections::BTreeSet;

const FORMAT_1: &[u8] = include_bytes!("golden/format-1.cwasm");
const GOLDEN: &[u8] = include_bytes!("golden/format-2.cwasm");

/// Where the trailer's parts start.
struct Layout {
    image_end: usize,
    manifest: usize,
    digest: usize,
    signatures: usize,
}

fn layout() -> Layout {
    let image_end = trailer::image(GOLDEN).unwrap().bytes as usize;
    let digest = trailer::read(GOLDEN).unwrap().digest_offset as usize;
    Layout { image_end, manifest: image_end + 16, digest, signatures: digest + 32 }
}

/// Artifacts of every format are read for ever: these are of the same module.
#[test]
fn the_golden_artifacts_are_read() {
    let memories = Some(Memories { initial_bytes: 65536, maximum_bytes: Some(131_072) });
    for (artifact, memories) in [(FORMAT_1, None), (GOLDEN, memories)] {
        let manifest = trailer::read(artifact).unwrap().manifest;
        assert_eq!(manifest.memories, memories);
        check(manifest);
        assert_eq!(trailer::read(artifact).unwrap().signatures, []);
    }
}

fn check(manifest: Manifest) {
    let Manifest {
        kind,
        backend,
        platform,
        target,
        cpu_features,
        opt_level,
        wasmtime_version,
        precompile_version,
        source_blake3,
        features_stamped,
        features_used,
        imports,
        exports,
        settings,
        memories: _,
    } = manifest;
    assert_eq!((kind, backend, platform), (Kind::Module, Backend::Winch, Platform::SignalsOnly));
    assert_eq!(target, "x86_64-unknown-none");
    assert_eq!(cpu_features.join(" "), "cmpxchg16b popcnt sse3 sse4.1 sse4.2 ssse3");
    assert_eq!(
        (opt_level, wasmtime_version.as_str(), precompile_version.as_str()),
        (None, "48.0.8", "0.1.0")
    );
    let source = blake3::Hash::from_bytes(source_blake3).to_string();
    assert_eq!(source, "16ed8da70e66106c6547563b962f0a5115df662028ece3cb3b38d87a06184794");
    assert!(features_stamped.contains("simd") && !features_stamped.contains("threads"));
    assert_eq!(features_used.join(" "), "floats");
    let imports: Vec<_> = imports.iter().map(|import| import.ty).collect();
    assert_eq!(imports, ["(func (param i32))"]);
    let exports: Vec<_> = exports.iter().map(|export| (export.name, export.ty)).collect();
    assert_eq!(exports, [("memory", "(memory 1 2)"), ("answer", "(func (result i32))")]);
    assert_eq!(Some(settings), Contract::preset(Platform::SignalsOnly, Machine::Native64));
}

/// What is written is what was read.
#[test]
fn the_golden_artifact_is_written_again() {
    let manifest = trailer::read(GOLDEN).unwrap().manifest;
    let mut bytes = GOLDEN[..layout().image_end].to_vec();
    trailer::append(&mut bytes, &manifest).unwrap();
    assert_eq!(bytes, GOLDEN);
}

#[test]
fn names_out_of_order_are_refused() {
    for names in [["simd", "floats"], ["floats", "floats"]] {
        let manifest = trailer::read(GOLDEN).unwrap().manifest;
        let manifest = Manifest { features_used: names.iter().collect(), ..manifest };
        let mut bytes = GOLDEN[..layout().image_end].to_vec();
        trailer::append(&mut bytes, &manifest).unwrap();
        let error = trailer::read(&bytes).unwrap_err();
        assert!(matches!(&error, ReadError::Manifest(error) if error.field == "features_used"), "{error}");
    }
}

#[test]
fn every_truncation_is_refused() {
    for end in 0..GOLDEN.len() {
        assert!(trailer::read(&GOLDEN[..end]).is_err(), "cut at {end}");
    }
}

#[test]
fn every_flipped_bit_is_refused() {
    for at in 0..GOLDEN.len() {
        for bit in 0..8 {
            let mut bytes = GOLDEN.to_vec();
            bytes[at] ^= 1 << bit;
            assert!(trailer::read(&bytes).is_err(), "bit {bit} at {at}");
        }
    }
}

/// With a fitting digest, only the reader stands between the bytes and the rest: it gives an
/// answer to all of them, and names the field or the offset where it refuses.
#[test]
fn the_reader_survives_any_manifest_with_a_fitting_digest() {
    let Layout { manifest, digest, .. } = layout();
    let mut errors = BTreeSet::new();
    for at in manifest..digest {
        for byte in 0..=255 {
            let mut bytes = GOLDEN.to_vec();
            bytes[at] = byte;
            let fitting = blake3::hash(&bytes[..digest]);
            bytes[digest..digest + 32].copy_from_slice(fitting.as_bytes());
            if let Err(error) = trailer::read(&bytes) {
                match error {
                    ReadError::Manifest(error) => errors.insert(error.field),
                    ReadError::Kind { .. } => errors.insert("kind"),
                    error => panic!("{error} at {at}"),
                };
            }
        }
    }
    let fields = ["kind", "backend", "platform", "target", "cpu_features", "wasmtime_version", "imports"];
    for field in fields {
        assert!(errors.contains(field), "{field} is never named: {errors:?}");
    }
}

/// Every length that a hostile writer can give, with a fitting digest.
#[test]
fn lengths_are_not_believed() {
    let Layout { image_end, digest, signatures, .. } = layout();
    for length in [0, 1, 31, 0x7fff_ffff, u32::MAX - 16, u32::MAX] {
        for at in [image_end + 12, signatures] {
            let mut bytes = GOLDEN.to_vec();
            bytes[at..at + 4].copy_from_slice(&u32::to_le_bytes(length));
            let fitting = blake3::hash(&bytes[..digest]);
            bytes[digest..digest + 32].copy_from_slice(fitting.as_bytes());
            if at != signatures || length != 0 {
                assert!(trailer::read(&bytes).is_err(), "length {length} at {at}");
            }
        }
    }
    // A vector in the manifest that claims to be longer than the file.
    let mut bytes = GOLDEN.to_vec();
    let names = layout().manifest + 4 + "x86_64-unknown-none".len();
    bytes.splice(names..names + 1, [0xff, 0xff, 0xff, 0xff, 0x0f]);
    assert!(trailer::read(&bytes).is_err());
}

#[test]
fn signatures_have_room() {
    let mut bytes = GOLDEN.to_vec();
    let at = layout().signatures;
    bytes.truncate(at);
    bytes.extend_from_slice(&3u32.to_le_bytes());
    bytes.extend_from_slice(b"sig");
    assert_eq!(trailer::read(&bytes).unwrap().signatures, b"sig");
    bytes.push(0);
    assert!(matches!(trailer::read(&bytes), Err(ReadError::Excess { excess: 1, .. })));
}

#[test]
fn what_is_no_artifact_is_told() {
    let refusal = |bytes: &[u8]| trailer::read(bytes).unwrap_err().to_string();
    assert!(refusal(b"").ends_with("artifact: it is empty"));
    assert!(refusal(b"\0asm\x01\0\0\0").ends_with("it is WebAssembly: compile it with `precompile`"));
    assert!(refusal(&[b"\x7fELF\x02\x01\x01\x03".as_slice(), &[0; 80]].concat()).contains("not wasmtime's"));
    assert!(refusal(&GOLDEN[..layout().image_end]).contains("not made by precompile"));
}
