//! Loading many programs at once while their files are replaced: every result is right, and nothing leaks.
//! `scripts/check/load-leaks.sh` prints the figures.

// The resources of a process are read from /proc.
#![cfg(target_os = "linux")]

use precompile_runtime::wasmtime::{Linker, Store};
use precompile_runtime::{OpenError, Program, Runtime, link};
use std::collections::VecDeque;
use std::fmt::{self, Display, Formatter};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::{fs, mem, thread};
use support::{BACKENDS, Folder, SetAtEnd};

const MODULES: usize = 25;
const THREADS: usize = 8;

/// The number of programs that each thread keeps while it loads others.
const KEPT: usize = 4;

/// A file that programs are loaded from, and the versions that replace it.
struct Target {
    path: PathBuf,
    versions: [PathBuf; 2],
    answers: [i32; 2],
}

/// A module whose function returns this number, if its code and its memory agree on it.
fn module(answer: i32) -> String {
    let bytes: String = answer.to_le_bytes().iter().map(|byte| format!("\\{byte:02x}")).collect();
    format!(
        r#"(module (memory 1) (data (i32.const 8) "{bytes}") (table 1 funcref) (elem (i32.const 0) $code)
            (type $t (func (result i32))) (func $code (type $t) (i32.const {answer}))
            (func (export "answer") (result i32)
                (select (call_indirect (type $t) (i32.const 0)) (i32.const -1)
                    (i32.eq (call_indirect (type $t) (i32.const 0)) (i32.load (i32.const 8))))))"#
    )
}

/// Compiles all modules with both backends, and puts the first version of each in place.
fn targets(folder: &Folder) -> Vec<Target> {
    let mut targets = Vec::new();
    for (backend_index, backend) in BACKENDS.iter().enumerate() {
        let mut inputs = Vec::new();
        for module_index in 0..MODULES {
            let name = |kind| format!("{backend}-{module_index}-{kind}");
            let answers =
                [0, 1].map(|version| 1000 + ((module_index * 2 + backend_index) * 2 + version) as i32);
            for (version, answer) in answers.iter().enumerate() {
                folder.wasm(&format!("{}.wasm", name(version)), &module(*answer));
                inputs.push(format!("{}.wasm", name(version)));
            }
            let versions = [0, 1].map(|version| folder.join(&format!("{}.cwasm", name(version))));
            let path = folder.join(&format!("{backend}-{module_index}.cwasm"));
            targets.push(Target { path, versions, answers });
        }
        let ended =
            folder.precompile(["-q", "--backend", backend].into_iter().chain(inputs.iter().map(|it| &**it)));
        assert_eq!(ended.code, Some(0), "{ended:?}");
    }
    for target in &targets {
        replace(&target.versions[0], &target.path);
    }
    targets
}

/// Renames a copy into a file's place.
fn replace(from: &Path, to: &Path) {
    let new = to.with_extension("new");
    fs::copy(from, &new).unwrap();
    fs::rename(&new, to).unwrap();
}

/// A way to open a file.
type Open = fn(&Runtime, &Path) -> Result<Program, OpenError>;

/// The ways to open: a copy of the file, mapping it with and without checking the digest, and from memory.
const WAYS: [Open; 4] = [
    // SAFETY: the test has just compiled the files, and they are replaced by renaming only.
    |runtime, path| unsafe { runtime.open_file(path) },
    // SAFETY: as above.
    |runtime, path| unsafe { runtime.open_file_mapped(path) },
    // SAFETY: as above.
    |runtime, path| unsafe { runtime.open_file_mapped_unverified(path) },
    |runtime, path| {
        let bytes = fs::read(path).unwrap();
        // SAFETY: as above.
        unsafe { runtime.open_bytes(&bytes) }
    },
];

/// The result of a new instance of the program.
fn answer(program: &Program) -> i32 {
    let mut store = Store::new(program.engine(), ());
    let instance = link::instantiate(&Linker::new(program.engine()), &mut store, program).unwrap();
    instance.get_typed_func::<(), i32>(&mut store, "answer").unwrap().call(&mut store, ()).unwrap()
}

/// The result of many loads.
#[derive(Debug, Default)]
struct Tally {
    /// The number of results of each version.
    versions: [usize; 2],
    wrong: Vec<String>,
    /// The number of replacements of files.
    replaced: usize,
}

/// Loads this many programs on all threads, while another thread replaces their files.
fn load(runtime: &Runtime, targets: &[Target], ways: &[Open], loads: usize, end: fn(Program)) -> Tally {
    let (next, over) = (AtomicUsize::new(0), AtomicBool::new(false));
    let work = || {
        let (mut tally, mut kept) = (Tally::default(), VecDeque::new());
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index < loads {
                let target = &targets[index % targets.len()];
                let program = ways[index / targets.len() % ways.len()](runtime, &target.path).unwrap();
                let answer = answer(&program);
                match target.answers.iter().position(|it| *it == answer) {
                    Some(version) => tally.versions[version] += 1,
                    None => tally.wrong.push(format!("{:?} answered {answer}", target.path)),
                }
                kept.push_back((answer, program));
            }
            if kept.len() > KEPT || index >= loads {
                let Some((before, program)) = kept.pop_front() else { return tally };
                // Its file may have been replaced meanwhile.
                let after = answer(&program);
                if after != before {
                    tally.wrong.push(format!("answered {before}, then {after}"));
                }
                end(program);
            }
        }
    };
    let replace_all = || {
        let versions =
            (1..).flat_map(|round| targets.iter().map(move |it| (&it.versions[round % 2], &it.path)));
        let replaced =
            versions.take_while(|_| !over.load(Ordering::Relaxed)).map(|(from, to)| replace(from, to));
        replaced.count()
    };
    thread::scope(|scope| {
        let end = SetAtEnd(&over);
        let replacing = scope.spawn(replace_all);
        let workers: Vec<_> = (0..THREADS).map(|_| scope.spawn(work)).collect();
        let mut sum = Tally::default();
        for worker in workers {
            let tally = worker.join().unwrap();
            sum.versions = [0, 1].map(|version| sum.versions[version] + tally.versions[version]);
            sum.wrong.extend(tally.wrong);
        }
        drop(end);
        sum.replaced = replacing.join().unwrap();
        sum
    })
}

/// The resources of this process.
#[derive(Clone, Copy)]
struct Held {
    resident_kib: usize,
    mappings: usize,
    descriptors: usize,
}

impl Held {
    fn now() -> Held {
        // Exact to the page: the figures of `status` are rounded for each thread.
        let status = fs::read_to_string("/proc/self/smaps_rollup").unwrap();
        let resident = status.lines().find_map(|line| line.strip_prefix("Rss:")).unwrap();
        Held {
            resident_kib: resident.trim().trim_end_matches(" kB").parse().unwrap(),
            mappings: fs::read_to_string("/proc/self/maps").unwrap().lines().count(),
            descriptors: fs::read_dir("/proc/self/fd").unwrap().count(),
        }
    }

    /// Returns true if all figures are within 5 % of those before.
    fn is_as(&self, before: &Held) -> bool {
        let near = |now: usize, before: usize| now.abs_diff(before) * 20 <= before;
        near(self.resident_kib, before.resident_kib)
            && near(self.mappings, before.mappings)
            && near(self.descriptors, before.descriptors)
    }
}

impl Display for Held {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let Held { resident_kib, mappings, descriptors } = self;
        write!(formatter, "{resident_kib} KiB resident, {mappings} mappings, {descriptors} descriptors")
    }
}

/// This is a single test, because it measures its process: no other test may run at the same time.
#[test]
#[allow(clippy::print_stdout, reason = "what was measured is a result")]
fn loads_leave_nothing_behind() {
    let folder = Folder::new();
    let mut targets = targets(&folder);
    let runtime = Runtime::new();

    let early = load(&runtime, &targets, &WAYS, 1000, drop);
    let before = Held::now();
    let late = load(&runtime, &targets, &WAYS, 9000, drop);
    let after = Held::now();
    println!("at  1,000 loads: {before}\nat 10,000 loads: {after}");
    for tally in [early, late] {
        let Tally { versions: [first, second], replaced, .. } = tally;
        println!("{first} and {second} answers of the two versions, {replaced} files replaced");
        assert!(tally.wrong.is_empty(), "{tally:?}");
        assert!(tally.versions.iter().all(|answers| *answers > 0), "{tally:?}");
    }
    assert!(after.is_as(&before), "{before}, then {after}");

    // The planted fault of another module's artifact in a file's place is found.
    targets[0].versions = targets[1].versions.clone();
    replace(&targets[0].versions[0], &targets[0].path);
    assert!(!load(&runtime, &targets, &WAYS, 500, drop).wrong.is_empty());

    // So are planted leaks of programs, however they were opened.
    for way in WAYS {
        let before = Held::now();
        load(&runtime, &targets, &[way], 500, mem::forget);
        let after = Held::now();
        println!("after 500 leaks: {after}");
        assert!(!after.is_as(&before), "{before}, then {after}");
    }
}
