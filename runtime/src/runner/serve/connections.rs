//! The connections of clients.

mod counted;
mod service;

use super::gate::Client;
use super::server::{For, Server};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use rustix::net::sockopt::set_tcp_user_timeout;
use std::sync::Arc;
use std::time::Duration;

/// The time that a client has for the head of a request, and to send the next one.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);

/// The least time that a client has to read a part of an answer.
const LEAST_PATIENCE: Duration = Duration::from_secs(1);

/// The most bytes of a request's head, and of a piece of a body.
const HEAD_BYTES: usize = 64 << 10;

/// The connections of clients.
#[derive(Default)]
pub(super) struct Connections(GracefulShutdown);

impl Connections {
    /// Serves a client's requests, in a task of their own.
    pub(super) fn start(&self, server: &Arc<Server>, client: Client, purpose: For) {
        let Client { stream, remote, place } = client;
        // Without it a small answer waits for the client's acknowledgement; where it fails the connection is gone.
        let _ = stream.set_nodelay(true);
        // A client that doesn't read keeps no place of others.
        let patience = server.longest().unwrap_or(HEAD_TIMEOUT).max(LEAST_PATIENCE);
        let patience = u32::try_from(patience.as_millis()).unwrap_or(u32::MAX);
        let _ = set_tcp_user_timeout(&stream, patience);
        let server = Arc::clone(server);
        let service =
            service_fn(move |request| service::serve(Arc::clone(&server), remote, purpose, request));
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIMEOUT)
            .max_buf_size(HEAD_BYTES)
            .serve_connection(TokioIo::new(stream), service);
        // In a box: a future that is awaited where it was moved to takes its size twice.
        let connection = Box::pin(self.0.watch(connection));
        tokio::spawn(async move {
            // A client that is gone is no error of the server.
            let _ = connection.await;
            drop(place);
        });
    }

    /// Waits for the answers of requests that have begun, and closes the connections.
    pub(super) async fn finish(self) {
        self.0.shutdown().await;
    }
}
