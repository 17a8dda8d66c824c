//! The words of the debugger's command line: QEMU's `-semihosting-config arg=WORD`.

use cortex_m_semihosting::{nr, syscall1};

/// Tells whether a word is on the command line.
pub fn has(word: &str) -> bool {
    let mut text = [0u8; 256];
    let mut request = [text.as_mut_ptr().expose_provenance(), text.len()];
    // SAFETY: the debugger writes at most the length of `text` into it, and the number of bytes into `request`.
    let failed = unsafe { syscall1(nr::GET_CMDLINE, request.as_mut_ptr().expose_provenance()) };
    let given = if failed == 0 { text.get(..request[1]).unwrap_or_default() } else { &[] };
    given.split(|byte| *byte == b' ').any(|given| given == word.as_bytes())
}
