//! WASI 0.2, which isn't here, and those of its streams that Wasmtime's C API has for preview 1.

use bytes::Bytes;
use wasmtime::Result;
use wasmtime_wasi_io::streams::StreamError;

/// A stream that can be waited for.
#[async_trait::async_trait]
pub trait Pollable {
    /// Waits until the stream is ready.
    async fn ready(&mut self);
}

/// A stream to write to.
pub trait OutputStream: Pollable {
    /// Writes all bytes.
    ///
    /// # Errors
    ///
    /// The stream's.
    fn write(&mut self, bytes: Bytes) -> Result<(), StreamError>;
    /// Passes on what was written.
    ///
    /// # Errors
    ///
    /// The stream's.
    fn flush(&mut self) -> Result<(), StreamError>;
    /// The number of bytes that can be written.
    ///
    /// # Errors
    ///
    /// The stream's.
    fn check_write(&mut self) -> Result<usize, StreamError>;
}

/// Bytes as a stream.
pub mod pipe {
    use crate::cli::StdinStream;
    use precompile_wasi::Input;
    use std::io::Cursor;

    /// Bytes as a standard input.
    pub struct MemoryInputPipe(Vec<u8>);

    impl MemoryInputPipe {
        /// Takes the bytes.
        pub fn new(bytes: Vec<u8>) -> MemoryInputPipe {
            MemoryInputPipe(bytes)
        }
    }

    impl StdinStream for MemoryInputPipe {
        fn input(self) -> Input {
            Input::Bytes(Cursor::new(self.0))
        }
    }
}

/// Fails: there is no WASI for components.
///
/// # Errors
///
/// Always.
pub fn add_to_linker_sync<L>(_: &mut L) -> Result<()> {
    Err(wasmtime::Error::msg(
        "this library has WASI for modules alone: for components, install it without `--lean-wasi`",
    ))
}

/// Fails, as [`add_to_linker_sync`].
///
/// # Errors
///
/// Always.
pub fn add_to_linker_async<L>(linker: &mut L) -> Result<()> {
    add_to_linker_sync(linker)
}
