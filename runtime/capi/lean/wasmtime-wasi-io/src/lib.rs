//! The error of output, in the place of upstream's crate: see `../../Cargo.toml`.

#![forbid(unsafe_code)]

/// Streams.
pub mod streams {
    /// The error of writing to a stream.
    #[derive(Debug)]
    pub enum StreamError {
        /// The last operation failed.
        LastOperationFailed(wasmtime::Error),
    }
}
