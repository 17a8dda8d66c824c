//! Waiting for clocks, input and output.

use crate::abi::clock;
use crate::args::Args;
use crate::context::Context;
use crate::descriptor::Descriptor;
use crate::errno::Errno;
use crate::error::Result;
use crate::memory::{Memory, aligned, element};
use crate::time::realtime;
use rustix::event::Timespec;
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime};

/// The place of the parts of a subscription, which differs between previews.
#[derive(Clone, Copy)]
pub(crate) struct Layout {
    /// The size of a subscription.
    pub(crate) bytes: u32,
    /// The offset of a clock's number.
    pub(crate) clock: u32,
}

/// A subscription of preview 1.
const SUBSCRIPTION: Layout = Layout { bytes: 48, clock: 16 };
/// The size of an event.
const EVENT_BYTES: u32 = 32;
/// The offset of the kind in a subscription.
const KIND: u32 = 8;
/// The offset of the descriptor in a subscription.
const DESCRIPTOR: u32 = 16;
/// The flag of a clock whose time is a point, and not a distance from now.
const ABSOLUTE: u16 = 1;
/// The flag of an event whose file has ended.
const HANGUP: u16 = 1;
/// The longest wait at once. The system's calls have a limit.
const LONGEST: Duration = Duration::from_secs(1 << 30);

/// The kinds of subscriptions, by their numbers.
mod kind {
    pub(super) const CLOCK: u8 = 0;
    pub(super) const READ: u8 = 1;
    pub(super) const WRITE: u8 = 2;
}

/// A subscription.
enum Subscription {
    /// A clock that ends so long after the beginning of the call.
    Clock(Duration),
    /// A read from a descriptor.
    Read(u32),
    /// A write to a descriptor.
    Write(u32),
}

/// The part of the subscriptions that decides how long is waited.
#[derive(Default)]
struct Wait {
    /// The time until the first clock ends.
    first: Option<Duration>,
    has_input: bool,
    /// Something can be read or written at once.
    is_ready: bool,
}

pub(crate) fn poll_oneoff(context: &mut Context, memory: &mut Memory<'_>, args: Args<'_>) -> Result<()> {
    poll(context, memory, args, SUBSCRIPTION)
}

/// Waits until one of the subscriptions is ready, and writes an event for each that is. The subscriptions stay in the
/// guest's memory, so that a call takes no memory of the host's.
///
/// # Errors
///
/// EINVAL for no subscriptions, EBADF for one of a descriptor that can't be waited for, and EPERM for writing to a file
/// in a folder that may only be read.
pub(crate) fn poll(
    context: &mut Context,
    memory: &mut Memory<'_>,
    args: Args<'_>,
    layout: Layout,
) -> Result<()> {
    let (subscriptions, mut event, count) = (args.u32(0), args.u32(1), args.u32(2));
    if count == 0 {
        return Err(Errno::INVAL.into());
    }
    let (start, start_real) = (Instant::now(), realtime(SystemTime::now())?);
    let started = (start.duration_since(context.start).as_nanos() as u64, start_real);
    let subscription = |memory: &Memory<'_>, number: u32| -> Result<(u32, Subscription)> {
        let at = element(subscriptions, number, layout.bytes)?;
        Ok((at, read(memory, at, layout, started)?))
    };

    let mut wait = Wait::default();
    for number in 0..count {
        match subscription(memory, number)?.1 {
            Subscription::Clock(ends) => wait.first = Some(wait.first.map_or(ends, |first| first.min(ends))),
            Subscription::Read(fd) => match context.descriptors.get(fd)? {
                Descriptor::Stdin => wait.has_input = true,
                Descriptor::File(_) => wait.is_ready = true,
                _ => return Err(Errno::BADF.into()),
            },
            Subscription::Write(fd) => match context.descriptors.get(fd)? {
                Descriptor::File(file) if !file.is_writable => return Err(Errno::PERM.into()),
                Descriptor::Output(_) | Descriptor::File(_) => wait.is_ready = true,
                _ => return Err(Errno::BADF.into()),
            },
        }
    }
    let has_input = wait_for(context, &wait, start)?;

    let elapsed = start.elapsed();
    let mut found = 0u32;
    for number in 0..count {
        let (at, subscription) = subscription(memory, number)?;
        let (kind, bytes, flags) = match subscription {
            Subscription::Clock(ends) if ends <= elapsed => (kind::CLOCK, 0, 0),
            Subscription::Read(fd) => match context.descriptors.get(fd)? {
                Descriptor::Stdin if has_input => (kind::READ, 1, 0),
                Descriptor::File(file) => {
                    let is_at_end = file.handle.metadata()?.len() <= file.position;
                    (kind::READ, 1, if is_at_end { HANGUP } else { 0 })
                }
                _ => continue,
            },
            Subscription::Write(_) => (kind::WRITE, 1, 0),
            Subscription::Clock(_) => continue,
        };
        write(memory, event, memory.u64(at)?, kind, bytes, flags)?;
        event = element(event, 1, EVENT_BYTES)?;
        found += 1;
    }
    memory.write_u32(args.u32(3), found)
}

/// Waits until something is ready. Returns true if there is input.
fn wait_for(context: &Context, wait: &Wait, start: Instant) -> Result<bool> {
    loop {
        let left = match wait.is_ready {
            true => Some(Duration::ZERO),
            false => wait.first.map(|first| first.saturating_sub(start.elapsed())),
        };
        let at_once = left.unwrap_or(LONGEST).min(LONGEST);
        if wait.has_input {
            let longest = Timespec { tv_sec: at_once.as_secs() as _, tv_nsec: at_once.subsec_nanos() as _ };
            if context.input.wait(Some(&longest))? {
                return Ok(true);
            }
        } else {
            sleep(at_once);
        }
        if wait.is_ready || wait.first.is_some_and(|first| first <= start.elapsed()) {
            return Ok(false);
        }
    }
}

/// Reads a subscription.
///
/// # Errors
///
/// EINVAL for kinds, clocks and flags that don't exist.
fn read(memory: &Memory<'_>, at: u32, layout: Layout, started: (u64, u64)) -> Result<Subscription> {
    aligned(at, 8)?;
    let field = |offset| element(at, offset, 1);
    match memory.u8(field(KIND)?)? {
        kind::CLOCK => {
            let (clock, timeout) = (memory.u32(field(layout.clock)?)?, memory.u64(field(layout.clock + 8)?)?);
            let flags = memory.u16(field(layout.clock + 24)?)?;
            let now = match clock {
                clock::REALTIME => started.1,
                clock::MONOTONIC => started.0,
                _ => return Err(Errno::INVAL.into()),
            };
            let left = match flags {
                0 => timeout,
                ABSOLUTE => timeout.saturating_sub(now),
                _ => return Err(Errno::INVAL.into()),
            };
            Ok(Subscription::Clock(Duration::from_nanos(left)))
        }
        kind::READ => Ok(Subscription::Read(memory.u32(field(DESCRIPTOR)?)?)),
        kind::WRITE => Ok(Subscription::Write(memory.u32(field(DESCRIPTOR)?)?)),
        _ => Err(Errno::INVAL.into()),
    }
}

/// Writes an event.
fn write(memory: &mut Memory<'_>, at: u32, user: u64, kind: u8, bytes: u64, flags: u16) -> Result<()> {
    memory.write_u64(at, user)?;
    let field = |offset| element(at, offset, 1);
    memory.write(field(8)?, &Errno::SUCCESS.0.to_le_bytes())?;
    memory.write(field(10)?, &[kind])?;
    memory.write_u64(field(16)?, bytes)?;
    memory.write(field(24)?, &flags.to_le_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;
    use crate::path::path_open;
    use crate::stream::{Input, Output};

    /// Opens a file in a folder, and waits until it can be written to.
    fn wait_to_write(is_writable: bool) -> Result<()> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("file"), "").unwrap();
        let mut context = Context::new(Input::Bytes(Default::default()), Output::Sink, Output::Sink);
        context.folder(folder.path(), ".", is_writable).unwrap();
        let mut bytes = vec![0; 256];
        bytes[..4].copy_from_slice(b"file");
        let mut memory = Memory::Unshared(&mut bytes);
        // Of the first folder, for reading, with the number at 8.
        path_open(&mut context, &mut memory, Args(&[3, 0, 0, 4, 0, 2, 0, 0, 8])).unwrap();
        memory.write(16 + KIND, &[kind::WRITE]).unwrap();
        let opened = memory.u32(8).unwrap();
        memory.write_u32(16 + DESCRIPTOR, opened).unwrap();
        poll_oneoff(&mut context, &mut memory, Args(&[16, 64, 1, 8]))
    }

    #[test]
    fn writing_in_a_folder_that_may_only_be_read_is_refused() {
        assert!(wait_to_write(true).is_ok());
        assert!(matches!(wait_to_write(false), Err(Error::Errno(Errno::PERM))));
    }
}
