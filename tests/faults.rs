//! Damaged artifacts, given to the runner.

use precompile::artifact::trailer;
use std::collections::BTreeSet;
use std::fs;
use support::{Folder, Runner};

const MODULE: &str = r#"(module
    (import "wasi_snapshot_preview1" "proc_exit" (func (param i32)))
    (memory (export "memory") 1) (data (i32.const 8) "data")
    (func (export "_start") (call 0 (i32.const 7))))"#;

/// A small generator of pseudorandom numbers (xorshift64*), the same on every machine.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % limit
    }
}

/// Runs a damaged artifact, which must be refused, and returns the error.
#[track_caller]
fn refused(folder: &Folder, bytes: &[u8], case: &str) -> String {
    folder.write("damaged.cwasm", bytes);
    let ended = folder.run(Runner::Default, ["damaged.cwasm"]);
    assert_eq!(ended.code, Some(126), "{case}: {ended:?}");
    assert!(!ended.stderr.contains("panicked"), "{case}: {ended:?}");
    ended.stderr
}

/// The words of an error, without its numbers: errors with the same words count as one.
fn words(error: &str) -> String {
    error.replace(|letter: char| letter.is_ascii_digit(), "")
}

#[test]
fn damage_is_refused_and_named() {
    let folder = Folder::new();
    let artifact = fs::read(folder.compile("app", MODULE, &["--backend", "winch"])).unwrap();
    assert_eq!(folder.run(Runner::Default, ["app.cwasm"]).code, Some(7), "undamaged, it runs");
    let trailer = trailer::read(&artifact).unwrap();
    let image = trailer::image(&artifact).unwrap().bytes as usize;
    let digest = trailer.digest_offset as usize;
    let mut errors = BTreeSet::new();

    // Files that are cut at every boundary of the layout, and just before and behind it.
    let parts = [0, 4, 16, 64, image, image + 8, image + 12, image + 16, digest, digest + 32, artifact.len()];
    for at in parts {
        for at in [at.saturating_sub(1), at, at + 1].into_iter().filter(|at| *at < artifact.len()) {
            errors.insert(words(&refused(&folder, &artifact[..at], &format!("cut at {at}"))));
        }
    }

    // Bits flipped anywhere; half of them in the structure, which is small.
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    for round in 0..500 {
        let at = match round % 4 {
            0 => numbers.below(64),
            1 => image + numbers.below(artifact.len() - image),
            _ => numbers.below(artifact.len()),
        };
        let mut bytes = artifact.clone();
        bytes[at] ^= 1 << numbers.below(8);
        errors.insert(words(&refused(&folder, &bytes, &format!("a bit flipped at {at}"))));
    }

    // A file that is too long, an empty one, and files of other kinds.
    let longer = [artifact.as_slice(), b"x"].concat();
    for (bytes, case) in [(&longer[..], "longer"), (b"", "empty"), (b"\x7fELF", "short"), (b"text", "text")] {
        errors.insert(words(&refused(&folder, bytes, case)));
    }
    let naming: Vec<_> =
        errors.iter().filter(|error| error.contains("offset") || error.contains("field")).collect();
    assert!(naming.len() >= 12, "{} distinct errors name a field or an offset: {naming:#?}", naming.len());
}

/// With a fitting digest, damage to the manifest meets the reader alone, and damage to its description of the image
/// meets the comparison with the host and wasmtime's own checks.
#[test]
fn a_fitting_digest_does_not_help() {
    let folder = Folder::new();
    let artifact = fs::read(folder.compile("app", MODULE, &[])).unwrap();
    let trailer = trailer::read(&artifact).unwrap();
    let image = trailer::image(&artifact).unwrap().bytes as usize;
    let digest = trailer.digest_offset as usize;
    let with_digest = |mut bytes: Vec<u8>| {
        let fitting = blake3::hash(&bytes[..digest]);
        bytes[digest..digest + 32].copy_from_slice(fitting.as_bytes());
        bytes
    };
    let (mut refusals, mut started) = (0, 0);
    for at in image + 16..digest {
        for bit in 0..8 {
            let mut bytes = artifact.clone();
            bytes[at] ^= 1 << bit;
            // The reader must not panic; the runner is started for some of the artifacts.
            let accepted = trailer::read(&with_digest(bytes.clone())).is_ok();
            refusals += usize::from(!accepted);
            if !accepted && at % 16 == 0 {
                refused(&folder, &with_digest(bytes), &format!("bit {bit} at {at}"));
            } else if accepted && at % 4 == 0 {
                // The artifact may be refused later, lack imports under other names, or run as before.
                folder.write("changed.cwasm", with_digest(bytes));
                let ended = folder.run(Runner::Default, ["changed.cwasm"]);
                assert!(matches!(ended.code, Some(7 | 125 | 126)), "bit {bit} at {at}: {ended:?}");
                started += 1;
            }
        }
    }
    assert!(refusals > 500 && started > 50, "{refusals} refused by the reader, {started} started");
}
