//! WASI preview 1 as a plugin: `precompile-run --plugin libprecompile_wasi.so`.

mod interface;
