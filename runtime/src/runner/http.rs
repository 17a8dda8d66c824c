//! The servers that a guest may send requests of HTTP to: `--http`.

mod server;

pub(crate) use server::Server;

use http_body_util::BodyExt;
use std::future::ready;
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody, WasiHttpHooks};

/// The interfaces, with the part of their version that must be the same.
pub(crate) const INTERFACES: &[&str] = &[
    "wasi:http/outgoing-handler@0.2",
    "wasi:http/types@0.2",
    #[cfg(feature = "wasi-p3")]
    "wasi:http/client@0.3",
    #[cfg(feature = "wasi-p3")]
    "wasi:http/types@0.3",
];

/// The most bytes of a body that are taken at a time, and of the fields of a head. The host holds them beside the guest's
/// own memory.
pub(crate) const PIECE_BYTES: usize = 16 << 10;

/// The end of sending or receiving a body.
type Transfer = Box<dyn Future<Output = Result<(), Error>> + Send>;

/// The requests of a guest.
pub(crate) struct Requests {
    servers: Vec<Server>,
}

impl Requests {
    /// Requests to these servers.
    pub(crate) fn new(servers: &[Server]) -> Requests {
        Requests { servers: servers.into() }
    }
}

impl WasiHttpHooks for Requests {
    fn p2_outgoing_body_chunk_size(&mut self) -> usize {
        PIECE_BYTES
    }

    #[cfg(feature = "wasi-p3")]
    fn p3_outgoing_body_chunk_size(&mut self) -> usize {
        PIECE_BYTES
    }

    fn send_request(
        &mut self,
        request: http::Request<WasiBody>,
        options: Option<RequestOptions>,
        sent: Transfer,
    ) -> Box<dyn Future<Output = Result<(http::Response<WasiBody>, Transfer), Error>> + Send> {
        if !self.servers.iter().any(|server| server.is_of(request.uri())) {
            return Box::new(ready(Err(Error::HttpRequestDenied)));
        }
        drop(sent);
        Box::new(async move {
            let (response, received) = wasmtime_wasi_http::default_send_request(request, options).await?;
            Ok((response.map(BodyExt::boxed_unsync), Box::new(received) as Transfer))
        })
    }
}
