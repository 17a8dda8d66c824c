//! The constant reader of manifests, compared with the whole one.

use precompile_artifact::const_manifest::{ConstManifest, ConstReadError, same};
use precompile_artifact::manifest::{Kind, Manifest, OptLevel};
use precompile_artifact::{Names, Platform, trailer};

const GOLDEN: &[u8] = include_bytes!("golden/format-2.cwasm");

/// The shortest image that is accepted as wasmtime's: an ELF header, and three section headers at its end.
fn image(kind: Kind, big_endian: bool) -> Vec<u8> {
    let mut bytes = vec![0; 512];
    bytes[..8].copy_from_slice(b"\x7fELF\x02\x01\x01\xc8");
    bytes[5] = if big_endian { 2 } else { 1 };
    let flags = if kind == Kind::Module { 1 } else { 2 };
    for (at, length, value) in [(40, 8, 320), (48, 4, flags), (58, 2, 64), (60, 2, 3_u64)] {
        let field = &mut bytes[at..at + length];
        match big_endian {
            true => field.copy_from_slice(&value.to_be_bytes()[8 - length..]),
            false => field.copy_from_slice(&value.to_le_bytes()[..length]),
        }
    }
    bytes
}

#[track_caller]
fn check(artifact: &[u8]) {
    let (read, manifest) =
        (ConstManifest::read(artifact).unwrap(), trailer::read(artifact).unwrap().manifest);
    assert_eq!((read.kind, read.platform), (manifest.kind, manifest.platform));
    assert_eq!((read.target, read.wasmtime_version), (&*manifest.target, &*manifest.wasmtime_version));
    let (mut names, mut found) = (read.features_stamped(), Vec::new());
    while let Some(name) = names.take_next() {
        found.push(name);
    }
    assert_eq!(found, manifest.features_stamped.iter().collect::<Vec<_>>());
}

#[test]
fn both_readers_agree() {
    check(GOLDEN);
    check(include_bytes!("golden/format-1.cwasm"));
    let golden = trailer::read(GOLDEN).unwrap().manifest;
    // One more than the length of one byte can be, so that the first byte of the length only has its continuation bit.
    let long: String = format!("1.2.8-{}", "x".repeat(122));
    assert_eq!(long.len(), 128);
    for big_endian in [false, true] {
        for kind in [Kind::Module, Kind::Component] {
            for platform in Platform::ALL {
                for opt_level in [None, Some(OptLevel::Speed)] {
                    let mut artifact = image(kind, big_endian);
                    let manifest = Manifest {
                        kind,
                        platform,
                        opt_level,
                        target: "s390x-unknown-linux-gnu".into(),
                        wasmtime_version: long.clone(),
                        features_stamped: (100..400).map(|number| format!("f{number}")).collect::<Names>(),
                        ..golden.clone()
                    };
                    trailer::append(&mut artifact, &manifest).unwrap();
                    check(&artifact);
                }
            }
        }
    }
}

/// Bytes that end before the manifest does, or start otherwise, are refused without a panic.
#[test]
fn other_bytes_are_refused() {
    assert_eq!(ConstManifest::read(trailer::STUB).unwrap_err(), ConstReadError::Stub);
    let digest = trailer::read(GOLDEN).unwrap().digest_offset as usize;
    for end in 0..digest {
        assert_eq!(ConstManifest::read(&GOLDEN[..end]).err(), Some(ConstReadError::NotOurs), "cut at {end}");
    }
    assert!(ConstManifest::read(&GOLDEN[..digest]).is_ok());
    let start = trailer::image(GOLDEN).unwrap().bytes as usize;
    // The magic of ELF, its class, the offset and number of section headers, the trailer's magic.
    for at in [0, 3, 4, 40, 47, 60, start, start + 7] {
        let mut bytes = GOLDEN.to_vec();
        bytes[at] ^= 0x40;
        assert_eq!(ConstManifest::read(&bytes).err(), Some(ConstReadError::NotOurs), "changed at {at}");
    }
    let mut overflow = GOLDEN.to_vec();
    overflow[40..48].fill(0xff);
    assert_eq!(ConstManifest::read(&overflow).err(), Some(ConstReadError::NotOurs));
    let mut newer = GOLDEN.to_vec();
    newer[start + 8] = 99;
    assert_eq!(ConstManifest::read(&newer).err(), Some(ConstReadError::Format));
}

#[test]
fn texts_are_compared_to_the_last_byte() {
    for (a, b, expected) in [
        ("", "", true),
        ("simd", "simd", true),
        ("", "s", false),
        ("s", "", false),
        ("sim", "simd", false),
        ("simd", "sim", false),
        ("simd", "simt", false),
        ("simd", "gimd", false),
    ] {
        assert_eq!(same(a.as_bytes(), b.as_bytes()), expected, "{a} {b}");
    }
}
