//! The log of runs, and the sums over it.

use crate::error::Error;
use crate::record::unix_seconds;
use crate::store::Store;
use serde::{Deserialize, Serialize};
use std::io::Write;
use std::ops::AddAssign;
use std::time::SystemTime;

/// The results of one run, or of many. Sizes are in bytes, times in nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Run {
    /// The number of lookups that found an entry, or an output still in place.
    pub hits: u64,
    /// The number of hits that came from the shared store.
    pub remote_hits: u64,
    /// The number of lookups that found nothing, so that the blob was made.
    pub misses: u64,
    /// The number of lookups that found a recorded failure.
    pub failures: u64,
    /// The bytes copied out of the store.
    pub delivered_bytes: u64,
    /// The bytes stored.
    pub stored_bytes: u64,
    /// The time that the hits saved: the cost of making their entries.
    pub saved_ns: u64,
    /// The time that making the misses' entries took.
    pub spent_ns: u64,
    /// The bytes that were sent to the shared store.
    pub remote_sent_bytes: u64,
    /// The size of what was sent, uncompressed.
    pub remote_sent_plain_bytes: u64,
    /// The bytes that were received from the shared store.
    pub remote_received_bytes: u64,
    /// The size of what was received, uncompressed.
    pub remote_received_plain_bytes: u64,
}

impl AddAssign for Run {
    fn add_assign(&mut self, other: Run) {
        // Destructured, so that a new field can't be forgotten.
        let Run {
            hits,
            remote_hits,
            misses,
            failures,
            delivered_bytes,
            stored_bytes,
            saved_ns,
            spent_ns,
            remote_sent_bytes,
            remote_sent_plain_bytes,
            remote_received_bytes,
            remote_received_plain_bytes,
        } = other;
        for (sum, more) in [
            (&mut self.hits, hits),
            (&mut self.remote_hits, remote_hits),
            (&mut self.misses, misses),
            (&mut self.failures, failures),
            (&mut self.delivered_bytes, delivered_bytes),
            (&mut self.stored_bytes, stored_bytes),
            (&mut self.saved_ns, saved_ns),
            (&mut self.spent_ns, spent_ns),
            (&mut self.remote_sent_bytes, remote_sent_bytes),
            (&mut self.remote_sent_plain_bytes, remote_sent_plain_bytes),
            (&mut self.remote_received_bytes, remote_received_bytes),
            (&mut self.remote_received_plain_bytes, remote_received_plain_bytes),
        ] {
            *sum = sum.saturating_add(more);
        }
    }
}

/// The sums over all runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Log {
    /// The start of the log, in seconds since 1970.
    pub since_unix_s: u64,
    /// The time of the last pruning, in seconds since 1970; 0 for never.
    pub pruned_unix_s: u64,
    /// The estimated size of the store, in bytes: the size after the last pruning, and everything stored since.
    pub estimated_bytes: u64,
    /// The sums.
    #[serde(flatten)]
    pub total: Run,
}

/// A line of the log.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Line {
    /// The end of a run, in seconds since 1970, and its results.
    Run(u64, Run),
    /// The sum of all runs before.
    Sum(Log),
}

impl Store {
    /// The sums over all runs so far.
    ///
    /// # Errors
    ///
    /// If the store can't be used.
    pub fn log(&self) -> Result<Log, Error> {
        let _guard = self.is_there().then(|| self.lock_shared()).transpose()?;
        Ok(Log::read(self))
    }
}

impl Log {
    /// Appends a run.
    pub(crate) fn append(store: &Store, run: &Run) -> Result<(), Error> {
        let _guard = store.lock_shared()?;
        let path = store.layout.log();
        let file = store.trust.new_file().append(true).open(&path);
        // A single write at the end of the file can't be interleaved with those of other processes.
        let written = file.and_then(|mut file| file.write_all(&line(&Line::Run(now(), *run))));
        written.map_err(Error::io("write", &path))
    }

    /// Reads the log. Damaged lines are ignored.
    pub(crate) fn read(store: &Store) -> Log {
        let text = std::fs::read(store.layout.log()).unwrap_or_default();
        let mut log =
            Log { since_unix_s: now(), pruned_unix_s: 0, estimated_bytes: 0, total: Run::default() };
        for line in text.split(|byte| *byte == b'\n') {
            match serde_json::from_slice(line) {
                Ok(Line::Run(at, run)) => {
                    log.since_unix_s = log.since_unix_s.min(at);
                    log.estimated_bytes = log.estimated_bytes.saturating_add(run.stored_bytes);
                    log.total += run;
                }
                Ok(Line::Sum(sum)) => {
                    let since_unix_s = log.since_unix_s.min(sum.since_unix_s);
                    let total = log.total;
                    log = Log { since_unix_s, ..sum };
                    log.total += total;
                }
                Err(_) => {}
            }
        }
        log
    }

    /// Replaces all lines by their sum, for a store that was just pruned to this size. The caller holds the exclusive
    /// lock.
    pub(crate) fn compact(store: &Store, bytes: u64) -> Result<(), Error> {
        let log = Log { pruned_unix_s: now(), estimated_bytes: bytes, ..Log::read(store) };
        store.place(&store.layout.log(), &line(&Line::Sum(log)))
    }
}

/// The bytes of a line. It also begins with a newline, so that it can't be appended to a line that was cut off by a
/// full disk.
fn line(line: &Line) -> Vec<u8> {
    let text = serde_json::to_vec(line).expect("it is made of numbers");
    [b"\n", &*text, b"\n"].concat()
}

fn now() -> u64 {
    unix_seconds(SystemTime::now())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Log {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("v1")).unwrap();
        std::fs::write(folder.path().join("v1/log"), text).unwrap();
        Log::read(&Store::new(folder.path()))
    }

    #[test]
    fn an_empty_log_begins_now() {
        let log = read("");
        assert!(now() - log.since_unix_s < 60, "{log:?}");
        assert_eq!((log.pruned_unix_s, log.estimated_bytes, log.total), (0, 0, Run::default()));
    }

    /// A run that is appended meanwhile may stand before or after the sum.
    #[test]
    fn runs_and_sums_are_added_in_any_order() {
        let run = |at: u64| format!("{{\"run\":[{at},{{\"hits\":1,\"misses\":2,\"stored_bytes\":10}}]}}\n");
        let sum =
            "{\"sum\":{\"since_unix_s\":200,\"pruned_unix_s\":300,\"estimated_bytes\":1000,\"hits\":5}}\n";
        let total = Run { hits: 6, misses: 2, stored_bytes: 10, ..Run::default() };
        for (text, since_unix_s, estimated_bytes) in [
            (format!("{}{sum}", run(100)), 100, 1000),
            (format!("{}{sum}", run(250)), 200, 1000),
            (format!("{sum}{}", run(400)), 200, 1010),
        ] {
            assert_eq!(read(&text), Log { since_unix_s, pruned_unix_s: 300, estimated_bytes, total });
        }
    }
}
