use precompile_runtime::wasmtime::component::{HasSelf, Linker};
use precompile_runtime::wasmtime::{self, Store};
use precompile_runtime::{Runtime, include_cwasm};

mod bindings {
    precompile_runtime::wasmtime::component::bindgen!({
        world: "greeter",
        wasmtime_crate: precompile_runtime::wasmtime,
    });
}

struct Host;

impl bindings::GreeterImports for Host {
    fn punctuation(&mut self) -> String {
        "!".into()
    }
}

fn main() -> wasmtime::Result<()> {
    let program = Runtime::new().open_embedded(include_cwasm!("greeter"))?;
    let component =
        program.component().ok_or_else(|| wasmtime::format_err!("`greeter` is not a component"))?;
    let mut linker = Linker::<Host>::new(program.engine());
    bindings::Greeter::add_to_linker::<_, HasSelf<_>>(&mut linker, |host| host)?;
    let mut store = Store::new(program.engine(), Host);
    let greeter = bindings::Greeter::instantiate(&mut store, component, &linker)?;
    let name = std::env::args().nth(1).unwrap_or("world".into());
    println!("{}", greeter.call_greet(&mut store, &name)?);
    Ok(())
}
