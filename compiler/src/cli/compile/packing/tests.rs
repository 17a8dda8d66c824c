use super::*;
use std::collections::HashMap;

/// Jobs of so many modules for three targets, each with a time that its number determines.
fn loads(modules: u64, time: impl Fn(u64) -> Duration) -> Vec<Load> {
    let load = |module: u64, target: u64| {
        let source = Digest::of(&module.to_le_bytes());
        let key = Digest::of(&[module.to_le_bytes(), target.to_le_bytes()].concat());
        Load { key, source, time: time(module) }
    };
    (0..modules)
        .flat_map(|module| (0..3).map(move |target| (module, target)))
        .map(|(m, t)| load(m, t))
        .collect()
}

/// A spread of sizes as modules have it: many small ones, and a few large ones.
fn spread(module: u64) -> Duration {
    Duration::from_millis(20 + (module * 7919 % 1000).pow(2) / 500)
}

/// The work of each part, where equal keys are one job.
fn work(loads: &[Load], parts: &[u32], count: u32) -> Vec<Duration> {
    let mut sums = vec![Duration::ZERO; count as usize];
    let mut seen = HashMap::new();
    for (load, part) in loads.iter().zip(parts) {
        match seen.insert(load.key, *part) {
            None => sums[*part as usize] += load.time,
            Some(other) => assert_eq!(other, *part, "the same job is in two parts"),
        }
    }
    sums
}

#[test]
fn parts_are_nearly_equal() {
    let loads = loads(1000, spread);
    for count in [1, 2, 16, 61] {
        let parts = pack(&loads, count);
        let sums = work(&loads, &parts, count);
        let mean = sums.iter().sum::<Duration>() / count;
        assert!(*sums.iter().max().unwrap() <= mean.mul_f64(1.1), "{count}: {sums:?}");
    }
}

/// Shards agree, in whatever order they found the modules.
#[test]
fn the_order_does_not_matter() {
    let loads = loads(500, spread);
    let parts = pack(&loads, 7);
    let reversed: Vec<_> = loads.iter().rev().copied().collect();
    let again = pack(&reversed, 7);
    assert!(parts.iter().eq(again.iter().rev()));
}

#[test]
fn small_jobs_of_a_module_stay_together() {
    let loads = loads(100, |module| if module % 2 == 0 { SMALL } else { SMALL / 2 });
    let parts = pack(&loads, 10);
    let apart = |module: usize| parts[module * 3..module * 3 + 3].windows(2).any(|two| two[0] != two[1]);
    assert!((1..100).step_by(2).all(|module| !apart(module)));
    assert!((0..100).step_by(2).any(apart));
}

/// A job that occurs twice is one, and both of its outputs are the same part's.
#[test]
fn equal_keys_are_one_job() {
    let once = loads(40, |_| SMALL);
    let twice = [once.clone(), once.clone()].concat();
    let parts = pack(&twice, 5);
    assert_eq!(parts[..once.len()], parts[once.len()..]);
    assert_eq!(parts[..once.len()], pack(&once, 5));
}

#[test]
fn there_may_be_fewer_jobs_than_parts() {
    let loads = loads(2, |_| Duration::from_secs(1));
    let mut parts = pack(&loads, u32::MAX);
    parts.sort_unstable();
    assert_eq!(parts, [0, 1, 2, 3, 4, 5]);
    assert!(pack(&[], 3).is_empty());
}
