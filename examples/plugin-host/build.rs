use precompile::Backend;
use precompile::build::Build;

fn main() {
    // Winch compiles fast while you work, Cranelift makes fast code for releases.
    let backend =
        if std::env::var("PROFILE").unwrap() == "release" { Backend::Cranelift } else { Backend::Winch };
    Build::new().folder("plugins").backend(backend).compile("plugins");
}
