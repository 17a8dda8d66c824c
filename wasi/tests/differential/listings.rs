//! The listings that a guest has begun to read.

use crate::script::Call;

/// The flag of `path_open` that makes a file.
const CREATE: u64 = 1;

/// The listings that a guest has begun to read, as far as they make a difference.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Listings {
    /// None is unfinished.
    Whole,
    /// One is unfinished.
    Begun,
    /// Names have changed since one was begun. This implementation goes on with it, and wasmtime-wasi reads the folder
    /// again.
    Old,
}

impl Listings {
    /// The state after a call that succeeded, and left this memory.
    pub(crate) fn after(self, call: &Call, memory: &[u8]) -> Listings {
        let number = |at: u64| u32::from_le_bytes(memory[at as usize..at as usize + 4].try_into().unwrap());
        // A buffer that is full leaves something to be read.
        let is_unfinished = || call.name == "fd_readdir" && u64::from(number(call.args[4])) == call.args[2];
        let makes_file = || call.name == "path_open" && call.args[4] & CREATE != 0;
        match (self, call.name) {
            (Listings::Whole, _) if is_unfinished() => Listings::Begun,
            (
                Listings::Begun,
                "path_create_directory"
                | "path_link"
                | "path_remove_directory"
                | "path_rename"
                | "path_symlink"
                | "path_unlink_file",
            ) => Listings::Old,
            (Listings::Begun, _) if makes_file() => Listings::Old,
            _ => self,
        }
    }
}
