//! Compilation through the cache.

use crate::compile::Compiler;
use crate::compile::accept::accept_from;
use crate::compile::compiled::Compiled;
use crate::compile::error::CompileError;
use crate::compile::kept_module;
use crate::compile::recipe::recipe;
use crate::compile::signatures::Signatures;
use crate::module::text::{binary, is_text};
use crate::options::fallback_options::with_fallback;
use crate::options::target::Target;
use crate::options::{Options, OptionsError};
use precompile_artifact::Backend;
use precompile_cache::{
    Cache, Candidate, Digest, Entry, Identity, InPlace, Key, Lookup, Objection, Recipe, Turn, bounded,
    open_regular,
};
use std::borrow::Cow;
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};
use std::time::Instant;
use thiserror::Error;

/// A module, and the options to compile it with.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// The options.
    pub options: &'a Options,
    /// The [`recipe`] of the options, best made once for many modules.
    pub recipe: &'a Arc<Recipe>,
    /// The module.
    pub source: Source<'a>,
    /// The module's name in lists of the cache's entries.
    pub name: Option<&'a Path>,
    /// The module is parsed by the compiler alone, as in another process: a text isn't parsed here.
    pub is_isolated: bool,
    /// The path of the output. An artifact that is already there and whose file hasn't changed isn't read.
    /// With `None`, the artifact is found or made in any case.
    pub output: Option<&'a Path>,
    /// The module and the output are read again, even if they haven't changed since they were read last.
    pub verify_inputs: bool,
    /// The signatures of the artifact, and those that one from a shared cache must have.
    pub signatures: &'a Signatures,
}

/// The source of a module.
#[derive(Clone, Copy, Debug)]
pub enum Source<'a> {
    /// A file, with its identity if that is already known.
    File(&'a Path, Option<Identity>),
    /// A file that was read in this run, with its digest.
    Digested(&'a Path, Digest),
    /// The bytes, in memory.
    Bytes(&'a [u8]),
}

/// The answer to a request.
#[derive(Debug)]
pub struct Answer {
    /// The artifact.
    pub artifact: Artifact,
    /// The backend that compiled it: the fallback's, if one was used.
    pub backend: Backend,
    /// The target.
    pub target: Target,
    /// The error of the requested backend, if a fallback was used.
    pub fallback_from: Option<String>,
    /// The key of its cache entry.
    pub key: Key,
}

/// An artifact, by its place.
#[derive(Debug)]
pub enum Artifact {
    /// The file at the output.
    InPlace(InPlace),
    /// An entry of the cache; its bytes aren't verified yet.
    Stored(Entry),
    /// A new artifact in memory, which is signed. [`Cache::fill`] stores it.
    Compiled(Compiled, Turn),
}

/// The failure of a request.
#[derive(Debug, Error)]
pub enum ObtainError {
    /// The module can't be read.
    #[error("can't read it: {0}")]
    Read(io::Error),
    /// The module can't be compiled.
    #[error(transparent)]
    Compile(#[from] CompileError),
    /// The cache has an earlier failure of the backend for this module.
    #[error("{0}")]
    Remembered(String),
    /// Another thread or process is compiling the module.
    #[error("another process is compiling it")]
    Busy,
}

impl ObtainError {
    /// The test that the module is valid and another backend may compile it.
    pub fn another_backend_may(&self) -> bool {
        match self {
            ObtainError::Compile(error) => error.another_backend_may(),
            ObtainError::Remembered(_) => true,
            ObtainError::Read(_) | ObtainError::Busy => false,
        }
    }
}

impl From<OptionsError> for ObtainError {
    fn from(error: OptionsError) -> ObtainError {
        ObtainError::Compile(error.into())
    }
}

impl Compiler<'_> {
    /// Finds an artifact, or compiles it. While another thread or process compiles the same artifact, the result is
    /// [`ObtainError::Busy`]; with `wait`, this waits for it, and the calling thread must hold no other turn.
    ///
    /// # Errors
    ///
    /// A module that can't be read or compiled, or [`ObtainError::Busy`].
    pub fn obtain(&self, cache: &Cache, request: &Request<'_>, wait: bool) -> Result<Answer, ObtainError> {
        request.options.check()?;
        let mut source = SourceState { from: request.source, digest: digest(cache, request)?, bytes: None };
        let mut is_first = true;
        let (answer, refusal) =
            with_fallback(request.options, ObtainError::another_backend_may, |options| {
                let other = (!std::mem::take(&mut is_first)).then(|| Arc::new(recipe(options)));
                let recipe = other.as_ref().unwrap_or(request.recipe);
                self.find_or_compile(cache, &Request { options, recipe, ..*request }, &mut source, wait)
            })?;
        Ok(Answer { fallback_from: refusal.map(|refusal| refusal.to_string()), ..answer })
    }

    /// Finds or compiles an artifact of one backend.
    fn find_or_compile(
        &self,
        cache: &Cache,
        request: &Request<'_>,
        source: &mut SourceState<'_>,
        wait: bool,
    ) -> Result<Answer, ObtainError> {
        let options = request.options;
        loop {
            let key = request.key(source.digest);
            let answer = |artifact, key| {
                let (backend, target) = (options.backend, options.target.clone());
                Answer { artifact, backend, target, fallback_from: None, key }
            };
            let output = request.output;
            if let Some(in_place) = output.and_then(|it| cache.in_place(it, &key, request.verify_inputs)) {
                return Ok(answer(Artifact::InPlace(in_place), key));
            }
            let (changed, binary) = (AtomicBool::new(false), OnceLock::new());
            let accept = |found: Candidate<'_>| {
                let (file, digest) = accepted(request, source, found)?;
                if file == SourceFile::Changed {
                    changed.store(true, Relaxed);
                }
                let _ = binary.set(digest);
                Ok(())
            };
            let turn = match cache.lookup(&key, wait, &accept) {
                Lookup::Hit(_) if changed.load(Relaxed) => {
                    let bytes = read(source.from)?;
                    source.digest = Digest::of(&bytes);
                    source.bytes = Some(bytes);
                    continue;
                }
                Lookup::Hit(entry) => {
                    if let Some(binary) = binary.get() {
                        keep(cache, request, source, binary);
                        cache.join(&entry, &key, group(binary));
                    }
                    return Ok(answer(Artifact::Stored(entry), key));
                }
                Lookup::Failure(message) => return Err(ObtainError::Remembered(message)),
                Lookup::Busy => return Err(ObtainError::Busy),
                Lookup::Miss(turn) => turn.named(request.name).private(request.signatures.is_private()),
            };
            let bytes = match source.bytes.take() {
                Some(bytes) => bytes,
                None => {
                    let bytes = read(source.from)?;
                    // The file may have changed since. The stored artifact must be made of these bytes.
                    let digest = Digest::of(&bytes);
                    if digest != std::mem::replace(&mut source.digest, digest) {
                        source.bytes = Some(bytes);
                        continue;
                    }
                    bytes
                }
            };
            let start = Instant::now();
            let compiled = self.attempt(options, &bytes);
            source.bytes = Some(bytes);
            return match compiled {
                Ok(mut compiled) => {
                    let binary = &compiled.manifest.source_blake3;
                    keep(cache, request, source, binary);
                    let turn = turn.grouped(group(binary));
                    request.signatures.sign(&mut compiled.artifact);
                    Ok(answer(Artifact::Compiled(compiled, turn), key))
                }
                Err(error) => {
                    // The module may have taken over the other process, whose error must not be stored.
                    if error.another_backend_may() && !matches!(error, CompileError::OtherProcess { .. }) {
                        cache.fail(turn, error.to_string(), start.elapsed());
                    }
                    Err(error.into())
                }
            };
        }
    }
}

/// The known facts of a module.
struct SourceState<'a> {
    from: Source<'a>,
    digest: Digest,
    /// The bytes with this digest, once they were needed.
    bytes: Option<Cow<'a, [u8]>>,
}

impl Request<'_> {
    /// The artifact, if it is in place at the output and neither file has changed since they were read last. Only the
    /// file system's records of the files are read for that.
    pub fn in_place(&self, cache: &Cache) -> Option<InPlace> {
        let output = self.output.filter(|_| !self.verify_inputs)?;
        let source = match self.source {
            Source::File(input, identity) => {
                cache.recall(input, &identity.or_else(|| Identity::at(input))?)?
            }
            Source::Digested(_, digest) => digest,
            Source::Bytes(_) => return None,
        };
        cache.in_place(output, &self.key(source), false)
    }

    /// The key of the artifact of a module with this digest.
    fn key(&self, source: Digest) -> Key {
        self.signatures.key(Key::new(self.recipe, source))
    }
}

fn digest(cache: &Cache, request: &Request<'_>) -> Result<Digest, ObtainError> {
    match request.source {
        Source::Bytes(bytes) => Ok(Digest::of(bytes)),
        Source::Digested(_, digest) => Ok(digest),
        Source::File(path, identity) => {
            let look = || Identity::at(path);
            let identity = if request.verify_inputs { None } else { identity.or_else(look) };
            let known = identity.and_then(|identity| cache.recall(path, &identity));
            known.map_or_else(|| cache.read_digest(path).map_err(ObtainError::Read), Ok)
        }
    }
}

fn read(source: Source<'_>) -> Result<Cow<'_, [u8]>, ObtainError> {
    match source {
        Source::Bytes(bytes) => Ok(Cow::Borrowed(bytes)),
        Source::File(path, _) | Source::Digested(path, _) => {
            read_file(path).map(Cow::Owned).map_err(ObtainError::Read)
        }
    }
}

fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    let (mut file, expected) = bounded(open_regular(path, true, false)?)?;
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(usize::try_from(expected).map_err(|_| io::ErrorKind::OutOfMemory)?)?;
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The group of all artifacts of a module, by the digest of its binary form, which every artifact names. A server that runs
/// one of them finds the others.
fn group(binary: &[u8; 32]) -> Digest {
    Digest::from(*binary)
}

/// Keeps the module of a stripped artifact, for its backtraces. `binary` is the digest of its binary form.
fn keep(cache: &Cache, request: &Request<'_>, source: &SourceState<'_>, binary: &[u8; 32]) {
    let key = kept_module::key(binary);
    if !kept_module::is_wanted(request.options) || cache.has_kept(&key) {
        return;
    }
    match &source.bytes {
        Some(bytes) => cache.keep(&key, request.name, bytes),
        None => {
            if let Ok(bytes) = read(source.from)
                && Digest::of(&bytes) == source.digest
            {
                cache.keep(&key, request.name, &bytes);
            }
        }
    }
}

/// The state of a module's file while an artifact is checked against it.
#[derive(PartialEq, Eq)]
enum SourceFile {
    Same,
    /// The file has changed since it was digested, or can't be read any more.
    Changed,
}

/// Checks that an artifact from a cache was made of this module with these options, and is signed as it must be. The
/// manifest has the digest of the module's binary form, which is made again of a text. Where only an isolated process may
/// parse the text, or the file has changed, it can't be compared, and artifacts of a shared cache are refused: they would
/// be stored. Returns the digest in the manifest, too.
fn accepted(
    request: &Request<'_>,
    source: &SourceState<'_>,
    found: Candidate<'_>,
) -> Result<(SourceFile, [u8; 32]), Objection> {
    let (mut is_changed, mut is_unknown) = (false, false);
    let mut is_source = |named: &[u8; 32]| {
        if named == source.digest.bytes() {
            return true;
        }
        let text = match &source.bytes {
            Some(bytes) => Cow::Borrowed(&**bytes),
            None => match read(source.from) {
                Ok(bytes) if Digest::of(&bytes) == source.digest => bytes,
                _ => {
                    is_changed = true;
                    return true;
                }
            },
        };
        match is_text(&text) {
            true if request.is_isolated => {
                is_unknown = found.is_shared;
                true
            }
            true => binary(&text).is_ok_and(|it| Digest::of(&it).bytes() == named),
            false => false,
        }
    };
    let trailer = accept_from(request.options, &mut is_source, found.blob)?;
    if is_unknown {
        return Err("an isolated process alone may parse the text that it may be made of".into());
    }
    if is_changed && found.is_shared {
        return Err("the module has changed meanwhile".into());
    }
    request.signatures.check(found, &trailer)?;
    let file = if is_changed { SourceFile::Changed } else { SourceFile::Same };
    Ok((file, trailer.manifest.source_blake3))
}

#[cfg(all(test, feature = "cranelift"))]
mod tests {
    use super::*;
    use precompile_cache::{Store, StoreLimits};
    use std::time::Duration;

    /// A text's artifact from the cache is refused if it was made of another module, as in a shared cache.
    #[test]
    fn another_modules_artifact_is_refused_for_a_text_too() {
        let folder = tempfile::tempdir().unwrap();
        let target = Target::host().unwrap();
        let platform = target.default_platform(Backend::Cranelift);
        let options = Options::new(Backend::Cranelift, target, platform).unwrap();
        let recipe = Arc::new(recipe(&options));
        let module = b"(module (memory 1))";
        let key = Key::new(&recipe, Digest::of(module));
        for (text, is_taken) in [("(module (memory 2))", false), ("(module (memory  1))", true)] {
            let cache = Cache::new(Store::new(&folder.path().join(text)), StoreLimits::default());
            let Lookup::Miss(turn) = cache.lookup(&key, true, &|_| Ok(())) else {
                panic!("it has something")
            };
            let artifact = Compiler::default().compile(&options, text.as_bytes()).unwrap().artifact;
            cache.fill(turn, &artifact, Duration::from_secs(1)).unwrap();
            let request = Request {
                options: &options,
                recipe: &recipe,
                source: Source::Bytes(module),
                name: None,
                is_isolated: false,
                output: None,
                verify_inputs: false,
                signatures: &Signatures::default(),
            };
            let found = Compiler::default().obtain(&cache, &request, true).unwrap().artifact;
            assert_eq!(matches!(found, Artifact::Stored(_)), is_taken, "{text}");
        }
    }

    /// An entry of a shared cache isn't stored under the key of a module that changes meanwhile.
    #[test]
    fn a_shared_cache_has_no_artifact_of_a_module_that_changed() {
        let target = Target::host().unwrap();
        let platform = target.default_platform(Backend::Cranelift);
        let options = Options::new(Backend::Cranelift, target, platform).unwrap();
        let (recipe, signatures) = (Arc::new(recipe(&options)), Signatures::default());
        let blob = Compiler::default().compile(&options, b"(module (memory 2))").unwrap().artifact;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("app.wat");
        std::fs::write(&path, "(module (memory 1))").unwrap();
        let source =
            SourceState { from: Source::File(&path, None), digest: Digest::of(b"before"), bytes: None };
        for is_isolated in [false, true] {
            let request = Request {
                options: &options,
                recipe: &recipe,
                source: source.from,
                name: None,
                is_isolated,
                output: None,
                verify_inputs: false,
                signatures: &signatures,
            };
            let found = |is_shared| accepted(&request, &source, Candidate { blob: &blob, is_shared });
            assert!(found(false).is_ok_and(|(file, _)| file == SourceFile::Changed));
            let refused = found(true).err().unwrap().to_string();
            assert_eq!(refused, "the module has changed meanwhile");
        }
    }

    /// The good entry of the text before the change is neither used nor removed.
    #[test]
    fn a_text_that_changes_meanwhile_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let target = Target::host().unwrap();
        let platform = target.default_platform(Backend::Cranelift);
        let options = Options::new(Backend::Cranelift, target, platform).unwrap();
        let recipe = Arc::new(recipe(&options));
        let cache = Cache::new(Store::new(&folder.path().join("cache")), StoreLimits::default());
        let (before, after) = ("(module (memory 1))", "(module (memory 2))");
        let path = folder.path().join("app.wat");
        let signatures = Signatures::default();
        let request = Request {
            options: &options,
            recipe: &recipe,
            source: Source::File(&path, None),
            name: None,
            is_isolated: false,
            output: None,
            verify_inputs: true,
            signatures: &signatures,
        };
        for text in [before, after] {
            std::fs::write(&path, text).unwrap();
            let Artifact::Compiled(compiled, turn) =
                Compiler::default().obtain(&cache, &request, true).unwrap().artifact
            else {
                panic!("it is new")
            };
            cache.fill(turn, &compiled.artifact, Duration::from_secs(1)).unwrap();
        }
        // As if the file had been written between its digest and the lookup of the entry.
        let mut source =
            SourceState { from: request.source, digest: Digest::of(before.as_bytes()), bytes: None };
        let answer = Compiler::default().find_or_compile(&cache, &request, &mut source, true).unwrap();
        assert_eq!(answer.key.source(), Digest::of(after.as_bytes()));
        let key = Key::new(&recipe, Digest::of(before.as_bytes()));
        assert!(matches!(cache.lookup(&key, true, &|_| Ok(())), Lookup::Hit(_)));
    }
}
