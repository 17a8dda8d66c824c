//! Tests of build scripts that use `precompile::build`, run by cargo as users run them.

#![cfg(unix)]
#![allow(clippy::disallowed_methods, reason = "tests read what cargo tells them")]

mod guests;
mod names;
mod package;

use package::{Package, error, target};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;
use support::run;

const ANSWER: &str = "(module (func (export \"answer\") (result i32) i32.const 42))";
/// A module that Winch can't compile.
const TAIL_CALL: &str = "(module (func (export \"f\") (return_call 0)))";

#[test]
fn the_script_runs_when_its_inputs_change() {
    let package = Package::new(
        "five",
        "Build::new().folder(\"guests\").backend(Backend::Winch).cpu(\"x86-64-v3\").target(\"x86_64\").compile(\"guests\");",
    );
    fs::create_dir_all(package.folder.join("guests/more")).unwrap();
    let names = ["a", "b", "c", "more/d", "more/e"];
    for (number, name) in names.iter().enumerate() {
        let text = format!("(module (func (export \"f\") (result i32) i32.const {number}))");
        package.folder.write(&format!("guests/{name}.wat"), text);
    }
    // One call for each folder.
    let calls = package.builds();
    assert_eq!(calls.len(), 2, "{calls:?}");
    assert!(calls[0].contains("--backend winch --cpu x86-64-v3 --target x86_64 "), "{calls:?}");
    let (output, out) = package.output();
    let outputs = names.map(|name| out.join(format!("guests/{name}.cwasm")));
    let times = || outputs.each_ref().map(|output| output.metadata().unwrap().modified().unwrap());
    let entries = || {
        let ended = package.folder.precompile(["cache", "stats", "--message-format", "json"]);
        let (_, rest) = ended.stdout.split_once("\"entries\":").unwrap();
        rest.split(',').next().unwrap().parse::<u32>().unwrap()
    };
    let first = times();
    assert_eq!(entries(), 5);
    // Cargo is told of exactly the files that were read.
    let tool = package.folder.join("precompile");
    let reruns: Vec<_> = output.iter().filter_map(|line| line.strip_prefix("cargo::rerun-if-")).collect();
    let expected = [
        "env-changed=PRECOMPILE_SKIP",
        "changed=guests",
        "env-changed=PRECOMPILE",
        &format!("changed={}", tool.display()),
    ];
    assert_eq!(reruns, expected);

    // Without changes, the script doesn't run.
    assert_eq!(package.builds(), [] as [&str; 0]);
    // After a file was touched, the script runs, and writes nothing.
    fs::File::options()
        .append(true)
        .open(package.folder.join("guests/a.wat"))
        .unwrap()
        .set_modified(std::time::SystemTime::now())
        .unwrap();
    assert_eq!(package.builds().len(), 2);
    assert_eq!((times(), entries()), (first, 5));
    // After one file changed, one file is compiled.
    package.folder.write("guests/more/e.wat", ANSWER);
    assert_eq!(package.builds().len(), 2);
    let second = times();
    assert_eq!((&second[..4], entries()), (&first[..4], 6));
    assert!(second[4] > first[4]);
    // A new file is found, and a removed one is missed.
    package.folder.write("guests/more/f.wat", ANSWER);
    assert_eq!(package.builds().len(), 2);
    assert!(out.join("guests/more/f.cwasm").exists());
    fs::remove_file(package.folder.join("guests/more/f.wat")).unwrap();
    assert_eq!(package.builds().len(), 2);
    let embedded = |name: &str| {
        package
            .output()
            .0
            .iter()
            .any(|line| line.starts_with(&format!("cargo::rustc-env=PRECOMPILE_ARTIFACT:guests/{name}=")))
    };
    assert!(!embedded("more/f") && embedded("more/e"));
}

#[test]
fn the_machine_is_cargos() {
    let package = Package::new("machine", "Build::new().file(\"answer.wat\").compile(\"answer\");");
    let calls = package.builds();
    let [call] = &calls[..] else { panic!("{calls:?}") };
    let host = target_lexicon::HOST.to_string();
    assert!(call.contains(&format!("--target {host} ")) && call.contains("--jobs "), "{call}");
    if cfg!(target_arch = "x86_64") {
        assert!(call.contains("--cpu x86-64 "), "{call}");
        // precompile may use the CPU features that rustc may use.
        let ended = run(package.cargo().env("RUSTFLAGS", "-Ctarget-feature=+avx2"));
        assert_eq!(ended.code, Some(0), "{ended:?}");
        let calls = package.calls();
        assert!(calls[0].contains("--cpu x86-64,+avx,+avx2,") && calls[0].contains(",+ssse3"), "{calls:?}");
    }
}

/// At most as many threads compile as cargo's jobserver allows.
#[test]
fn jobs_are_cargos() {
    let package = Package::new("jobs", "Build::new().file(\"answer.wat\").compile(\"answer\");");
    let jobs = |count: &str| {
        let ended = run(package.cargo().args(["--jobs", count]));
        assert_eq!(ended.code, Some(0), "{ended:?}");
        package.folder.write("answer.wat", format!("{ANSWER} ;; {count}"));
        let calls = package.calls();
        let (_, jobs) = calls[0].split_once("--jobs ").unwrap();
        jobs.split(' ').next().unwrap().parse::<u32>().unwrap()
    };
    assert_eq!(jobs("1"), 1);
    assert_eq!(jobs("3"), 3);
}

#[test]
fn a_stub_stands_in() {
    let package = Package::new("skipped", "Build::new().file(\"answer.wat\").compile(\"answer\");");
    let ended = run(package.cargo().env("PRECOMPILE_SKIP", "1").env("PRECOMPILE", "none"));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let artifact = package.output().1.join("answer.cwasm");
    let refused = package.folder.precompile(["inspect", artifact.to_str().unwrap()]);
    assert!(
        refused.stderr.contains("a stub, since `PRECOMPILE_SKIP` was set when it was built"),
        "{refused:?}"
    );
    // The guest is compiled once it is no longer skipped.
    assert_eq!(package.builds().len(), 1);
    assert_eq!(package.folder.precompile(["inspect", artifact.to_str().unwrap()]).code, Some(0));
}

#[test]
fn a_fallback_is_reported() {
    let statement = "Build::new().file(\"tail.wat\").backend(Backend::Winch).fallback(Fallback::Cranelift).compile(\"tail\");";
    let package = Package::new("fallback", statement);
    package.folder.write("tail.wat", TAIL_CALL);
    let ended = run(&mut package.cargo());
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stderr.contains("`tail.wat`: another backend stands in: "), "{ended:?}");
    let (_, ended) = error(
        "refused",
        "std::fs::write(\"tail.wat\", \"(module (func (return_call 0)))\").unwrap();\
         Build::new().file(\"tail.wat\").backend(Backend::Winch).compile(\"tail\");",
        &["`tail.wat`: ", "`tail-call`"],
    );
    assert!(!ended.stderr.contains("panicked"), "{ended:?}");
}

/// Artifacts are signed, and the script runs again when the key or the trust file changes.
#[test]
fn artifacts_are_signed() {
    let statement =
        "Build::new().file(\"answer.wat\").sign(\"own.key\").trust(\"own.pub\").compile(\"answer\");";
    let package = Package::new("signed", statement);
    let keygen = || package.folder.precompile(["keygen", "--no-password", "-o", "own.key"]);
    assert_eq!(keygen().code, Some(0));
    let calls = package.builds();
    assert!(calls.len() == 1 && calls[0].contains("--sign own.key --trust own.pub"), "{calls:?}");
    let artifact = package.output().1.join("answer.cwasm");
    let verified = || package.folder.precompile(["verify", "--trust", "own.pub", artifact.to_str().unwrap()]);
    assert_eq!(verified().code, Some(0), "{:?}", verified());
    assert_eq!(package.builds(), [""; 0]);
    for name in ["own.key", "own.pub"] {
        fs::remove_file(package.folder.join(name)).unwrap();
    }
    assert_eq!(keygen().code, Some(0));
    assert_eq!(verified().code, Some(3), "{:?}", verified());
    assert_eq!(package.builds().len(), 1);
    assert_eq!(verified().code, Some(0), "{:?}", verified());
    // The key is named, and not its text.
    package.script("Build::new().file(\"answer.wat\").sign(\"RWQAAEIyAAAA\").compile(\"answer\");");
    let ended = run(&mut package.cargo());
    let why = "a key itself stands in a build script, where others read it: name its file, or a variable as `env:NAME`, and make a new key";
    assert!(ended.code == Some(101) && ended.stderr.contains(why), "{ended:?}");
    package.script("Build::new().file(\"answer.wat\").sign(\"env:GUEST_KEY\").compile(\"answer\");");
    let key = fs::read_to_string(package.folder.join("own.key")).unwrap();
    assert_eq!(run(package.cargo().env("GUEST_KEY", key)).code, Some(0));
    assert_eq!(verified().code, Some(0), "{:?}", verified());
}

/// `auto` chooses the backend that compiles faster where runs take no time.
#[test]
fn a_backend_is_chosen() {
    for (name, micros, expected) in [("brief-runs", 0, "winch"), ("long-runs", 60_000_000, "cranelift")] {
        let statement = format!(
            "Build::new().file(\"plugin.wat\").expect(Expect {{ runs: 3, run_time: \
             std::time::Duration::from_micros({micros}) }}).compile(\"plugin\");"
        );
        let package = Package::new(name, &statement);
        package.folder.write("plugin.wat", "(module (func (export \"f\")))");
        let ended = run(&mut package.cargo());
        assert_eq!(ended.code, Some(0), "{ended:?}");
        let artifact = package.output().1.join("plugin.cwasm");
        let inspected = package.folder.precompile(["inspect", artifact.to_str().unwrap()]);
        assert!(inspected.stdout.contains(expected), "{inspected:?}");
    }
}

/// Commands build guests by other compilers, and name the files that they read.
#[test]
fn commands_build_guests() {
    let package = Package::new(
        "guests",
        "Build::new().command([\"sh\", \"copy.sh\", \"answer.wat\", \"{out}\", \"{deps}\"])\
         .command([\"cp\", \"other.wat\", \"{out}\"]).compile(\"all\");",
    );
    package.folder.write("other.wat", ANSWER);
    package.folder.write("extra.h", "");
    package.folder.write("copy.sh", "cp $1 $2; echo \"$2: $1 extra.h\" >$3");
    assert_eq!(package.builds().len(), 1);
    let (output, out) = package.output();
    assert!(out.join("all/copy.cwasm").exists() && out.join("all/other.cwasm").exists());
    for read in ["answer.wat", "extra.h", "other.wat"] {
        assert!(output.contains(&format!("cargo::rerun-if-changed={read}")), "{output:?}");
    }
    package.folder.write("extra.h", "new");
    assert_eq!(package.builds().len(), 1);
    // The program itself counts as read, where it is a file; and a failed command is tried again once it is mended.
    let statement = "if Build::new().command([\"./make.sh\", \"{out}\"]).try_compile(\"made\").is_err() { println!(\"it failed\"); }";
    package.script(statement);
    let make = package.folder.join("make.sh");
    fs::write(&make, "#!/bin/sh\nexit 1\n").unwrap();
    fs::set_permissions(&make, fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(package.builds().len(), 0);
    assert!(package.output().0.contains(&"it failed".into()));
    fs::write(&make, "#!/bin/sh\ncp answer.wat $1\n").unwrap();
    assert_eq!(package.builds().len(), 1);
}

#[test]
fn each_mistake_is_reported() {
    let answer = |rest: &str| format!("Build::new().file(\"answer.wat\"){rest}.compile(\"answer\");");
    error(
        "missing",
        "Build::new().file(\"none.wat\").compile(\"none\");",
        &["`none.wat`: there is no such file"],
    );
    error("cpu", &answer(".cpu(\"fast\")"), &["unknown CPU `fast`"]);
    error("target", &answer(".target(\"toaster\")"), &["`toaster`"]);
    error("setting", &answer(".setting('W', \"feul\")"), &["`-W feul` is unknown"]);
    error(
        "empty",
        "std::fs::create_dir_all(\"e\").unwrap(); Build::new().folder(\"e\").compile(\"e\");",
        &["the folder `e` holds no .wasm or .wat file"],
    );
    error(
        "twice",
        "Build::new().file(\"answer.wat\").file(\"src/../answer.wat\").compile(\"a\");",
        &["two inputs are named `a/answer`: compile one of them under a name of its own"],
    );
    error(
        "nothing",
        "Build::new().compile(\"a\");",
        &["there is nothing to compile: add a guest, such as `.file(\"plugin.wasm\")`"],
    );
    error(
        "output",
        "Build::new().command([\"true\"]).compile(\"a\");",
        &["the command `true` writes no module: name the file that it writes `{out}`"],
    );
    error(
        "fails",
        "Build::new().command([\"sh\", \"-c\", \"echo oh no >&2; exit 3 # {out}\"]).compile(\"a\");",
        &["` failed (exit status: 3)", "oh no"],
    );
    error(
        "program",
        "Build::new().command([\"no-such-cc\", \"{out}\"]).compile(\"a\");",
        &["`no-such-cc`: No such file"],
    );
    error(
        "outside",
        "// SAFETY: there is one thread.\nunsafe { std::env::remove_var(\"OUT_DIR\") }; Build::new().compile(\"a\");",
        &["`OUT_DIR` is not set: call this from a build script that cargo runs"],
    );
}

/// The command is found, and must be of this version.
#[test]
fn the_command_is_looked_for() {
    let package = Package::new("looked", "Build::new().file(\"answer.wat\").compile(\"answer\");");
    let path = std::env::var("PATH").unwrap();
    // A command in the PATH.
    let beside = std::env::join_paths(
        [package.folder.path()]
            .into_iter()
            .chain(std::env::split_paths(&path).collect::<Vec<_>>().iter().map(PathBuf::as_path)),
    )
    .unwrap();
    let ended = run(package.cargo().env_remove("PRECOMPILE").env("PATH", &beside));
    assert_eq!((ended.code, package.calls().len()), (Some(0), 1), "{ended:?}");
    assert!(package.output().0.contains(&"cargo::rerun-if-env-changed=PATH".into()));
    // A command by a bare name, which isn't taken for a file of the package's.
    let named = || run(package.cargo().env("PRECOMPILE", "precompile").env("PATH", &beside));
    assert_eq!((named().code, package.calls().len()), (Some(0), 1));
    assert_eq!((named().code, package.calls().len()), (Some(0), 0));
    // No command.
    let without: Vec<_> =
        std::env::split_paths(&path).filter(|folder| !folder.join("precompile").exists()).collect();
    let ended =
        run(package.cargo().env_remove("PRECOMPILE").env("PATH", std::env::join_paths(without).unwrap()));
    assert_eq!(ended.code, Some(101), "{ended:?}");
    assert!(
        ended.stderr.contains("there is no `precompile` in the PATH: run `cargo install --locked --path /")
    );
    assert!(
        ended.stderr.contains("compiler`, name it by the variable `PRECOMPILE`, or have the build script compile with the feature `in-process`"),
        "{ended:?}"
    );
    // A command of another version.
    let other = package.folder.join("other");
    fs::write(&other, "#!/bin/sh\necho precompile 0.0.9\n").unwrap();
    fs::set_permissions(&other, fs::Permissions::from_mode(0o755)).unwrap();
    let ended = run(package.cargo().env("PRECOMPILE", &other));
    assert!(
        ended.stderr.contains("says that it is `precompile 0.0.9`, but this is precompile "),
        "{ended:?}"
    );
    // A named command that is missing.
    let ended = run(package.cargo().env("PRECOMPILE", "/no/such/precompile"));
    assert!(ended.stderr.contains("`/no/such/precompile`: No such file"), "{ended:?}");
}

/// Targets without a backend get an interpreter on request.
#[test]
fn targets_without_a_backend() {
    let pretend = "// SAFETY: there is one thread.\nunsafe { std::env::set_var(\"TARGET\", \"powerpc64le-unknown-linux-gnu\") };";
    error(
        "no-backend",
        &format!("{pretend} Build::new().file(\"answer.wat\").compile(\"answer\");"),
        &[
            "no backend makes code for `powerpc64le-unknown-linux-gnu`: `.fallback(Fallback::Pulley)` has it interpreted, with the runtime's feature `pulley`",
        ],
    );
    let package = Package::new(
        "pulley",
        &format!(
            "{pretend} Build::new().file(\"answer.wat\").fallback(Fallback::Pulley).compile(\"answer\");"
        ),
    );
    assert!(package.builds()[0].contains("--target pulley64 "));
}

/// An artifact that can't fit a program is an error when the program is compiled.
#[test]
fn the_compiler_refuses_artifacts_that_cannot_fit() {
    let package = Package::new(
        "embeds",
        "println!(\"cargo::rustc-env=PRECOMPILE_ARTIFACT:plugin={}/plugin.cwasm\", std::env::var(\"CARGO_MANIFEST_DIR\").unwrap());",
    );
    let manifest = fs::read_to_string(package.folder.join("Cargo.toml")).unwrap();
    let runtime = support::root().join("runtime");
    let dependency = format!(
        "[dependencies]\nprecompile-runtime = {{ path = {runtime:?}, default-features = false, features = [\"messages\", \"std\"] }}\n"
    );
    package.folder.write("Cargo.toml", manifest + &dependency);
    let embed = |name: &str| {
        let text = format!(
            "pub static PLUGIN: &precompile_runtime::Embedded = precompile_runtime::include_cwasm!({name:?});"
        );
        package.folder.write("src/lib.rs", text);
    };
    let build = || run(package.cargo().arg("--config").arg("build.incremental=false"));
    let refused = |words: &[&str]| {
        let ended = build();
        assert_eq!(ended.code, Some(101), "{words:?}: {ended:?}");
        let output = ended.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.iter().all(|word| output.contains(word)), "{words:?}: {output}");
    };
    let compile = |text: &str, options: &[&str]| package.folder.compile("plugin", text, options);

    compile(ANSWER, &[]);
    embed("plugin");
    let ended = build();
    assert_eq!(ended.code, Some(0), "{ended:?}");

    // An artifact of another major version of wasmtime.
    let mut artifact = fs::read(package.folder.join("plugin.cwasm")).unwrap();
    let version = precompile::WASMTIME_VERSION;
    let at = artifact.windows(version.len()).rposition(|window| window == version.as_bytes()).unwrap();
    artifact[at] = b'9';
    package.folder.write("plugin.cwasm", &artifact);
    let other = format!("`plugin` was compiled by wasmtime 9{}", &version[1..]);
    refused(&[&other, &format!("and the runtime holds {version}")]);

    let other = if cfg!(target_arch = "aarch64") { "x86_64" } else { "aarch64" };
    compile(ANSWER, &["--target", other]);
    refused(&[&format!("`plugin` was compiled for {other}-unknown-linux-gnu, and this program is for")]);

    compile("(module (memory 1 1 shared) (func (drop (i32.atomic.load (i32.const 0)))))", &[]);
    refused(&["`plugin` needs `threads`, which this build of the runtime lacks"]);

    compile("(component)", &[]);
    refused(&["`plugin` is a component: give the runtime the feature `component-model`"]);

    package.folder.write("plugin.cwasm", "\0asm\x01\0\0\0");
    refused(&["`plugin` is no artifact: compile it"]);

    embed("plugout");
    refused(&["the build script compiles no guest by this name: see the name that it gives to `compile`"]);
}

/// A stub becomes part of the program, and gives an error with the reason when it is opened.
#[test]
fn a_stub_is_refused_when_it_is_opened() {
    let package = Package::new("opens", "Build::new().file(\"answer.wat\").compile(\"answer\");");
    let manifest = fs::read_to_string(package.folder.join("Cargo.toml")).unwrap();
    let runtime = support::root().join("runtime");
    let dependency = format!(
        "[dependencies]\nprecompile-runtime = {{ path = {runtime:?}, default-features = false, features = [\"messages\", \"std\"] }}\n"
    );
    package.folder.write("Cargo.toml", manifest + &dependency);
    package.folder.write(
        "src/main.rs",
        "use precompile_runtime::*;\n\
         fn main() { println!(\"{:?}\", Runtime::new().open_embedded(include_cwasm!(\"answer\")).map(drop).map_err(|error| error.to_string())); }",
    );
    let run_it = |skip: &str| {
        run(package.cargo().env("PRECOMPILE_SKIP", skip).env("CARGO_TERM_QUIET", "true").arg("--quiet")).code
    };
    assert_eq!(run_it("1"), Some(0));
    let opened = || run(&mut Command::new(target().join("debug/opens"))).stdout;
    assert!(
        opened()
            .contains("a stub, since `PRECOMPILE_SKIP` was set when it was built: build it again without"),
        "{}",
        opened()
    );
    assert_eq!(run_it("0"), Some(0));
    assert_eq!(opened(), "Ok(())\n");
}

/// A fat artifact becomes part of the program, and its best slice is opened. A runtime without the feature is told when the
/// program is compiled.
#[test]
fn a_slice_of_a_fat_artifact_is_opened() {
    let package = Package::new("slices", "Build::new().file(\"answer.wat\").fat().compile(\"answer\");");
    let manifest = fs::read_to_string(package.folder.join("Cargo.toml")).unwrap();
    let runtime = support::root().join("runtime");
    package.folder.write(
        "src/main.rs",
        "use precompile_runtime::*;\n\
         fn main() { let program = Runtime::new().open_embedded(include_cwasm!(\"answer\")).unwrap();\n\
         println!(\"{}\", program.manifest().cpu_features.join(\",\")); }",
    );
    let build = |features: &str| {
        let dependency = format!(
            "[dependencies]\nprecompile-runtime = {{ path = {runtime:?}, default-features = false, features = [{features}] }}\n"
        );
        package.folder.write("Cargo.toml", manifest.clone() + &dependency);
        run(package.cargo().env("CARGO_TERM_QUIET", "true").arg("--quiet"))
    };
    let refused = build("\"messages\", \"std\"");
    assert!(
        refused.stderr.contains("`answer` is a fat artifact: give the runtime the feature `fat`"),
        "{refused:?}"
    );
    let built = build("\"fat\", \"messages\", \"std\"");
    assert_eq!(built.code, Some(0), "{built:?}");
    let calls = package.calls();
    assert!(calls[0].contains(" --fat ") && !calls[0].contains("--cpu"), "{calls:?}");
    let opened = run(&mut Command::new(target().join("debug/slices"))).stdout;
    if cfg!(target_arch = "x86_64") && std::arch::is_x86_feature_detected!("avx2") {
        assert!(opened.contains("avx2"), "{opened}");
    }
}
