//! The connections of clients.

mod counted;
mod requests;
mod service;

use super::gate::Client;
use super::server::{For, Server};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use requests::{Requests, State};
use rustix::net::sockopt::set_tcp_user_timeout;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// The time that a client has for the head of a request, and to send the next one.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);

/// The least time that a client has to read a part of an answer.
const LEAST_PATIENCE: Duration = Duration::from_secs(1);

/// The most bytes of a request's head, and of a piece of a body.
const HEAD_BYTES: usize = 64 << 10;

/// The time at the end for the last bytes of an answer, or for the head of a further request to be whole.
const LAST: Duration = Duration::from_secs(5);

/// The connections of clients.
pub(super) struct Connections {
    graceful: GracefulShutdown,
    /// Set at the end.
    ends: watch::Sender<bool>,
}

impl Default for Connections {
    fn default() -> Connections {
        Connections { graceful: GracefulShutdown::default(), ends: watch::Sender::new(false) }
    }
}

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
        let (server, requests) = (Arc::clone(server), Arc::new(Requests::default()));
        let begun = Arc::clone(&requests);
        let service = service_fn(move |request| {
            service::serve(Arc::clone(&server), remote, purpose, request, begun.begin())
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIMEOUT)
            .max_buf_size(HEAD_BYTES)
            .serve_connection(TokioIo::new(stream), service);
        // In a box: a future that is awaited where it was moved to takes its size twice.
        let mut connection = Box::pin(self.graceful.watch(connection));
        let mut ends = self.ends.subscribe();
        tokio::spawn(async move {
            let _place = place;
            // A client that is gone is no error of the server.
            tokio::select! {
                biased;
                _ = &mut connection => return,
                _ = ends.wait_for(|ends| *ends) => {}
            }
            match requests.state() {
                State::None => {}
                State::Open => _ = connection.await,
                State::Answered => _ = tokio::time::timeout(LAST, connection).await,
            }
        });
    }

    /// Waits for the answers of requests that have begun, and closes the connections.
    pub(super) async fn finish(self) {
        self.ends.send_replace(true);
        self.graceful.shutdown().await;
    }
}
