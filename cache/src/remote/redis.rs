//! A shared store in Redis, over the client library `redis`.
//!
//! `opendal`'s Redis service isn't used: it ends each command after half a second, however large the object and however
//! slow the network, and reads responses of any length.

mod connection;
mod head;
mod metered;
mod tls;

pub(super) use connection::Server;

use super::failure::Failure;
use super::limits::RemoteLimits;
use connection::{Connection, Connections};
use deadpool::Runtime;
use deadpool::managed::{BuildError, Object, Pool, PoolError, Timeouts};
use head::{Head, PART_BYTES};
use std::time::Duration;

/// The size of the parts in which a value is read, in bytes. At 200 KiB/s a part arrives within the default of
/// [`RemoteLimits::idle`].
const PART: u64 = 1 << 20;

/// The time that parts outlive their heads, so that a head that is there has its parts.
const LONGER: Duration = Duration::from_secs(600);

/// The time that parts live without a head, where entries don't expire: those of a writer that was killed.
const UNFINISHED: Duration = Duration::from_secs(86_400);

/// The number of keys that are asked for in one round trip.
pub(super) const NAMES_AT_ONCE: usize = 100;

/// The maximum number of concurrent transfers. Further ones wait.
pub(super) const CONNECTIONS: usize = 64;

/// A Redis server.
pub(super) struct Redis {
    pool: Pool<Connections>,
    /// The prefix of all keys, without a slash at its end.
    prefix: String,
    /// The time after which entries expire.
    ttl: Option<Duration>,
}

impl Redis {
    /// The client of a server. Nothing is sent yet.
    pub(super) fn new(server: Server, prefix: &str, ttl: Option<Duration>) -> Result<Redis, BuildError> {
        let pool =
            Pool::builder(Connections { server }).max_size(CONNECTIONS).runtime(Runtime::Tokio1).build();
        Ok(Redis { pool: pool?, prefix: prefix.trim_matches('/').into(), ttl })
    }

    /// Reads an object; `None` if there is none.
    pub(super) async fn read(&self, name: &str, limits: &RemoteLimits) -> Result<Option<Vec<u8>>, Failure> {
        let mut connection = self.connection(limits).await?;
        let key = self.key(name);
        let Some(object) = value(&mut connection, &key, limits, limits.max_bytes).await? else {
            return Ok(None);
        };
        let Some(head) = Head::read(&object) else { return Ok(Some(object)) };
        if head.bytes > limits.max_bytes {
            return Err(Failure::too_much(limits));
        }
        let mut object = Vec::new();
        for number in 0..head.parts() {
            let most = PART_BYTES as u64;
            // Evicted meanwhile, or the head is another's that was cut off.
            let Some(part) = value(&mut connection, &head.key(&key, number), limits, most).await? else {
                return Ok(None);
            };
            object.extend_from_slice(&part);
        }
        Ok((object.len() as u64 == head.bytes).then_some(object))
    }

    /// Tells for each name whether there is an object, in one round trip.
    pub(super) async fn exist(&self, names: &[String], limits: &RemoteLimits) -> Result<Vec<bool>, Failure> {
        let mut connection = self.connection(limits).await?;
        let mut commands = ::redis::Pipeline::with_capacity(names.len());
        for name in names {
            commands.cmd("EXISTS").arg(self.key(name));
        }
        let counts: Vec<u64> = connection.ask_all(limits, &commands).await?;
        Ok(counts.into_iter().map(|count| count > 0).collect())
    }

    /// Writes an object. A large one is written in parts, and its head last, so that no reader sees a part of it alone.
    pub(super) async fn write(
        &self,
        name: &str,
        object: &[u8],
        limits: &RemoteLimits,
    ) -> Result<(), Failure> {
        let mut connection = self.connection(limits).await?;
        let key = self.key(name);
        if object.len() <= PART_BYTES {
            return connection.tell(&set(&key, object, self.ttl)).await;
        }
        let head = Head::of(object);
        let life = self.ttl.map_or(UNFINISHED, |ttl| ttl.saturating_add(LONGER));
        for (number, part) in (0..).zip(object.chunks(PART_BYTES)) {
            connection.tell(&set(&head.key(&key, number), part, Some(life))).await?;
        }
        connection.tell(&set(&key, head.text().as_bytes(), self.ttl)).await?;
        if self.ttl.is_none() {
            for number in 0..head.parts() {
                connection.tell(::redis::cmd("PERSIST").arg(head.key(&key, number))).await?;
            }
        }
        Ok(())
    }

    fn key(&self, name: &str) -> String {
        format!("{}/{name}", self.prefix)
    }

    /// A connection from the pool: a free one, or a new one.
    async fn connection(&self, limits: &RemoteLimits) -> Result<Object<Connections>, Failure> {
        let timeouts = Timeouts { create: Some(limits.idle), ..Timeouts::new() };
        self.pool.timeout_get(&timeouts).await.map_err(|error| match error {
            PoolError::Backend(failure) => failure,
            PoolError::Timeout(_) => Failure::idle(limits),
            other => Failure::lasting(format_args!("{other:?}")),
        })
    }
}

/// The command that sets a value, which expires after this time.
fn set(key: &str, value: &[u8], life: Option<Duration>) -> ::redis::Cmd {
    let mut set = ::redis::cmd("SET");
    set.arg(key).arg(value);
    if let Some(life) = life {
        set.arg("EX").arg(life.as_secs());
    }
    set
}

/// Reads a value, of at most so many bytes; `None` if there is none.
async fn value(
    connection: &mut Connection,
    key: &str,
    limits: &RemoteLimits,
    max_bytes: u64,
) -> Result<Option<Vec<u8>>, Failure> {
    let length: u64 = connection.ask(limits, ::redis::cmd("STRLEN").arg(key), 0).await?;
    if length > max_bytes {
        return Err(Failure::too_much(limits));
    }
    let mut value = Vec::new();
    while (value.len() as u64) < length {
        let start = value.len() as u64;
        let mut part = ::redis::cmd("GETRANGE");
        part.arg(key).arg(start).arg(start + PART - 1);
        let part: Vec<u8> = connection.ask(limits, &part, PART).await?;
        if part.is_empty() || part.len() as u64 > PART {
            // Deleted meanwhile, as by a server that is short of memory.
            break;
        }
        value.extend_from_slice(&part);
    }
    // No value is empty, and Redis reports a missing one as empty.
    Ok((length > 0 && value.len() as u64 == length).then_some(value))
}
