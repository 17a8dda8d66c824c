//! The access log: a line of JSON for each request.

use crate::failure::Failure;
use precompile_runtime::artifact::Code;
use serde::Serialize;
use std::fs::OpenOptions;
use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

/// The access log.
pub(super) struct AccessLog(Option<Mutex<Box<dyn Write + Send>>>);

/// A request that has ended.
#[derive(Serialize)]
pub(super) struct Entry<'a> {
    /// The time at which it came, as in RFC 3339.
    time: String,
    remote: SocketAddr,
    method: &'a str,
    host: Option<&'a str>,
    path: &'a str,
    status: u16,
    /// The bytes of the response's body that were sent.
    bytes: u64,
    duration_ms: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    component: Option<&'a str>,
    /// The reason why the guest gave no answer, or not all of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
}

/// The facts of a request, for its entry.
pub(super) struct Facts {
    pub(super) came: SystemTime,
    pub(super) remote: SocketAddr,
    pub(super) method: String,
    pub(super) host: Option<String>,
    pub(super) path: String,
    pub(super) component: Option<String>,
}

impl AccessLog {
    /// The log in a file, which lines are added to; on standard output for `-`; or none.
    ///
    /// # Errors
    ///
    /// If the file can't be opened.
    pub(super) fn open(path: Option<&Path>) -> Result<AccessLog, Failure> {
        let Some(path) = path else { return Ok(AccessLog(None)) };
        if path.as_os_str() == "-" {
            return Ok(AccessLog(Some(Mutex::new(Box::new(std::io::stdout())))));
        }
        let file = OpenOptions::new().append(true).create(true).open(path);
        let file = file.map_err(|error| {
            Failure::own(Code::Io, || format!("can't write the access log `{}`: {error}", path.display()))
        })?;
        Ok(AccessLog(Some(Mutex::new(Box::new(file)))))
    }

    /// Adds a request.
    pub(super) fn add(&self, facts: &Facts, status: u16, bytes: u64, took: Duration, error: Option<&str>) {
        let Some(log) = &self.0 else { return };
        let entry = Entry {
            time: humantime::format_rfc3339_millis(facts.came).to_string(),
            remote: facts.remote,
            method: &facts.method,
            host: facts.host.as_deref(),
            path: &facts.path,
            status,
            bytes,
            duration_ms: took.as_micros() as f64 / 1000.0,
            component: facts.component.as_deref(),
            error,
        };
        if let Ok(mut line) = serde_json::to_vec(&entry) {
            line.push(b'\n');
            // A full disk doesn't end the service. One write, so that lines of several processes don't mix.
            let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
            let _ = log.write_all(&line).and_then(|()| log.flush());
        }
    }
}
