//! Has the same left out as of the runner: see its own build script.

fn main() {
    let script = "../../runtime/src/runner/no-unwind.ld";
    println!("cargo::rerun-if-changed={script}");
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        let folder = std::env::var("CARGO_MANIFEST_DIR").expect("cargo sets it");
        println!("cargo::rustc-link-arg=-Wl,-T,{folder}/{script}");
        println!("cargo::rustc-link-arg=-Wl,--no-eh-frame-hdr");
    }
}
