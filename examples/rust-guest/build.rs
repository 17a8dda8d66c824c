use precompile::build::Build;

fn main() {
    Build::new().guest_target("wasm32-unknown-unknown").cargo_package("guest").compile("guest");
}
