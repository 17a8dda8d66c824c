//! The common parts of the tests: the two commands, built separately, and a folder to work in.

#![allow(clippy::disallowed_methods, reason = "tests read what cargo tells them")]

/// The part of a component's text that provides memory for strings and lists: `$m`, a memory with a number of pages,
/// and `$realloc`, which hands out the memory behind an offset and takes nothing back.
#[macro_export]
macro_rules! memory {
    ($pages:literal, $free:literal) => {
        concat!(
            r#"
    (core module $memory
        (memory (export "memory") "#,
            $pages,
            r#")
        (global $free (mut i32) (i32.const "#,
            $free,
            r#"))
        (func (export "realloc") (param $old i32) (param $old_bytes i32) (param $align i32) (param $bytes i32)
            (result i32)
            (global.set $free (i32.and (i32.add (global.get $free) (i32.const 7)) (i32.const -8)))
            (global.set $free (i32.add (global.get $free) (local.get $bytes)))
            (i32.sub (global.get $free) (local.get $bytes))))
    (core instance $memory (instantiate $memory))
    (alias core export $memory "memory" (core memory $m))
    (alias core export $memory "realloc" (core func $realloc))
"#
        )
    };
}

pub mod rewriter;
mod set_at_end;

pub use set_at_end::SetAtEnd;

use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;
use tempfile::TempDir;

/// A build of `precompile-run`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Runner {
    /// The runner with default features; with `wasi` besides, where `PRECOMPILE_TESTS_WASI` is `full`.
    Default,
    /// The runner with no feature but messages.
    Bare,
    /// The runner without messages, too: errors are numbers.
    Silent,
    /// The runner with messages and plugins, and no WASI.
    Plugin,
    /// The runner with the feature `full`, as it ships: components, and everything else that an artifact may need.
    Full,
}

/// Both backends, by their names on the command line.
pub const BACKENDS: [&str; 2] = ["cranelift", "winch"];

/// The command `precompile`, built in the development profile.
pub fn precompile() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    // Built like the tests of the workspace's default members: other features, even of crates that only tests need,
    // would have all of wasmtime built again.
    PATH.get_or_init(|| build("debug/precompile", "precompile", &["test", "--no-run"]))
}

/// The command [`precompile`], with an isolated process that makes the attempt in the variables `PRECOMPILE_PLANTED`
/// and `PRECOMPILE_PLANTED_WITHOUT`.
pub fn planted() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| {
        // A test of the package builds the command, with the features that all its tests have.
        let arguments = ["test", "--no-run", "--test", "targets", "--features", "precompile/planted-child"];
        let planted = build("debug/precompile", "precompile-planted", &arguments);
        // The folder must end up with the command without the feature.
        build("debug/precompile", "precompile", &["test", "--no-run"]);
        planted
    })
}

/// The command by which cargo finds [`precompile`].
pub fn cargo_precompile() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| build("debug/cargo-precompile", "cargo-precompile", &["test", "--no-run"]))
}

/// The command `precompile-run`, in the profile in which it ships, built alone so that it holds no compiler.
pub fn runner(runner: Runner) -> &'static Path {
    static DEFAULT: OnceLock<PathBuf> = OnceLock::new();
    static BARE: OnceLock<PathBuf> = OnceLock::new();
    static SILENT: OnceLock<PathBuf> = OnceLock::new();
    static PLUGIN: OnceLock<PathBuf> = OnceLock::new();
    static FULL: OnceLock<PathBuf> = OnceLock::new();
    let (cell, copy, features) = match runner {
        Runner::Default if has_full_wasi() => (&DEFAULT, "run-default-wasi", &["--features", "wasi"][..]),
        Runner::Default => (&DEFAULT, "run-default", &[][..]),
        Runner::Bare => (
            &BARE,
            "run-bare",
            &["--no-default-features", "--features", "runner,messages,portable-digest"][..],
        ),
        Runner::Silent => {
            (&SILENT, "run-silent", &["--no-default-features", "--features", "runner,portable-digest"][..])
        }
        Runner::Plugin => (
            &PLUGIN,
            "run-plugin",
            &["--no-default-features", "--features", "runner,messages,portable-digest,plugin"][..],
        ),
        Runner::Full => (&FULL, "run-full", &["--features", "full"][..]),
    };
    let arguments = ["build", "-p", "precompile-runtime", "--profile", "runner"];
    cell.get_or_init(|| build("runner/precompile-run", copy, &[&arguments, features].concat()))
}

/// Returns true if the default runner is to have wasmtime-wasi's preview 1, as `scripts/check/full-wasi.sh` says.
fn has_full_wasi() -> bool {
    std::env::var_os("PRECOMPILE_TESTS_WASI").is_some_and(|wasi| wasi == "full")
}

/// The shared library that is WASI as a plugin.
pub fn wasi_plugin() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    let arguments = ["build", "-p", "precompile-wasi-plugin", "--profile", "runner"];
    PATH.get_or_init(|| build("runner/libprecompile_wasi.so", "libprecompile_wasi.so", &arguments))
}

/// The root of the checkout whose tests are run. The path at the build may be another's: checkouts that share a target
/// folder share what is built.
pub fn root() -> PathBuf {
    let package = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    let is_root = |folder: &&Path| folder.join("tests/support.rs").exists();
    Path::new(&package).ancestors().find(is_root).expect("tests are run in a checkout").into()
}

/// Builds a binary and copies it away, as builds with other features share its path.
fn build(binary: &str, copy: &str, arguments: &[&str]) -> PathBuf {
    let root = root();
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let folder = target.join("tests");
    fs::create_dir_all(&folder).unwrap();
    let lock = File::create(folder.join("lock")).unwrap();
    lock.lock().unwrap();
    let cargo = std::env::var_os("CARGO").unwrap_or("cargo".into());
    let status = Command::new(cargo)
        .args(arguments)
        .arg("--quiet")
        .current_dir(&root)
        .env("CARGO_TARGET_DIR", &target)
        .status()
        .unwrap();
    assert!(status.success(), "cargo {arguments:?} failed");
    let (from, to) = (target.join(binary), folder.join(copy));
    let modified = |path: &Path| path.metadata().and_then(|metadata| metadata.modified()).ok();
    if modified(&to).is_none() || modified(&to) < modified(&from) {
        // Renamed into place, as another test may be running the old one.
        let fresh = folder.join(format!("{copy}.new"));
        fs::copy(&from, &fresh).unwrap();
        fs::rename(&fresh, &to).unwrap();
    }
    to
}

/// The end of a command.
#[derive(Debug)]
pub struct Ended {
    /// The exit code, or `None` where a signal ended the command.
    pub code: Option<i32>,
    /// The standard output.
    pub stdout: String,
    /// The standard error.
    pub stderr: String,
}

/// Runs a command to its end.
pub fn run(command: &mut Command) -> Ended {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    Ended { code: status.code(), stdout: text(&stdout), stderr: text(&stderr) }
}

/// Tells whether programs can be run as a user whom permissions bind: this one, or `nobody`. Prints a line if not.
#[allow(clippy::print_stdout, reason = "a skipped test says so")]
pub fn has_unprivileged() -> bool {
    #[cfg(unix)]
    if std::os::unix::fs::MetadataExt::uid(&TempDir::new().unwrap().path().metadata().unwrap()) == 0 {
        let nobody = ["--reuid=65534", "--regid=65534", "--clear-groups", "true"];
        if !Command::new("setpriv").args(nobody).output().is_ok_and(|output| output.status.success()) {
            println!("not run: root can't be another user here, by `setpriv` of util-linux");
            return false;
        }
    }
    true
}

/// A temporary folder with a cache of its own.
#[derive(Debug)]
pub struct Folder {
    files: TempDir,
    cache: TempDir,
}

impl Default for Folder {
    fn default() -> Folder {
        Folder::new()
    }
}

impl Folder {
    /// An empty folder.
    pub fn new() -> Folder {
        Folder { files: TempDir::new().unwrap(), cache: TempDir::new().unwrap() }
    }

    /// The folder's path.
    pub fn path(&self) -> &Path {
        self.files.path()
    }

    /// The folder of the cache that `precompile` uses here.
    pub fn cache(&self) -> &Path {
        self.cache.path()
    }

    /// The path of something in the folder.
    pub fn join(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    /// The names in the folder, sorted.
    pub fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path()).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Writes a file.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.join(name);
        fs::write(&path, content).unwrap();
        path
    }

    /// Assembles a module and writes it.
    pub fn wasm(&self, name: &str, text: &str) -> PathBuf {
        self.write(name, wat::parse_str(text).unwrap())
    }

    /// A program to run in the folder, with the folder's cache.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.path()).env("PRECOMPILE_CACHE_DIR", self.cache());
        for variable in [
            "NO_CACHE",
            "VERIFY_INPUTS",
            "CACHE_REMOTE",
            "CACHE_REMOTE_MODE",
            "CACHE_MAX_SIZE",
            "CACHE_MAX_AGE",
        ] {
            command.env_remove(format!("PRECOMPILE_{variable}"));
        }
        command
    }

    /// Runs `precompile` in the folder.
    pub fn precompile(&self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Ended {
        run(self.command(precompile()).args(arguments))
    }

    /// Runs `precompile-run` in the folder.
    pub fn run(&self, which: Runner, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Ended {
        run(Command::new(runner(which)).current_dir(self.path()).args(arguments))
    }

    /// Compiles a module given as text, with more arguments for `precompile`.
    pub fn compile(&self, name: &str, text: &str, arguments: &[&str]) -> PathBuf {
        let input = self.wasm(&format!("{name}.wasm"), text);
        let output = self.join(&format!("{name}.cwasm"));
        let (input, output_text) = (input.to_str().unwrap(), output.to_str().unwrap());
        let all = arguments.iter().copied().chain([input, "-o", output_text]);
        let ended = self.precompile(all);
        assert_eq!(ended.code, Some(0), "{ended:?}");
        output
    }

    /// Compiles a module given as text and calls a function of it.
    pub fn invoke(&self, backend: &str, text: &str, call: &[&str]) -> Ended {
        let artifact = self.compile("module", text, &["--backend", backend]);
        let (function, arguments) = call.split_first().unwrap();
        let artifact = artifact.to_str().unwrap();
        let head = ["--invoke", function, artifact];
        self.run(Runner::Default, head.iter().chain(arguments))
    }
}

/// A module that takes a while to compile, the longer the more functions it has.
pub fn slow(functions: usize) -> String {
    let mut text = String::from("(module (memory 1)");
    for n in 0..functions {
        text += "(func (param i32) (result i32) (local.get 0)";
        for m in 0..200 {
            text += &format!("(i32.load offset={}) (i32.const {n}) (i32.mul)", m * 4);
        }
        text += ")";
    }
    text + ")"
}

/// A mutation of `seed`, the same each time for a number: bits flipped, bytes replaced, parts left out, doubled or
/// moved.
pub fn mutated(seed: &[u8], number: u64) -> Vec<u8> {
    let mut state = number;
    // The constants of SplitMix64.
    let mut choose = |below: usize| {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ mixed >> 31) % below as u64) as usize
    };
    let mut bytes = seed.to_vec();
    for _ in 0..=choose(4) {
        if bytes.is_empty() {
            break;
        }
        let at = choose(bytes.len());
        let end = at + 1 + choose((bytes.len() - at).min(16));
        match choose(6) {
            0 => bytes[at] ^= 1 << choose(8),
            1 => bytes[at] = choose(256) as u8,
            2 => bytes.truncate(at),
            3 => drop(bytes.drain(at..end)),
            4 => bytes.extend_from_within(at..end),
            _ => {
                let (part, to) = (bytes[at..end].to_vec(), choose(bytes.len()));
                bytes.splice(to..to, part);
            }
        }
    }
    bytes
}
