//! BLAKE3, whose tree allows that parts are hashed apart.

use crate::parts::{PART_BYTES, each_part};
use blake3::hazmat::{
    ChainingValue, HasherExt, Mode, left_subtree_len, merge_subtrees_non_root, merge_subtrees_root,
};
use blake3::{Hash, Hasher};
use std::convert::Infallible;
use std::ops::Range;
#[cfg(unix)]
use {crate::parts::BUFFER_BYTES, std::fs::File, std::io, std::os::unix::fs::FileExt};

/// The hash of bytes in memory.
pub fn hash(bytes: &[u8]) -> Hash {
    let add = |(): &mut (), hasher: &mut Hasher, part: Range<u64>| {
        hasher.update(&bytes[part.start as usize..part.end as usize]);
        Ok::<_, Infallible>(())
    };
    match hash_parts(bytes.len() as u64, || (), add) {
        Ok(hash) => hash,
        Err(never) => match never {},
    }
}

/// The hash of the first bytes of a file, which is read and not mapped: if another program shortened a mapped file, the
/// process would end. The position of the file doesn't matter.
///
/// # Errors
///
/// If the file can't be read, or has fewer bytes.
#[cfg(unix)]
pub fn hash_file(file: &File, bytes: u64) -> io::Result<Hash> {
    let add = |buffer: &mut Vec<u8>, hasher: &mut Hasher, part: Range<u64>| {
        for at in part.clone().step_by(BUFFER_BYTES) {
            let buffer = &mut buffer[..(part.end - at).min(BUFFER_BYTES as u64) as usize];
            file.read_exact_at(buffer, at)?;
            hasher.update(buffer);
        }
        Ok(())
    };
    // A small file is most often read by a program that has just started, and takes new memory for no more than it has.
    hash_parts(bytes, || vec![0; bytes.min(BUFFER_BYTES as u64) as usize], add)
}

/// The hash of an input of this length. The function adds a part of it to a hasher, with the state of its thread.
fn hash_parts<S, E: Send>(
    bytes: u64,
    state: impl Fn() -> S + Sync,
    add: impl Fn(&mut S, &mut Hasher, Range<u64>) -> Result<(), E> + Sync,
) -> Result<Hash, E> {
    if bytes <= PART_BYTES {
        let mut hasher = Hasher::new();
        add(&mut state(), &mut hasher, 0..bytes)?;
        return Ok(hasher.finalize());
    }
    let values = each_part(bytes, state, |state, part| {
        let mut hasher = Hasher::new();
        hasher.set_input_offset(part.start);
        add(state, &mut hasher, part)?;
        Ok(hasher.finalize_non_root())
    })?;
    let (left, right, left_bytes) = halves(&values, bytes);
    Ok(merge_subtrees_root(&merge(left, left_bytes), &merge(right, bytes - left_bytes), Mode::Hash))
}

/// The value of a subtree of this length, from those of its parts.
fn merge(values: &[ChainingValue], bytes: u64) -> ChainingValue {
    if let [value] = values {
        return *value;
    }
    let (left, right, left_bytes) = halves(values, bytes);
    merge_subtrees_non_root(&merge(left, left_bytes), &merge(right, bytes - left_bytes), Mode::Hash)
}

/// The values of the two parts of a tree of this length, and the length of the left one.
fn halves(values: &[ChainingValue], bytes: u64) -> (&[ChainingValue], &[ChainingValue], u64) {
    let left_bytes = left_subtree_len(bytes);
    let (left, right) = values.split_at((left_bytes / PART_BYTES) as usize);
    (left, right, left_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    const MIB: usize = PART_BYTES as usize;

    #[test]
    fn inputs_of_any_size_have_their_hash() {
        let bytes: Vec<u8> = (0..9 * MIB + 7).map(|at| (at % 251) as u8).collect();
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&bytes).unwrap();
        let of_one = [0, 1, BUFFER_BYTES - 1, BUFFER_BYTES, BUFFER_BYTES + 1, MIB];
        let of_several =
            [MIB + 1, 2 * MIB, 2 * MIB + 1, 3 * MIB - 1, 7 * MIB + 1024, 8 * MIB + 1, bytes.len()];
        for size in of_one.into_iter().chain(of_several) {
            let expected = blake3::hash(&bytes[..size]);
            assert_eq!(hash(&bytes[..size]), expected, "{size}");
            #[cfg(unix)]
            assert_eq!(hash_file(&file, size as u64).unwrap(), expected, "{size}");
        }
    }

    #[test]
    #[cfg(unix)]
    fn a_file_that_ends_early_is_an_error() {
        let file = tempfile::tempfile().unwrap();
        file.set_len(2 * PART_BYTES).unwrap();
        for bytes in [2 * PART_BYTES + 1, 5 * PART_BYTES] {
            assert_eq!(hash_file(&file, bytes).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
        }
    }
}
