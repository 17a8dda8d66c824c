//! The differences that are meant, and the results that are never the same.

use crate::full::End;
use crate::script::Call;
use precompile_wasi::Errno;

/// Returns true if a call may end differently.
pub(crate) fn may_differ(call: &Call, memory: &[u8], lean: End, full: End) -> bool {
    let (End::Errno(lean), End::Errno(full)) = (lean, full) else {
        return match call.name {
            // wasmtime-wasi refuses exit codes from 126 on.
            "proc_exit" => {
                matches!(lean, End::Exit(code) if code.cast_unsigned() >= 126) && full == End::Trap
            }
            // It reads into a buffer of its own, and a guest's buffer out of bounds is no trap if nothing was read, from
            // an offset that is none, or from a file that is open for writing alone. Reading nothing is an interruption,
            // before the place of the result is looked at.
            "fd_read" | "fd_pread" => {
                let before = [0, Errno::INTR.0, Errno::INVAL.0, Errno::BADF.0].map(End::Errno);
                lean == End::Trap && before.contains(&full)
            }
            _ => false,
        };
    };
    let (lean, full) = (Errno(lean), Errno(full));
    match call.name {
        // wasmtime-wasi takes reading nothing for an interruption.
        "fd_pread" | "fd_read" => (lean, full) == (Errno::SUCCESS, Errno::INTR),
        // A renaming that is wrong in two ways. Where a path ends with a slash, this implementation looks at the old path
        // first: it may be no folder's, or nothing's.
        "path_rename" => {
            let has_slash = |path: usize, length: usize| {
                let end = call.args[path].saturating_add(call.args[length]) as usize;
                memory.get(end.wrapping_sub(1)) == Some(&b'/')
            };
            let is_looked_at = has_slash(1, 2) || has_slash(4, 5);
            is_looked_at && [Errno::NOTDIR, Errno::NOENT].contains(&lean) && full != Errno::SUCCESS
        }
        // A part of its files is read by functions that know fewer errors.
        _ => full == Errno::IO && lean != Errno::SUCCESS,
    }
}

/// Clears what is never the same, or is no part of the result: times, inodes of two folders, random bytes.
pub(crate) fn mask(call: &Call, memory: &mut [u8]) {
    let place = |number: usize| call.args[number] as usize;
    match call.name {
        "clock_time_get" => clear(memory, place(2), 8),
        "random_get" => clear(memory, place(0), place(1)),
        "fd_filestat_get" => mask_filestat(memory, place(1)),
        "path_filestat_get" => mask_filestat(memory, place(4)),
        "fd_readdir" => {
            let (mut at, end) = (place(1), place(1) + place(2));
            while at + 24 <= end.min(memory.len()) {
                clear(memory, at + 8, 8);
                let name = u32::from_le_bytes(memory[at + 16..at + 20].try_into().unwrap());
                at = at.saturating_add(24).saturating_add(name as usize);
            }
            // The last entry may be cut within its inode.
            clear(memory, at + 8, end.saturating_sub(at + 8).min(8));
        }
        _ => {}
    }
}

/// Checks and clears the events of a poll. wasmtime-wasi reads from a file in another thread to find out that it can be
/// read, and reports what is ready before. Each of its events must be one of ours.
pub(crate) fn check_events(call: &Call, own: &mut [u8], other: &mut [u8]) -> Result<(), String> {
    let (events, count) = (call.args[1] as usize, call.args[3] as usize);
    let found = |memory: &[u8]| -> Vec<(Vec<u8>, u8)> {
        let found = u32::from_le_bytes(memory[count..count + 4].try_into().unwrap()) as usize;
        let event = |number| &memory[events + number * 32..][..32];
        (0..found).map(|number| (event(number)[..10].to_vec(), event(number)[10])).collect()
    };
    let (ours, theirs) = (found(own), found(other));
    if let Some(lacking) = theirs.iter().find(|event| !ours.contains(event)) {
        return Err(format!("the event {lacking:x?} is lacking in {ours:x?}"));
    }
    for memory in [own, other] {
        clear(memory, events, 32 * call.args[2] as usize);
        clear(memory, count, 4);
    }
    Ok(())
}

/// Clears the inode and the times.
fn mask_filestat(memory: &mut [u8], at: usize) {
    clear(memory, at + 8, 8);
    clear(memory, at + 40, 24);
}

fn clear(memory: &mut [u8], at: usize, length: usize) {
    if let Some(bytes) = memory.get_mut(at..at + length) {
        bytes.fill(0);
    }
}
