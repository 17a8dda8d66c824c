//! A store that several guests may share.

use super::content::Content;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A store that several guests may share.
pub(crate) struct Bucket(Mutex<Content>);

impl Bucket {
    /// An empty store, of so many bytes at most.
    pub(super) fn new(limit_bytes: usize) -> Bucket {
        Bucket(Mutex::new(Content::new(limit_bytes)))
    }

    /// The content, for this thread alone as long as the result is there.
    pub(super) fn lock(&self) -> MutexGuard<'_, Content> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Another store with the same content and limit.
    pub(crate) fn copy(&self) -> Bucket {
        Bucket(Mutex::new(self.lock().clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    #[test]
    fn a_copy_shares_nothing() {
        let one = Bucket::new(1 << 10);
        one.lock().set("key", b"first").unwrap();
        let other = one.copy();
        one.lock().set("key", b"second").unwrap();
        other.lock().set("more", b"").unwrap();
        assert_eq!(*other.lock().find("key").unwrap().1, *b"first");
        assert!(one.lock().find("more").is_none());
        // The limit is the other's own, too.
        assert!(other.lock().set("large", &[0; 1 << 10]).is_err());
    }

    #[test]
    fn no_increment_is_lost() {
        let bucket = Bucket::new(1 << 10);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..1000).for_each(|_| _ = bucket.lock().increment("count", 1).unwrap()));
            }
        });
        assert_eq!(bucket.lock().increment("count", 0), Ok(4000));
    }
}
