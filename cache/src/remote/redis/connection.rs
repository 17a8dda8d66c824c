//! Connections to a Redis server, and the pool that keeps them.

use super::metered::{Allowance, Metered};
use super::tls;
use crate::remote::failure::Failure;
use crate::remote::limits::RemoteLimits;
use ::redis::aio::MultiplexedConnection;
use ::redis::{AsyncConnectionConfig, Cmd, ErrorKind, FromRedisValue};
use ::redis::{RedisConnectionInfo, RedisError, ServerErrorKind};
use deadpool::managed::{Manager, Metrics, RecycleError, RecycleResult};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// A Redis server's address, and what it is told at first.
pub(in crate::remote) struct Server {
    pub(in crate::remote) host: String,
    pub(in crate::remote) port: u16,
    pub(in crate::remote) tls: bool,
    pub(in crate::remote) settings: RedisConnectionInfo,
}

/// A connection, used for one transfer at a time.
pub(super) struct Connection {
    commands: MultiplexedConnection,
    allowance: Allowance,
    /// The task that reads answers; it ends with the connection.
    reader: JoinHandle<()>,
    /// An answer is being waited for: then nobody else may use this.
    is_busy: bool,
}

impl Connection {
    async fn new<S>(server: &Server, stream: S) -> Result<Connection, Failure>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let allowance = Allowance::default();
        let config = AsyncConnectionConfig::new().set_response_timeout(None::<Duration>);
        let stream = Metered::new(stream, allowance.clone());
        allowance.set(0);
        let made = MultiplexedConnection::new_with_config(&server.settings, stream, config).await;
        let (commands, reader) = made.map_err(|error| allowance.explain(&error))?;
        Ok(Connection { commands, reader: tokio::spawn(reader), allowance, is_busy: false })
    }

    /// Waits for the answer to a command, which is expected to have at most so many bytes.
    pub(super) async fn ask<T: FromRedisValue>(
        &mut self,
        limits: &RemoteLimits,
        command: &Cmd,
        bytes: u64,
    ) -> Result<T, Failure> {
        timeout(limits.idle, self.answer(command, bytes)).await.unwrap_or_else(|_| Err(Failure::idle(limits)))
    }

    /// Waits until a command was taken, which lasts as long as its bytes need.
    pub(super) async fn tell(&mut self, command: &Cmd) -> Result<(), Failure> {
        self.answer(command, 0).await
    }

    async fn answer<T: FromRedisValue>(&mut self, command: &Cmd, bytes: u64) -> Result<T, Failure> {
        self.allowance.set(bytes);
        self.is_busy = true;
        let answer = command.query_async(&mut self.commands).await;
        self.is_busy = answer.is_err();
        answer.map_err(|error| self.allowance.explain(&error))
    }
}

impl Allowance {
    /// The meaning of the client's error.
    fn explain(&self, error: &RedisError) -> Failure {
        use ServerErrorKind::{BusyLoading, ClusterDown, MasterDown, TryAgain};
        let is_temporary = match error.kind() {
            ErrorKind::Io => true,
            ErrorKind::Server(kind) => matches!(kind, BusyLoading | ClusterDown | MasterDown | TryAgain),
            _ => false,
        };
        match (self.is_exceeded(), is_temporary) {
            (true, _) => Failure::lasting("it sent more than was asked for"),
            (false, true) => Failure::temporary(error),
            (false, false) => Failure::lasting(error),
        }
    }
}

/// The maker of connections for the pool.
pub(super) struct Connections {
    pub(super) server: Server,
}

impl Manager for Connections {
    type Type = Connection;
    type Error = Failure;

    async fn create(&self) -> Result<Connection, Failure> {
        let Server { host, port, tls, .. } = &self.server;
        let stream = TcpStream::connect((&**host, *port)).await.map_err(Failure::temporary)?;
        // It only costs time where it fails.
        let _ = stream.set_nodelay(true);
        match tls {
            true => Connection::new(&self.server, tls::client(host, stream).await?).await,
            false => Connection::new(&self.server, stream).await,
        }
    }

    async fn recycle(&self, connection: &mut Connection, _: &Metrics) -> RecycleResult<Failure> {
        match connection.is_busy || connection.reader.is_finished() {
            true => Err(RecycleError::message("it was left or closed")),
            false => Ok(()),
        }
    }
}
