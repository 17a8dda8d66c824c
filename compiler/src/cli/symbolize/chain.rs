//! The place of a line in a chain of calls, as `perf script` prints it.

/// The chain of calls that is read. Its first address is that of an instruction; the others are those to which calls
/// return, behind the instructions that are meant.
#[derive(Default)]
pub(super) struct Chain {
    is_open: bool,
}

impl Chain {
    /// The offset of the instruction that is meant by an address of the chain's next frame. With `is_return`, a call
    /// returns to the address even if it is the chain's first.
    pub(super) fn instruction(&mut self, offset: u64, is_return: bool) -> u64 {
        match std::mem::replace(&mut self.is_open, true) || is_return {
            true => offset.saturating_sub(1),
            false => offset,
        }
    }

    /// Notes a line that is no frame in an artifact. A frame of other code, which perf indents, belongs to the chain.
    pub(super) fn other_line(&mut self, line: &str) {
        self.is_open = line.starts_with('\t') && !line.trim().is_empty();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn return_addresses_are_behind_the_calls() {
        let mut chain = Chain::default();
        chain.other_line("run 7 1.5: cycles:");
        assert_eq!([chain.instruction(8, false), chain.instruction(16, false)], [8, 15]);
        chain.other_line("\t7f00 main (/bin/run)");
        assert_eq!(chain.instruction(32, false), 31);
        chain.other_line("");
        assert_eq!(chain.instruction(8, false), 8);
        chain.other_line("");
        chain.other_line("\tffff read ([kernel])");
        assert_eq!(chain.instruction(8, false), 7, "it called the kernel");
        chain.other_line("error: the guest trapped");
        assert_eq!(chain.instruction(8, true), 7);
    }
}
