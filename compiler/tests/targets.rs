//! Tests that every pair of target and backend is a success or a stated refusal.

use precompile::artifact::trailer;
use precompile::{ALIASES, Backend, Compiler, Cpu, Options, Target};

const MODULE: &str = r#"(module (memory 1)
    (func (export "f") (param i32) (result i32) (i32.load (local.get 0))))"#;

/// Targets, each with the architecture that Winch refuses, if it does.
const TARGETS: [(&str, Option<&str>); 22] = [
    ("x86_64-unknown-linux-gnu", None),
    ("x86_64-unknown-linux-musl", None),
    ("x86_64-apple-darwin", None),
    ("x86_64-pc-windows-msvc", None),
    ("x86_64-pc-windows-gnu", None),
    ("x86_64-unknown-none", None),
    ("aarch64-unknown-linux-gnu", None),
    ("aarch64-unknown-linux-musl", None),
    ("aarch64-apple-darwin", None),
    ("aarch64-pc-windows-msvc", None),
    ("aarch64-unknown-none", None),
    ("riscv64gc-unknown-linux-gnu", Some("riscv64gc")),
    ("riscv64gc-unknown-none-elf", Some("riscv64gc")),
    ("s390x-unknown-linux-gnu", Some("s390x")),
    ("s390x-unknown-none", Some("s390x")),
    ("pulley32", Some("pulley32")),
    ("pulley64", Some("pulley64")),
    ("pulley32be", Some("pulley32be")),
    ("pulley64be", Some("pulley64be")),
    ("arm64", None),
    ("riscv64", Some("riscv64gc")),
    ("s390x", Some("s390x")),
];

#[test]
fn every_pair_is_a_success_or_a_stated_refusal() {
    let wasm = wat::parse_str(MODULE).unwrap();
    for (text, refusal) in TARGETS {
        for backend in Backend::ALL {
            let target: Target = text.parse().unwrap();
            let platform = target.default_platform(backend);
            match (Options::new(backend, target.clone(), platform), refusal) {
                (Err(error), Some(architecture)) if backend == Backend::Winch => {
                    let expected = format!(
                        "winch makes no code for `{architecture}`, only for x86_64 and aarch64: \
                         use `--backend cranelift`"
                    );
                    assert_eq!(error.to_string(), expected, "{text}");
                }
                (Ok(options), _) if backend == Backend::Cranelift || refusal.is_none() => {
                    let artifact = Compiler::default()
                        .compile(&options, &wasm)
                        .unwrap_or_else(|error| panic!("{text}: {error}"))
                        .artifact;
                    let manifest = trailer::read(&artifact).unwrap().manifest;
                    assert_eq!((manifest.backend, manifest.target), (backend, target.to_string()));
                }
                (other, _) => panic!("{text} with {backend}: {other:?}"),
            }
        }
    }
}

/// Every level of every architecture compiles, and arrives in the artifact.
#[test]
fn every_cpu_level_arrives() {
    let wasm = wat::parse_str(MODULE).unwrap();
    for text in ["x86_64", "aarch64", "riscv64", "s390x", "pulley64"] {
        let target: Target = text.parse().unwrap();
        for level in target.family().levels {
            let platform = target.default_platform(Backend::Cranelift);
            let mut options = Options::new(Backend::Cranelift, target.clone(), platform).unwrap();
            options.cpu = Cpu::parse(level.name, &target).unwrap();
            // Compiling compares wasmtime's own stamp with the options.
            let artifact = Compiler::default()
                .compile(&options, &wasm)
                .unwrap_or_else(|error| panic!("{}: {error}", level.name))
                .artifact;
            assert_eq!(
                trailer::read(&artifact).unwrap().manifest.cpu_features,
                level.features.iter().collect()
            );
        }
    }
}

#[test]
fn aliases_name_targets() {
    for (alias, triple) in ALIASES {
        let target: Target = alias.parse().unwrap();
        assert_eq!(target.to_string(), triple);
        assert_eq!(Ok(target), triple.parse());
    }
}

#[test]
fn other_targets_are_refused_with_a_remedy() {
    let refusal = |text: &str| text.parse::<Target>().unwrap_err().to_string();
    for (text, words) in [
        ("amd64", "aarch64-unknown-linux-gnu"),
        ("", "one of x86_64, aarch64"),
        ("i686-unknown-linux-gnu", "pulley32"),
        ("aarch64_be-unknown-linux-gnu", "x86_64, aarch64, riscv64gc and s390x"),
        ("wasm32-wasip1", "x86_64, aarch64, riscv64gc and s390x"),
        ("riscv64-unknown-linux-gnu", "`--target riscv64gc-unknown-linux-gnu`"),
        ("x86_64-unknown-freebsd", "linux, darwin, windows or none"),
        ("riscv64gc-pc-windows-msvc", "linux or none"),
        ("s390x-apple-darwin", "linux or none"),
        ("pulley64-unknown-linux-gnu", "use `pulley64` alone"),
        ("aarch64-unknown-unknown", "linux, darwin, windows or none"),
    ] {
        assert!(refusal(text).contains(words), "{text}: {}", refusal(text));
    }
}

/// Versions of macOS are removed: a Mac's own triple has none, and it loads no code for a triple with one.
#[test]
fn versions_of_macos_are_left_out() {
    for text in ["aarch64-apple-darwin20", "aarch64-apple-macosx11.0", "aarch64-apple-darwin"] {
        assert_eq!(text.parse::<Target>().unwrap().to_string(), "aarch64-apple-darwin");
    }
}
