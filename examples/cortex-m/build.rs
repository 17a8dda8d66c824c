use precompile::build::Build;
use precompile::{Fallback, Platform};
use std::path::PathBuf;

fn main() {
    guest().fallback(Fallback::Pulley).compile("guest");
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

/// Passes an artifact's path to the program, in an environment variable of its build.
fn keep(name: &str, artifacts: Result<Vec<PathBuf>, precompile::build::BuildError>) {
    for artifact in artifacts.unwrap() {
        println!("cargo::rustc-env={name}={}", artifact.display());
    }
}
