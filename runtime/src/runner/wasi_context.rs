//! What a guest gets of the runner through WASI, whichever version.

use crate::args::Args;
use crate::failure::Failure;
use crate::folder::Folder;
use crate::stdio::{self, BrokenPipe};
use precompile_runtime::artifact::Code;
#[cfg(feature = "measure")]
use wasmtime_wasi::p2::pipe::{MemoryInputPipe, SinkOutputStream};
use wasmtime_wasi::{FsPerms, WasiCtxBuilder};

/// The folders, the environment and the arguments that the guest was given.
pub(crate) fn builder(args: &Args, broken_pipe: BrokenPipe) -> Result<WasiCtxBuilder, Failure> {
    let mut builder = WasiCtxBuilder::new();
    // One guest in one process may block its thread.
    builder.allow_blocking_current_thread(true);
    stdio::inherit(&mut builder, broken_pipe);
    #[cfg(feature = "measure")]
    if let Some(input) = &args.replay {
        builder.stdin(MemoryInputPipe::new(input.clone())).stdout(SinkOutputStream).stderr(SinkOutputStream);
    }
    // The guest's name, without the host's folders; then its arguments, unless these are for a function.
    builder.arg(args.artifact.file_name().unwrap_or(args.artifact.as_os_str()).to_string_lossy());
    if args.invoke.is_none() {
        builder.args(&args.arguments);
    }
    builder.envs(&args.environment);
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
