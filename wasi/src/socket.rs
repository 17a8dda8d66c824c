//! Sockets, of which a guest has none: each function gives ENOTSOCK for every descriptor, because preview 1 can't open a
//! socket, and none is given.

use crate::abi::{fdflags, socket};
use crate::args::Args;
use crate::context::Context;
use crate::errno::Errno;
use crate::error::Result;
use crate::memory::Memory;

pub(crate) fn sock_accept(context: &mut Context, _: &mut Memory<'_>, args: Args<'_>) -> Result<()> {
    refuse(context, args, 1, fdflags::ALL)
}

pub(crate) fn sock_recv(context: &mut Context, _: &mut Memory<'_>, args: Args<'_>) -> Result<()> {
    refuse(context, args, 3, socket::RECEIVE)
}

pub(crate) fn sock_send(context: &mut Context, _: &mut Memory<'_>, args: Args<'_>) -> Result<()> {
    refuse(context, args, 3, socket::SEND)
}

pub(crate) fn sock_shutdown(context: &mut Context, _: &mut Memory<'_>, args: Args<'_>) -> Result<()> {
    refuse(context, args, 1, socket::SHUTDOWN)
}

/// Refuses a call whose flags are at this parameter.
fn refuse(context: &Context, args: Args<'_>, flags: usize, all: u64) -> Result<()> {
    args.flags(flags, all)?;
    context.descriptors.get(args.u32(0))?;
    Err(Errno::NOTSOCK.into())
}
