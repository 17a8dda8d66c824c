//! A string that is made in a constant expression.

/// A string that is made in a constant expression, truncated to 512 bytes.
pub(super) struct ConstString {
    bytes: [u8; 512],
    length: usize,
}

impl ConstString {
    /// The concatenation of these parts.
    pub(super) const fn concat(parts: &[&str]) -> ConstString {
        let mut text = ConstString { bytes: [0; 512], length: 0 };
        let mut index = 0;
        while index < parts.len() {
            let part = parts[index].as_bytes();
            let mut at = 0;
            while at < part.len() && text.length < text.bytes.len() {
                text.bytes[text.length] = part[at];
                text.length += 1;
                at += 1;
            }
            index += 1;
        }
        text
    }

    pub(super) const fn as_str(&self) -> &str {
        match core::str::from_utf8(self.bytes.split_at(self.length).0) {
            Ok(text) => text,
            // It was truncated within a character.
            Err(_) => "it does not fit this program",
        }
    }
}
