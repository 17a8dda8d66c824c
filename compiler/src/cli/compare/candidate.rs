//! The ways to compile that are compared.

use anyhow::{Result, bail, ensure};
use precompile::artifact::Host;
use precompile::artifact::mismatch;
use precompile::did_you_mean;

/// A way to compile.
pub(crate) struct Candidate {
    /// The name: `cranelift-speed`, `winch x86-64-v3`.
    pub(crate) name: String,
    /// The options of `precompile` for it.
    pub(crate) options: Vec<String>,
}

/// Names without a CPU level, each with its options but for the target.
const NATIVE: [(&str, &[&str]); 4] = [
    ("winch", &["--backend", "winch"]),
    ("cranelift-none", &["--backend", "cranelift", "--opt-level", "none"]),
    ("cranelift-speed", &["--backend", "cranelift", "--opt-level", "speed"]),
    ("cranelift-speed-and-size", &["--backend", "cranelift", "--opt-level", "speed-and-size"]),
];
const PULLEY: &str = "pulley";
/// Candidates that are compared for each further CPU level, where the user names no candidate.
const WITH_LEVELS: [&str; 2] = ["winch", "cranelift-speed"];

/// The candidates for a host: all, and some of them for each CPU level; or the named ones, and each of them for each
/// level.
///
/// # Errors
///
/// If a name is unknown, or there is a level and no named candidate that takes one.
pub(crate) fn candidates(host: &Host, named: &[String], levels: &[String]) -> Result<Vec<Candidate>> {
    let native = || NATIVE.iter().map(|(name, _)| *name);
    let known = || native().chain([PULLEY]);
    if let Some(unknown) = named.iter().find(|name| !known().any(|known| known == *name)) {
        let (nearest, known) = (did_you_mean(unknown, known()), known().collect::<Vec<_>>());
        bail!("`{unknown}` is none of the ways to compile: they are {}{nearest}", known.join(", "));
    }
    let wanted = |name: &str| named.is_empty() || named.iter().any(|wanted| wanted == name);
    if !levels.is_empty() && !native().any(wanted) {
        let native: Vec<_> = native().collect();
        bail!("`--cpu` is for machine code, and `--only` names none: add one of {}", native.join(", "));
    }
    let target = host.target.to_string();
    let mut candidates = Vec::new();
    for (name, options) in NATIVE.iter().filter(|(name, _)| wanted(name)) {
        let options: Vec<_> =
            options.iter().copied().chain(["--target", &target]).map(String::from).collect();
        candidates.push(Candidate { name: (*name).into(), options: options.clone() });
        for level in levels.iter().filter(|_| !named.is_empty() || WITH_LEVELS.contains(name)) {
            let mut options = options.clone();
            options.extend(["--cpu".into(), level.clone()]);
            candidates.push(Candidate { name: format!("{name} {level}"), options });
        }
    }
    if let Some(pulley) = mismatch::pulley(&host.target).filter(|_| wanted(PULLEY)) {
        let options = ["--backend", "cranelift", "--target", pulley].map(String::from).into();
        candidates.push(Candidate { name: PULLEY.into(), options });
    }
    ensure!(!candidates.is_empty(), "there is no way to compile for `{target}`");
    Ok(candidates)
}
