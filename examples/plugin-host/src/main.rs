use precompile_runtime::wasmtime::{self, Linker, Store};
use precompile_runtime::{Embedded, Runtime, include_cwasm, link};

static PLUGINS: [&Embedded; 2] = [include_cwasm!("plugins/collatz"), include_cwasm!("plugins/fibonacci")];

fn main() -> wasmtime::Result<()> {
    let runtime = Runtime::new();
    for plugin in PLUGINS {
        let program = runtime.open_embedded(plugin)?;
        let mut linker = Linker::new(program.engine());
        linker.func_wrap("host", "step", |value: i64| println!("  {value}"))?;
        let mut store = Store::new(program.engine(), ());
        let instance = link::instantiate(&linker, &mut store, &program)?;
        let run = instance.get_typed_func::<i64, i64>(&mut store, "run")?;
        println!("{} by {}", plugin.name(), program.manifest().backend);
        println!("  = {}", run.call(&mut store, 6)?);
    }
    Ok(())
}
