//! Tells the crate how well it is optimised, for a word of warning in build scripts.

#[allow(clippy::disallowed_methods, reason = "what cargo tells")]
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-env=PRECOMPILE_OPT_LEVEL={}", std::env::var("OPT_LEVEL").unwrap_or_default());
}
