use precompile::build::Build;
use precompile::{Fallback, Platform};
use std::env;
use std::path::PathBuf;

fn main() {
    let mut own = guest();
    // With the feature `signed`: GUEST_KEY names the secret key, as `Build::sign` takes it, and GUEST_TRUST the trust
    // file.
    if env::var_os("CARGO_FEATURE_SIGNED").is_some() {
        own.sign(&given("GUEST_KEY"));
        let trust = given("GUEST_TRUST");
        println!("cargo::rerun-if-changed={trust}");
        println!("cargo::rustc-env=GUEST_TRUST={trust}");
        keep("UNSIGNED", guest().target("pulley32").try_compile("unsigned"));
    }
    own.fallback(Fallback::Pulley).compile("guest");
    // Artifacts that the program must refuse.
    keep("WIDE", guest().target("pulley64").try_compile("wide"));
    keep("EPOCHS", guest().target("pulley32").setting('W', "epoch-interruption").try_compile("epochs"));
    println!("cargo::rustc-link-search={}", env!("CARGO_MANIFEST_DIR"));
    println!("cargo::rerun-if-changed=memory.x");
    println!("cargo::rustc-link-arg-bins=-Tlink.x");
}

fn guest() -> Build {
    let mut build = Build::new();
    // By default, a memory is allocated with 1 MiB more for growth.
    build.file("guest.wat").platform(Platform::Freestanding).setting('O', "memory-reservation-for-growth=0");
    build
}

/// A variable that the user must set.
fn given(name: &str) -> String {
    println!("cargo::rerun-if-env-changed={name}");
    env::var(name).unwrap_or_else(|_| panic!("the feature `signed` needs the variable `{name}`"))
}

/// Passes an artifact's path to the program, in an environment variable of its build.
fn keep(name: &str, artifacts: Result<Vec<PathBuf>, precompile::build::BuildError>) {
    for artifact in artifacts.unwrap() {
        println!("cargo::rustc-env={name}={}", artifact.display());
    }
}
