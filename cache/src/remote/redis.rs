//! One object to or from Redis, whose own client ends a command after half a second, however large
//! the object is and however slow the line.

use super::{Limits, late};
use ::redis::aio::MultiplexedConnection;
use ::redis::{AsyncConnectionConfig, Client, ConnectionInfo, FromRedisValue, RedisResult};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::timeout;

/// So much is asked for at once, in bytes: on a line that carries 200 KiB/s it arrives within the
/// default limit of [`Limits::idle`].
const PART: u64 = 1 << 20;

/// A Redis server.
pub(super) struct Redis {
    client: Client,
    /// Before every name, without a slash at its end.
    prefix: String,
    /// Connections that nobody uses at the moment.
    free: Mutex<Vec<MultiplexedConnection>>,
}

impl Redis {
    /// Nothing is sent yet.
    pub(super) fn new(info: ConnectionInfo, prefix: &str) -> RedisResult<Redis> {
        let prefix = prefix.trim_matches('/').into();
        Ok(Redis { client: Client::open(info)?, prefix, free: Mutex::default() })
    }

    /// Reads an object; `None` where there is none.
    pub(super) async fn read(&self, name: &str, limits: &Limits) -> Result<Option<Vec<u8>>, String> {
        let mut connection = self.connection(limits).await?;
        let key = self.key(name);
        let length: u64 = ask(&mut connection, limits, ::redis::cmd("STRLEN").arg(&key)).await?;
        if length > limits.max_bytes {
            return Err(late::too_much(limits));
        }
        let mut object = Vec::new();
        while (object.len() as u64) < length {
            let start = object.len() as u64;
            let mut part = ::redis::cmd("GETRANGE");
            part.arg(&key).arg(start).arg(start + PART - 1);
            let part: Vec<u8> = ask(&mut connection, limits, &part).await?;
            if part.is_empty() || part.len() as u64 > PART {
                // Deleted meanwhile, as a server does that has no memory left.
                break;
            }
            object.extend_from_slice(&part);
        }
        self.done(connection);
        // No object is empty: that is how a missing one looks.
        Ok((length > 0 && object.len() as u64 == length).then_some(object))
    }

    /// Writes an object.
    pub(super) async fn write(&self, name: &str, object: &[u8], limits: &Limits) -> Result<(), String> {
        let mut connection = self.connection(limits).await?;
        let mut set = ::redis::cmd("SET");
        set.arg(self.key(name)).arg(object);
        let () = set.query_async(&mut connection).await.map_err(|error| error.to_string())?;
        self.done(connection);
        Ok(())
    }

    fn key(&self, name: &str) -> String {
        format!("{}/{name}", self.prefix)
    }

    /// A connection that works: the server may have closed an older one meanwhile.
    async fn connection(&self, limits: &Limits) -> Result<MultiplexedConnection, String> {
        loop {
            let free = self.free.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let Some(mut connection) = free else { break };
            if ask::<()>(&mut connection, limits, &::redis::cmd("PING")).await.is_ok() {
                return Ok(connection);
            }
        }
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(None::<Duration>)
            .set_response_timeout(None::<Duration>);
        let connect = self.client.get_multiplexed_async_connection_with_config(&config);
        timeout(limits.idle, connect)
            .await
            .map_err(|_| late::idle(limits))?
            .map_err(|error| error.to_string())
    }

    fn done(&self, connection: MultiplexedConnection) {
        self.free.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
    }
}

async fn ask<T: FromRedisValue>(
    connection: &mut MultiplexedConnection,
    limits: &Limits,
    command: &::redis::Cmd,
) -> Result<T, String> {
    let answer = timeout(limits.idle, command.query_async(connection)).await;
    answer.map_err(|_| late::idle(limits))?.map_err(|error| error.to_string())
}
