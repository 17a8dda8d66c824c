//! Frames: values on their way through a socket, each behind its length.

use anyhow::{Context, Result, ensure};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io::{self, Read};

/// A value as a frame: its length, and its bytes.
pub(super) fn encode(value: &impl Serialize) -> Result<Vec<u8>> {
    let bytes = postcard::to_stdvec(value)?;
    let mut frame = u32::try_from(bytes.len())?.to_le_bytes().to_vec();
    frame.extend(bytes);
    Ok(frame)
}

/// Reads the next value, of at most `max_bytes`.
///
/// # Errors
///
/// If there is none, or a larger one.
pub(super) fn decode<T: DeserializeOwned>(from: &mut impl Read, max_bytes: u64) -> Result<T> {
    let mut length = [0; 4];
    from.read_exact(&mut length)?;
    let length = u64::from(u32::from_le_bytes(length));
    ensure!(length <= max_bytes, "it is of {length} bytes, where at most {max_bytes} are expected");
    let bytes = bytes(from, length)?;
    let (value, rest) = postcard::take_from_bytes(&bytes).context("it makes no sense")?;
    ensure!(rest.is_empty(), "something follows it");
    Ok(value)
}

/// Reads exactly this number of bytes.
///
/// # Errors
///
/// If there are fewer; [`io::ErrorKind::OutOfMemory`] where there is no room for them.
pub(super) fn bytes(from: &mut impl Read, length: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(usize::try_from(length).map_err(|_| io::ErrorKind::OutOfMemory)?)?;
    from.take(length).read_to_end(&mut bytes)?;
    match bytes.len() as u64 == length {
        true => Ok(bytes),
        false => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_and_malformed_frames_are_refused() {
        let text = String::from("text");
        let frame = encode(&text).unwrap();
        assert_eq!(decode::<String>(&mut &*frame, 5).unwrap(), text);
        let error = |frame: &[u8], max| decode::<String>(&mut &*frame, max).unwrap_err().to_string();
        assert!(error(&frame, 4).contains("5 bytes, where at most 4"));
        assert!(error(&[0xff; 8], 1000).contains("4294967295 bytes"));
        assert!(error(&frame[..6], 1000).contains("end of file"), "{}", error(&frame[..6], 1000));
        assert!(error(&[2, 0, 0, 0, 9, 9], 1000).contains("no sense"));
        assert!(error(&[3, 0, 0, 0, 1, b'a', b'b'], 1000).contains("follows"));
    }
}
