//! WASI preview 1 by precompile-wasi.

use crate::args::Args;
use crate::failure::Failure;
use crate::folder::Folder;
use crate::state::{self, State};
use precompile_runtime::Program;
use precompile_runtime::artifact::Code;
use precompile_runtime::wasmtime::{Extern, Store};
use precompile_wasi::{Context, Input, Output, find, func};
#[cfg(feature = "measure")]
use std::io::Cursor;
use std::os::unix::ffi::OsStrExt;

/// The maximum size of a folder's listing for a guest without a memory limit.
const LISTING_BYTES: usize = 1 << 30;

/// The state behind the imports.
pub(crate) type World = Context;

/// The functions of WASI.
pub(super) struct Offer;

impl Offer {
    pub(super) fn new(_: &[&Program]) -> Result<Offer, Failure> {
        Ok(Offer)
    }

    /// The state of a guest with its folders, environment and arguments.
    pub(super) fn world(args: &Args) -> Result<World, Failure> {
        let streams = (Input::Inherited, Output::Stdout, Output::Stderr);
        #[cfg(feature = "measure")]
        let streams = match &args.replay {
            Some(input) => (Input::Bytes(Cursor::new(input.clone())), Output::Sink, Output::Sink),
            None => streams,
        };
        let mut context = Context::new(streams.0, streams.1, streams.2);
        args.of_guest().into_iter().for_each(|argument| context.argument(argument.as_bytes()));
        for (name, value) in &args.environment {
            context.variable(name.as_bytes(), value.as_bytes());
        }
        for Folder { host, guest, is_writable } in &args.folders {
            context.folder(host, guest, *is_writable).map_err(|error| {
                Failure::own(Code::Folder, || {
                    format!("can't give the guest the folder `{}`: {error}", host.display())
                })
            })?;
        }
        context.set_max_listing_bytes(state::hostcall_fuel(args, LISTING_BYTES));
        Ok(context)
    }

    pub(super) fn prepare(&self, _: &mut Store<State<World>>, _: &Args) {}

    /// The function of this name.
    pub(super) fn find(&self, store: &mut Store<State<World>>, module: &str, name: &str) -> Option<Extern> {
        let function = find(module, name)?;
        Some(func(store, function, |state| &mut state.world).into())
    }
}
