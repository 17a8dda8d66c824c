use precompile::Backend;
use precompile::build::Build;

fn main() {
    Build::new().file("greeter.wat").backend(Backend::Winch).compile("greeter");
}
