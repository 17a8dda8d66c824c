#[test]
fn no_compiler_is_shipped() {
    precompile_runtime::assert_no_compiler!();
}
