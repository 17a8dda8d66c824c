//! Standard streams.

use precompile_wasi::{Input, Output};
use std::io::{self, ErrorKind, Write};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use tokio::io::AsyncWrite;

/// A standard input.
pub trait StdinStream {
    /// The input for a guest.
    fn input(self) -> Input;
}

/// A stream that may be a terminal.
pub trait IsTerminal {
    /// Returns true if it is a terminal.
    fn is_terminal(&self) -> bool;
}

/// A standard output.
pub trait StdoutStream: IsTerminal {
    /// The stream to write to, which never has to be waited for.
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync>;

    /// The output for a guest.
    fn output(self) -> Output
    where
        Self: Sized,
    {
        Output::Writer(Box::new(AtOnce(Box::into_pin(self.async_stream()))))
    }
}

/// A file as a standard input.
pub struct AsyncStdinStream(tokio::fs::File);

impl AsyncStdinStream {
    /// Takes a file, of which nothing was read.
    pub fn new(file: tokio::fs::File) -> AsyncStdinStream {
        AsyncStdinStream(file)
    }
}

impl StdinStream for AsyncStdinStream {
    fn input(self) -> Input {
        match self.0.try_into_std() {
            Ok(file) => Input::File(file),
            Err(_) => unreachable!("nothing was read"),
        }
    }
}

/// A file as a standard output.
pub struct OutputFile(std::fs::File);

impl OutputFile {
    /// Takes a file.
    pub fn new(file: std::fs::File) -> OutputFile {
        OutputFile(file)
    }
}

impl IsTerminal for OutputFile {
    fn is_terminal(&self) -> bool {
        io::IsTerminal::is_terminal(&self.0)
    }
}

impl StdoutStream for OutputFile {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        unreachable!("its output is the file")
    }

    fn output(self) -> Output {
        Output::File(self.0)
    }
}

/// An asynchronous stream that never has to be waited for.
struct AtOnce(Pin<Box<dyn AsyncWrite + Send + Sync>>);

impl AtOnce {
    fn poll<T>(
        &mut self,
        poll: impl FnOnce(Pin<&mut (dyn AsyncWrite + Send + Sync)>, &mut Context<'_>) -> Poll<io::Result<T>>,
    ) -> io::Result<T> {
        match poll(self.0.as_mut(), &mut Context::from_waker(Waker::noop())) {
            Poll::Ready(result) => result,
            Poll::Pending => Err(ErrorKind::WouldBlock.into()),
        }
    }
}

impl Write for AtOnce {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.poll(|stream, context| stream.poll_write(context, bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.poll(|stream, context| stream.poll_flush(context))
    }
}
