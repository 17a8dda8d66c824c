//! The places of jobs' artifacts, found in one pass over all of them.

use crate::compile::job::{Caching, Job};
use crate::message::Whereabouts;
use precompile::cache::{Digest, Presence};
use std::collections::HashSet;

/// The number of jobs whose keys are in memory at once.
const AT_ONCE: usize = 1 << 16;

/// The place of each job's artifact, in their order, as far as the inputs were read before; none is taken for in place.
pub(crate) fn places(jobs: &[&Job], caching: Option<Caching<'_>>) -> Vec<Option<Whereabouts>> {
    let mut places = Vec::with_capacity(jobs.len());
    let mut missing = HashSet::<Digest>::new();
    for jobs in jobs.chunks(AT_ONCE) {
        let keys: Vec<_> = jobs.iter().map(|job| job.key()).collect();
        let known: Vec<_> = keys.iter().flatten().cloned().collect();
        let found = caching.map(|Caching { cache, .. }| cache.presence(&known));
        let mut found = found.unwrap_or_else(|| vec![Presence::Absent; known.len()]).into_iter();
        places.extend(keys.into_iter().map(|key| match key.and_then(|key| Some((key, found.next()?))) {
            None => None,
            Some((_, Presence::Local)) => Some(Whereabouts::Cached),
            Some((_, Presence::Shared)) => Some(Whereabouts::Shared),
            Some((key, Presence::Absent)) if missing.insert(key.digest()) => Some(Whereabouts::Missing),
            Some((_, Presence::Absent)) => Some(Whereabouts::Same),
        }));
    }
    places
}

/// The jobs in the order in which they are best done: what is missing first, so that no thread works alone on it at the
/// end, and what is found last.
pub(crate) fn missing_first<'a>(jobs: Vec<&'a Job>, caching: Caching<'_>) -> Vec<&'a Job> {
    let places = places(&jobs, Some(caching));
    let is_found = |place| matches!(place, Some(Whereabouts::Cached | Whereabouts::Shared));
    let (found, missing): (Vec<_>, Vec<_>) =
        jobs.into_iter().zip(places).partition(|(_, place)| is_found(*place));
    missing.into_iter().chain(found).map(|(job, _)| job).collect()
}
