//! TLS, with the certificates that this machine trusts.

use crate::remote::failure::Failure;
use rustls_platform_verifier::BuilderVerifierExt;
use std::io;
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, Error};

/// Starts TLS on a connection.
pub(super) async fn client(host: &str, stream: TcpStream) -> Result<TlsStream<TcpStream>, Failure> {
    let name = ServerName::try_from(host.to_string()).map_err(Failure::lasting)?;
    let config = config().map_err(Failure::lasting)?;
    let begun = TlsConnector::from(Arc::new(config)).connect(name, stream).await;
    begun.map_err(|error| match error.kind() {
        // The server's certificate isn't trusted, or it doesn't speak TLS.
        io::ErrorKind::InvalidData => Failure::lasting(error),
        _ => Failure::temporary(error),
    })
}

fn config() -> Result<ClientConfig, Error> {
    let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
    Ok(builder.with_safe_default_protocol_versions()?.with_platform_verifier()?.with_no_client_auth())
}
