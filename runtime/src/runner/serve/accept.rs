//! The clients that are let in, and the artifacts that are replaced meanwhile.

use super::clock::Ends;
use super::connections::Connections;
use super::gate::Gate;
use super::guest::Change;
use super::listeners::Listeners;
use super::overdue;
use super::server::{For, Server};
use crate::failure::Failure;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;

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

/// Serves until a signal comes, or a guest is stuck. Then requests that have begun get their answers.
///
/// # Errors
///
/// If a guest doesn't end.
pub(super) async fn serve(server: &Arc<Server>, listeners: Listeners, ends: &Ends) -> Result<(), Failure> {
    listeners.tell();
    let Listeners { clients, admin } = listeners;
    let mut watched = tokio::spawn(look(Arc::clone(server)));
    let clients = Arc::new(Gate::new(Some(clients.listener), server.options.max_connections()));
    let admins = Arc::new(Gate::new(admin.map(|it| it.listener), ADMIN_CONNECTIONS));
    let (end, ended) = oneshot::channel();
    // On the executor's threads, where a client that comes is served without another one being woken.
    let accepted = accept(Arc::clone(server), Arc::clone(&clients), Arc::clone(&admins), ended);
    let mut accepting = tokio::spawn(accepted);
    // On this thread, which no guest has.
    let is_stuck = tokio::select! {
        () = ends.signal.notified() => false,
        () = ends.stuck.notified() => true,
        // A server that lets nobody in must not live on.
        Err(error) = &mut accepting => resume_unwind(error.into_panic()),
        // Nor one that looks at no artifact any more.
        Err(error) = &mut watched => resume_unwind(error.into_panic()),
    };
    watched.abort();
    let _ = end.send(());
    // Where guests have all threads, the task can't end.
    clients.close();
    admins.close();
    let finish = async {
        if let Ok(connections) = accepting.await {
            connections.finish().await;
        }
    };
    // Clients that don't read their answers must not keep the server for ever, where requests have a time.
    let longest = server.longest().map_or(FOREVER, |longest| longest + LAST);
    tokio::select! {
        () = finish => {}
        () = ends.last(longest) => {}
    }
    if is_stuck { Err(overdue::failure()) } else { Ok(()) }
}

/// Lets clients in until the end. Returns their connections.
async fn accept(
    server: Arc<Server>,
    clients: Arc<Gate>,
    admins: Arc<Gate>,
    mut ended: oneshot::Receiver<()>,
) -> Connections {
    let connections = Connections::default();
    loop {
        let (accepted, purpose) = tokio::select! {
            biased;
            _ = &mut ended => return connections,
            // First, so that those who look after the server get in.
            accepted = admins.accept() => (accepted, For::Admin),
            accepted = clients.accept() => (accepted, For::Guests),
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

/// Looks at the artifacts' files, and has new requests served by those that replaced others.
async fn look(server: Arc<Server>) {
    loop {
        tokio::time::sleep(LOOK).await;
        for site in server.sites.all() {
            let guest = Arc::clone(&site.guest);
            // Opening an artifact takes a processor for as long as its digest does.
            let changes = tokio::task::spawn_blocking(move || guest.look()).await;
            let changes = match changes {
                Ok(changes) => changes,
                Err(error) if error.is_panic() => resume_unwind(error.into_panic()),
                // The server ends.
                Err(_) => return,
            };
            for change in changes {
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
