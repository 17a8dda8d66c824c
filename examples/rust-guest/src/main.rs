use precompile_runtime::wasmtime::{self, Linker, Store};
use precompile_runtime::{Runtime, include_cwasm, link};

fn main() -> wasmtime::Result<()> {
    let program = Runtime::new().open_embedded(include_cwasm!("guest"))?;
    let mut store = Store::new(program.engine(), ());
    let instance = link::instantiate(&Linker::new(program.engine()), &mut store, &program)?;
    let count = instance.get_typed_func::<u32, u32>(&mut store, "primes_below")?;
    println!("{} primes below 10000", count.call(&mut store, 10_000)?);
    Ok(())
}
