//! Reading artifacts: the golden ones, and every kind of invalid one.

use precompile_artifact::manifest::{Kind, Manifest, ManifestError, Memories, OptLevel};
use precompile_artifact::platform::TargetKind;
use precompile_artifact::trailer::{self, ReadError};
use precompile_artifact::{Backend, Code, Contract, Names, Platform};
use std::collections::BTreeSet;

const FORMAT_1: &[u8] = include_bytes!("golden/format-1.cwasm");
const GOLDEN: &[u8] = include_bytes!("golden/format-2.cwasm");

/// The offsets of the trailer's parts.
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

/// Artifacts of every format must stay readable. These are of the same module.
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
    assert_eq!(Some(settings), Contract::preset(Platform::SignalsOnly, TargetKind::Native64));
}

/// Writing the manifest that was read gives the same artifact.
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

/// With a matching digest, only the reader protects against the bytes. It accepts any bytes, and names the field or the
/// offset of its refusal.
#[test]
fn the_reader_survives_any_manifest_with_a_matching_digest() {
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

/// Lengths that a hostile writer may give, with a matching digest.
#[test]
fn false_lengths_are_refused() {
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
fn signatures_are_read() {
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
fn other_files_are_refused_by_kind() {
    let refusal = |bytes: &[u8]| trailer::read(bytes).unwrap_err().to_string();
    for (bytes, words) in [
        (&b""[..], "artifact: it is empty"),
        (b"\0asm\x01\0\0\0", "it is WebAssembly: compile it with `precompile`"),
        (b"(module)", "it looks like WebAssembly's text form: compile it with `precompile`"),
        (b";; a module", "it looks like WebAssembly's text form: compile it with `precompile`"),
        (trailer::STUB, "since `PRECOMPILE_SKIP` was set when it was built: build it again without"),
        (b"#!/bin/sh", "it is no ELF file, as artifacts are"),
    ] {
        assert!(refusal(bytes).ends_with(words), "{words}");
    }
    assert!(refusal(&[b"\x7fELF\x02\x01\x01\x03".as_slice(), &[0; 80]].concat()).contains("not wasmtime's"));
    assert!(refusal(&GOLDEN[..layout().image_end]).contains("not made by precompile"));
}

/// Other bytes in each field of the ELF header that identifies an image of wasmtime's, and the offset in the error.
#[test]
fn images_are_identified_by_their_headers() {
    let offset = |changes: &[(usize, &[u8])]| {
        let mut bytes = GOLDEN.to_vec();
        changes.iter().for_each(|(at, new)| bytes[*at..at + new.len()].copy_from_slice(new));
        match trailer::image(&bytes) {
            Ok(image) => Err(image.kind),
            Err(ReadError::NotAnArtifact { offset, .. }) => Ok(offset),
            Err(error) => panic!("{error}"),
        }
    };
    let nowhere = &[0; 8][..];
    for (changes, expected) in [
        (&[(4, &[1][..])][..], Ok(4)),
        (&[(5, &[3])], Ok(5)),
        (&[(6, &[9])], Ok(6)),
        (&[(7, &[3])], Ok(7)),
        // A module, a component, neither, and both; other flags are ignored.
        (&[(48, &[1])], Err(Kind::Module)),
        (&[(48, &[2])], Err(Kind::Component)),
        (&[(48, &[0])], Ok(48)),
        (&[(48, &[3])], Ok(48)),
        (&[(48, &[5])], Err(Kind::Module)),
        // Section headers: none, within the ELF header, and beyond any file.
        (&[(60, &[0, 0])], Ok(40)),
        (&[(40, nowhere), (60, &[1, 0])], Ok(40)),
        (&[(40, nowhere), (60, &[2, 0])], Err(Kind::Module)),
        (&[(40, &[0xff; 8])], Ok(40)),
    ] {
        assert_eq!(offset(changes), expected, "{changes:?}");
    }
    for end in 4..64 {
        let error = trailer::image(&GOLDEN[..end]).unwrap_err();
        let part = "the ELF header";
        assert_eq!(error, ReadError::Truncated { part, part_end: 64, file_bytes: end as u64 });
    }
}

/// Each part of an artifact, truncated before its last byte.
#[test]
fn truncations_name_the_part() {
    let Layout { image_end, manifest, digest, signatures } = layout();
    for (part, end) in [
        ("the image", image_end),
        ("the trailer's head", manifest),
        ("the manifest", digest),
        ("the digest", signatures),
        ("the signatures' length", signatures + 4),
    ] {
        let error = trailer::read(&GOLDEN[..end - 1]).unwrap_err();
        let expected = ReadError::Truncated { part, part_end: end as u64, file_bytes: end as u64 - 1 };
        assert_eq!(error, expected);
        assert_eq!(error.code(), Code::Truncated);
    }
}

/// Each kind of invalid trailer, with the offset in the error and the error's number.
#[test]
fn errors_name_the_offset() {
    let Layout { image_end, manifest, digest, .. } = layout();
    let changed = |at: usize, byte: u8| {
        let mut bytes = GOLDEN.to_vec();
        bytes[at] = byte;
        trailer::read(&bytes).unwrap_err()
    };
    let offset = image_end as u64;
    let cases = [
        (trailer::read(b"no").unwrap_err(), None, Code::NotAnArtifact),
        (
            trailer::read(&GOLDEN[..image_end]).unwrap_err(),
            Some(ReadError::NoTrailer { offset }),
            Code::NoTrailer,
        ),
        (changed(image_end, b'x'), Some(ReadError::Magic { offset }), Code::TrailerMagic),
        (
            changed(image_end + 8, 0),
            Some(ReadError::Format { found: 0, offset: offset + 8 }),
            Code::TrailerFormat,
        ),
        (
            changed(image_end + 8, 4),
            Some(ReadError::Format { found: 4, offset: offset + 8 }),
            Code::TrailerFormat,
        ),
        (changed(manifest, 9), None, Code::Manifest),
        (
            changed(manifest, 1),
            Some(ReadError::Kind { image: Kind::Module, manifest: Kind::Component }),
            Code::ImageKind,
        ),
        (changed(digest, !GOLDEN[digest]), Some(ReadError::Digest { offset: digest as u64 }), Code::Digest),
        (
            trailer::read(&[GOLDEN, b"..."].concat()).unwrap_err(),
            Some(ReadError::Excess { offset: GOLDEN.len() as u64, excess: 3 }),
            Code::Excess,
        ),
    ];
    for (error, expected, code) in cases {
        assert_eq!(error.code(), code, "{error}");
        assert!(expected.is_none_or(|expected| expected == error), "{error}");
    }
}

/// A trailer is only appended to a complete image of the manifest's kind.
#[test]
fn a_trailer_fits_its_image() {
    let image_end = layout().image_end;
    let manifest = trailer::read(GOLDEN).unwrap().manifest;
    let append = |image: &[u8], manifest: &Manifest| trailer::append(&mut image.to_vec(), manifest);
    let (end, file_bytes) = (image_end as u64, image_end as u64 - 1);
    let truncated = ReadError::Truncated { part: "the image", part_end: end, file_bytes };
    assert_eq!(append(&GOLDEN[..image_end - 1], &manifest), Err(truncated));
    let excess = ReadError::Excess { offset: end, excess: 5 };
    assert_eq!(append(&GOLDEN[..image_end + 5], &manifest), Err(excess));
    let component = Manifest { kind: Kind::Component, ..manifest };
    let kind = ReadError::Kind { image: Kind::Module, manifest: Kind::Component };
    assert_eq!(append(&GOLDEN[..image_end], &component), Err(kind));
}

/// The error of an impossible value names the field and its offset in the file.
#[test]
fn errors_name_the_field_and_its_offset() {
    let golden = trailer::read(GOLDEN).unwrap().manifest;
    let refused = |manifest: Manifest| {
        let ManifestError { field, offset, problem } =
            Manifest::decode(&manifest.encode(), 1000, 2).unwrap_err();
        (field, offset, problem.to_string())
    };
    let names = |names: &[&str]| names.iter().collect::<Names>();
    // The kind, the backend, the platform and the length of the target have one byte each.
    let target = refused(Manifest { target: "abacus".into(), ..golden.clone() });
    assert_eq!(target, ("target", 1003, "\"abacus\" is not a target triple".into()));
    let behind_target = 1004 + golden.target.len() as u64;
    for (wrong, problem) in [
        (&[""][..], "\"\" is not the name of a feature"),
        (&["AVX"], "\"AVX\" is not the name of a feature"),
        (&["a,b"], "\"a,b\" is not the name of a feature"),
        (&["b", "a"], "the names are not in order"),
        (&["a", "a"], "the names are not in order"),
    ] {
        let found = refused(Manifest { cpu_features: names(wrong), ..golden.clone() });
        assert_eq!(found, ("cpu_features", behind_target, problem.into()));
    }
    for wrong in ["1.2", "new"] {
        let (field, ..) = refused(Manifest { wasmtime_version: wrong.into(), ..golden.clone() });
        assert_eq!(field, "wasmtime_version");
        let (field, ..) = refused(Manifest { precompile_version: wrong.into(), ..golden.clone() });
        assert_eq!(field, "precompile_version");
    }
}

/// Format 1 ends one field earlier.
#[test]
fn bytes_after_a_manifest_are_refused() {
    let Layout { manifest, digest, .. } = layout();
    let encoded = [&GOLDEN[manifest..digest], b"xy"].concat();
    let decoded = Manifest::decode(&encoded[..encoded.len() - 2], 0, 2).unwrap();
    let length = encoded.len() as u64 - 2;
    let error = Manifest::decode(&encoded, 100, 2).unwrap_err();
    assert_eq!((error.field, error.offset), ("memories", 100 + length));
    assert_eq!(error.problem.as_str(), "2 bytes too many follow");
    let error = Manifest::decode(&encoded[..length as usize], 100, 1).unwrap_err();
    assert_eq!(error.field, "settings");
    let memories = Manifest { memories: None, ..decoded }.encode().len() as u64 - 1;
    assert_eq!(error.offset, 100 + memories);
}

#[test]
fn choices_have_names() {
    assert_eq!([Kind::Module, Kind::Component].map(|kind| kind.to_string()), ["module", "component"]);
    let levels = [OptLevel::None, OptLevel::Speed, OptLevel::SpeedAndSize];
    assert_eq!(levels.map(|level| level.to_string()), ["none", "speed", "speed-and-size"]);
    let golden = trailer::read(GOLDEN).unwrap().manifest;
    assert!(!golden.is_pulley());
    assert!(Manifest { target: "pulley64".into(), ..golden }.is_pulley());
}
