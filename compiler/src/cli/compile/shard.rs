//! The part of a plan that this process takes.

use crate::compile::job::{Caching, Job};
use crate::compile::job_key::read_sources;
use crate::compile::packing::{Load, pack};
use crate::compile::plan::Plan;
use crate::compile::shard_arg::Shard;
use crate::units::seconds;
use precompile::cache::Digest;
use std::collections::BTreeSet;
use std::time::Duration;

impl Plan {
    /// Leaves the jobs of a part, and a note on them. All jobs are shared out, whatever a cache has, so that parts which
    /// know nothing of each other agree. What can't be read is in every part, which reports it.
    pub(crate) fn keep_shard(&mut self, shard: Shard, caching: Option<Caching<'_>>, verbose: bool) {
        let jobs: Vec<_> = self.jobs.iter().collect();
        read_sources(&jobs, caching, true);
        let load = |job: &Job| {
            let key = job.key()?;
            Some(Load { key: key.digest(), source: key.source(), time: job.estimate() })
        };
        let loads: Vec<_> = jobs.iter().map(|job| load(job)).collect();
        let known: Vec<_> = loads.iter().flatten().copied().collect();
        if verbose {
            let plan = plan_digest(&known, shard.of);
            self.notes.push(format!("plan {plan}: parts of it agree, and those of other plans don't"));
        }
        let mut parts = pack(&known, shard.of).into_iter();
        let own: Vec<bool> = loads
            .iter()
            .map(|load| load.is_none() || parts.next().is_some_and(|part| part + 1 == shard.number))
            .collect();
        let (all, whole) = (self.jobs.len(), total(&self.jobs));
        let mut own = own.into_iter();
        self.jobs.retain(|_| own.next().unwrap_or(true));
        self.jobs.sort_by_key(|job| std::cmp::Reverse(job.estimate()));
        let Shard { number, of } = shard;
        let (count, part) = (self.jobs.len(), total(&self.jobs));
        let s = if all == 1 { "" } else { "s" };
        self.notes.push(format!(
            "part {number} of {of}: {count} of {all} artifact{s}, estimated processor time {} of {}",
            seconds(part.as_secs_f64()),
            seconds(whole.as_secs_f64()),
        ));
    }
}

/// The digest of all that parts are made by.
fn plan_digest(loads: &[Load], parts: u32) -> Digest {
    let all: BTreeSet<_> = loads.iter().map(|load| (load.key, load.source, load.time)).collect();
    let mut bytes = parts.to_le_bytes().to_vec();
    for (key, source, time) in all {
        bytes.extend(key.bytes().iter().chain(source.bytes()));
        bytes.extend(time.as_nanos().to_le_bytes());
    }
    Digest::of(&bytes)
}

fn total(jobs: &[Job]) -> Duration {
    jobs.iter().map(Job::estimate).fold(Duration::ZERO, Duration::saturating_add)
}
