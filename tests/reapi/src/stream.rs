//! Contents as streams.

use crate::fault::Fault;
use crate::server::{Service, Streamed};
use bazel_remote_apis::build::bazel::remote::execution::v2::Digest;
use bazel_remote_apis::google::bytestream::byte_stream_server::ByteStream;
use bazel_remote_apis::google::bytestream::{
    QueryWriteStatusRequest, QueryWriteStatusResponse, ReadRequest, ReadResponse, WriteRequest, WriteResponse,
};
use futures_util::stream;
use tonic::{Request, Response, Status, Streaming, async_trait};

/// The size of a part, in bytes.
const PART: usize = 256 << 10;

/// The digest in the name of a stream.
fn named(name: &str) -> Result<Digest, Status> {
    let mut parts = name.rsplit('/');
    let size_bytes = parts.next().and_then(|size| size.parse().ok());
    let size_bytes = size_bytes.ok_or_else(|| Status::invalid_argument("no size"))?;
    let hash = parts.next().ok_or_else(|| Status::invalid_argument("no digest"))?.to_owned();
    Ok(Digest { hash, size_bytes })
}

#[async_trait]
impl ByteStream for Service {
    type ReadStream = Streamed<ReadResponse>;

    async fn read(&self, request: Request<ReadRequest>) -> Result<Response<Self::ReadStream>, Status> {
        let request = self.admit(request)?;
        let digest = named(&request.resource_name)?;
        let content = self.0.store.get(&digest.hash).ok_or_else(|| Status::not_found("no such content"))?;
        let mut content = content.to_vec();
        if self.0.fault(&[Fault::OtherContent]).is_some() {
            content.iter_mut().take(1).for_each(|byte| *byte ^= 1);
        }
        let parts: Vec<_> =
            content.chunks(PART).map(|part| Ok(ReadResponse { data: part.to_vec() })).collect();
        Ok(Response::new(Box::pin(stream::iter(parts))))
    }

    async fn write(
        &self,
        request: Request<Streaming<WriteRequest>>,
    ) -> Result<Response<WriteResponse>, Status> {
        let mut parts = self.admit(request)?;
        let (mut digest, mut content) = (None, Vec::new());
        while let Some(part) = parts.message().await? {
            if digest.is_none() {
                digest = Some(named(&part.resource_name)?);
            }
            if part.write_offset != content.len() as i64 {
                return Err(Status::invalid_argument("a part is missing"));
            }
            content.extend(part.data);
            if part.finish_write {
                break;
            }
        }
        let committed_size = content.len() as i64;
        self.0.take(&digest.ok_or_else(|| Status::invalid_argument("no name"))?, content)?;
        Ok(Response::new(WriteResponse { committed_size }))
    }

    async fn query_write_status(
        &self,
        _: Request<QueryWriteStatusRequest>,
    ) -> Result<Response<QueryWriteStatusResponse>, Status> {
        Err(Status::unimplemented("streams begin anew"))
    }
}
