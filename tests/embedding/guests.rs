//! Cargo packages as guests. Packages that are really built are built for this machine, as every toolchain can: the
//! build succeeds until a module is looked for.

use crate::package::{Package, error};
use std::fs;
use support::run;

/// The error after a complete build, which finds no module.
const BUILT: &str = "` has neither a binary nor a `cdylib`: add `crate-type = [\"cdylib\"]`";

/// A package whose build script builds a guest for this machine, with this source.
fn package(name: &str, guest: &str, source: &str) -> Package {
    let host = target_lexicon::HOST.to_string();
    let statement = format!("Build::new().guest_target({host:?}).cargo_package({guest:?}).compile(\"g\");");
    let package = Package::new(name, &statement);
    let folder = package.folder.join(guest);
    fs::create_dir_all(folder.join("src")).unwrap();
    fs::write(folder.join("src/lib.rs"), source).unwrap();
    fs::write(folder.join("Cargo.toml"), "[package]\nname='guest'\nedition='2024'\n[workspace]\n").unwrap();
    package
}

/// The error of a build, which must fail.
fn failure(package: &Package) -> String {
    let ended = run(&mut package.cargo());
    assert_eq!(ended.code, Some(101), "{ended:?}");
    ended.stderr
}

/// A target whose libraries rustup doesn't have.
const NEVER_THERE: &str = "wasm64-unknown-unknown";

/// The error about a guest package names what is missing.
#[test]
fn guest_packages() {
    let guest = "std::fs::create_dir_all(\"guest/src\").unwrap();\
        std::fs::write(\"guest/src/lib.rs\", \"pub fn f() {}\").unwrap();\
        std::fs::write(\"guest/Cargo.toml\", \"[package]\\nname='guest'\\nedition='2024'\\n[workspace]\\n\").unwrap();";
    error(
        "rust-target",
        &format!(
            "{guest} Build::new().guest_target(\"{NEVER_THERE}\").cargo_package(\"guest\").compile(\"g\");"
        ),
        &[&format!("the Rust target `{NEVER_THERE}` is needed: run `rustup target add {NEVER_THERE}`")],
    );
    // A skipped guest still has its name.
    let package =
        Package::new("names", "Build::new().cargo_package(\"guest\").file(\"answer.wat\").compile(\"g\");");
    fs::create_dir_all(package.folder.join("guest/src/bin")).unwrap();
    package.folder.write("guest/src/lib.rs", "");
    package.folder.write("guest/src/bin/other-one.rs", "fn main() {}");
    let manifest = "[package]\nname='guest-lib'\nedition='2024'\n[lib]\ncrate-type=['cdylib']\n[workspace]\n";
    package.folder.write("guest/Cargo.toml", manifest);
    let ended = run(package.cargo().env("PRECOMPILE_SKIP", "1"));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let out = package.output().1;
    for name in ["guest_lib", "other-one", "answer"] {
        assert!(out.join(format!("g/{name}.cwasm")).exists(), "{name}");
    }
    let host = target_lexicon::HOST.to_string();
    error(
        "no-module",
        &format!("{guest} Build::new().guest_target(\"{host}\").cargo_package(\"guest\").compile(\"g\");"),
        &["` has neither a binary nor a `cdylib`: add `crate-type = [\"cdylib\"]`"],
    );
}

/// The error names a missing folder, and a folder without a package.
#[test]
fn a_folder_without_a_package_is_named() {
    let statement = "Build::new().cargo_package(\"no-guest\").compile(\"g\");";
    let (package, _) = error(
        "no-folder",
        statement,
        &["the folder `no-guest` holds no cargo package: there is no such folder"],
    );
    fs::create_dir(package.folder.join("no-guest")).unwrap();
    assert!(failure(&package).contains("`no-guest` holds no cargo package: it has no `Cargo.toml`"));
    let ended = run(package.cargo().env("PRECOMPILE_SKIP", "1"));
    assert!(ended.stderr.contains("it has no `Cargo.toml`"), "{ended:?}");
}

/// The program's flags are in a file above the guest, where cargo would find them for the guest, too.
#[test]
fn the_programs_flags_are_kept_from_guests() {
    let source = "#[cfg(of_the_program)] compile_error!(\"the program's flags\");\n\
        #[cfg(not(of_the_guest))] compile_error!(\"no flags of the guest's\");";
    let package = package("flags", "guest", source);
    for folder in [".cargo", "guest/.cargo"] {
        fs::create_dir(package.folder.join(folder)).unwrap();
    }
    let flag = |name: &str| format!("[build]\nrustflags = [\"--cfg\", \"{name}\"]\n");
    package.folder.write(".cargo/config.toml", flag("of_the_program"));
    // The guest's own flags hold, in whichever file.
    package.folder.write("guest/.cargo/config.toml", flag("of_the_guest"));
    let output = failure(&package);
    assert!(output.contains(BUILT), "{output}");
    let host = target_lexicon::HOST.to_string();
    let own = format!("[target.{host}]\nrustflags = [\"--cfg\", \"of_the_guest\"]\n");
    package.folder.write("guest/.cargo/config.toml", &own);
    let output = failure(&package);
    assert!(output.contains(BUILT), "{output}");
    package.folder.write("guest/.cargo/config.toml", "");
    package.folder.write(".cargo/config.toml", flag("of_the_program") + &own);
    let output = failure(&package);
    assert!(output.contains(BUILT), "{output}");
    // Without its flags, the guest's build fails: the flags above were used.
    package.folder.write(".cargo/config.toml", flag("of_the_program"));
    assert!(failure(&package).contains("no flags of the guest's"));
}

/// Every file below a folder, with its content.
fn files(folder: &std::path::Path) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => all.extend(files(&path)),
            false => all.push((path.display().to_string(), fs::read(&path).unwrap())),
        }
    }
    all.sort();
    all
}

/// Cargo would write its lock file beside the sources.
#[test]
fn sources_are_left_alone() {
    let source =
        "pub fn f() -> u8 { beside::f() + include!(concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/../one\")) }";
    let package = package("left-alone", "guest", source);
    let folder = |name: &str| package.folder.join(name);
    // The guest depends on a package beside it by a path, and is part of a workspace above both.
    fs::create_dir_all(folder("beside/src")).unwrap();
    package.folder.write("one", "1");
    package.folder.write("beside/src/lib.rs", "pub fn f() -> u8 { 1 }");
    package.folder.write("beside/Cargo.toml", "[package]\nname='beside'\nedition='2024'\n[workspace]\n");
    let manifest = "[package]\nname='guest'\nversion='0.1.0'\nedition='2024'\n[workspace]\n[dependencies]\nbeside={path='../beside'}\n";
    package.folder.write("guest/Cargo.toml", manifest);
    let before = (files(&folder("guest")), files(&folder("beside")));
    let output = failure(&package);
    assert!(output.contains(BUILT), "{output}");
    assert_eq!((files(&folder("guest")), files(&folder("beside"))), before);

    // An existing lock file is used as it is, and an outdated one is left so.
    let guest = |version: &str| {
        package.folder.write("guest/Cargo.toml", manifest.replace("0.1.0", version));
        failure(&package)
    };
    let lock = "version = 4\n\n[[package]]\nname = \"beside\"\nversion = \"0.0.0\"\n\n[[package]]\nname = \"guest\"\n\
        version = \"0.1.0\"\ndependencies = [\n \"beside\",\n]\n";
    package.folder.write("guest/Cargo.lock", lock);
    let output = guest("0.1.0");
    assert!(output.contains(BUILT) && !output.contains("is out of date"), "{output}");
    let output = guest("0.2.0");
    assert!(output.contains(BUILT), "{output}");
    assert!(
        output.contains("/guest/Cargo.lock` is out of date, and is left as it is: run `cargo update"),
        "{output}"
    );
    assert_eq!(fs::read_to_string(folder("guest/Cargo.lock")).unwrap(), lock);
}

/// A script in place of rustup's cargo reports its call, and builds at once.
#[test]
fn the_toolchain_is_the_guests() {
    let package = package("toolchain", "guest", "compile_error!(\"by the program's toolchain\");");
    fs::create_dir(package.folder.join("bin")).unwrap();
    let (guest, log) = (package.folder.join("guest").canonicalize().unwrap(), package.folder.join("log"));
    let message = format!(
        "{{\"reason\":\"compiler-artifact\",\"package_id\":\"path+file:///g#0.0.0\",\"manifest_path\":\"{0}/Cargo.toml\",\
         \"filenames\":[\"{0}/guest.wasm\"]}}",
        guest.display()
    );
    let fake = format!(
        "if [ $1 = locate-project ]; then echo {guest:?}/Cargo.toml; exit; fi\n\
         echo \"in $PWD: $1 toolchain=$RUSTUP_TOOLCHAIN rustc=$RUSTC\" >>{log:?}\necho '{message}'\n"
    );
    package.shell_script("bin/cargo", &fake);
    package.folder.write("guest/guest.wasm", wat::parse_str(crate::ANSWER).unwrap());
    package.folder.write("guest/guest.d", format!("guest.wasm: {}/src/lib.rs\n", guest.display()));
    let with_rustup = || {
        let mut cargo = package.cargo();
        let path = std::env::var_os("PATH").unwrap();
        let folders = std::iter::once(package.folder.join("bin")).chain(std::env::split_paths(&path));
        cargo.env("PATH", std::env::join_paths(folders).unwrap());
        cargo.env("RUSTUP_TOOLCHAIN", std::env::var_os("RUSTUP_TOOLCHAIN").unwrap_or("any".into()));
        run(&mut cargo)
    };
    // A guest without a choice of its own is built by the program's toolchain.
    let ended = with_rustup();
    assert!(ended.stderr.contains("by the program's toolchain"), "{ended:?}");
    // A toolchain file above both is heeded already.
    package.folder.write("rust-toolchain.toml", "");
    assert!(with_rustup().stderr.contains("by the program's toolchain"));
    fs::remove_file(package.folder.join("rust-toolchain.toml")).unwrap();

    package.folder.write("guest/rust-toolchain.toml", "[toolchain]\nchannel = \"nightly\"\n");
    let ended = with_rustup();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let log = fs::read_to_string(log).unwrap();
    assert_eq!(log, format!("in {}: build toolchain= rustc=\n", guest.display()));
    assert!(package.output().1.join("g.cwasm").exists());
    // The error tells that there is no rustup.
    let statement = "// SAFETY: there is one thread.\nunsafe { std::env::remove_var(\"RUSTUP_TOOLCHAIN\") };\
        Build::new().cargo_package(\"guest\").guest_target(\"wasm32v1-none\").compile(\"g\");";
    let host = target_lexicon::HOST.to_string();
    package.script(
        &statement.replace(
            ".cargo_package(\"guest\")",
            &format!(".guest_target({host:?}).cargo_package(\"guest\")"),
        ),
    );
    let output = failure(&package);
    assert!(
        output.contains("guest/rust-toolchain.toml` isn't looked at, because the cargo that builds this program isn't rustup's"),
        "{output}"
    );
}
