//! Code that a profiler is told of.

use precompile_runtime::wasmtime::ProfilingStrategy;
use precompile_runtime::{Runtime, RuntimeConfig};
use support::{BACKENDS, Folder};

/// The map that perf reads has the names of functions, demangled.
#[cfg(target_os = "linux")]
#[test]
fn perf_is_told_of_functions() {
    let folder = Folder::new();
    let text = r#"(module (func $_ZN5space3fooEi (export "f") (result i32) (i32.const 7)))"#;
    for backend in BACKENDS {
        let config = RuntimeConfig { profiler: ProfilingStrategy::PerfMap, ..RuntimeConfig::default() };
        let path = folder.compile("profiled", text, &["--backend", backend]);
        // SAFETY: the test has just compiled it, into its own folder.
        let _program = unsafe { Runtime::with_config(config).open_file(path) }.unwrap();
        let map = std::fs::read_to_string(format!("/tmp/perf-{}.map", std::process::id())).unwrap();
        let name = if cfg!(feature = "demangle") { "space::foo(int)" } else { "_ZN5space3fooEi" };
        assert!(map.lines().any(|line| line.ends_with(name)), "{backend}: {map}");
    }
    std::fs::remove_file(format!("/tmp/perf-{}.map", std::process::id())).unwrap();
}
