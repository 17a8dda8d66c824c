//! The connection to a build farm, made when it is first needed.

use crate::compile::remote::RemoteOpts;
use crate::environment::variable;
use anyhow::{Context, Result, anyhow, ensure};
use precompile_reapi::{Access, Address, Blob, Client, FarmError, Limits};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Mutex;

/// The time for which a farm that can't be reached isn't asked again.
const PAUSE: Duration = Duration::from_secs(30);

/// The connection to a farm.
pub(super) struct Connection {
    address: Address,
    access: Access,
    worker: PathBuf,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    connected: Option<Connected>,
    /// The time until which the farm isn't asked.
    pause: Option<Instant>,
}

/// A farm, and the command that its workers run.
#[derive(Clone)]
pub(super) struct Connected {
    pub(super) client: Arc<Client>,
    pub(super) worker: Blob,
}

impl Connection {
    /// A connection as the options say. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// If an option is wrong, or names a file that can't be read.
    pub(super) fn new(address: &str, opts: &RemoteOpts) -> Result<Connection> {
        let address = Address::parse(address).map_err(|error| anyhow!("`--remote-exec`: {error}"))?;
        let read = |path: &PathBuf| Ok::<_, anyhow::Error>(fs_err::read(path)?);
        let authorities = opts.remote_ca.as_ref().map(read).transpose()?;
        let identity = match (&opts.remote_cert, &opts.remote_key) {
            (Some(certificate), Some(key)) => Some((read(certificate)?, read(key)?)),
            _ => None,
        };
        let header = |(name, from): &(String, String)| {
            let value = variable(from).and_then(|value| value.into_string().ok());
            let value = value.with_context(|| {
                format!(
                    "`--remote-header {name}={from}`: the environment variable `{from}` isn't set, or no text"
                )
            });
            Ok::<_, anyhow::Error>((name.to_lowercase(), value?))
        };
        let headers = opts.remote_header.iter().map(header).collect::<Result<_>>()?;
        let worker = match &opts.remote_worker {
            Some(path) => path.clone(),
            None => std::env::current_exe().context("this command can't be found, to be sent to workers")?,
        };
        ensure!(worker.is_file(), "`--remote-worker`: there is no file `{}`", worker.display());
        Ok(Connection {
            address,
            access: Access { authorities, identity, headers },
            worker,
            state: Mutex::default(),
        })
    }

    /// The farm, connected. While one connects, the others wait.
    ///
    /// # Errors
    ///
    /// If it can't be reached, or lets nobody in. For a while it isn't asked again.
    pub(super) async fn connected(&self) -> Result<Connected, FarmError> {
        let mut state = self.state.lock().await;
        if state.pause.is_some_and(|end| Instant::now() < end) {
            return Err(FarmError::Busy("it could not be reached a while ago".into()));
        }
        if let Some(connected) = &state.connected {
            return Ok(connected.clone());
        }
        let connected = self.connect().await;
        match &connected {
            Ok(connected) => state.connected = Some(connected.clone()),
            Err(_) => state.pause = Some(Instant::now() + PAUSE),
        }
        connected
    }

    /// Notes that the farm can't be reached any more.
    pub(super) async fn pause(&self) {
        self.state.lock().await.pause = Some(Instant::now() + PAUSE);
    }

    /// Has the farm drop what is under way, for at most so long.
    pub(super) async fn cancel(&self, longest: Duration) {
        // Where one connects, nothing is under way.
        let client = self.state.try_lock().ok().and_then(|state| state.connected.clone());
        if let Some(Connected { client, .. }) = client {
            client.cancel_all(longest).await;
        }
    }

    async fn connect(&self) -> Result<Connected, FarmError> {
        let client = Client::connect(&self.address, &self.access, Limits::default()).await?;
        if !client.executes() {
            return Err(FarmError::Refused("it executes no actions".into()));
        }
        let bytes = tokio::fs::read(&self.worker).await;
        let bytes = bytes.map_err(|error| FarmError::Refused(format!("the command for workers: {error}")))?;
        Ok(Connected { worker: Blob::new(client.function(), bytes), client: Arc::new(client) })
    }
}
