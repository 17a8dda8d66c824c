//! The packing of jobs into equal parts, the same wherever it is done.

use precompile::cache::Digest;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::Range;
use std::time::Duration;

/// The time below which the jobs of a module stay together, so that one part alone reads it.
const SMALL: Duration = Duration::from_millis(100);

/// A job, as far as packing is concerned.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load {
    /// The key of its artifact. Jobs with the same are one.
    pub(crate) key: Digest,
    /// The digest of its module.
    pub(crate) source: Digest,
    /// The estimated time. It depends on key and source alone.
    pub(crate) time: Duration,
}

impl Load {
    /// The name of what stays together.
    fn parcel(&self) -> Digest {
        if self.time < SMALL { self.source } else { self.key }
    }
}

/// Jobs that stay together.
struct Parcel {
    time: Duration,
    name: Digest,
    /// Their places in the sorted list.
    jobs: Range<usize>,
}

/// The number of the part, from 0 on, for each of the jobs. What takes longest is packed first, each time into the part
/// with the least work so far. The order of the jobs doesn't matter.
pub(crate) fn pack(loads: &[Load], parts: u32) -> Vec<u32> {
    let mut order: Vec<usize> = (0..loads.len()).collect();
    order.sort_unstable_by_key(|at| (loads[*at].parcel(), loads[*at].key));
    let mut parcels = Vec::new();
    let mut start = 0;
    for jobs in order.chunk_by(|one, other| loads[*one].parcel() == loads[*other].parcel()) {
        let different = jobs.chunk_by(|one, other| loads[*one].key == loads[*other].key);
        let time = different.map(|same| loads[same[0]].time).fold(Duration::ZERO, Duration::saturating_add);
        parcels.push(Parcel { time, name: loads[jobs[0]].parcel(), jobs: start..start + jobs.len() });
        start += jobs.len();
    }
    parcels.sort_unstable_by_key(|parcel| (Reverse(parcel.time), parcel.name));
    // Parts beyond the number of parcels get none.
    let parts = parts.min(parcels.len().try_into().unwrap_or(u32::MAX));
    let mut least: BinaryHeap<_> = (0..parts).map(|part| Reverse((Duration::ZERO, part))).collect();
    let mut part_of = vec![0; loads.len()];
    for Parcel { time, jobs, .. } in parcels {
        let Some(Reverse((before, part))) = least.pop() else { break };
        least.push(Reverse((before.saturating_add(time), part)));
        order[jobs].iter().for_each(|at| part_of[*at] = part);
    }
    part_of
}

#[cfg(test)]
mod tests;
