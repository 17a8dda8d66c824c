//! The store of contents: found missing, uploaded, read.

use crate::blob::Blob;
use crate::call::call;
use crate::capabilities::proto::{
    BatchUpdateBlobsRequest, Digest, FindMissingBlobsRequest, batch_update_blobs_request::Request,
};
use crate::client::Client;
use crate::error::{FarmError, bounded};
use std::collections::HashSet;
use tonic::{Code, Status};

/// The digests that are asked for in one message.
const AT_ONCE: usize = 10_000;

impl Client {
    /// Uploads those of these contents that the farm lacks. A large one that several actions lack is uploaded once.
    pub(crate) async fn upload(&self, blobs: &[&Blob]) -> Result<(), FarmError> {
        let lacking = self.lacking(blobs.iter().map(|blob| &blob.digest)).await?;
        let lacking = blobs.iter().filter(|blob| lacking.contains(&blob.digest.hash));
        let (small, large): (Vec<&Blob>, Vec<&Blob>) =
            lacking.partition(|blob| blob.bytes.len() <= self.can.batch);
        if !large.is_empty() {
            let _held = self.large.lock().await;
            let still = self.lacking(large.iter().map(|blob| &blob.digest)).await?;
            for blob in large.into_iter().filter(|blob| still.contains(&blob.digest.hash)) {
                self.upload_large(blob).await?;
            }
        }
        let mut rest = &small[..];
        while !rest.is_empty() {
            let mut bytes = 0;
            let fit = rest.iter().take_while(|blob| {
                bytes += blob.bytes.len();
                bytes <= self.can.batch
            });
            let (now, later) = rest.split_at(fit.count().max(1));
            self.upload_small(now).await?;
            rest = later;
        }
        Ok(())
    }

    /// The digests, as texts, of the contents that the farm lacks.
    pub(crate) async fn lacking<'a>(
        &self,
        digests: impl Iterator<Item = &'a Digest>,
    ) -> Result<HashSet<String>, FarmError> {
        let digests: Vec<_> = digests.cloned().collect();
        let mut lacking = HashSet::new();
        for digests in digests.chunks(AT_ONCE) {
            let request = FindMissingBlobsRequest {
                instance_name: self.instance.clone(),
                blob_digests: digests.to_vec(),
                digest_function: self.can.function.number(),
            };
            let found = call(&self.limits, || {
                let (mut contents, request) = (self.contents(), request.clone());
                async move { contents.find_missing_blobs(request).await }
            });
            lacking.extend(found.await?.missing_blob_digests.into_iter().map(|digest| digest.hash));
        }
        Ok(lacking)
    }

    async fn upload_small(&self, blobs: &[&Blob]) -> Result<(), FarmError> {
        let _place = self.uploads.acquire().await.expect("nobody closes it");
        let each = |blob: &&Blob| Request {
            digest: Some(blob.digest.clone()),
            data: blob.bytes.to_vec(),
            compressor: 0,
        };
        let request = BatchUpdateBlobsRequest {
            instance_name: self.instance.clone(),
            requests: blobs.iter().map(each).collect(),
            digest_function: self.can.function.number(),
        };
        let answer = call(&self.limits, || {
            let (mut contents, request) = (self.contents(), request.clone());
            async move {
                let answer = contents.batch_update_blobs(request).await?;
                // One that it has no room for right now is sent again with the others.
                let of = |it: &_| is_unavailable(it).then(|| Status::unavailable("it takes no contents now"));
                answer.get_ref().responses.iter().find_map(|it| of(&it.status)).map_or(Ok(answer), Err)
            }
        });
        for response in answer.await?.responses {
            if let Some(status) = response.status.filter(|status| status.code != 0) {
                return Err(FarmError::refused(format!("it takes no content: {}", bounded(&status.message))));
            }
        }
        Ok(())
    }

    /// The part of a stream's name that names a content.
    pub(crate) fn content_name(&self, digest: &Digest) -> String {
        format!("blobs/{}{}/{}", self.can.function.path(), digest.hash, digest.size_bytes)
    }

    /// The name of a stream, in this instance.
    pub(crate) fn stream_name(&self, rest: &str) -> String {
        if self.instance.is_empty() { rest.into() } else { format!("{}/{rest}", self.instance) }
    }
}

fn is_unavailable(status: &Option<bazel_remote_apis::google::rpc::Status>) -> bool {
    let codes = [Code::ResourceExhausted as i32, Code::Unavailable as i32];
    status.as_ref().is_some_and(|status| codes.contains(&status.code))
}
