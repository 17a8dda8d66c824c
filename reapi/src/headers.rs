//! The headers of each call.

use crate::access::Access;
use crate::capabilities::proto::{RequestMetadata, ToolDetails};
use crate::error::FarmError;
use prost::Message;
use tonic::metadata::{Ascii, MetadataKey, MetadataMap, MetadataValue};
use tonic::service::Interceptor;
use tonic::{Request, Status};

/// The header by which servers' logs name the client, as the protocol defines it.
const TOOL: &str = "build.bazel.remote.execution.v2.requestmetadata-bin";

/// The headers of each call: those of the user, and the name of this client.
#[derive(Clone)]
pub(crate) struct Headers(MetadataMap);

impl Headers {
    /// The headers of a user.
    ///
    /// # Errors
    ///
    /// If one is none of HTTP. The error doesn't hold its value.
    pub(crate) fn new(access: &Access) -> Result<Headers, FarmError> {
        let mut headers = MetadataMap::new();
        for (name, value) in &access.headers {
            let wrong = || FarmError::refused(format!("`{name}` is no header of gRPC, or its value is none"));
            let name: MetadataKey<Ascii> = name.parse().map_err(|_| wrong())?;
            let mut value: MetadataValue<Ascii> = value.parse().map_err(|_| wrong())?;
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        let tool =
            ToolDetails { tool_name: "precompile".into(), tool_version: env!("CARGO_PKG_VERSION").into() };
        let metadata = RequestMetadata { tool_details: Some(tool), ..RequestMetadata::default() };
        headers.insert_bin(TOOL, MetadataValue::from_bytes(&metadata.encode_to_vec()));
        Ok(Headers(headers))
    }
}

impl Interceptor for Headers {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        request.metadata_mut().as_mut().extend(self.0.clone().into_headers());
        Ok(request)
    }
}
