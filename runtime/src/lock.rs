//! A lock, with and without an operating system.

/// A lock around a value. It is held for a short time only.
#[derive(Debug, Default)]
pub(crate) struct Lock<T> {
    #[cfg(feature = "std")]
    inner: std::sync::Mutex<T>,
    #[cfg(not(feature = "std"))]
    inner: spin::Mutex<T>,
}

impl<T> Lock<T> {
    /// A lock around this value.
    pub(crate) fn new(value: T) -> Lock<T> {
        #[cfg(feature = "std")]
        return Lock { inner: std::sync::Mutex::new(value) };
        #[cfg(not(feature = "std"))]
        return Lock { inner: spin::Mutex::new(value) };
    }

    /// Runs a function on the value, under the lock.
    ///
    /// Without the standard library, the lock is a spinlock. So an interrupt handler must not call this if it may have
    /// interrupted code that holds the lock.
    pub(crate) fn with<R>(&self, then: impl FnOnce(&mut T) -> R) -> R {
        // A panic under the lock can't have left the value inconsistent.
        #[cfg(feature = "std")]
        let mut value = self.inner.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        #[cfg(not(feature = "std"))]
        let mut value = self.inner.lock();
        then(&mut value)
    }
}
