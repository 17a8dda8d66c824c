#![no_main]

// Parts of the command, as it is no library.
#[path = "../../compiler/src/cli/compile/backend_arg.rs"]
mod backend_arg;
#[allow(dead_code)]
#[path = "../../compiler/src/cli/compile/project.rs"]
mod project;

libfuzzer_sys::fuzz_target!(init: precompile_fuzz::quiet(), |bytes: &[u8]| {
    let text = std::str::from_utf8(bytes);
    precompile_fuzz::count(text.is_ok_and(|text| project::Project::parse(text).is_ok()));
});
