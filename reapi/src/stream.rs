//! Contents as streams: large ones, and those that are read.

use crate::blob::Blob;
use crate::call::{delays, within};
use crate::capabilities::proto::Digest;
use crate::client::Client;
use crate::error::{FarmError, is_temporary};
use backon::Retryable;
use bazel_remote_apis::google::bytestream::{ReadRequest, WriteRequest};
use bytes::Bytes;
use futures_util::stream;
use std::time::Duration;
use tonic::Status;

/// The size of a part of a content that is uploaded, in bytes.
const PART: usize = 512 << 10;
/// The slowest upload that is waited for, in bytes a second.
const SLOWEST: u64 = 100 << 10;

impl Client {
    /// Uploads a content as a stream.
    pub(crate) async fn upload_large(&self, blob: &Blob) -> Result<(), FarmError> {
        let bytes = blob.bytes.len() as u64;
        if bytes > self.can.max_bytes {
            let most = self.can.max_bytes;
            return Err(FarmError::refused(format!(
                "it takes contents of at most {most} bytes, and one has {bytes}"
            )));
        }
        let _place = self.uploads.acquire().await.expect("nobody closes it");
        let written = || self.write(blob);
        let committed = written.retry(delays(&self.limits)).when(is_temporary).await;
        let committed = committed.map_err(|status| FarmError::of(&status))?;
        // A server that has had the content meanwhile may say so by -1.
        if committed != blob.digest.size_bytes && committed != -1 {
            return Err(FarmError::refused(format!("it took {committed} bytes of a content of {bytes}")));
        }
        Ok(())
    }

    /// Writes a content, and returns the number of bytes that the farm took.
    async fn write(&self, blob: &Blob) -> Result<i64, Status> {
        let unique = uuid();
        let name = self.stream_name(&format!("uploads/{unique}/{}", self.content_name(&blob.digest)));
        let (bytes, mut streams) = (blob.bytes.clone(), self.streams());
        let starts = (0..bytes.len()).step_by(PART);
        let requests = starts.map(move |start| {
            let end = bytes.len().min(start + PART);
            WriteRequest {
                resource_name: if start == 0 { name.clone() } else { String::new() },
                write_offset: start as i64,
                finish_write: end == bytes.len(),
                data: bytes[start..end].to_vec(),
            }
        });
        let longest = self.limits.call + Duration::from_secs(blob.bytes.len() as u64 / SLOWEST);
        let answer = tokio::time::timeout(longest, streams.write(stream::iter(requests))).await;
        let answer = answer.map_err(|_| Status::deadline_exceeded("an upload takes too long"))??;
        Ok(answer.into_inner().committed_size)
    }

    /// Reads a content, of at most so many bytes.
    ///
    /// # Errors
    ///
    /// If the farm lacks it, or sends something else.
    pub(crate) async fn read(&self, digest: &Digest, max_bytes: u64) -> Result<Bytes, FarmError> {
        let size = u64::try_from(digest.size_bytes).unwrap_or(u64::MAX);
        let most = max_bytes.min(self.limits.max_bytes);
        if size > most {
            return Err(FarmError::refused(format!(
                "a content has {size} bytes, where at most {most} are read"
            )));
        }
        if size == 0 {
            return Ok(Bytes::new());
        }
        let read = || self.read_once(digest, size);
        let read = read.retry(delays(&self.limits)).when(is_temporary).await;
        let bytes = read.map_err(|status| FarmError::of(&status))?;
        match self.can.function.digest(&bytes) == *digest {
            true => Ok(bytes.into()),
            false => Err(FarmError::refused("it sends a content that hasn't the digest it is named by")),
        }
    }

    async fn read_once(&self, digest: &Digest, size: u64) -> Result<Vec<u8>, Status> {
        let resource_name = self.stream_name(&self.content_name(digest));
        let request = ReadRequest { resource_name, read_offset: 0, read_limit: 0 };
        let mut streams = self.streams();
        let mut parts = within(&self.limits, streams.read(request)).await?.into_inner();
        let mut bytes = Vec::new();
        while let Some(part) = within(&self.limits, parts.message()).await? {
            if (bytes.len() + part.data.len()) as u64 > size {
                return Err(Status::data_loss("it sends more than the content has"));
            }
            bytes.extend(part.data);
        }
        Ok(bytes)
    }
}

/// A name that no other upload has.
fn uuid() -> String {
    let random = format!("{:032x}", fastrand::u128(..));
    [&random[..8], &random[8..12], &random[12..16], &random[16..20], &random[20..]].join("-")
}
