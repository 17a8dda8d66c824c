//! Connections to a Redis server, and the pool that keeps them.

use super::metered::{Allowance, Metered};
use super::tls;
use crate::remote::failure::Failure;
use crate::remote::limits::RemoteLimits;
use ::redis::aio::MultiplexedConnection;
use ::redis::{AsyncConnectionConfig, Cmd, ErrorKind, FromRedisValue, Pipeline};
use ::redis::{RedisConnectionInfo, RedisError, ServerErrorKind};
use deadpool::managed::{Manager, Metrics, RecycleError, RecycleResult};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// A Redis server's address, and the settings of its connections.
pub(crate) struct Server {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) tls: bool,
    pub(crate) settings: RedisConnectionInfo,
}

/// A connection, used for one transfer at a time.
pub(super) struct Connection {
    commands: MultiplexedConnection,
    allowance: Allowance,
    /// The task that reads responses. It ends with the connection.
    reader: JoinHandle<()>,
    /// A response is outstanding, so no other transfer may use the connection.
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

    /// Sends a command and waits for the response, whose payload has at most this many bytes.
    pub(super) async fn ask<T: FromRedisValue>(
        &mut self,
        limits: &RemoteLimits,
        command: &Cmd,
        bytes: u64,
    ) -> Result<T, Failure> {
        timeout(limits.idle, self.answer(command, bytes)).await.unwrap_or_else(|_| Err(Failure::idle(limits)))
    }

    /// Sends several commands at once and waits for the responses, which have hardly a payload.
    pub(super) async fn ask_all<T: FromRedisValue>(
        &mut self,
        limits: &RemoteLimits,
        commands: &Pipeline,
    ) -> Result<T, Failure> {
        self.allowance.set(0);
        self.is_busy = true;
        let answers = timeout(limits.idle, commands.query_async(&mut self.commands)).await;
        let answers = answers.map_err(|_| Failure::idle(limits))?;
        self.is_busy = answers.is_err();
        answers.map_err(|error| self.allowance.explain(&error))
    }

    /// Sends a command and waits until the server has accepted it, however long sending its bytes takes.
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
    /// The failure that an error of the client library stands for.
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

/// The factory of connections for the pool.
pub(super) struct Connections {
    pub(super) server: Server,
}

impl Manager for Connections {
    type Type = Connection;
    type Error = Failure;

    async fn create(&self) -> Result<Connection, Failure> {
        let Server { host, port, tls, .. } = &self.server;
        let stream = TcpStream::connect((&**host, *port)).await.map_err(Failure::temporary)?;
        // A failure only makes the connection slower.
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
