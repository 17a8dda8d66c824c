//! BLAKE3 of a file, by several threads where it is large.

use crate::bounded::bounded;
use blake3::Hasher;
use std::fs::File;
use std::io::{self, Read, Seek};

/// The size of the parts that are read and hashed: they fit the processor's caches. Larger parts, read by one thread while
/// others hash, took longer: their memory is new to the process.
pub(crate) const PART_BYTES: usize = 64 << 10;

/// The BLAKE3 hash of an open file, from its start to its current length. The file is read in parts and not mapped: if
/// another program shortened a mapped file, the process would end.
///
/// # Errors
///
/// If the file can't be read.
pub(crate) fn hash_file(mut file: &File) -> io::Result<blake3::Hash> {
    #[cfg(unix)]
    {
        let bytes = file.metadata()?.len();
        if bytes > subtrees::SUBTREE_BYTES {
            return subtrees::hash(file, bytes);
        }
    }
    file.rewind()?;
    let (mut file, _) = bounded(file)?;
    let mut hasher = Hasher::new();
    let mut part = [0; PART_BYTES];
    loop {
        match fill(&mut file, &mut part)? {
            0 => return Ok(hasher.finalize()),
            length => hasher.update(&part[..length]),
        };
    }
}

/// Fills a part from a file, and returns its length: less than the part's, or 0, where the file ends.
fn fill(file: &mut impl Read, part: &mut [u8]) -> io::Result<usize> {
    let mut length = 0;
    while length < part.len() {
        match file.read(&mut part[length..]) {
            Ok(0) => break,
            Ok(read) => length += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(length)
}

/// The subtrees of BLAKE3's tree, each hashed by the thread that is free.
#[cfg(unix)]
mod subtrees {
    use super::PART_BYTES;
    use blake3::Hasher;
    use blake3::hazmat::{
        ChainingValue, HasherExt, Mode, left_subtree_len, merge_subtrees_non_root, merge_subtrees_root,
    };
    use std::fs::File;
    use std::io;
    use std::num::NonZero;
    use std::os::unix::fs::FileExt;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::thread::{Builder, ScopedJoinHandle, available_parallelism, scope};

    /// The size of a subtree: a power of two, so that each but the last is one of BLAKE3's tree.
    pub(super) const SUBTREE_BYTES: u64 = 1 << 20;
    /// More threads would wait for memory.
    const MAX_THREADS: u64 = 8;

    /// The hash of a file of more than one subtree. Where no thread can be started, this one does all of it.
    pub(super) fn hash(file: &File, bytes: u64) -> io::Result<blake3::Hash> {
        let count = bytes.div_ceil(SUBTREE_BYTES);
        let next = AtomicU64::new(0);
        let work = || -> io::Result<Vec<(u64, ChainingValue)>> {
            let mut values = Vec::new();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= count {
                    return Ok(values);
                }
                values.push((number, hash_subtree(file, number * SUBTREE_BYTES, bytes)?));
            }
        };
        let threads = available_parallelism().map_or(1, NonZero::get) as u64;
        let mut values = scope(|scope| {
            let start = |_| Builder::new().spawn_scoped(scope, work).ok();
            let others: Vec<ScopedJoinHandle<_>> =
                (1..threads.min(count).min(MAX_THREADS)).map_while(start).collect();
            let mut values = work();
            for other in others {
                let other = other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
                values = values.and_then(|values| Ok([values, other?].concat()));
            }
            values
        })?;
        values.sort_unstable_by_key(|(number, _)| *number);
        let values: Vec<ChainingValue> = values.into_iter().map(|(_, value)| value).collect();
        let left_bytes = left_subtree_len(bytes);
        let (left, right) = values.split_at((left_bytes / SUBTREE_BYTES) as usize);
        Ok(merge_subtrees_root(&merge(left, left_bytes), &merge(right, bytes - left_bytes), Mode::Hash))
    }

    /// The value of the subtree that begins at an offset of a file of this length.
    fn hash_subtree(file: &File, offset: u64, bytes: u64) -> io::Result<ChainingValue> {
        let mut hasher = Hasher::new();
        hasher.set_input_offset(offset);
        let end = bytes.min(offset + SUBTREE_BYTES);
        let mut part = [0; PART_BYTES];
        for at in (offset..end).step_by(PART_BYTES) {
            let part = &mut part[..(end - at).min(PART_BYTES as u64) as usize];
            file.read_exact_at(part, at)?;
            hasher.update(part);
        }
        Ok(hasher.finalize_non_root())
    }

    /// The value of a subtree of this length, from those of its parts.
    fn merge(values: &[ChainingValue], bytes: u64) -> ChainingValue {
        if let [value] = values {
            return *value;
        }
        let left_bytes = left_subtree_len(bytes);
        let (left, right) = values.split_at((left_bytes / SUBTREE_BYTES) as usize);
        merge_subtrees_non_root(&merge(left, left_bytes), &merge(right, bytes - left_bytes), Mode::Hash)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_any_size_have_the_hash_of_their_bytes() {
        let file = tempfile::NamedTempFile::new().unwrap();
        const MIB: usize = 1 << 20;
        let bytes: Vec<u8> = (0..9 * MIB + 7).map(|at| (at % 251) as u8).collect();
        let of_one_thread = [0, 1, PART_BYTES - 1, PART_BYTES, PART_BYTES + 1, MIB];
        let of_several =
            [MIB + 1, 2 * MIB, 2 * MIB + 1, 3 * MIB - 1, 7 * MIB + 1024, 8 * MIB + 1, bytes.len()];
        for size in of_one_thread.into_iter().chain(of_several) {
            std::fs::write(file.path(), &bytes[..size]).unwrap();
            // The position of an open file doesn't matter.
            let mut file = file.reopen().unwrap();
            file.seek(io::SeekFrom::End(0)).unwrap();
            assert_eq!(hash_file(&file).unwrap(), blake3::hash(&bytes[..size]), "{size}");
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_file_that_reports_no_length_is_read() {
        let file = File::open("/proc/self/cmdline").unwrap();
        assert_eq!(hash_file(&file).unwrap(), blake3::hash(&std::fs::read("/proc/self/cmdline").unwrap()));
    }
}
