//! The key of a job's artifact, and the estimate of its time: what a plan knows without compiling.

use crate::compile::inputs::Input;
use crate::compile::job::{Caching, Job};
use crate::kind::Kind;
use crate::unreadable::unreadable;
use anyhow::Result;
use precompile::cache::{Digest, Key};
use precompile::{code_bytes, typical_time};
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use std::collections::HashSet;
use std::fs::File;
use std::io;
use std::sync::Arc;
use std::time::Duration;

/// The part of a module that counts as code where its code is not known, or is less: texts are longer than what they
/// say, and data has to be copied.
const LEAST_CODE: u64 = 8;

/// Reads the modules of jobs, each once, by all threads, for their keys. What can't be read is left out.
pub(crate) fn read_sources(jobs: &[&Job], caching: Option<Caching<'_>>, with_code: bool) {
    let mut seen = HashSet::new();
    let firsts: Vec<_> = jobs.iter().filter(|job| seen.insert(Arc::as_ptr(&job.input))).collect();
    firsts.par_iter().for_each(|job| {
        let input = &job.input;
        if with_code && !input.is_stream && input.code_bytes.get().is_none() {
            // By the headers of sections, also where modules are isolated: parts must not depend on that. A module whose
            // code can't be counted counts as one that can't be read, rather than with another size than elsewhere.
            let Ok(code) = code(input) else { return };
            // Nobody else sets it.
            let _ = input.code_bytes.set(code.max(input.bytes / LEAST_CODE));
        }
        if input.digest.get().is_none()
            && let Ok(digest) = job.read_digest(caching)
        {
            let _ = input.digest.set(digest);
        }
    });
}

/// The bytes of a module's code; 0 where they can't be told without parsing it.
fn code(input: &Input) -> io::Result<u64> {
    File::open(&input.path).and_then(|file| code_bytes(file, false))
}

impl Job {
    /// The digest of the input, by the notes of the cache where they are to be believed.
    ///
    /// # Errors
    ///
    /// If the input can't be read, or isn't to be read for a plan.
    pub(crate) fn read_digest(&self, caching: Option<Caching<'_>>) -> Result<Digest> {
        let input = &self.input;
        self.limits.check_input(input.bytes)?;
        if input.is_stream {
            return Err(Kind::Read.error("it can be read only once, and a plan reads it before: name a file"));
        }
        let Some(Caching { cache, verify_inputs, .. }) = caching else {
            return Ok(Digest::of(&self.read()?));
        };
        let identity = input.identity.filter(|_| !verify_inputs);
        if let Some(known) = identity.and_then(|identity| cache.recall(&input.path, &identity)) {
            return Ok(known);
        }
        match self.limits.is_input_limited() {
            true => Ok(Digest::of(&self.read()?)),
            false => cache.read_digest(&input.path).map_err(|error| unreadable(&error)),
        }
    }

    /// The key of the artifact, once the input was read.
    pub(crate) fn key(&self) -> Option<Key> {
        Some(self.signatures.key(Key::new(&self.recipe, *self.input.digest.get()?)))
    }

    /// The estimated processor time of compiling: by the code, once it was read, and else by the input's size. It is the
    /// same on every machine.
    pub(crate) fn estimate(&self) -> Duration {
        let code = self.input.code_bytes.get().copied().unwrap_or(self.input.bytes);
        typical_time(self.options.backend, code)
    }
}
