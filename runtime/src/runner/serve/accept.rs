//! Listening, and the artifacts that are replaced meanwhile.

use super::connections::Connections;
use super::gate::Gate;
use super::guest::Change;
use super::overdue;
use super::server::{For, Server};
use crate::failure::Failure;
use crate::print::tell;
use precompile_runtime::artifact::Code;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::{Notify, oneshot};

/// The time between two looks at the artifacts' files.
const LOOK: Duration = Duration::from_millis(100);
/// The time beyond that of a request that a client has to read the answer, at the end.
const LAST: Duration = Duration::from_secs(5);
/// The time to wait for requests that may take any time.
const FOREVER: Duration = Duration::from_secs(u32::MAX as u64);
/// The most connections for health and metrics, where these have an address of their own.
const ADMIN_CONNECTIONS: u32 = 64;
/// The time to wait where the system has no more descriptors.
const PAUSE: Duration = Duration::from_millis(100);

/// Listens, and serves until a signal comes. Then requests that have begun get their answers.
///
/// # Errors
///
/// If an address can't be listened on, or a guest doesn't end.
pub(super) async fn serve(server: &Arc<Server>, shutdown: &Notify) -> Result<(), Failure> {
    let listener = listen(server.options.addr, "serving").await?;
    let admin = match server.options.admin {
        Some(address) => Some(listen(address, "health and metrics").await?),
        None => None,
    };
    let watched = tokio::spawn(look(Arc::clone(server)));
    let stuck = overdue::watch_all()?;
    let clients = Gate::new(Some(listener), server.options.max_connections());
    let admins = Gate::new(admin, ADMIN_CONNECTIONS);
    let (end, ended) = oneshot::channel();
    // On the executor's threads, where a client that comes is served without another one being woken.
    let accepting = tokio::spawn(accept(Arc::clone(server), clients, admins, ended));
    // On this thread, which no guest has.
    let is_stuck = tokio::select! {
        () = shutdown.notified() => false,
        () = stuck.notified() => true,
    };
    watched.abort();
    let _ = end.send(());
    let finish = async {
        if let Ok(connections) = accepting.await {
            connections.finish().await;
        }
    };
    // Clients that don't read their answers must not keep the server for ever, where requests have a time.
    let longest = server.longest().map_or(FOREVER, |longest| longest + LAST);
    let _ = tokio::time::timeout(longest, finish).await;
    if is_stuck { Err(overdue::failure()) } else { Ok(()) }
}

/// Lets clients in until the end. Returns their connections.
async fn accept(
    server: Arc<Server>,
    clients: Gate,
    admins: Gate,
    mut ended: oneshot::Receiver<()>,
) -> Connections {
    let connections = Connections::default();
    loop {
        let (accepted, purpose) = tokio::select! {
            accepted = clients.accept() => (accepted, For::Guests),
            accepted = admins.accept() => (accepted, For::Admin),
            _ = &mut ended => return connections,
        };
        match accepted {
            Ok(client) => connections.start(&server, client, purpose),
            Err(error) => {
                server.errors.tell(&format!("can't accept a connection: {error}"));
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

/// Listens on an address, and says so.
async fn listen(address: SocketAddr, what: &str) -> Result<TcpListener, Failure> {
    let text = address.to_string();
    let listener = TcpListener::bind(address).await.map_err(|error| not_listening(&text, &error))?;
    let address = listener.local_addr().map_err(|error| not_listening(&text, &error))?;
    tell(&format!("{what} on http://{address}/"));
    Ok(listener)
}

/// Looks at the artifacts' files, and has new requests served by those that replaced others.
async fn look(server: Arc<Server>) {
    loop {
        tokio::time::sleep(LOOK).await;
        for site in server.sites.all() {
            let guest = Arc::clone(&site.guest);
            // Opening an artifact takes a processor for as long as its digest does.
            let changes = tokio::task::spawn_blocking(move || guest.look()).await;
            for change in changes.unwrap_or_default() {
                match change {
                    Change::Replaced { old, backend } => {
                        server.slots.forget(&old);
                        server.metrics.replaced(&site.name);
                        server.errors.tell(&format!("`{}` has a new version, by {backend}", site.name));
                    }
                    Change::Noted(text) => server.errors.tell(&format!("`{}`: {text}", site.name)),
                    Change::Refused(failure) => {
                        server.metrics.refused(&site.name);
                        server.errors.tell(&format!("`{}` keeps its version: {}", site.name, failure.text()));
                    }
                }
            }
        }
    }
}

/// The error of an address that can't be listened on.
fn not_listening(address: &str, error: &std::io::Error) -> Failure {
    Failure::own(Code::Listen, || format!("can't listen on `{address}`: {error}; name another with `--addr`"))
}
