//! A content with its digest.

use crate::capabilities::proto::Digest;
use crate::function::Function;
use bytes::Bytes;
use prost::Message;

/// A content with its digest. A copy shares the bytes.
#[derive(Clone, Debug)]
pub struct Blob {
    pub(crate) digest: Digest,
    pub(crate) bytes: Bytes,
}

impl Blob {
    /// A content, named by a farm's [`Function`].
    pub fn new(function: Function, bytes: impl Into<Bytes>) -> Blob {
        let bytes = bytes.into();
        Blob { digest: function.digest(&bytes), bytes }
    }

    /// A message of the protocol as a content.
    pub(crate) fn of(function: Function, message: &impl Message) -> Blob {
        Blob::new(function, message.encode_to_vec())
    }
}
