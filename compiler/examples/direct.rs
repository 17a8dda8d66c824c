//! The smallest program that compiles a module ahead of time with the same crates and settings: the
//! baseline for the overhead of `precompile`. `scripts/measure/overhead.py` measures both.
//!
//! `direct cranelift|winch INPUT OUTPUT`

fn main() -> wasmtime::Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    let mut config = wasmtime::Config::new();
    config
        .target(&format!("{}-unknown-linux-gnu", std::env::consts::ARCH))?
        .strategy(match arguments[1].as_str() {
            "winch" => wasmtime::Strategy::Winch,
            _ => wasmtime::Strategy::Cranelift,
        })
        .concurrency_support(false);
    let wasm = std::fs::read(&arguments[2])?;
    let artifact = wasmtime::Engine::new(&config)?.precompile_module(&wasm)?;
    std::fs::write(&arguments[3], artifact)?;
    Ok(())
}
