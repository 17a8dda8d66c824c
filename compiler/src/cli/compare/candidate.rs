//! The ways to compile that are compared.

use anyhow::{Result, bail, ensure};
use precompile::artifact::Host;
use precompile::artifact::mismatch;

/// A way to compile.
pub(crate) struct Candidate {
    /// What it is called: `cranelift-speed`, `winch x86-64-v3`.
    pub(crate) name: String,
    /// The options of `precompile` that stand for it.
    pub(crate) options: Vec<String>,
}

/// Their names, without a level of processor, and what stands for each, without a target.
const NATIVE: [(&str, &[&str]); 4] = [
    ("winch", &["--backend", "winch"]),
    ("cranelift-none", &["--backend", "cranelift", "--opt-level", "none"]),
    ("cranelift-speed", &["--backend", "cranelift", "--opt-level", "speed"]),
    ("cranelift-speed-and-size", &["--backend", "cranelift", "--opt-level", "speed-and-size"]),
];
const PULLEY: &str = "pulley";
/// Those that are compared for each further level of processor, where none is named.
const WITH_LEVELS: [&str; 2] = ["winch", "cranelift-speed"];

/// Those for a host: all, and some of them for each level of processor; or the ones that are named, and each
/// of them for each level.
///
/// # Errors
///
/// Where a name is none of them, or a level is for none of the named ones.
pub(crate) fn candidates(host: &Host, named: &[String], levels: &[String]) -> Result<Vec<Candidate>> {
    let native = || NATIVE.iter().map(|(name, _)| *name);
    let known = || native().chain([PULLEY]);
    if let Some(unknown) = named.iter().find(|name| !known().any(|known| known == *name)) {
        let known: Vec<_> = known().collect();
        bail!("`{unknown}` is none of the ways to compile: they are {}", known.join(", "));
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
