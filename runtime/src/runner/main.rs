//! The command `precompile-run`, which runs artifacts. It contains no compiler.

#![deny(unsafe_code)]
#![cfg_attr(own_start, no_main)]

mod args;
#[cfg(feature = "wasi-p2")]
mod authority;
#[cfg(feature = "describe")]
mod check;
#[cfg(feature = "code-offsets")]
mod code_offsets;
#[cfg(feature = "component-model")]
mod component;
#[cfg(feature = "wasi-config")]
mod config;
mod demands;
#[cfg(feature = "describe")]
mod describe;
#[cfg(feature = "wasi")]
mod executor;
mod failure;
mod folder;
mod guest;
mod help;
#[cfg(feature = "wasi-http")]
mod http;
mod imports;
mod instantiate;
#[cfg(feature = "invoke")]
mod invoke;
#[cfg(feature = "wasi-keyvalue")]
mod keyvalue;
mod lacking;
#[cfg(feature = "limits")]
mod limits;
mod lines;
#[cfg(feature = "measure")]
mod measure;
#[cfg(feature = "wasi-p2")]
mod network;
#[cfg(all(no_unwind, panic = "abort"))]
#[allow(unsafe_code, reason = "functions with the names of libgcc's")]
mod no_unwind;
mod optional;
mod panic;
#[cfg(feature = "plugin")]
mod plugin;
#[cfg(feature = "preload")]
mod preload;
#[cfg(feature = "wasi")]
mod preview1;
#[cfg(feature = "wasi-p2")]
mod preview2;
#[cfg(feature = "wasi-p3")]
mod preview3;
mod print;
#[cfg(feature = "serve")]
mod serve;
#[cfg(feature = "serve")]
mod serve_options;
#[cfg(feature = "trust")]
mod signatures;
mod stack;
#[cfg(own_start)]
#[allow(unsafe_code, reason = "the C library's functions")]
mod start;
mod state;
#[cfg(any(feature = "wasi", feature = "wasi-p2"))]
mod stdio;
#[cfg(feature = "invoke")]
mod value;
#[cfg(any(feature = "wasi", feature = "wasi-p2"))]
mod wasi_context;
#[cfg(feature = "wave")]
mod wave;

use args::{Args, Command, is_standard_input};
use failure::Failure;
#[cfg(feature = "trust")]
use precompile_runtime::artifact::Code;
use precompile_runtime::{Program, Runtime};
use print::print;
use std::io::stdin;
use std::path::Path;

/// The allocator of a server by musl, whose own is slow where threads share it.
#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[cfg(not(own_start))]
fn main() -> std::process::ExitCode {
    command().into()
}

/// Runs the command line, and returns the exit code.
fn command() -> u8 {
    panic::end_process();
    let run = Args::parse().and_then(|command| match command {
        Command::Run(args) => stack::with_enough(|| run(*args)),
        #[cfg(feature = "describe")]
        Command::Describe(demands, optional) => {
            demands.config().and_then(|config| describe::print(config, &optional))
        }
        #[cfg(feature = "serve")]
        Command::Serve(args, options) => args.demands.config().and_then(|config| {
            #[cfg(feature = "profile")]
            let config = precompile_runtime::RuntimeConfig { profiler: args.profiler, ..config };
            serve::run(*args, *options, config)
        }),
        Command::Print(text) => print(&text),
    });
    match run {
        Ok(()) => 0,
        Err(failure) => failure.report(),
    }
}

fn run(
    #[cfg_attr(not(any(feature = "limits", feature = "preload", feature = "plugin")), expect(unused_mut))]
    mut args: Args,
) -> Result<(), Failure> {
    #[cfg(feature = "limits")]
    limits::signals::end_process()?;
    // Before anything that may block, such as opening a pipe.
    #[cfg(feature = "limits")]
    args.limits.start_watchdog()?;
    let config = args.demands.config()?;
    #[cfg(feature = "profile")]
    let config = precompile_runtime::RuntimeConfig { profiler: args.profiler, ..config };
    #[cfg(feature = "trust")]
    if args.is_mapped && config.trust.is_some() {
        let text = "a file that is mapped may change after its signatures were checked: leave out `--map`";
        return Err(Failure::own(Code::Usage, || text.into()));
    }
    #[cfg(all(feature = "plugin", feature = "trust"))]
    {
        args.loaded_plugins = plugin::load(&args, config.trust.as_ref())?;
    }
    #[cfg(all(feature = "plugin", not(feature = "trust")))]
    {
        args.loaded_plugins = plugin::load(&args)?;
    }
    let runtime = Runtime::with_config(config);
    #[cfg(feature = "preload")]
    {
        args.libraries = preload::open(&args, &|path| open(&runtime, path, false))?;
    }
    #[cfg(feature = "describe")]
    if args.is_checked {
        return check::check(&runtime, &args);
    }
    #[cfg(feature = "measure")]
    if let Some(calls) = args.measure {
        return measure::run(&runtime, args, calls);
    }
    let args = &args;
    let program = program(&runtime, args)?;
    let hinted = |failure| lines::hinted(failure, &program);
    #[cfg(feature = "component-model")]
    if let Some(component) = program.component() {
        return component::run(&program, component, args).map_err(hinted);
    }
    let mut guest = instantiate::instantiate(&program, args).map_err(hinted)?;
    match &args.invoke {
        #[cfg(feature = "invoke")]
        Some(function) => {
            let mut call = invoke::Call::new(&mut guest, &program, function, &args.arguments)?;
            call.run(&mut guest).map_err(hinted)?;
            print(&call.text())
        }
        _ => {
            let end = guest.start(&program).map_err(hinted);
            // The system frees the memory of a process at once. A plugin is told of the end, and wasmtime-wasi ends its
            // own threads.
            #[cfg(not(any(feature = "plugin", feature = "wasi")))]
            std::mem::forget((guest, program, runtime));
            end
        }
    }
}

/// Opens the artifact that the command line names, within its limits.
fn program(runtime: &Runtime, args: &Args) -> Result<Program, Failure> {
    let program = open(runtime, &args.artifact, args.is_mapped)?;
    #[cfg(feature = "trust")]
    args.demands.signatures.warn_of_unsigned(&args.artifact, &program);
    #[cfg(feature = "limits")]
    args.limits.enforce(&args.artifact, &program)?;
    Ok(program)
}

#[allow(unsafe_code, reason = "the place where a file becomes code")]
fn open(runtime: &Runtime, path: &Path, is_mapped: bool) -> Result<Program, Failure> {
    let program = match is_mapped {
        // SAFETY: the user vouches for the artifact, as for any program. Its digest is checked.
        false if is_standard_input(path) => unsafe { runtime.open_reader(path, stdin().lock()) },
        // SAFETY: as above.
        false => unsafe { runtime.open_file(path) },
        // SAFETY: as above. With `--map` the user vouches that nobody writes to the file meanwhile, and the guest has
        // no folder in which it could.
        true => unsafe { runtime.open_file_mapped(path) },
    };
    program.map_err(|error| Failure::open(path, error))
}

/// Opens an artifact that was read from the file of this name.
#[cfg(feature = "serve")]
#[allow(unsafe_code, reason = "the place where bytes become code")]
fn open_read(runtime: &Runtime, name: &Path, artifact: &[u8]) -> Result<Program, Failure> {
    // SAFETY: the user vouches for the cache, to which nobody else can write. The digest is checked.
    let program = unsafe { runtime.open_reader(name, artifact) };
    program.map_err(|error| Failure::open(name, error))
}
