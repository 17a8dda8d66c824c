//! Fat artifacts: the slice that fits best is opened, and no other is read.

use precompile_runtime::artifact::fat::{self, Head};
use precompile_runtime::artifact::trailer::ReadError;
use precompile_runtime::artifact::{Backend, Code};
use precompile_runtime::wasmtime::{Instance, Store};
use precompile_runtime::{OpenError, Program, Runtime};
use std::fs;
use support::Folder;

/// A module with a data segment that is shared.
fn text() -> String {
    let data = "0123456789abcdef".repeat(8192);
    format!(
        r#"(module
            (memory 4)
            (data (i32.const 0) "{data}")
            (func (export "answer") (result i32) (i32.load8_u (i32.const 131071))))"#
    )
}

fn compiled(arguments: &[&str]) -> Vec<u8> {
    fs::read(Folder::new().compile("app", &text(), arguments)).unwrap()
}

fn fat_of(artifacts: &[&[u8]]) -> Vec<u8> {
    fat::write(artifacts, true).unwrap()
}

fn answer(program: &Program) -> i32 {
    let mut store = Store::new(program.engine(), ());
    let instance = Instance::new(&mut store, program.module().unwrap(), &[]).unwrap();
    instance.get_typed_func::<(), i32>(&mut store, "answer").unwrap().call(&mut store, ()).unwrap()
}

/// The results of every way to open the bytes.
fn every_way(fat: &[u8]) -> Vec<Result<Program, OpenError>> {
    let runtime = Runtime::new();
    let folder = Folder::new();
    let path = folder.write("app.cwasm", fat);
    let forever: &'static [u8] = fat.to_vec().leak();
    // SAFETY, of all: precompile made the artifacts, and where one is damaged, it is refused.
    #[allow(unsafe_code, clippy::undocumented_unsafe_blocks, reason = "artifacts of our own")]
    let opened = vec![
        unsafe { runtime.open_file(&path) },
        unsafe { runtime.open_reader("a pipe", fat) },
        unsafe { runtime.open_file_mapped(&path) },
        unsafe { runtime.open_file_mapped_unverified(&path) },
        unsafe { runtime.open_bytes(fat) },
        unsafe { runtime.open_static(forever) },
    ];
    opened
}

fn slices(fat: &[u8]) -> Head {
    Head::read(fat, fat.len() as u64).unwrap()
}

#[test]
fn the_slice_that_fits_best_is_opened() {
    let native = compiled(&["--cpu", "native"]);
    let (winch, baseline) = (compiled(&["--backend", "winch"]), compiled(&[]));
    let foreign = compiled(&["--target", "s390x"]);
    let fat = fat_of(&[&foreign, &winch, &baseline, &native]);
    for opened in every_way(&fat) {
        let program = opened.unwrap();
        assert_eq!(answer(&program), i32::from(b'f'));
        assert_eq!(program.manifest().backend, Backend::Cranelift);
        assert_eq!(program.manifest().cpu_features, slices(&fat).index.slices[0].cpu_features);
    }
    for opened in every_way(&fat_of(&[&foreign, &winch])) {
        assert_eq!(opened.unwrap().manifest().backend, Backend::Winch);
    }
}

/// Data segments are stored once, and the slices are what they were.
#[test]
fn shared_data_is_put_together_again() {
    let (winch, cranelift) = (compiled(&["--backend", "winch"]), compiled(&[]));
    let (fat, apart) = (fat_of(&[&winch, &cranelift]), fat::write(&[&winch, &cranelift], false).unwrap());
    assert!(fat.len() + 100_000 < apart.len(), "{} {}", fat.len(), apart.len());
    let index = slices(&fat).index;
    let bytes = |at: usize| -> Vec<u8> {
        let extents = index.slices[at].extents.iter();
        extents.flat_map(|it| fat[it.offset as usize..][..it.bytes as usize].iter().copied()).collect()
    };
    assert_eq!((bytes(0), bytes(1)), (cranelift, winch.clone()));
    assert!(index.slices[1].contiguous().is_none());
    // The second slice is the one that is chosen where the first doesn't fit.
    let fat = fat_of(&[&compiled(&["--target", "aarch64", "--cpu", "armv8.1-a"]), &winch]);
    for opened in every_way(&fat) {
        assert_eq!(answer(&opened.unwrap()), i32::from(b'f'));
    }
}

/// Damage to a slice that isn't chosen does no harm; one that is chosen is refused, and no other takes its place.
#[test]
fn a_damaged_slice_is_refused_where_it_is_chosen() {
    let (winch, cranelift) = (compiled(&["--backend", "winch"]), compiled(&[]));
    let fat = fat::write(&[&winch, &cranelift], false).unwrap();
    let index = slices(&fat).index;
    for (at, slice) in index.slices.iter().enumerate() {
        let extent = slice.contiguous().unwrap();
        // The ELF header, the code, the manifest.
        for offset in [0, 4096, extent.bytes - 200] {
            let mut damaged = fat.clone();
            damaged[(extent.offset + offset) as usize] ^= 0x55;
            let mut ways = every_way(&damaged);
            // The digest isn't asked for there.
            ways.pop();
            for opened in ways {
                match at {
                    0 => assert!(matches!(opened, Err(OpenError::Read(_))), "{offset}: {opened:?}"),
                    _ => assert_eq!(opened.unwrap().manifest().backend, Backend::Cranelift),
                }
            }
        }
    }
}

/// Another artifact in the place of a slice is refused, whatever it is.
#[test]
fn a_slice_of_another_index_is_refused() {
    let (one, other) = (compiled(&[]), fs::read(Folder::new().compile("app", "(module)", &[])).unwrap());
    let mut fat = fat_of(&[&one]);
    let offset = slices(&fat).index.slices[0].contiguous().unwrap().offset as usize;
    fat.resize(fat.len().max(offset + other.len()), 0);
    fat[offset..offset + other.len()].copy_from_slice(&other);
    for opened in every_way(&fat) {
        assert!(matches!(opened, Err(OpenError::Read(_))), "{opened:?}");
    }
    let longer = format!("{}(;{};)", text(), "x".repeat(99));
    let same_length =
        fs::read(Folder::new().compile("app", &longer.replace("\"answer\"", "\"alters\""), &[]));
    let mut fat = fat_of(&[&one]);
    let same_length = same_length.unwrap();
    assert_eq!(same_length.len(), one.len());
    fat[offset..offset + one.len()].copy_from_slice(&same_length);
    for opened in every_way(&fat) {
        assert!(matches!(opened, Err(OpenError::Read(ReadError::Slice { slice: 1 }))), "{opened:?}");
    }
}

/// Each slice is told of, with its reasons, where none fits.
#[test]
fn each_slice_is_told_of_where_none_fits() {
    let artifacts = [compiled(&["--target", "s390x"]), compiled(&["--target", "aarch64"])];
    let fat = fat_of(&[&artifacts[0], &artifacts[1]]);
    for opened in every_way(&fat) {
        let error = opened.unwrap_err();
        let OpenError::NoSlice(slices) = &error else { panic!("{error}") };
        assert_eq!(error.codes(), [Code::NoSlice]);
        assert_eq!(slices.len(), 2);
        assert!(slices.iter().all(|slice| slice.mismatches[0].code == Code::Target));
        let text = error.to_string();
        assert!(text.contains("s390x-unknown-linux-gnu, cranelift:\n    `target`"), "{text}");
    }
}

/// Of a file that becomes shorter, or is cut, nothing runs.
#[test]
fn a_cut_file_is_refused() {
    let (winch, cranelift) = (compiled(&["--backend", "winch"]), compiled(&[]));
    let fat = fat_of(&[&winch, &cranelift]);
    for bytes in [1, 139, 140, 200, 5000, fat.len() / 2, fat.len() - 1] {
        for opened in every_way(&fat[..bytes]) {
            // The signatures at the end aren't asked for where there is no trust, but with it.
            let is_whole = bytes == fat.len() - 1 && !cfg!(feature = "trust");
            assert!(is_whole || opened.is_err(), "{bytes}");
        }
    }
    let mut longer = fat.clone();
    longer.push(0);
    assert!(!cfg!(feature = "trust") || every_way(&longer).into_iter().all(|opened| opened.is_err()));
}
