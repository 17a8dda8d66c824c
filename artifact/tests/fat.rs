//! Fat artifacts: writing, reading, and every kind of invalid one.

use precompile_artifact::fat::{
    ConstSlices, Extent, Head, MOST_HEAD_BYTES, MOST_SLICES, Slice, WriteError, add_signature, choose,
    is_fat, write,
};
use precompile_artifact::manifest::Manifest;
use precompile_artifact::signature::{Algorithm, KeyId, Signature};
use precompile_artifact::statement::Statement;
use precompile_artifact::trailer::{self, ReadError};
use precompile_artifact::{Backend, Code, Host, Names};
use std::time::{Duration, Instant};

const THIN: &[u8] = include_bytes!("golden/format-2.cwasm");
/// The slices are made of [`THIN`], so that all of the file but the index is known from it.
const GOLDEN: &[u8] = include_bytes!("golden/format-3.cwasm");
/// A host that runs Pulley.
const HOST: &str = r#"{"target":"x86_64-unknown-linux-gnu","cpu_features":[],"wasmtime_version":"48.0.8",
    "runtime_version":"0.1.0","features":[],"signals":true,"virtual_memory":true,"pulley":true,"components":false,
    "concurrency":false,"fat":true}"#;
const STATEMENT: &str = include_str!("golden/format-3.statement");
/// The offset of the index.
const INDEX: usize = 144;

/// An artifact for other hosts than [`THIN`] is for.
fn artifact(target: &str, cpu_features: &[&str], backend: Backend) -> Vec<u8> {
    let trailer = trailer::read(THIN).unwrap();
    let manifest = Manifest {
        target: target.into(),
        cpu_features: cpu_features.iter().collect::<Names>(),
        backend,
        ..trailer.manifest
    };
    let mut bytes = THIN[..trailer::image(THIN).unwrap().bytes as usize].to_vec();
    trailer::append(&mut bytes, &manifest).unwrap();
    bytes
}

/// The slices of the golden artifact, in the order of preference.
fn artifacts() -> [Vec<u8>; 5] {
    [
        artifact("x86_64-unknown-linux-gnu", &["avx", "sse3"], Backend::Cranelift),
        artifact("aarch64-unknown-linux-gnu", &["lse"], Backend::Winch),
        artifact("x86_64-unknown-linux-gnu", &[], Backend::Cranelift),
        artifact("x86_64-unknown-linux-gnu", &[], Backend::Winch),
        artifact("pulley64", &[], Backend::Cranelift),
    ]
}

fn fat_of(artifacts: &[Vec<u8>]) -> Result<Vec<u8>, WriteError> {
    write(&artifacts.iter().map(Vec::as_slice).collect::<Vec<_>>(), true)
}

fn read(fat: &[u8]) -> Result<Head, ReadError> {
    Head::read(&fat[..fat.len().min(MOST_HEAD_BYTES)], fat.len() as u64)
}

fn bytes_of<'a>(fat: &'a [u8], slice: &Slice) -> &'a [u8] {
    let Extent { offset, bytes } = slice.contiguous().unwrap();
    &fat[offset as usize..][..bytes as usize]
}

/// A head whose index was changed, with a digest that is right again.
fn with_index(change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let end = INDEX + u32::from_le_bytes(GOLDEN[INDEX - 4..INDEX].try_into().unwrap()) as usize;
    let mut index = GOLDEN[INDEX..end].to_vec();
    change(&mut index);
    let mut fat = GOLDEN[..INDEX - 4].to_vec();
    fat.extend((index.len() as u32).to_le_bytes());
    fat.extend(index);
    fat.extend(blake3::hash(&fat).as_bytes());
    fat.resize(fat.len().max(end + 32), 0);
    fat.extend(&GOLDEN[end + 32..]);
    fat
}

fn number(value: u64) -> Vec<u8> {
    postcard::to_allocvec(&value).unwrap()
}

/// An index with the kind and the source of the golden one, this number of slices, and what follows.
fn index(count: u64, slices: &[u8]) -> impl FnOnce(&mut Vec<u8>) {
    let slices = slices.to_vec();
    move |index: &mut Vec<u8>| {
        index.truncate(33);
        index.extend(number(count));
        index.extend(slices);
    }
}

/// A slice with these extents.
fn slice(extents: &[(u64, u64)]) -> Vec<u8> {
    let mut slice = vec![8];
    slice.extend(b"pulley64\0\0\0");
    slice.push(48);
    slice.extend([7; 64]);
    slice.extend(number(extents.len() as u64));
    extents.iter().for_each(|(offset, bytes)| slice.extend([number(*offset), number(*bytes)].concat()));
    slice
}

/// `BLESS=1 cargo test -p precompile-artifact --test fat` writes the golden files.
#[test]
#[allow(clippy::disallowed_methods, reason = "a test, and no library")]
fn the_golden_artifact_is_written_again() {
    let fat = fat_of(&artifacts()).unwrap();
    if std::env::var_os("BLESS").is_some() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
        let statement = Statement::of_fat(&read(&fat).unwrap());
        std::fs::write(folder.join("format-3.statement"), statement.as_str()).unwrap();
        std::fs::write(folder.join("format-3.cwasm"), &fat).unwrap();
    }
    assert_eq!(fat, GOLDEN);
    let mut other_order = artifacts();
    other_order.reverse();
    assert_eq!(fat_of(&other_order).unwrap(), GOLDEN);
}

#[test]
fn slices_are_the_artifacts_in_the_order_of_preference() {
    assert!(is_fat(GOLDEN) && is_fat(&GOLDEN[..140]) && !is_fat(&GOLDEN[..139]) && !is_fat(THIN));
    let head = read(GOLDEN).unwrap();
    let trailer = trailer::read(THIN).unwrap();
    assert_eq!(
        (head.index.kind, head.index.source_blake3),
        (trailer.manifest.kind, trailer.manifest.source_blake3)
    );
    assert_eq!(head.index.slices.len(), 5);
    for (slice, artifact) in head.index.slices.iter().zip(artifacts()) {
        assert_eq!(bytes_of(GOLDEN, slice), artifact);
        assert!(slice.is_of(&trailer::read(&artifact).unwrap()) && !slice.is_of(&trailer));
        assert_eq!(slice.contiguous().unwrap().offset % 4096, 0);
    }
    let names: Vec<_> = head.index.slices.iter().map(ToString::to_string).collect();
    assert_eq!(names[0], "x86_64-unknown-linux-gnu, cranelift, avx+sse3, signals-only");
    assert_eq!(names[1], "aarch64-unknown-linux-gnu, winch, armv8.1-a, signals-only");
    assert_eq!(names[4], "pulley64, cranelift, signals-only");
    assert_eq!(Statement::of_fat(&head).as_str(), STATEMENT);
}

/// A program that embeds a fat artifact sees the same slices when it is compiled.
#[test]
fn the_constant_reader_agrees() {
    let mut slices = ConstSlices::read(GOLDEN).unwrap();
    for artifact in artifacts() {
        assert_eq!(slices.take_next(), Some(&*artifact));
    }
    assert_eq!(slices.take_next(), None);
    assert!(ConstSlices::read(THIN).is_none() && ConstSlices::read(b"\x7fELF").is_none());
}

/// A reader of artifacts for one host says what the file is, and an old one names a format that it doesn't know.
#[test]
fn readers_of_thin_artifacts_say_what_it_is() {
    assert_eq!(trailer::read(GOLDEN), Err(ReadError::Fat));
    let image = trailer::image(GOLDEN).unwrap();
    assert_eq!((image.bytes, &GOLDEN[128..136]), (128, &trailer::MAGIC[..]));
    assert!(trailer::FORMAT < u32::from_le_bytes(GOLDEN[136..140].try_into().unwrap()));
    assert!(matches!(read(THIN), Err(ReadError::Magic { .. })));
}

#[test]
fn artifacts_that_no_host_could_tell_apart_are_refused() {
    assert_eq!(write(&[], true), Err(WriteError::Count(0)));
    assert_eq!(write(&[THIN; MOST_SLICES + 1], true), Err(WriteError::Count(MOST_SLICES + 1)));
    let twice = fat_of(&[artifact("pulley64", &[], Backend::Cranelift), THIN.to_vec(), THIN.to_vec()]);
    assert!(matches!(twice, Err(WriteError::Twice { at: 2, .. })), "{twice:?}");
    let mut other = THIN[..trailer::image(THIN).unwrap().bytes as usize].to_vec();
    let manifest = trailer::read(THIN).unwrap().manifest;
    trailer::append(&mut other, &Manifest { source_blake3: [0; 32], ..manifest }).unwrap();
    assert_eq!(fat_of(&[THIN.to_vec(), other]), Err(WriteError::OtherSource { at: 1 }));
    let damaged = fat_of(&[THIN.to_vec(), THIN[..100].to_vec()]);
    assert!(matches!(damaged, Err(WriteError::Read { at: 1, .. })), "{damaged:?}");
    let names: Vec<_> = (0..40).map(|number| format!("{number:0>2}{}", "f".repeat(2000))).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let long = fat_of(&[artifact("pulley64", &names, Backend::Cranelift)]);
    assert!(matches!(long, Err(WriteError::LongIndex(_))), "{long:?}");
}

/// Every byte of the head counts, and so does the file's length.
#[test]
fn damage_to_the_head_is_found() {
    let head = read(GOLDEN).unwrap();
    for at in 0..head.bytes as usize {
        let mut damaged = GOLDEN.to_vec();
        damaged[at] ^= 1;
        assert!(read(&damaged).is_err(), "{at}");
    }
    for bytes in 0..head.bytes as usize {
        assert!(Head::read(&GOLDEN[..bytes], GOLDEN.len() as u64).is_err(), "{bytes}");
    }
    let end = head.index.end();
    assert!(matches!(Head::read(GOLDEN, end - 1), Err(ReadError::Truncated { part: "the slices", .. })));
    assert_eq!(head.signatures(&GOLDEN[end as usize..]), Ok(vec![]));
    assert!(matches!(head.signatures(&[0; 3]), Err(ReadError::Truncated { .. })));
    assert!(matches!(head.signatures(&[1, 0, 0, 0]), Err(ReadError::Truncated { .. })));
    assert!(matches!(head.signatures(&[0; 5]), Err(ReadError::Excess { excess: 1, .. })));
}

/// Indexes that say what can't be cost neither time nor memory.
#[test]
fn hostile_indexes_are_refused() {
    let far = u64::MAX;
    let many: Vec<_> = (0..9).map(|at| (8192 + at, 1)).collect();
    let start = Instant::now();
    for (index, field) in [
        (index(10_000_000, &[]), "slices"),
        (index(u64::MAX, &[]), "slices"),
        (index(0, &[]), "slices"),
        (index(1, &[slice(&[(4096, 9)]), vec![0]].concat()), "slices"),
        (index(1, &slice(&[])), "extents"),
        (index(1, &slice(&many)), "extents"),
        (index(1, &slice(&[(far, 2)])), "extents"),
        (index(1, &slice(&[(4096, far)])), "extents"),
        (index(1, &slice(&[(4096, 0)])), "extents"),
        (index(1, &slice(&[(0, 9)])), "extents"),
        (index(1, &slice(&[(4096, 9), (4100, 9)])), "extents"),
        (index(1, &slice(&[(4096, 9), (4000, 100)])), "extents"),
        (index(2, &slice(&[(4096, 9)])), "target"),
    ] {
        match read(&with_index(index)) {
            Err(ReadError::Index(error)) => assert_eq!(error.field, field, "{error}"),
            other => panic!("{field}: {other:?}"),
        }
    }
    // Beyond the file, and longer than can be.
    let beyond = read(&with_index(index(1, &slice(&[(4096, 1 << 40)]))));
    assert!(matches!(beyond, Err(ReadError::Truncated { part: "the slices", .. })), "{beyond:?}");
    let long = read(&with_index(|index| index.resize(MOST_HEAD_BYTES, 0)));
    assert!(matches!(long, Err(ReadError::LongIndex { .. })), "{long:?}");
    // Slices may have extents in common, and each is no longer than the file.
    let shared = [slice(&[(4096, 9), (8192, 99)]), slice(&[(4200, 9), (8192, 99)])].concat();
    let head = read(&with_index(index(2, &shared))).unwrap();
    assert_eq!(head.index.slices.iter().map(Slice::bytes).collect::<Vec<_>>(), [108, 108]);
    assert_eq!(head.index.slices[0].contiguous(), None);
    assert!(start.elapsed() < Duration::from_secs(1));
}

/// A file that says it has a trailer of a terabyte, as a sparse one may, costs no memory.
#[test]
fn a_sparse_file_costs_no_memory() {
    const FILE_BYTES: u64 = 1 << 40;
    let host: Host = serde_json::from_str(HOST).unwrap();
    let far = with_index(index(1, &slice(&[(4096, FILE_BYTES - 8192)])));
    let read = |buffer: &mut [u8], offset: u64| -> Result<(), ReadError> {
        assert!(buffer.len() < 1 << 20, "{} bytes at {offset}", buffer.len());
        buffer.fill(0);
        match usize::try_from(offset).ok().and_then(|offset| far.get(offset..)) {
            Some(bytes) if offset < 4096 => {
                let bytes = &bytes[..bytes.len().min(buffer.len())];
                buffer[..bytes.len()].copy_from_slice(bytes);
            }
            // The ELF header of the slice.
            _ if offset == 4096 => buffer.copy_from_slice(&THIN[..buffer.len()]),
            _ => {}
        }
        Ok(())
    };
    let chosen = choose(&host, &read, FILE_BYTES);
    assert!(matches!(chosen, Err(ReadError::Excess { .. })), "{chosen:?}");
}

#[test]
fn signatures_stand_behind_the_slices() {
    let sign = |first: u8| Signature {
        algorithm: Algorithm::Prehashed,
        key: KeyId([first; 8]),
        bytes: [first; 64],
        extra: vec![],
    };
    let mut fat = GOLDEN.to_vec();
    for key in [1, 2, 1] {
        add_signature(&mut fat, &sign(key), |known| known.key == KeyId([key; 8])).unwrap();
    }
    let head = read(&fat).unwrap();
    assert_eq!(head, read(GOLDEN).unwrap());
    let end = head.index.end() as usize;
    assert_eq!(fat[..end], GOLDEN[..end]);
    let signatures = Signature::read_all(&head.signatures(&fat[end..]).unwrap()).unwrap();
    assert_eq!(signatures, [sign(2), sign(1)]);
    assert!(add_signature(&mut THIN.to_vec(), &sign(1), |_| false).is_err());
}

#[test]
fn each_error_has_its_number() {
    let codes = [ReadError::Fat, ReadError::Slice { slice: 1 }, ReadError::LongIndex { bytes: 1, most: 0 }];
    assert_eq!(codes.map(|error| error.code()), [Code::Fat, Code::FatSlice, Code::FatIndex]);
}
