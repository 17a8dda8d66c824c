//! The package `wasi:cli`, but for its ways to exit, and the standard output that all is printed to.

use super::{Lines, sent};
use wasip3::cli::{environment, stderr, stdin, terminal_stderr, terminal_stdin, terminal_stdout};

pub(super) async fn calls(lines: &mut Lines) {
    lines.add("get-arguments", environment::get_arguments());
    lines.add("get-environment", environment::get_environment());
    lines.add("get-initial-cwd", environment::get_initial_cwd());
    let (input, end) = stdin::read_via_stream();
    let text = input.collect().await;
    lines.add("read-via-stream", (String::from_utf8_lossy(&text), end.await));
    lines.add("write-via-stream", sent(b"to stderr\n", stderr::write_via_stream).await);
    lines.add("get-terminal-stdin", terminal_stdin::get_terminal_stdin().is_some());
    lines.add("get-terminal-stdout", terminal_stdout::get_terminal_stdout().is_some());
    lines.add("get-terminal-stderr", terminal_stderr::get_terminal_stderr().is_some());
}
