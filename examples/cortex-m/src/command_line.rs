//! The words that the debugger gives: QEMU's `-semihosting-config arg=WORD`.

use cortex_m_semihosting::{nr, syscall1};

/// The test that this is one of the words.
pub fn has(word: &str) -> bool {
    let mut text = [0u8; 256];
    let mut request = [text.as_mut_ptr().expose_provenance(), text.len()];
    // SAFETY: the debugger writes no more to `text` than its length, and to `request` how much that was.
    let failed = unsafe { syscall1(nr::GET_CMDLINE, request.as_mut_ptr().expose_provenance()) };
    let given = if failed == 0 { text.get(..request[1]).unwrap_or_default() } else { &[] };
    given.split(|byte| *byte == b' ').any(|given| given == word.as_bytes())
}
