//! The folders, environment and arguments of a guest, for every version of WASI.

use crate::args::{self, Args};
use crate::failure::Failure;
use crate::folder::Folder;
use crate::stdio::{self, BrokenPipe};
use precompile_runtime::artifact::Code;
#[cfg(feature = "measure")]
use wasmtime_wasi::p2::pipe::{MemoryInputPipe, SinkOutputStream};
use wasmtime_wasi::{FsPerms, WasiCtxBuilder};

/// The builder of a WASI context with the guest's folders, environment, arguments and standard streams.
pub(crate) fn builder(args: &Args, broken_pipe: BrokenPipe) -> Result<WasiCtxBuilder, Failure> {
    let mut builder = WasiCtxBuilder::new();
    // A process with one guest may block its thread.
    builder.allow_blocking_current_thread(true);
    stdio::inherit(&mut builder, broken_pipe);
    #[cfg(feature = "serve")]
    if args.is_server {
        // Many guests share the process: one that waits must not stop the others, and none has the input.
        builder.allow_blocking_current_thread(false).stdin(tokio::io::empty());
        builder.inherit_stdout().inherit_stderr();
    }
    #[cfg(feature = "measure")]
    if let Some(input) = &args.replay {
        builder.stdin(MemoryInputPipe::new(input.clone())).stdout(SinkOutputStream).stderr(SinkOutputStream);
    }
    builder.args(&args.texts_of_guest()?);
    for (name, value) in &args.environment {
        builder.env(args::text(name)?, args::text(value)?);
    }
    #[cfg(feature = "wasi-p2")]
    args.network.give(&mut builder);
    for Folder { host, guest, is_writable } in &args.folders {
        let rights = if *is_writable { FsPerms::ReadWrite } else { FsPerms::ReadOnly };
        builder.preopened_dir(host, guest, rights).map_err(|error| {
            Failure::own(Code::Folder, || {
                format!("can't give the guest the folder `{}`: {error:#}", host.display())
            })
        })?;
    }
    Ok(builder)
}
