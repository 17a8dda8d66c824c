//! The panic handler, which ends in the host: for a panic, or for a lack of memory that nothing can recover from.

use crate::host::host_fail;
use core::fmt::{self, Write};
use core::panic::PanicInfo;

/// A text of limited length, as there may be no memory for a longer one.
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
    // SAFETY: the bytes live as long as the call.
    unsafe { host_fail(text.bytes.as_ptr(), text.length) }
}
