//! The key of a job's artifact, and the estimate of its time: what a plan knows without compiling.

use crate::compile::inputs::LEAST_CODE;
use crate::compile::job::{Caching, Job};
use crate::kind::Kind;
use crate::unreadable::unreadable;
use anyhow::Result;
use precompile::cache::{Digest, Key};
use precompile::typical_time;
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

/// Reads the modules of jobs, each once, by all threads, for their keys. What can't be read is left out.
pub(crate) fn read_sources(jobs: &[&Job], caching: Option<Caching<'_>>, with_code: bool) {
    let mut seen = HashSet::new();
    let firsts: Vec<_> = jobs.iter().filter(|job| seen.insert(Arc::as_ptr(&job.input))).collect();
    firsts.par_iter().for_each(|job| {
        let input = &job.input;
        // By the headers of sections, also where modules are isolated: parts must not depend on that. A module whose code
        // can't be counted counts as one that can't be read, rather than with another size than elsewhere.
        if with_code && !input.is_stream && input.code_size().is_err() {
            return;
        }
        if input.digest.get().is_none()
            && let Ok(digest) = job.read_digest(caching)
        {
            // Nobody else sets it.
            let _ = input.digest.set(digest);
        }
    });
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
        // Data has to be copied, too.
        let code = self.input.known_code_size().map(|code| code.bytes.max(self.input.bytes / LEAST_CODE));
        let code = code.unwrap_or(self.input.bytes);
        typical_time(self.options.backend, code)
    }
}
