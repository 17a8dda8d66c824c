//! A command of WASI 0.3 that calls every function of a package, which its first argument names, and prints their
//! outcomes.

mod cli;
mod clocks;
mod files;
mod random;
mod sockets;

use crate::lines::Lines;
use futures::join;
use wasip3::cli::{environment, exit, stdout};
use wasip3::wit_bindgen::rt::async_support::StreamReader;
use wasip3::wit_stream;

struct Calls;

wasip3::cli::command::export!(Calls);

impl wasip3::exports::cli::run::Guest for Calls {
    async fn run() -> Result<(), ()> {
        let mut lines = Lines(String::new());
        match environment::get_arguments().get(1).map_or("", String::as_str) {
            "cli" => cli::calls(&mut lines).await,
            "clocks" => clocks::calls(&mut lines).await,
            "filesystem" => files::calls(&mut lines).await,
            "random" => random::calls(&mut lines),
            "sockets" => sockets::calls(&mut lines).await,
            "exit" => exit::exit(Err(())),
            _ => exit::exit_with_code(7),
        }
        sent(lines.0.as_bytes(), stdout::write_via_stream).await.map_err(|_| ())
    }
}

/// Sends bytes to a function that takes a stream. Returns the function's outcome.
async fn sent<F: IntoFuture>(bytes: &[u8], take: impl FnOnce(StreamReader<u8>) -> F) -> F::Output {
    let (mut writer, reader) = wit_stream::new();
    let bytes = bytes.to_vec();
    let write = async move {
        writer.write_all(bytes).await;
        drop(writer);
    };
    let (outcome, ()) = join!(async { take(reader).await }, write);
    outcome
}
