use precompile::Backend;
use precompile::build::Build;

fn main() {
    // Compiled fast while you work, and to fast code for what you ship.
    let backend =
        if std::env::var("PROFILE").unwrap() == "release" { Backend::Cranelift } else { Backend::Winch };
    Build::new().folder("plugins").backend(backend).compile("plugins");
}
