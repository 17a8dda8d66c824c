//! A job: one module to compile for one target.

use crate::compile::budget;
use crate::compile::digests::Digests;
use crate::compile::fat_output::FatOutput;
use crate::compile::input_limits::InputLimits;
use crate::compile::inputs::{Input, STANDARD};
use crate::compile::mem_budget::{MemBudget, input_peak};
use crate::compile::outcome::{JobOutcome, Origin, Phases};
use crate::compile::remote::Farm;
use crate::compile::room::Room;
use crate::described_host::{DescribedHost, misfits};
use crate::interrupt;
use crate::kind::Kind;
use crate::message::{nanoseconds, print_bytes};
use crate::unreadable::unreadable;
use anyhow::{Result, anyhow};
use precompile::artifact::trailer;
use precompile::cache::{Cache, Entry, InPlace, Key, Recipe, Turn, bounded, open_regular};
use precompile::{
    Answer, Artifact, Backend, Chosen, Compiled, Compiler, Destination, Manifest, ObtainError, Options,
    PairError, Request, Signatures, Source, Target, Written, descriptor,
};
use std::iter;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Instant, SystemTime};

/// A module to compile for a target.
pub(crate) struct Job {
    /// The input, which the jobs of all targets share.
    pub(crate) input: Arc<Input>,
    pub(crate) options: Arc<Options>,
    pub(crate) recipe: Arc<Recipe>,
    /// The reason why another backend replaces the requested one, whatever the input.
    pub(crate) refusal: Option<PairError>,
    /// The choice of the backend, where it was made for this input.
    pub(crate) chosen: Option<Chosen>,
    pub(crate) output: Output,
    /// The hosts that the artifact must fit.
    pub(crate) hosts: Arc<[DescribedHost]>,
    /// The limits of compiling.
    pub(crate) limits: Arc<InputLimits>,
    /// The signatures of the artifact, and those that one from a shared cache must have.
    pub(crate) signatures: Arc<Signatures>,
    /// The size that the artifact may have, in bytes.
    pub(crate) budget: Option<u64>,
    /// The source and the artifact are read for their digests, even where nothing has changed.
    pub(crate) wants_digests: bool,
    /// The times of the sources, where an unchanged output must be no older than they are.
    pub(crate) source_times: Option<SourceTimes>,
    /// The place in the order in which the user named the inputs.
    pub(crate) order: usize,
    /// The content of an input that can be read only once, after it was read.
    pub(crate) stream: Mutex<Option<Vec<u8>>>,
}

/// The destination of an artifact.
pub(crate) struct Output {
    /// A path, or [`STANDARD`].
    pub(crate) path: PathBuf,
    /// The user named the path. Otherwise links there aren't followed, and folders on the way are made.
    pub(crate) is_named: bool,
    /// The fat artifact of which this is a slice.
    pub(crate) fat: Option<Arc<FatOutput>>,
}

/// The times of the sources of an output.
#[derive(Clone, Copy)]
pub(crate) struct SourceTimes {
    /// The time of the newest source.
    pub(crate) newest: SystemTime,
    /// The time at which the sources were looked at.
    pub(crate) read: SystemTime,
}

impl Output {
    /// Tells whether the destination is standard output.
    pub(crate) fn is_standard(&self) -> bool {
        self.path == Path::new(STANDARD) || descriptor(&self.path) == Some(1)
    }
}

/// A job's use of the cache.
#[derive(Clone, Copy)]
pub(crate) struct Caching<'a> {
    pub(crate) cache: &'a Cache,
    pub(crate) verify_inputs: bool,
    /// The cause of each cache miss is reported.
    pub(crate) explain: bool,
}

/// The means by which jobs are done.
#[derive(Clone, Copy)]
pub(crate) struct Means<'a> {
    pub(crate) caching: Option<Caching<'a>>,
    pub(crate) budget: Option<MemBudget>,
    pub(crate) farm: Option<&'a Farm>,
    /// The room for what a farm doesn't do.
    pub(crate) room: &'a Room,
}

/// The failure of a job.
pub(crate) struct Failed {
    pub(crate) kind: Kind,
    pub(crate) error: String,
}

impl Failed {
    pub(crate) fn new(error: anyhow::Error) -> Failed {
        Failed { kind: Kind::of(&error), error: format!("{error:#}") }
    }
}

impl Job {
    /// The outcome where the output is in place, as far as that is known without reading a file.
    pub(crate) fn in_place(&self, caching: Caching<'_>) -> Option<JobOutcome> {
        let start = Instant::now();
        self.limits.check_input(self.input.bytes).ok().filter(|()| !self.wants_digests)?;
        let InPlace { bytes, cost_ns } = self.request(caching, None).in_place(caching.cache)?;
        // One beyond the budget is read, for the names of its largest parts.
        Some(bytes).filter(|bytes| budget::is_kept(self.budget, *bytes))?;
        self.freshen();
        let (backend, target) = (self.options.backend, self.options.target.clone());
        let phases = Phases { read: start.elapsed(), ..Phases::default() };
        Some(JobOutcome { phases, ..self.outcome(backend, target, Origin::Found { cost_ns }, bytes, None) })
    }

    /// Reads, finds or compiles, and writes. Returns `None` where another process is compiling the same; with `wait`,
    /// waits for that process instead. With `shared`, all threads compile the module.
    pub(crate) fn run(
        &self,
        means: Means<'_>,
        wait: bool,
        shared: bool,
    ) -> Result<Option<JobOutcome>, Failed> {
        let Means { caching, budget, farm, room } = means;
        let by_farm = AtomicBool::new(false);
        let compiler = Compiler::by(|options: &Options, wasm: &[u8]| {
            let here = || {
                budget.map_or(Ok(()), |budget| budget.check(&self.limits, wasm))?;
                // Those who wait for a farm are more than may compile here.
                let peak =
                    || {
                        iter::once(budget.map_or(0, |budget| {
                            input_peak(&self.limits, &self.input).min(budget.for_modules())
                        }))
                    };
                let _taken = farm.map(|_| room.take(peak()));
                let parallel = options.parallel && shared;
                self.limits.compiler().compile(&Options { parallel, ..options.clone() }, wasm)
            };
            let Some(farm) = farm else { return here() };
            let (compiled, is_farms) = farm.compile(options, wasm, &here)?;
            by_farm.store(is_farms, Relaxed);
            Ok(compiled)
        });
        let run = || match caching {
            Some(caching) => self.find_or_compile(caching, &compiler, wait),
            None => self.compile(&compiler).map(Some),
        };
        match catch_unwind(AssertUnwindSafe(run)) {
            Ok(Ok(Some(outcome))) => Ok(Some(JobOutcome { by_farm: by_farm.load(Relaxed), ..outcome })),
            Ok(result) => result.map_err(Failed::new),
            Err(_) => {
                Err(Failed::new(anyhow!("precompile has a bug and gave up on it; nothing was written")))
            }
        }
    }

    fn compile(&self, compiler: &Compiler<'_>) -> Result<JobOutcome> {
        let start = Instant::now();
        let wasm = self.read()?;
        let read = start.elapsed();
        let mut compiled = compiler
            .compile(&self.options, &wasm)
            .map_err(|error| self.limit(error.another_backend_may(), error.into()))?;
        self.check_fit(&compiled.manifest)?;
        self.signatures.sign(&mut compiled.artifact);
        budget::check(self.budget, &compiled.artifact)?;
        let start = Instant::now();
        let written = self.write(&compiled.artifact)?;
        let limit = compiled.fallback_from.as_ref().map(ToString::to_string);
        let phases = Phases { read, write: start.elapsed(), ..Phases::of(&compiled) };
        let (origin, bytes) = (Origin::Compiled { stored: false }, compiled.artifact.len() as u64);
        let digests = self.digests(Some(&wasm), Some(&compiled.artifact))?;
        let manifest = Some(compiled.manifest);
        Ok(JobOutcome {
            written,
            phases,
            manifest,
            digests,
            ..self.outcome(compiled.backend, compiled.target, origin, bytes, limit)
        })
    }

    fn find_or_compile(
        &self,
        caching: Caching<'_>,
        compiler: &Compiler<'_>,
        wait: bool,
    ) -> Result<Option<JobOutcome>> {
        self.limits.check_input(self.input.bytes)?;
        // A limited input is read here, as it may turn out larger than its size says.
        let is_read = self.input.is_stream || self.limits.is_input_limited() || self.wants_digests;
        let bytes = is_read.then(|| self.read()).transpose()?;
        let mut was_damaged = false;
        loop {
            let start = Instant::now();
            let answer = match compiler.obtain(caching.cache, &self.request(caching, bytes.as_deref()), wait)
            {
                Ok(answer) => answer,
                Err(ObtainError::Busy) => {
                    bytes.into_iter().for_each(|bytes| self.keep_stream(bytes));
                    return Ok(None);
                }
                Err(ObtainError::Read(error)) => return Err(unreadable(&error)),
                Err(error) => return Err(self.limit(error.another_backend_may(), error.into())),
            };
            let obtained = start.elapsed();
            let Answer { artifact, backend, target, fallback_from, key } = answer;
            let outcome = |origin, bytes| self.outcome(backend, target, origin, bytes, fallback_from);
            let source = bytes.as_deref();
            let start = Instant::now();
            return Ok(Some(match artifact {
                Artifact::InPlace(InPlace { bytes, cost_ns }) => {
                    if !budget::is_kept(self.budget, bytes) {
                        budget::check(self.budget, &fs_err::read(&self.output.path)?)?;
                    }
                    self.freshen();
                    let phases = Phases { read: obtained, ..Phases::default() };
                    JobOutcome { phases, ..outcome(Origin::Found { cost_ns }, bytes) }
                }
                Artifact::Stored(entry) => {
                    let record = entry.record();
                    let (origin, size) = (Origin::Found { cost_ns: record.cost_ns }, record.blob_bytes());
                    let is_read = self.wants_digests || !budget::is_kept(self.budget, size);
                    let artifact = if is_read { entry.read().ok() } else { None };
                    let is_damaged = is_read && artifact.is_none();
                    artifact.as_deref().map_or(Ok(()), |artifact| budget::check(self.budget, artifact))?;
                    let delivered = if is_damaged { None } else { self.deliver(caching.cache, &key, entry)? };
                    let Some(written) = delivered else {
                        caching.cache.damaged(&key);
                        // An entry of another user's can't be removed.
                        if std::mem::replace(&mut was_damaged, true) {
                            bytes.into_iter().for_each(|bytes| self.keep_stream(bytes));
                            return self.compile(compiler).map(Some);
                        }
                        continue;
                    };
                    let digests = self.digests(source, artifact.as_deref())?;
                    let phases = Phases { read: obtained, write: start.elapsed(), ..Phases::default() };
                    JobOutcome { written, phases, digests, ..outcome(origin, size) }
                }
                Artifact::Compiled(compiled, turn) => {
                    let cache_miss = caching
                        .explain
                        .then(|| crate::compile::cache_miss::text(caching.cache, &key, &self.output.path));
                    let written = self.store(caching.cache, &key, &compiled, turn)?;
                    let read = obtained.saturating_sub(compiled.timings.total());
                    let phases = Phases { read, write: start.elapsed(), ..Phases::of(&compiled) };
                    let origin = Origin::Compiled { stored: true };
                    let bytes = compiled.artifact.len() as u64;
                    let digests = self.digests(source, Some(&compiled.artifact))?;
                    let manifest = Some(compiled.manifest);
                    JobOutcome { written, phases, cache_miss, manifest, digests, ..outcome(origin, bytes) }
                }
            }));
        }
    }

    /// The request for the input, or for its bytes where they were read.
    fn request<'a>(&'a self, caching: Caching<'_>, bytes: Option<&'a [u8]>) -> Request<'a> {
        let source = match (bytes, self.input.digest.get()) {
            (Some(bytes), _) => Source::Bytes(bytes),
            (None, Some(digest)) => Source::Digested(&self.input.path, *digest),
            (None, None) => Source::File(&self.input.path, self.input.identity),
        };
        // The check that an artifact fits a host needs the artifact itself.
        let readable = !self.output.is_standard()
            && self.output.fat.is_none()
            && self.hosts.is_empty()
            && !self.wants_digests;
        Request {
            options: &self.options,
            recipe: &self.recipe,
            source,
            name: (self.input.path != Path::new(STANDARD)).then_some(&self.input.path),
            is_isolated: self.limits.isolation().is_some(),
            output: readable.then_some(&self.output.path),
            verify_inputs: caching.verify_inputs,
            signatures: &self.signatures,
        }
    }

    /// Stores a compiled artifact, and writes it.
    fn store(&self, cache: &Cache, key: &Key, compiled: &Compiled, turn: Turn) -> Result<Written> {
        let artifact = &compiled.artifact;
        let cost = compiled.timings.total();
        let stored = cache.fill(turn, artifact, cost);
        self.check_fit(&compiled.manifest)?;
        budget::check(self.budget, artifact)?;
        let since = SystemTime::now();
        let written = self.write(artifact)?;
        if let Some(digest) = stored.filter(|_| self.output.fat.is_none()) {
            cache.note_output(&self.output.path, key, digest, nanoseconds(cost), since);
        }
        Ok(written)
    }

    /// Writes an artifact from the cache; while its entry is open, nobody prunes it. Returns `None` where the entry
    /// turns out to be damaged.
    fn deliver(&self, cache: &Cache, key: &Key, entry: Entry) -> Result<Option<Written>> {
        let bytes = entry.record().blob_bytes();
        let destination = self.destination();
        let is_file = !self.output.is_standard() && !destination.is_stream();
        if !is_file || self.output.fat.is_some() || !self.hosts.is_empty() {
            let Ok(artifact) = entry.read() else { return Ok(None) };
            cache.used(&entry, bytes);
            // The reader of a stream may take any time.
            drop(entry);
            if !self.hosts.is_empty() {
                self.check_fit(&trailer::read_unverified(&artifact)?.manifest)?;
            }
            return Ok(Some(self.write(&artifact)?));
        }
        let _guard = interrupt::hold_off();
        self.make_folders()?;
        let since = SystemTime::now();
        let Some(written) = destination.deliver(&entry) else { return Ok(None) };
        let written = written?;
        self.freshen();
        cache.used(&entry, if written == Written::New { bytes } else { 0 });
        if let Some(digest) = entry.digest() {
            cache.note_output(&self.output.path, key, digest, entry.record().cost_ns, since);
        }
        Ok(Some(written))
    }

    /// The digests of a source and its artifact, where they are wanted.
    fn digests(&self, source: Option<&[u8]>, artifact: Option<&[u8]>) -> Result<Option<Digests>> {
        let (Some(source), Some(artifact)) = (source, artifact) else { return Ok(None) };
        self.wants_digests.then(|| Digests::new(&self.options, source, artifact)).transpose()
    }

    /// The outcome, without the parts that depend on the way to the artifact.
    fn outcome(
        &self,
        backend: Backend,
        target: Target,
        origin: Origin,
        artifact_bytes: u64,
        limit: Option<String>,
    ) -> JobOutcome {
        JobOutcome {
            backend,
            target,
            origin,
            fallback_from: self.replaced(limit),
            artifact_bytes,
            manifest: None,
            written: Written::Unchanged,
            phases: Phases::default(),
            cache_miss: None,
            digests: None,
            by_farm: false,
        }
    }

    /// The backend that another one replaced, and why.
    fn replaced(&self, limit: Option<String>) -> Option<(Backend, String)> {
        let refusal = self.refusal.as_ref().map(|refusal| (Backend::Winch, refusal.to_string()));
        refusal.or_else(|| Some((self.options.backend, limit?)))
    }

    /// The error of compiling; for a limit of the backend, with a note where the host refuses its way out.
    fn limit(&self, is_limit: bool, error: anyhow::Error) -> anyhow::Error {
        match is_limit && self.refuses_cranelift() {
            true => Kind::Limit.error(format!("{error}; but the host accepts no code of cranelift's")),
            false => error,
        }
    }

    /// Tells whether a host's policy refuses Cranelift, so that it is no way out.
    fn refuses_cranelift(&self) -> bool {
        let mut accepted = self.hosts.iter().filter_map(|described| described.host.policy.backends.as_ref());
        accepted.any(|accepted| !accepted.contains(&Backend::Cranelift))
    }

    fn check_fit(&self, manifest: &Manifest) -> Result<()> {
        misfits(manifest, &self.hosts).map_or(Ok(()), |text| Err(Kind::Mismatch.error(text)))
    }

    /// Reads the input, as far as it is allowed.
    pub(crate) fn read(&self) -> Result<Vec<u8>> {
        if !self.input.is_stream {
            let file = open_regular(&self.input.path, true, false).map_err(|error| unreadable(&error))?;
            let (file, bytes) = bounded(file)?;
            return self.limits.read(file, bytes);
        }
        let mut kept = self.stream.lock().unwrap_or_else(PoisonError::into_inner);
        match kept.take() {
            Some(wasm) => Ok(wasm),
            None => self.limits.read_stream(&self.input),
        }
    }

    /// Keeps the content of a stream, for when the job is run again.
    fn keep_stream(&self, bytes: Vec<u8>) {
        *self.stream.lock().unwrap_or_else(PoisonError::into_inner) = Some(bytes);
    }

    /// Writes the artifact, or keeps it for the fat one that it is a slice of.
    fn write(&self, artifact: &[u8]) -> Result<Written> {
        match &self.output.fat {
            Some(fat) => {
                fat.add(artifact);
                Ok(Written::New)
            }
            None => self.write_whole(artifact),
        }
    }

    /// Writes what the output is to hold.
    pub(super) fn write_whole(&self, artifact: &[u8]) -> Result<Written> {
        if self.output.is_standard() {
            print_bytes(artifact)?;
            return Ok(Written::New);
        }
        let destination = self.destination();
        // A pipe may take any time.
        let _guard = (!destination.is_stream()).then(interrupt::hold_off);
        self.make_folders()?;
        let written = destination.write(artifact)?;
        self.freshen();
        Ok(written)
    }

    fn destination(&self) -> Destination<'_> {
        let (path, input) = (&self.output.path, self.input.source());
        if self.output.is_named { Destination::named(path, input) } else { Destination::derived(path, input) }
    }

    /// Makes the output no older than its sources: tools such as make would otherwise make it again and again.
    fn freshen(&self) {
        if let Some(SourceTimes { newest, read }) = self.source_times {
            self.destination().freshen(newest, read);
        }
    }

    fn make_folders(&self) -> Result<()> {
        if let Some(folder) = self.output.path.parent().filter(|_| !self.output.is_named) {
            fs_err::create_dir_all(folder)?;
        }
        Ok(())
    }
}
