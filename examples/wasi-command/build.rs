use precompile::build::Build;

fn main() {
    let clang = std::env::var("CLANG").unwrap_or("clang".into());
    println!("cargo::rerun-if-env-changed=CLANG");
    Build::new()
        .command([
            &clang,
            "--target=wasm32-wasi",
            "--sysroot=/usr",
            "-O2",
            "-MD",
            "-MF",
            "{deps}",
            "-o",
            "{out}",
            "words.c",
        ])
        .compile("words");
}
