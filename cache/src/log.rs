//! What came of the runs so far.

use crate::error::Error;
use crate::record::unix_seconds;
use crate::store::Store;
use serde::{Deserialize, Serialize};
use std::io::Write;
use std::ops::AddAssign;
use std::time::SystemTime;

/// What came of one run, or of many. Sizes are in bytes, times in nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Run {
    /// The number of times that there was an entry, or an output that was still in place.
    pub hits: u64,
    /// The number of those hits that came from the shared store.
    pub remote_hits: u64,
    /// The number of times that there was none, and it was made.
    pub misses: u64,
    /// The number of times that it was known that it can't be made.
    pub failures: u64,
    /// What was copied out of the store.
    pub delivered_bytes: u64,
    /// What was stored.
    pub stored_bytes: u64,
    /// What making the hits' entries had cost.
    pub saved_ns: u64,
    /// What making the misses' entries cost.
    pub spent_ns: u64,
}

impl AddAssign for Run {
    fn add_assign(&mut self, other: Run) {
        // So that a new field can't be forgotten.
        let Run { hits, remote_hits, misses, failures, delivered_bytes, stored_bytes, saved_ns, spent_ns } =
            other;
        for (sum, more) in [
            (&mut self.hits, hits),
            (&mut self.remote_hits, remote_hits),
            (&mut self.misses, misses),
            (&mut self.failures, failures),
            (&mut self.delivered_bytes, delivered_bytes),
            (&mut self.stored_bytes, stored_bytes),
            (&mut self.saved_ns, saved_ns),
            (&mut self.spent_ns, spent_ns),
        ] {
            *sum = sum.saturating_add(more);
        }
    }
}

/// The sums over all runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Log {
    /// Since when, in seconds since 1970.
    pub since_unix_s: u64,
    /// When the store was last pruned, in seconds since 1970; 0 for never.
    pub pruned_unix_s: u64,
    /// About how many bytes the store holds: what was left when it was pruned, and what was stored
    /// since.
    pub estimated_bytes: u64,
    /// The sums.
    #[serde(flatten)]
    pub total: Run,
}

/// A line of the log.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Line {
    /// A run, and when it ended.
    Run(u64, Run),
    /// What came before.
    Sum(Log),
}

impl Store {
    /// What came of the runs so far.
    ///
    /// # Errors
    ///
    /// Where the store can't be used.
    pub fn log(&self) -> Result<Log, Error> {
        let _guard = self.is_there().then(|| self.lock_shared()).transpose()?;
        Ok(Log::read(self))
    }
}

impl Log {
    /// Adds a run.
    pub(crate) fn append(store: &Store, run: &Run) -> Result<(), Error> {
        let _guard = store.lock_shared()?;
        let path = store.layout.log();
        let file = store.trust.new_file().append(true).open(&path);
        // One write at the end of the file: no other process gets between.
        let written = file.and_then(|mut file| file.write_all(&line(&Line::Run(now(), *run))));
        written.map_err(Error::io("write", &path))
    }

    /// Reads the log. A line that is damaged counts for nothing.
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

    /// Puts one line in the place of all, for a store that was pruned just now to so many bytes.
    /// Whoever calls it is alone.
    pub(crate) fn compact(store: &Store, bytes: u64) -> Result<(), Error> {
        let log = Log { pruned_unix_s: now(), estimated_bytes: bytes, ..Log::read(store) };
        store.place(&store.layout.log(), &line(&Line::Sum(log)))
    }
}

/// Between two ends of lines, so that one that a full disk cut off takes no other along.
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

    /// Who appends meanwhile may come before or behind the sum.
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
