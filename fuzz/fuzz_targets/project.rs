#![no_main]

// Parts of the command, as it is no library.
#[path = "../../compiler/src/cli/cpu_levels.rs"]
mod cpu_levels;
#[path = "../../compiler/src/cli/hinted.rs"]
mod hinted;
#[path = "../../compiler/src/cli/per_target.rs"]
#[allow(dead_code)]
mod per_target;
#[path = "../../compiler/src/cli/setting_args.rs"]
#[allow(dead_code)]
mod setting_args;
#[path = "../../compiler/src/cli/value_parsers.rs"]
#[allow(dead_code)]
mod value_parsers;

#[path = "../../compiler/src/cli/compile"]
#[allow(dead_code)]
mod compile {
    pub(crate) mod backend_arg;
    pub(crate) mod file_settings;
    pub(crate) mod project;
    pub(crate) mod project_file;
}

libfuzzer_sys::fuzz_target!(init: precompile_fuzz::quiet(), |bytes: &[u8]| {
    let text = std::str::from_utf8(bytes);
    precompile_fuzz::count(text.is_ok_and(|text| compile::project::Project::parse(text).is_ok()));
});
