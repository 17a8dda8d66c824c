//! The store of contents.

use crate::counts::Counts;
use crate::farm::{Farm, lock};
use crate::fault::Fault;
use bazel_remote_apis::build::bazel::remote::execution::v2 as proto;
use bazel_remote_apis::google::rpc;
use proto::content_addressable_storage_server::ContentAddressableStorage;
use proto::{
    BatchReadBlobsRequest, BatchReadBlobsResponse, BatchUpdateBlobsRequest, BatchUpdateBlobsResponse, Digest,
    FindMissingBlobsRequest, FindMissingBlobsResponse, GetChunkMappingRequest, GetChunkMappingResponse,
    GetTreeRequest, GetTreeResponse, RegisterChunkMappingRequest, RegisterChunkMappingResponse,
    SpliceBlobRequest, SpliceBlobResponse, SplitBlobRequest, SplitBlobResponse, batch_update_blobs_response,
};
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use tonic::{Request, Response, Status, Streaming, async_trait};

/// The contents, by their digests.
pub(crate) struct Store {
    is_blake3: bool,
    contents: Mutex<HashMap<String, Arc<Vec<u8>>>>,
}

impl Store {
    pub(crate) fn new(is_blake3: bool) -> Store {
        Store { is_blake3, contents: Mutex::default() }
    }

    pub(crate) fn forget(&self) {
        lock(&self.contents).clear();
    }

    pub(crate) fn digest(&self, content: &[u8]) -> Digest {
        let hash = match self.is_blake3 {
            true => blake3::hash(content).to_hex().to_string(),
            false => Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect(),
        };
        Digest { hash, size_bytes: content.len() as i64 }
    }

    pub(crate) fn put(&self, content: Vec<u8>) -> Digest {
        let digest = self.digest(&content);
        lock(&self.contents).insert(digest.hash.clone(), Arc::new(content));
        digest
    }

    pub(crate) fn get(&self, hash: &str) -> Option<Arc<Vec<u8>>> {
        lock(&self.contents).get(hash).cloned()
    }
}

impl Farm {
    /// Takes a content from a client.
    pub(crate) fn take(&self, digest: &Digest, content: Vec<u8>) -> Result<(), Status> {
        if self.store.digest(&content) != *digest {
            return Err(Status::invalid_argument("the content has another digest"));
        }
        Counts::add(&self.counts.uploads, 1);
        Counts::add(&self.counts.uploaded_bytes, content.len() as u64);
        self.store.put(content);
        Ok(())
    }
}

#[async_trait]
impl ContentAddressableStorage for crate::server::Service {
    async fn find_missing_blobs(
        &self,
        request: Request<FindMissingBlobsRequest>,
    ) -> Result<Response<FindMissingBlobsResponse>, Status> {
        let request = self.admit(request)?;
        if self.0.fault(&[Fault::Busy]).is_some() {
            return Err(Status::resource_exhausted("too much to do"));
        }
        let mut missing = request.blob_digests;
        missing.retain(|digest| self.0.store.get(&digest.hash).is_none());
        Ok(Response::new(FindMissingBlobsResponse { missing_blob_digests: missing }))
    }

    async fn batch_update_blobs(
        &self,
        request: Request<BatchUpdateBlobsRequest>,
    ) -> Result<Response<BatchUpdateBlobsResponse>, Status> {
        let request = self.admit(request)?;
        let responses = request.requests.into_iter().map(|each| {
            let digest = each.digest.unwrap_or_default();
            let taken = self.0.take(&digest, each.data);
            let status = taken.err().map_or_else(rpc::Status::default, |status| rpc::Status {
                code: status.code() as i32,
                message: status.message().into(),
                details: Vec::new(),
            });
            batch_update_blobs_response::Response { digest: Some(digest), status: Some(status) }
        });
        Ok(Response::new(BatchUpdateBlobsResponse { responses: responses.collect() }))
    }

    async fn batch_read_blobs(
        &self,
        _: Request<BatchReadBlobsRequest>,
    ) -> Result<Response<BatchReadBlobsResponse>, Status> {
        Err(Status::unimplemented("contents are read as streams"))
    }

    type GetTreeStream = futures_util::stream::Empty<Result<GetTreeResponse, Status>>;

    async fn get_tree(&self, _: Request<GetTreeRequest>) -> Result<Response<Self::GetTreeStream>, Status> {
        Err(Status::unimplemented("no trees"))
    }

    async fn split_blob(&self, _: Request<SplitBlobRequest>) -> Result<Response<SplitBlobResponse>, Status> {
        Err(Status::unimplemented("no chunks"))
    }

    type GetChunkMappingStream = futures_util::stream::Empty<Result<GetChunkMappingResponse, Status>>;

    async fn get_chunk_mapping(
        &self,
        _: Request<GetChunkMappingRequest>,
    ) -> Result<Response<Self::GetChunkMappingStream>, Status> {
        Err(Status::unimplemented("no chunks"))
    }

    async fn splice_blob(
        &self,
        _: Request<SpliceBlobRequest>,
    ) -> Result<Response<SpliceBlobResponse>, Status> {
        Err(Status::unimplemented("no chunks"))
    }

    async fn register_chunk_mapping(
        &self,
        _: Request<Streaming<RegisterChunkMappingRequest>>,
    ) -> Result<Response<RegisterChunkMappingResponse>, Status> {
        Err(Status::unimplemented("no chunks"))
    }
}
