//! What can't go on ends with the host: a panic, or memory that is short where nobody can do without.

use crate::host::host_fail;
use core::fmt::{self, Write};
use core::panic::PanicInfo;

/// A text of limited length, since there may be no memory for a longer one.
struct Text {
    bytes: [u8; 200],
    length: usize,
}

impl Write for Text {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let rest = &mut self.bytes[self.length..];
        let length = text.len().min(rest.len());
        rest[..length].copy_from_slice(&text.as_bytes()[..length]);
        self.length += length;
        Ok(())
    }
}

#[panic_handler]
fn fail(info: &PanicInfo<'_>) -> ! {
    let mut text = Text { bytes: [0; 200], length: 0 };
    let _ = write!(text, "{}", info.message());
    // SAFETY: the bytes are there while it is called.
    unsafe { host_fail(text.bytes.as_ptr(), text.length) }
}
