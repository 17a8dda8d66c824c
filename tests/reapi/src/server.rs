//! The server of a farm.

use crate::farm::{Farm, Tls};
use bazel_remote_apis::build::bazel::remote::execution::v2 as proto;
use bazel_remote_apis::google::bytestream::byte_stream_server::ByteStreamServer;
use bazel_remote_apis::google::longrunning::operations_server::OperationsServer;
use futures_util::{Stream, stream};
use proto::action_cache_server::ActionCacheServer;
use proto::capabilities_server::{Capabilities, CapabilitiesServer};
use proto::content_addressable_storage_server::ContentAddressableStorageServer;
use proto::execution_server::ExecutionServer;
use proto::{ActionCacheUpdateCapabilities, CacheCapabilities, ExecutionCapabilities};
use proto::{GetCapabilitiesRequest, ServerCapabilities};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use tokio::net::TcpListener;
use tonic::transport::{Certificate, Identity, Server, ServerTlsConfig};
use tonic::{Request, Response, Status, async_trait};

/// A stream of answers.
pub(crate) type Streamed<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

/// The largest message, in bytes.
const MESSAGE: usize = 4 << 20;

/// The services of a farm.
#[derive(Clone)]
pub(crate) struct Service(pub(crate) Arc<Farm>);

impl Service {
    /// Lets a client in, if it sends the header that the farm wants.
    pub(crate) fn admit<T>(&self, request: Request<T>) -> Result<T, Status> {
        if let Some((name, value)) = &self.0.options.header {
            let sent = request.metadata().get(name.as_str()).map(|it| it.as_bytes().to_vec());
            if sent.as_deref() != Some(value.as_bytes()) {
                return Err(Status::unauthenticated("who are you?"));
            }
        }
        Ok(request.into_inner())
    }
}

#[async_trait]
impl Capabilities for Service {
    async fn get_capabilities(
        &self,
        request: Request<GetCapabilitiesRequest>,
    ) -> Result<Response<ServerCapabilities>, Status> {
        let request = self.admit(request)?;
        if request.instance_name != self.0.options.instance {
            return Err(Status::not_found("no such instance"));
        }
        let function = self.0.function();
        let cache = CacheCapabilities {
            digest_functions: vec![function],
            action_cache_update_capabilities: Some(ActionCacheUpdateCapabilities { update_enabled: true }),
            max_batch_total_size_bytes: MESSAGE as i64,
            ..CacheCapabilities::default()
        };
        let execution = ExecutionCapabilities {
            digest_function: function,
            exec_enabled: true,
            digest_functions: vec![function],
            ..ExecutionCapabilities::default()
        };
        Ok(Response::new(ServerCapabilities {
            cache_capabilities: Some(cache),
            execution_capabilities: Some(execution),
            ..ServerCapabilities::default()
        }))
    }
}

/// Serves a farm on an address, and returns the address that it has. The server lasts as long as the runtime.
///
/// # Errors
///
/// If the address can't be listened on, or a certificate is none.
pub async fn start(farm: Arc<Farm>, address: SocketAddr) -> std::io::Result<SocketAddr> {
    let listener = TcpListener::bind(address).await?;
    let address = listener.local_addr()?;
    let service = Service(farm);
    let mut server = Server::builder();
    if let Some(Tls { certificate, key, clients }) = &service.0.options.tls {
        let mut tls = ServerTlsConfig::new().identity(Identity::from_pem(certificate, key));
        if let Some(authority) = clients {
            tls = tls.client_ca_root(Certificate::from_pem(authority));
        }
        server = server.tls_config(tls).map_err(std::io::Error::other)?;
    }
    let server = server
        .add_service(CapabilitiesServer::new(service.clone()))
        .add_service(
            ContentAddressableStorageServer::new(service.clone()).max_decoding_message_size(2 * MESSAGE),
        )
        .add_service(ByteStreamServer::new(service.clone()))
        .add_service(ActionCacheServer::new(service.clone()))
        .add_service(OperationsServer::new(service.clone()))
        .add_service(ExecutionServer::new(service));
    let clients = stream::unfold(listener, |listener| async move {
        let client = listener.accept().await.map(|(stream, _)| {
            let _ = stream.set_nodelay(true);
            stream
        });
        Some((client, listener))
    });
    tokio::spawn(server.serve_with_incoming(clients));
    Ok(address)
}
