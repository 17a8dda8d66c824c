//! The levels of CPU that the slices of a fat artifact are for.

use crate::options::target::{Target, TargetError};
use thiserror::Error;

/// The levels that slices have beside the baseline where the user names none: what nearly all machines of the last ten
/// years have. x86-64-v3 came with Haswell in 2013; Armv8.1 brought LSE, which Armv8.2 machines such as Neoverse N1 have.
const COMMON: [&str; 2] = ["x86-64-v3", "armv8.2-a"];
/// The lowest level of each architecture.
const BASELINE: &str = "baseline";

/// The error of levels that no slice can be for.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SliceLevelError {
    /// A name before `=` is no target.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// No target has the level.
    #[error("no target knows the CPU `{0}`: leave it out, or add its target to `--target`")]
    Level(String),
}

/// The levels of CPU for each of these targets, in texts such as `baseline,x86-64-v3`, or behind a target, for that alone.
/// Features follow their level with a sign. Without texts: the baseline, and the level that nearly all machines have.
///
/// # Errors
///
/// If no target has a level.
pub fn slice_levels(texts: &[String], targets: &[Target]) -> Result<Vec<Vec<String>>, SliceLevelError> {
    let mut levels: Vec<Vec<String>> = vec![Vec::new(); targets.len()];
    if texts.is_empty() {
        for (target, levels) in targets.iter().zip(&mut levels) {
            let common = COMMON.into_iter().filter(|level| knows(target, level));
            levels.extend([BASELINE].into_iter().chain(common).map(String::from));
        }
        return Ok(levels);
    }
    for text in texts {
        let mut only: Option<Target> = None;
        // The targets that the last level is for.
        let mut last: Vec<usize> = Vec::new();
        for part in text.split(',') {
            if part.starts_with(['+', '-']) && !last.is_empty() {
                for at in &last {
                    if let Some(level) = levels[*at].last_mut() {
                        *level = format!("{level},{part}");
                    }
                }
                continue;
            }
            let level = match part.split_once('=') {
                Some((name, level)) => {
                    only = Some(name.parse()?);
                    level
                }
                None => part,
            };
            let is_meant = |target: &Target| only.as_ref().is_none_or(|only| only == target);
            let meant =
                (0..targets.len()).filter(|at| is_meant(&targets[*at]) && knows(&targets[*at], level));
            last = meant.collect();
            if last.is_empty() {
                return Err(SliceLevelError::Level(level.into()));
            }
            last.iter().for_each(|at| levels[*at].push(level.into()));
        }
    }
    // A target that no level is for has its baseline.
    levels.iter_mut().filter(|levels| levels.is_empty()).for_each(|levels| levels.push(BASELINE.into()));
    Ok(levels)
}

/// The test that a target has a level.
fn knows(target: &Target, level: &str) -> bool {
    level == BASELINE || level == "native" || target.family().level(level).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(texts: &[&str], targets: &[&str]) -> Vec<Vec<String>> {
        let texts: Vec<_> = texts.iter().copied().map(String::from).collect();
        let targets: Vec<_> = targets.iter().map(|name| name.parse().unwrap()).collect();
        slice_levels(&texts, &targets).unwrap_or_else(|error| vec![vec![error.to_string()]])
    }

    #[test]
    fn each_target_has_the_levels_that_it_knows() {
        let targets = ["x86_64", "aarch64", "s390x"];
        for (texts, expected) in [
            (&[][..], [&["baseline", "x86-64-v3"][..], &["baseline", "armv8.2-a"], &["baseline"]]),
            (&["baseline,x86-64-v3"], [&["baseline", "x86-64-v3"], &["baseline"], &["baseline"]]),
            (
                &["x86-64-v2,x86-64-v3,-avx2"],
                [&["x86-64-v2", "x86-64-v3,-avx2"], &["baseline"], &["baseline"]],
            ),
            (
                &["x86_64=baseline,x86-64-v4", "aarch64=armv9-a"],
                [&["baseline", "x86-64-v4"], &["armv9-a"], &["baseline"]],
            ),
        ] {
            assert_eq!(of(texts, &targets), expected, "{texts:?}");
        }
        assert!(of(&["armv9-a"], &["x86_64"])[0][0].contains("`armv9-a`"));
        assert!(of(&["x86_64=armv9-a"], &["x86_64", "aarch64"])[0][0].contains("`armv9-a`"));
    }
}
