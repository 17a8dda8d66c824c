//! The connection to a farm.

use crate::access::Access;
use crate::address::Address;
use crate::call::call;
use crate::capabilities::{Capabilities, MAX_MESSAGE, proto};
use crate::error::{FarmError, bounded};
use crate::function::Function;
use crate::headers::Headers;
use crate::limits::Limits;
use crate::running::Running;
use bazel_remote_apis::google::bytestream::byte_stream_client::ByteStreamClient;
use bazel_remote_apis::google::longrunning::operations_client::OperationsClient;
use proto::GetCapabilitiesRequest;
use proto::action_cache_client::ActionCacheClient;
use proto::capabilities_client::CapabilitiesClient;
use proto::content_addressable_storage_client::ContentAddressableStorageClient;
use proto::execution_client::ExecutionClient;
use std::time::Duration;
use tokio::sync::Semaphore;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity};

/// The time after which a connection on which nothing comes is asked whether it lives, and in which it must answer.
const KEEP_ALIVE: Duration = Duration::from_secs(20);

/// The connection with the headers.
pub(crate) type Connection = InterceptedService<Channel, Headers>;

/// A client of a farm, for any number of actions at a time. Its functions need tokio's runtime, with time and I/O.
pub struct Client {
    pub(crate) instance: String,
    pub(crate) can: Capabilities,
    pub(crate) limits: Limits,
    pub(crate) running: Running,
    /// The places of uploads.
    pub(crate) uploads: Semaphore,
    /// Held while a large content is uploaded that several actions may lack.
    pub(crate) large: tokio::sync::Mutex<()>,
    connection: Connection,
}

impl Client {
    /// Connects to a farm, and asks what it can do.
    ///
    /// # Errors
    ///
    /// If it can't be reached, doesn't let this client in, or has no store for contents.
    pub async fn connect(address: &Address, access: &Access, limits: Limits) -> Result<Client, FarmError> {
        let headers = Headers::new(access)?;
        let channel = endpoint(address, access, &limits)?.connect_lazy();
        let connection = InterceptedService::new(channel, headers);
        let request = GetCapabilitiesRequest { instance_name: address.instance.clone() };
        let asked = CapabilitiesClient::new(connection.clone());
        let server = call(&limits, || {
            let (mut asked, request) = (asked.clone(), request.clone());
            async move { asked.get_capabilities(request).await }
        });
        Ok(Client {
            can: Capabilities::of(&server.await?)?,
            instance: address.instance.clone(),
            limits,
            running: Running::default(),
            uploads: Semaphore::new(limits.uploads.max(1)),
            large: tokio::sync::Mutex::default(),
            connection,
        })
    }

    /// The function by which the farm names contents.
    pub fn function(&self) -> Function {
        self.can.function
    }

    /// Returns true if the farm executes actions, and not only keeps contents and results.
    pub fn executes(&self) -> bool {
        self.can.executes
    }

    pub(crate) fn results(&self) -> ActionCacheClient<Connection> {
        ActionCacheClient::new(self.connection.clone()).max_decoding_message_size(MAX_MESSAGE)
    }

    pub(crate) fn contents(&self) -> ContentAddressableStorageClient<Connection> {
        let client = ContentAddressableStorageClient::new(self.connection.clone());
        client.max_decoding_message_size(MAX_MESSAGE)
    }

    pub(crate) fn streams(&self) -> ByteStreamClient<Connection> {
        ByteStreamClient::new(self.connection.clone()).max_decoding_message_size(MAX_MESSAGE)
    }

    pub(crate) fn executor(&self) -> ExecutionClient<Connection> {
        ExecutionClient::new(self.connection.clone()).max_decoding_message_size(MAX_MESSAGE)
    }

    pub(crate) fn operations(&self) -> OperationsClient<Connection> {
        OperationsClient::new(self.connection.clone())
    }
}

/// The server of a farm.
fn endpoint(address: &Address, access: &Access, limits: &Limits) -> Result<Endpoint, FarmError> {
    let wrong = |error: tonic::transport::Error| {
        let cause = std::error::Error::source(&error).map(ToString::to_string);
        FarmError::refused(bounded(&cause.unwrap_or_else(|| error.to_string())))
    };
    let endpoint = Endpoint::from_shared(address.server.clone()).map_err(wrong)?;
    let endpoint = endpoint
        .connect_timeout(limits.connect)
        .tcp_nodelay(true)
        .http2_keep_alive_interval(KEEP_ALIVE)
        .keep_alive_timeout(KEEP_ALIVE)
        .http2_adaptive_window(true);
    if !address.is_tls {
        return Ok(endpoint);
    }
    let mut tls = ClientTlsConfig::new();
    tls = match &access.authorities {
        Some(pem) => tls.ca_certificate(Certificate::from_pem(pem)),
        None => tls.with_native_roots(),
    };
    if let Some((certificate, key)) = &access.identity {
        tls = tls.identity(Identity::from_pem(certificate, key));
    }
    endpoint.tls_config(tls).map_err(wrong)
}
