//! The command's reports: lines for people on stderr, or JSON objects, one a line, on stdout.

use crate::kind::Kind;
use clap::ValueEnum;
use precompile::artifact::EscapedLines;
use precompile::artifact::mismatch::Mismatch;
use precompile::artifact::{Host, install};
use precompile::cache::{Log, Pruned, Record};
use precompile::{Backend, Chosen};
use serde::{Serialize, Serializer};
use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

/// The form of reports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Lines for people
    #[default]
    Human,
    /// JSON objects, one a line, each with a field `reason`
    Json,
}

/// A JSON object that the command prints. The fields are stable: none goes away or changes its
/// meaning, new ones may come.
#[derive(Serialize)]
#[serde(tag = "reason", rename_all = "kebab-case")]
pub(crate) enum Message<'a> {
    Compiled {
        #[serde(serialize_with = "path")]
        input: &'a Path,
        #[serde(serialize_with = "path")]
        output: &'a Path,
        backend: Backend,
        target: String,
        cache: Cache,
        /// The time that compiling took; 0 for an artifact from the cache.
        compile_ns: u64,
        artifact_bytes: u64,
        /// The number of the key that signed it, with `--sign`.
        #[serde(skip_serializing_if = "Option::is_none")]
        signed_by: Option<String>,
        /// The limit of the requested backend, where another one replaced it.
        fallback_from: Option<&'a str>,
        /// The figures that the backend was chosen by, with `--backend auto`.
        #[serde(skip_serializing_if = "Option::is_none")]
        chosen: Option<ChosenBy>,
        /// The time that compiling took before, for an artifact from the cache.
        #[serde(skip_serializing_if = "Option::is_none")]
        saved_ns: Option<u64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        timings: Option<TimingsNs>,
    },
    /// A component that can be served, while it is compiled once more.
    Ready {
        #[serde(serialize_with = "path")]
        input: &'a Path,
        #[serde(serialize_with = "path")]
        artifact: &'a Path,
        /// The faster artifact, which is still to come: the runner's `--tier`.
        #[serde(serialize_with = "path")]
        tier: &'a Path,
        target: String,
        /// The cache in which it appears, too: the runner's `--tier-from`.
        #[serde(skip_serializing_if = "Option::is_none", serialize_with = "optional_path")]
        cache: Option<&'a Path>,
    },
    Failed {
        /// The input, where the failure is about one.
        #[serde(serialize_with = "optional_path", skip_serializing_if = "Option::is_none")]
        input: Option<&'a Path>,
        kind: Kind,
        error: String,
        /// The target for which the input was to be compiled.
        #[serde(skip_serializing_if = "Option::is_none")]
        target: Option<String>,
        /// The output that was to be written, where an input has several.
        #[serde(skip_serializing_if = "Option::is_none", serialize_with = "optional_path")]
        output: Option<&'a Path>,
    },
    /// A page with machine code.
    #[cfg(feature = "explore")]
    Explored {
        #[serde(serialize_with = "path")]
        input: &'a Path,
        #[serde(serialize_with = "path")]
        output: &'a Path,
        target: &'a str,
        /// The backends whose code is on it.
        backends: Vec<&'static str>,
        /// The number of all functions, and of those whose code is on it.
        functions: u64,
        shown: u64,
        page_bytes: u64,
        /// Sentences on what the page lacks.
        notes: &'a [String],
    },
    Code {
        code: u16,
        meaning: &'a str,
        way_out: &'a str,
        /// The command that installs a runner without this error.
        #[serde(skip_serializing_if = "Option::is_none")]
        install: Option<&'a str>,
    },
    Mismatch {
        code: u16,
        field: &'a str,
        artifact_value: &'a str,
        host_value: &'a str,
        remedy: &'a str,
        /// The command that installs a runner without this reason.
        #[serde(skip_serializing_if = "Option::is_none")]
        install: Option<&'a str>,
        /// Of several artifacts or hosts.
        #[serde(skip_serializing_if = "Option::is_none", serialize_with = "optional_path")]
        artifact: Option<&'a Path>,
        #[serde(skip_serializing_if = "Option::is_none", serialize_with = "optional_path")]
        host: Option<&'a Path>,
        /// Of a fat artifact.
        #[serde(skip_serializing_if = "Option::is_none")]
        slice: Option<&'a str>,
    },
    KeyMade {
        key: String,
        #[serde(serialize_with = "path")]
        secret: &'a Path,
        #[serde(serialize_with = "path")]
        public: &'a Path,
    },
    Signed {
        #[serde(serialize_with = "path")]
        artifact: &'a Path,
        key: String,
    },
    /// A fat artifact that was written.
    Joined {
        #[serde(serialize_with = "path")]
        output: &'a Path,
        slices: usize,
        artifact_bytes: u64,
    },
    /// A slice that was taken out of a fat artifact.
    Slice {
        #[serde(serialize_with = "path")]
        artifact: &'a Path,
        #[serde(serialize_with = "path")]
        output: &'a Path,
        target: &'a str,
        backend: Backend,
        artifact_bytes: u64,
    },
    /// An artifact that a host with the trust file would refuse.
    Refused {
        #[serde(serialize_with = "path")]
        artifact: &'a Path,
        /// The trusted keys that have signed it.
        keys: Vec<String>,
        code: u16,
        artifact_value: &'a str,
        host_value: &'a str,
        remedy: &'a str,
    },
    Verified {
        #[serde(serialize_with = "path")]
        artifact: &'a Path,
        keys: Vec<String>,
    },
    Reproduced {
        #[serde(serialize_with = "path")]
        artifact: &'a Path,
        is_same: bool,
        /// The first part of the file that differs.
        #[serde(skip_serializing_if = "Option::is_none")]
        section: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        offset: Option<u64>,
        /// The likely reason.
        #[serde(skip_serializing_if = "Option::is_none")]
        cause: Option<String>,
    },
    TrustedKey {
        key: String,
        public_key: String,
        limits: String,
        threshold: usize,
    },
    Advisory {
        /// The artifact; absent for one in the cache.
        #[serde(serialize_with = "optional_path", skip_serializing_if = "Option::is_none")]
        artifact: Option<&'a Path>,
        /// The key of the cache's entry.
        #[serde(skip_serializing_if = "Option::is_none")]
        key: Option<&'a str>,
        /// The name of the cached module when it was compiled, where it is known.
        #[serde(skip_serializing_if = "Option::is_none")]
        input: Option<&'a str>,
        /// The full version for our artifacts, the stamped part of it for upstream's.
        wasmtime_version: &'a str,
        backend: Option<Backend>,
        target: Option<&'a str>,
        verdict: &'static str,
        advisory: &'a str,
        aliases: Vec<&'a str>,
        title: &'a str,
        published: Option<&'a str>,
        /// The next version that has the fix.
        fixed: Option<&'a str>,
        /// The parts of the advisory that no source confirms.
        unverified: Option<&'a str>,
        source: &'a str,
    },
    Audited {
        /// The day of the table's newest source.
        advisories: &'a str,
        artifacts: u64,
        affected: u64,
        possibly_affected: u64,
        failed: u64,
    },
    CacheDir {
        #[serde(serialize_with = "path")]
        folder: &'a Path,
    },
    CacheStats {
        #[serde(flatten)]
        log: Log,
        entries: u64,
        entries_bytes: u64,
    },
    CacheEntry {
        #[serde(flatten)]
        record: &'a Record,
        /// The name of the input when it was compiled, where it is known.
        input: Option<&'a str>,
        bytes: u64,
    },
    CacheVerified {
        whole_entries: u64,
        whole_bytes: u64,
        damaged: Vec<String>,
    },
    CachePruned {
        #[serde(flatten)]
        pruned: Pruned,
    },
    /// An artifact of a plan, of which nothing is compiled.
    Planned {
        #[serde(serialize_with = "path")]
        input: &'a Path,
        #[serde(serialize_with = "path")]
        output: &'a Path,
        backend: Backend,
        target: String,
        place: Whereabouts,
        /// The key of the cache's entry, but for an output that is in place.
        #[serde(skip_serializing_if = "Option::is_none")]
        key: Option<String>,
        /// The estimated processor time of compiling it; 0 where that isn't needed.
        estimated_cpu_ns: u64,
        /// The estimated memory of compiling it, in bytes; 0 where that isn't needed.
        estimated_peak_bytes: u64,
    },
    Plan(Planned),
    Finished {
        success: bool,
        /// The counts of artifacts, where some were to be made.
        #[serde(flatten, skip_serializing_if = "Option::is_none")]
        counts: Option<Counts>,
        /// The usage of the whole process, with `--timings`.
        #[serde(skip_serializing_if = "Option::is_none")]
        usage: Option<Usage>,
    },
}

/// The cache's part in an artifact.
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Cache {
    /// The artifact was in the cache, or the output was in place.
    Hit,
    /// The artifact was compiled, and stored.
    Miss,
    /// The cache was not used.
    Off,
}

/// The figures that a backend was chosen by.
#[derive(Clone, Copy, Serialize)]
pub(crate) struct ChosenBy {
    pub(crate) expect_runs: u64,
    /// The time that a backend is expected to take for these runs, in seconds, compiling included; `None` where that
    /// backend could not be chosen.
    pub(crate) expected_cranelift_s: Option<f64>,
    pub(crate) expected_winch_s: Option<f64>,
}

impl From<&Chosen> for ChosenBy {
    fn from(chosen: &Chosen) -> ChosenBy {
        let of = |wanted| {
            let of = chosen.expected_s.iter().find(|(backend, _)| *backend == wanted);
            of.map(|(_, seconds)| *seconds)
        };
        let (expected_cranelift_s, expected_winch_s) = (of(Backend::Cranelift), of(Backend::Winch));
        ChosenBy { expect_runs: chosen.runs, expected_cranelift_s, expected_winch_s }
    }
}

/// The number of artifacts of each outcome.
#[derive(Clone, Copy, Serialize)]
pub(crate) struct Counts {
    pub(crate) compiled: u64,
    /// Those of them that a build farm compiled.
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) by_farm: u64,
    /// Artifacts from the cache.
    pub(crate) found: u64,
    /// Outputs that were already as they should be.
    pub(crate) in_place: u64,
    pub(crate) failed: u64,
}

/// The place where an artifact is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Whereabouts {
    /// The output itself.
    InPlace,
    /// The cache on this machine.
    Cached,
    /// The shared cache alone.
    Shared,
    /// Nowhere: it has to be compiled.
    Missing,
    /// Nowhere, and another job of the plan makes the same.
    Same,
}

/// The number of a plan's artifacts in each place.
#[derive(Clone, Copy, Default, Serialize)]
pub(crate) struct Planned {
    pub(crate) in_place: u64,
    pub(crate) cached: u64,
    pub(crate) shared: u64,
    pub(crate) missing: u64,
    pub(crate) same: u64,
    /// Inputs that can't be read.
    pub(crate) failed: u64,
    /// The estimated processor time of compiling what is missing.
    pub(crate) estimated_cpu_ns: u64,
}

/// The time and memory that this process used; a field is absent where the system doesn't tell.
#[derive(Clone, Copy, Serialize)]
pub(crate) struct Usage {
    /// The processor's time, all threads together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cpu_ns: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) peak_memory_bytes: Option<u64>,
}

/// The time of each phase, in nanoseconds.
#[derive(Clone, Copy, Serialize)]
pub(crate) struct TimingsNs {
    pub(crate) read_ns: u64,
    pub(crate) scan_ns: u64,
    pub(crate) compile_ns: u64,
    pub(crate) finish_ns: u64,
    pub(crate) write_ns: u64,
}

/// A time in the form of JSON's fields.
pub(crate) fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

fn path<S: Serializer>(path: &&Path, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&path.display())
}

fn optional_path<S: Serializer>(path: &Option<&Path>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&path.unwrap_or(Path::new("")).display())
}

impl<'a> Message<'a> {
    /// A reason why an artifact does not load on a host. Of several artifacts or hosts, with the files of the two; of a fat one,
    /// with the slice.
    pub(crate) fn mismatch(
        mismatch: &'a Mismatch,
        host: &Host,
        of: Option<(&'a Path, Option<&'a Path>)>,
        slice: Option<&'a str>,
    ) -> Message<'a> {
        let Mismatch { code, field, artifact_value, host_value, remedy, .. } = mismatch;
        Message::Mismatch {
            code: code.number(),
            field,
            artifact_value: artifact_value.as_str(),
            host_value: host_value.as_str(),
            remedy: remedy.as_str(),
            install: install::full_runner_helps(host, mismatch).then_some(install::RUNNER),
            artifact: of.map(|(artifact, _)| artifact),
            host: of.and_then(|(_, host)| host),
            slice,
        }
    }
}

/// Prints an object as a line of JSON on standard output.
///
/// # Errors
///
/// If standard output can't be written.
pub(crate) fn print(message: &impl Serialize) -> io::Result<()> {
    let mut line = serde_json::to_vec(message)?;
    line.push(b'\n');
    print_bytes(&line)
}

/// Writes to standard output. A reader that has closed the pipe is no error.
///
/// # Errors
///
/// If standard output can't be written.
pub(crate) fn print_bytes(bytes: &[u8]) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// Writes a message to stderr. Where that is impossible, the exit code still tells.
pub(crate) fn tell(text: &str) {
    // Names of files, and names within files, may hold anything.
    let _ = io::stderr().write_all(format!("{}\n", EscapedLines(text)).as_bytes());
}

/// Reports a warning to people.
pub(crate) fn tell_warning(warning: &str) {
    tell(&format!("warning: {warning}"));
}

/// Reports an error to people.
pub(crate) fn tell_error(error: &str) {
    tell(&format!("error: {error}"));
}
