//! The build script: sets the level of optimisation, for a warning in build scripts, and the digest of the
//! crate's sources, for the keys of the cache.

#[cfg(feature = "compile")]
mod built_from;

#[allow(clippy::disallowed_methods, reason = "what cargo tells")]
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-env=PRECOMPILE_OPT_LEVEL={}", std::env::var("OPT_LEVEL").unwrap_or_default());
    #[cfg(feature = "compile")]
    println!("cargo::rustc-env=PRECOMPILE_BUILT_FROM={}", built_from().expect("the sources can't be read"));
}

/// The digest of the sources. The lock file is the checkout's, or the one that is published with the crate.
/// Cargo ignores it for `cargo install` without `--locked`, and for packages that depend on this one; the
/// versions are the same nevertheless, because the manifest demands them (`tests/built_from.rs`).
#[cfg(feature = "compile")]
#[allow(clippy::disallowed_methods, reason = "what cargo tells")]
fn built_from() -> std::io::Result<blake3::Hash> {
    use std::path::Path;
    // The variable at run time, not at compile time: a target folder may serve several checkouts.
    let folder = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default();
    let folder = Path::new(&folder);
    println!("cargo::rerun-if-changed=built_from.rs");
    println!("cargo::rerun-if-changed=src");
    let mut digest = blake3::Hasher::new();
    let locks = [folder.join("Cargo.lock"), folder.join("../Cargo.lock")];
    println!("cargo::rerun-if-changed=Cargo.toml");
    let lock = locks.iter().find(|lock| lock.is_file());
    let text = lock.map(std::fs::read_to_string).transpose()?.unwrap_or_default();
    let family = built_from::family(&text, env!("CARGO_PKG_NAME"));
    match (lock, family.is_empty()) {
        (Some(lock), false) => {
            println!("cargo::rerun-if-changed={}", lock.display());
            built_from::add_family(&mut digest, &family);
        }
        // The manifest demands all versions.
        _ => {
            digest.update(&std::fs::read(folder.join("Cargo.toml"))?);
        }
    }
    built_from::add_sources(&mut digest, &folder.join("src"))?;
    Ok(digest.finalize())
}
