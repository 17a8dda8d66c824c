//! The options about a store.

use super::bucket::Bucket;
use super::refusal::Refusal;
use std::sync::Arc;
use thiserror::Error;

/// The most bytes of a store, unless an option says otherwise.
const DEFAULT_BYTES: u64 = 16 << 20;

/// The options about a store.
#[derive(Default)]
pub(crate) struct Options {
    /// Guests have a store, also without any data.
    pub(crate) is_offered: bool,
    /// The first content of the store.
    pub(crate) data: Vec<(String, String)>,
    /// The most bytes of the store.
    pub(crate) max_bytes: Option<u64>,
}

/// The first content of a store that doesn't fit.
#[derive(Debug, Error)]
#[error("`--keyvalue-data` has too much: {0}; give it more by `--max-keyvalue`")]
pub(crate) struct DataError(#[from] Refusal);

impl Options {
    /// The store, if there is one. Where its size isn't given, it is no larger than the memory of a guest.
    ///
    /// # Errors
    ///
    /// If its first content doesn't fit.
    pub(crate) fn bucket(self, max_memory: Option<u64>) -> Result<Option<Arc<Bucket>>, DataError> {
        if !self.is_offered && self.data.is_empty() {
            return Ok(None);
        }
        let default = max_memory.map_or(DEFAULT_BYTES, |bytes| bytes.min(DEFAULT_BYTES));
        // A limit beyond the address space is none.
        let bytes = usize::try_from(self.max_bytes.unwrap_or(default)).unwrap_or(usize::MAX);
        let bucket = Bucket::new(bytes);
        for (key, value) in &self.data {
            bucket.lock().set(key, value.as_bytes())?;
        }
        Ok(Some(Arc::new(bucket)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The largest value that a store takes under an empty key.
    fn room(options: Options, max_memory: Option<u64>) -> usize {
        let bucket = options.bucket(max_memory).unwrap().unwrap();
        let fits = |bytes: usize| bucket.copy().lock().set("", &vec![0; bytes]).is_ok();
        let (mut low, mut high) = (0_usize, 1 << 26);
        while low < high {
            let middle = (low + high).div_ceil(2);
            if fits(middle) { low = middle } else { high = middle - 1 }
        }
        low
    }

    #[test]
    fn the_size_is_given_or_that_of_memory_or_the_default() {
        for (max_bytes, max_memory, size) in [
            (None, None, 16 << 20),
            (None, Some(1 << 20), 1 << 20),
            (None, Some(1 << 30), 16 << 20),
            (Some(2 << 20), Some(1 << 20), 2 << 20),
            (Some(32 << 20), None, 32 << 20),
        ] {
            let options = Options { is_offered: true, max_bytes, ..Options::default() };
            assert_eq!(room(options, max_memory), size - 256, "{max_bytes:?} {max_memory:?}");
        }
    }

    #[test]
    fn the_first_content_must_fit() {
        let data = || vec![("key".to_owned(), "first".to_owned()), ("key".to_owned(), "second".to_owned())];
        let bucket = Options { data: data(), ..Options::default() }.bucket(None).unwrap().unwrap();
        assert_eq!(*bucket.lock().find("key").unwrap().1, *b"second");
        let small = Options { data: data(), max_bytes: Some(264), ..Options::default() };
        let error = small.bucket(None).err().unwrap().to_string();
        assert!(error.contains("it may take 264 bytes, and would take 265 with this entry"), "{error}");
        let max_bytes = Options { max_bytes: Some(1), ..Options::default() };
        assert!(max_bytes.bucket(None).unwrap().is_none());
    }
}
