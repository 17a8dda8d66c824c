use precompile_runtime::wasmtime::{self, Linker, Store};
use precompile_runtime::{Runtime, include_cwasm, link};

fn main() -> wasmtime::Result<()> {
    let program = Runtime::new().open_embedded(include_cwasm!("fibonacci"))?;
    let mut linker = Linker::new(program.engine());
    linker.func_wrap("host", "step", |_: i64| ())?;
    let mut store = Store::new(program.engine(), ());
    let instance = link::instantiate(&linker, &mut store, &program)?;
    let run = instance.get_typed_func::<i64, i64>(&mut store, "run")?;
    println!("{} on {}", run.call(&mut store, 50)?, program.manifest().target);
    Ok(())
}
