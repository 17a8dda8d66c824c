//! The options of `precompile-run serve`.

use lexopt::ValueExt;
use std::ffi::OsString;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use thiserror::Error;

/// The options of a server, beside those of every guest.
pub(crate) struct ServeOptions {
    /// The address to listen on.
    pub(crate) addr: SocketAddr,
    /// The address for health and metrics; `None` where they have the same as requests.
    pub(crate) admin: Option<SocketAddr>,
    /// The path that answers as long as the server does.
    pub(crate) health: Option<String>,
    /// The path with the figures for Prometheus.
    pub(crate) metrics: Option<String>,
    /// The number of requests that an instance serves, one after the other.
    pub(crate) reuse: NonZeroU32,
    /// The most instances at a time. Further requests wait.
    pub(crate) max_instances: NonZeroU32,
    /// The most connections of clients at a time. Further ones wait.
    max_connections: Option<NonZeroU32>,
    /// The file that gets a line for each request; `-`: standard output.
    pub(crate) access_log: Option<PathBuf>,
    /// The file that lists components, by host and path.
    pub(crate) sites: Option<PathBuf>,
    /// The artifact that takes over as soon as it is there: faster code of the same component.
    pub(crate) tier: Option<PathBuf>,
    /// The cache of `precompile` in which such artifacts appear, of every component.
    pub(crate) tier_from: Option<PathBuf>,
}

impl Default for ServeOptions {
    fn default() -> ServeOptions {
        ServeOptions {
            addr: SocketAddr::from(([127, 0, 0, 1], 8080)),
            admin: None,
            health: None,
            metrics: None,
            reuse: NonZeroU32::MIN,
            max_instances: const { NonZeroU32::new(64).unwrap() },
            max_connections: None,
            access_log: None,
            sites: None,
            tier: None,
            tier_from: None,
        }
    }
}

/// A wrong value of an option.
#[derive(Debug, Error)]
pub(crate) enum OptionError {
    #[error("`{0}` is no address: give IP:PORT, such as `127.0.0.1:8080` or `[::]:80`")]
    Address(String),
    #[error("`{0}` is no path: it begins with `/`")]
    Path(String),
    #[error("`{0}` is no number of requests, instances or connections: give one from 1 on")]
    Number(String),
    #[error("`{}` is not UTF-8", .0.display())]
    Unicode(OsString),
}

impl ServeOptions {
    /// The names of these options.
    pub(crate) const NAMES: [&str; 11] = [
        "addr",
        "admin",
        "health",
        "metrics",
        "reuse",
        "max-instances",
        "max-connections",
        "access-log",
        "sites",
        "tier",
        "tier-from",
    ];

    /// The most connections of clients at a time: 1,024 unless it is given, or two for each instance.
    pub(crate) fn max_connections(&self) -> u32 {
        let given = self.max_connections.map(NonZeroU32::get);
        given.unwrap_or_else(|| self.max_instances.get().saturating_mul(2).max(1024))
    }

    /// Sets the option of this name.
    ///
    /// # Errors
    ///
    /// If the value is wrong.
    pub(crate) fn set(&mut self, name: &str, value: OsString) -> Result<(), OptionError> {
        match name {
            "addr" => self.addr = address(value)?,
            "admin" => self.admin = Some(address(value)?),
            "health" => self.health = Some(path(value)?),
            "metrics" => self.metrics = Some(path(value)?),
            "reuse" => self.reuse = number(value)?,
            "max-instances" => self.max_instances = number(value)?,
            "max-connections" => self.max_connections = Some(number(value)?),
            "access-log" => self.access_log = Some(value.into()),
            "sites" => self.sites = Some(value.into()),
            "tier" => self.tier = Some(value.into()),
            _ => self.tier_from = Some(value.into()),
        }
        Ok(())
    }
}

fn text(value: OsString) -> Result<String, OptionError> {
    value.clone().string().map_err(|_| OptionError::Unicode(value))
}

fn address(value: OsString) -> Result<SocketAddr, OptionError> {
    let value = text(value)?;
    value.parse().map_err(|_| OptionError::Address(value))
}

fn path(value: OsString) -> Result<String, OptionError> {
    let value = text(value)?;
    if value.starts_with('/') { Ok(value) } else { Err(OptionError::Path(value)) }
}

fn number(value: OsString) -> Result<NonZeroU32, OptionError> {
    let value = text(value)?;
    let number = value.parse().ok().filter(|_| !value.starts_with('+'));
    number.ok_or(OptionError::Number(value))
}
