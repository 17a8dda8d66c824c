//! Points in time, and the times of files.

use crate::abi::fstflags;
use crate::args::Args;
use crate::errno::Errno;
use crate::error::Result;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The nanoseconds since 1970.
///
/// # Errors
///
/// EOVERFLOW for a time before, and from the year 2554 on.
pub(crate) fn realtime(time: SystemTime) -> Result<u64> {
    let since = time.duration_since(UNIX_EPOCH).map_err(|_| Errno::OVERFLOW)?;
    u64::try_from(since.as_nanos()).map_err(|_| Errno::OVERFLOW.into())
}

/// The times to which a file is to be set: of its last access, and of its last change. Their parameters begin at
/// `number`.
///
/// # Errors
///
/// EINVAL if a time is both given and now, and EOVERFLOW for one that the system doesn't have.
pub(crate) fn times(args: Args<'_>, number: usize) -> Result<[Option<SystemTime>; 2]> {
    let flags = args.flags(number + 2, fstflags::ALL)?;
    let time = |number, given, now| match (flags & given != 0, flags & now != 0) {
        (true, true) => Err(Errno::INVAL),
        (true, false) => {
            let since = Duration::from_nanos(args.u64(number));
            Ok(Some(UNIX_EPOCH.checked_add(since).ok_or(Errno::OVERFLOW)?))
        }
        (false, true) => Ok(Some(SystemTime::now())),
        (false, false) => Ok(None),
    };
    Ok([
        time(number, fstflags::ATIM, fstflags::ATIM_NOW)?,
        time(number + 1, fstflags::MTIM, fstflags::MTIM_NOW)?,
    ])
}
