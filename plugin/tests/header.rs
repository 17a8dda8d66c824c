//! The C header and the Rust types agree: a C compiler is given the offsets that Rust has.

use precompile_plugin::{Folder, Function, Guest, MAX_VALUES, Plugin, Setup, Text, VERSION, Variable};
use std::fmt::Write;
use std::fs;
use std::mem::{offset_of, size_of};
use std::process::Command;

/// Assertions on a type of the header, in C.
macro_rules! layout {
    ($asserted:expr, $rust:ident, $c:literal, $($field:ident),*) => {
        writeln!($asserted, "_Static_assert(sizeof({}) == {}, \"size\");", $c, size_of::<$rust>()).unwrap();
        $(
            let (field, offset) = (stringify!($field), offset_of!($rust, $field));
            writeln!($asserted, "_Static_assert(offsetof({}, {field}) == {offset}, \"{field}\");", $c).unwrap();
        )*
    };
}

fn compiles(text: &str) -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("layout.c");
    fs::write(&file, format!("#include \"precompile_plugin.h\"\n{text}")).unwrap();
    // Tests are run in the folder of their package.
    let ended = Command::new("cc")
        .args(["-std=c11", "-Wall", "-Werror", "-fsyntax-only", "-I", "include"])
        .arg(&file)
        .output();
    let ended = ended.expect("a C compiler is there");
    match ended.status.success() {
        true => Ok(()),
        false => Err(String::from_utf8_lossy(&ended.stderr).into_owned()),
    }
}

#[test]
fn a_c_compiler_finds_the_same_layout() {
    let mut text = String::new();
    layout!(text, Text, "precompile_text_t", bytes, length);
    layout!(text, Variable, "precompile_variable_t", name, value);
    layout!(text, Folder, "precompile_folder_t", host, guest, is_writable);
    layout!(
        text,
        Setup,
        "precompile_setup_t",
        arguments,
        argument_count,
        variables,
        variable_count,
        folders,
        folder_count,
        fail
    );
    layout!(text, Guest, "precompile_guest_t", size, slice, fail);
    layout!(text, Function, "precompile_function_t", module, name, params, results, call, data);
    layout!(text, Plugin, "precompile_plugin_t", version, functions, function_count, open, close);
    writeln!(text, "_Static_assert(PRECOMPILE_PLUGIN_VERSION == {VERSION}, \"version\");").unwrap();
    writeln!(text, "_Static_assert(PRECOMPILE_MAX_VALUES == {MAX_VALUES}, \"values\");").unwrap();
    assert_eq!(compiles(&text), Ok(()));
    // The planted fault.
    assert!(compiles("_Static_assert(sizeof(precompile_text_t) == 3, \"planted\");").is_err());
}
