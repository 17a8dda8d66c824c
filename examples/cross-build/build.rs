use precompile::Backend;
use precompile::build::Build;

fn main() {
    Build::new().file("../plugin-host/plugins/fibonacci.wat").backend(Backend::Winch).compile("fibonacci");
}
