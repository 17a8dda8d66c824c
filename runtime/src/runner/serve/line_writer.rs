//! Lines that a thread of its own writes: a slow disk, or a reader that hangs, doesn't hold the threads that serve.

use crate::failure::Failure;
use precompile_runtime::artifact::{Code, EscapedLines};
use prometheus_client::metrics::counter::Counter;
use std::fs::File;
use std::io::Write;
use std::os::fd::AsFd;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;
use tokio::sync::oneshot;

/// The most bytes that wait to be written. Lines beyond them are dropped, and counted.
const MOST_BYTES: usize = 16 << 20;
/// The bytes after which no more lines are written at once.
const BATCH_BYTES: usize = 64 << 10;
/// The time that the last lines have, at the end of the server.
const LAST: Duration = Duration::from_secs(2);

/// A writer of lines in a thread of its own, which starts with the first line.
pub(super) struct LineWriter {
    /// The output, until the thread has it.
    output: Mutex<Option<Box<dyn Write + Send>>>,
    /// The way to the thread, once it has started.
    messages: OnceLock<Sender<Message>>,
    waiting_bytes: Arc<AtomicUsize>,
    dropped: Counter,
}

enum Message {
    Line(Vec<u8>),
    /// The lines before it are to be written, and then this is told.
    Flush(oneshot::Sender<()>),
}

impl LineWriter {
    /// A writer to standard output or standard error, by a descriptor of its own: a thread that hangs in a write would hold
    /// the standard library's lock, for which the end of the process waits.
    ///
    /// # Errors
    ///
    /// If there is no descriptor.
    pub(super) fn to_stream(stream: impl AsFd, dropped: Counter) -> Result<LineWriter, Failure> {
        let stream = stream.as_fd().try_clone_to_owned().map_err(|error| {
            Failure::own(Code::Io, || format!("can't write lines to a standard stream: {error}"))
        })?;
        Ok(LineWriter::new(File::from(stream), dropped))
    }

    /// A writer to this output. Lines that can't wait are counted, and so are those for which no thread can be started.
    pub(super) fn new(output: impl Write + Send + 'static, dropped: Counter) -> LineWriter {
        LineWriter {
            output: Mutex::new(Some(Box::new(output))),
            messages: OnceLock::new(),
            waiting_bytes: Arc::default(),
            dropped,
        }
    }

    /// The writer, with its thread started.
    ///
    /// # Errors
    ///
    /// If no thread can be started.
    pub(super) fn started(self) -> Result<LineWriter, Failure> {
        self.messages().map_err(|error| Failure::thread(&error))?;
        Ok(self)
    }

    /// The way to the thread, which is started unless it was. A thread that can't be started now may be later.
    fn messages(&self) -> std::io::Result<&Sender<Message>> {
        if let Some(messages) = self.messages.get() {
            return Ok(messages);
        }
        // One at a time.
        let mut output = self.output.lock().unwrap_or_else(PoisonError::into_inner);
        if output.is_some() {
            let (messages, received) = channel();
            // By a way of its own: the output stays here where there is no thread.
            let (hand_over, handed_over) = channel::<Box<dyn Write + Send>>();
            let (waiting, lost) = (Arc::clone(&self.waiting_bytes), self.dropped.clone());
            let write = move || {
                if let Ok(output) = handed_over.recv() {
                    write_all(output, &received, &waiting, &lost);
                }
            };
            thread::Builder::new().name("lines".into()).spawn(write)?;
            output.take().map(|output| hand_over.send(output));
            let _ = self.messages.set(messages);
        }
        self.messages.get().ok_or_else(|| std::io::ErrorKind::NotConnected.into())
    }

    /// Has a line written, which ends with a line feed.
    pub(super) fn add(&self, line: Vec<u8>) {
        let bytes = line.len();
        if self.waiting_bytes.fetch_add(bytes, Ordering::Relaxed) + bytes > MOST_BYTES {
            self.waiting_bytes.fetch_sub(bytes, Ordering::Relaxed);
            self.dropped.inc();
            return;
        }
        match self.messages() {
            // The thread lives as long as this does.
            Ok(messages) => _ = messages.send(Message::Line(line)),
            Err(_) => {
                self.waiting_bytes.fetch_sub(bytes, Ordering::Relaxed);
                self.dropped.inc();
            }
        }
    }

    /// Has a text written whose names of files may contain any characters.
    pub(super) fn tell(&self, text: &str) {
        self.add(format!("{}\n", EscapedLines(text)).into_bytes());
    }

    /// Waits until the lines so far are written, but not for ever.
    pub(super) async fn flush(&self) {
        let Some(messages) = self.messages.get() else { return };
        let (done, is_done) = oneshot::channel();
        let _ = messages.send(Message::Flush(done));
        let _ = tokio::time::timeout(LAST, is_done).await;
    }
}

/// Writes what is received, until nobody sends any more. Lines that have come meanwhile are written at once.
fn write_all(
    mut output: impl Write,
    messages: &Receiver<Message>,
    waiting_bytes: &AtomicUsize,
    dropped: &Counter,
) {
    let mut text = Vec::new();
    while let Ok(first) = messages.recv() {
        let (mut next, mut told) = (Some(first), None);
        while let Some(message) = next {
            match message {
                Message::Line(line) => text.extend(line),
                Message::Flush(done) => told = Some(done),
            }
            let has_room = told.is_none() && text.len() < BATCH_BYTES;
            next = if has_room { messages.try_recv().ok() } else { None };
        }
        // A full disk doesn't end the service. One write, so that lines of several processes don't mix.
        if output.write_all(&text).and_then(|()| output.flush()).is_err() {
            dropped.inc_by(text.iter().filter(|byte| **byte == b'\n').count() as u64);
        }
        waiting_bytes.fetch_sub(text.len(), Ordering::Relaxed);
        text.clear();
        if let Some(done) = told {
            let _ = done.send(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::sync_channel;

    /// An output that waits for a word before each write.
    struct Slow(Receiver<()>, Arc<Mutex<Vec<u8>>>);

    impl Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            let _ = self.0.recv();
            self.1.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_reader_that_hangs_holds_nobody_and_costs_no_more_memory_than_allowed() {
        let (go, waits) = sync_channel(0);
        let (written, dropped) = (Arc::default(), Counter::default());
        let writer = LineWriter::new(Slow(waits, Arc::clone(&written)), dropped.clone());
        let line = vec![b'a'; 1 << 20];
        for _ in 0..20 {
            writer.add(line.clone());
        }
        // The thread may have taken the first ones already.
        assert_eq!(writer.waiting_bytes.load(Ordering::Relaxed), 16 << 20);
        assert_eq!(dropped.get(), 4);
        drop(go);
        tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(writer.flush());
        assert_eq!(written.lock().unwrap().len(), 16 << 20);
        writer.tell("a\u{1b}[31mname");
        tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(writer.flush());
        assert!(written.lock().unwrap().ends_with(b"a\\u{1b}[31mname\n"));
    }
}
