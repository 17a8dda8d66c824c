//! The access log: a line of JSON for each request.

use super::line_writer::LineWriter;
use crate::failure::Failure;
use precompile_runtime::artifact::Code;
use prometheus_client::metrics::counter::Counter;
use serde::Serialize;
use std::fs::OpenOptions;
use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// The access log.
pub(super) struct AccessLog(Option<LineWriter>);

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
    /// The log in a file, which lines are added to; on standard output for `-`; or none. Lines that are lost, because they
    /// can't be written as fast as they come, are counted.
    ///
    /// # Errors
    ///
    /// If the file can't be opened.
    pub(super) fn open(path: Option<&Path>, lost: Counter) -> Result<AccessLog, Failure> {
        let Some(path) = path else { return Ok(AccessLog(None)) };
        if path.as_os_str() == "-" {
            return Ok(AccessLog(Some(LineWriter::to_stream(std::io::stdout(), lost)?)));
        }
        let file = OpenOptions::new().append(true).create(true).open(path);
        let file = file.map_err(|error| {
            Failure::own(Code::Io, || format!("can't write the access log `{}`: {error}", path.display()))
        })?;
        Ok(AccessLog(Some(LineWriter::new(file, lost))))
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
            log.add(line);
        }
    }

    /// Waits until the entries so far are written, but not for ever.
    pub(super) async fn flush(&self) {
        if let Some(log) = &self.0 {
            log.flush().await;
        }
    }
}
