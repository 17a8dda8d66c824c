//! A lock that needs no operating system where there is none.

/// Guards a value that is locked for short.
#[derive(Debug, Default)]
pub(crate) struct Lock<T> {
    #[cfg(feature = "std")]
    inner: std::sync::Mutex<T>,
    #[cfg(not(feature = "std"))]
    inner: spin::Mutex<T>,
}

impl<T> Lock<T> {
    /// Does something with the value, while nobody else does.
    ///
    /// Without the standard library it must not be called where code of the same thread that holds it was
    /// interrupted.
    pub(crate) fn with<R>(&self, then: impl FnOnce(&mut T) -> R) -> R {
        // A panic while it was held left the value as it was.
        #[cfg(feature = "std")]
        let mut value = self.inner.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        #[cfg(not(feature = "std"))]
        let mut value = self.inner.lock();
        then(&mut value)
    }
}
