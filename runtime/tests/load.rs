//! Many threads load and run artifacts while their files are replaced: all answers are right, and nothing
//! is left behind.

#![cfg(target_os = "linux")]
#![allow(clippy::print_stdout, reason = "`scripts/load.sh` shows the figures")]

use precompile_runtime::wasmtime::{Linker, Store};
use precompile_runtime::{Program, Runtime, link};
use std::fmt;
use std::fs;
use std::path::PathBuf;
use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;
use support::{BACKENDS, Folder};

const MODULES: usize = 25;
const THREADS: usize = 8;
/// After so many loads the first measurement is taken, and after so many the second.
const LOADS: [usize; 2] = [1_000, 10_000];

/// What this process holds.
#[derive(Clone, Copy)]
struct Holdings {
    resident_kb: usize,
    mappings: usize,
    descriptors: usize,
}

impl Holdings {
    fn now() -> Holdings {
        // To the page: what `status` has is rounded for each thread.
        let status = fs::read_to_string("/proc/self/smaps_rollup").unwrap();
        let resident = status.lines().find_map(|line| line.strip_prefix("Rss:")).unwrap();
        Holdings {
            resident_kb: resident.trim().trim_end_matches(" kB").parse().unwrap(),
            mappings: fs::read_to_string("/proc/self/maps").unwrap().lines().count(),
            descriptors: fs::read_dir("/proc/self/fd").unwrap().count(),
        }
    }

    /// Whether this is within 5 % of what was held before.
    fn is_like(&self, before: &Holdings) -> bool {
        let like = |now: usize, before: usize| now * 100 <= before * 105;
        like(self.resident_kb, before.resident_kb)
            && like(self.mappings, before.mappings)
            && like(self.descriptors, before.descriptors)
    }
}

impl fmt::Display for Holdings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Holdings { resident_kb, mappings, descriptors } = self;
        write!(f, "{resident_kb} KiB resident, {mappings} mappings, {descriptors} descriptors")
    }
}

/// Artifacts of both backends in two versions, and the folder of those that are loaded.
struct Artifacts {
    folder: Folder,
}

impl Artifacts {
    fn new() -> Artifacts {
        let folder = Folder::new();
        for version in 1..=2 {
            fs::create_dir_all(folder.join(&format!("text{version}"))).unwrap();
            for module in 0..MODULES {
                let answer = version * 1000 + module;
                folder.write(
                    &format!("text{version}/m{module}.wat"),
                    format!(
                        r#"(module (memory 1) (data (i32.const 0) "text")
                            (func (export "answer") (result i32) (local i32)
                                (loop (br_if 0 (i32.lt_u (local.tee 0 (i32.add (local.get 0) (i32.const 1)))
                                    (i32.const {answer}))))
                                (local.get 0)))"#
                    ),
                );
            }
            for backend in BACKENDS {
                let (out, text) = (format!("{backend}{version}"), format!("text{version}"));
                let ended = folder.precompile(["--backend", backend, "--out-dir", &out, &text]);
                assert_eq!(ended.code, Some(0), "{ended:?}");
            }
        }
        for backend in BACKENDS {
            fs::create_dir(folder.join(backend)).unwrap();
        }
        let artifacts = Artifacts { folder };
        (0..2 * MODULES).for_each(|index| artifacts.replace(index, 1));
        artifacts
    }

    fn file(&self, index: usize, version: &str) -> PathBuf {
        let (backend, module) = (BACKENDS[index % 2], index / 2);
        self.folder.join(&format!("{backend}{version}/m{module}.cwasm"))
    }

    /// Puts another version into the place of a file, as `precompile` does.
    fn replace(&self, index: usize, version: usize) {
        let (live, temp) = (self.file(index, ""), self.folder.join("temp"));
        fs::copy(self.file(index, &version.to_string()), &temp).unwrap();
        fs::rename(temp, live).unwrap();
    }

    /// Loads an artifact and asks it. Whether the answer is that of one of its versions.
    fn load(&self, runtime: &Runtime, index: usize) -> (Program, bool) {
        // SAFETY: the artifacts are precompile's own; each file is only ever replaced as a whole.
        let program = unsafe { runtime.open_file(self.file(index, "")) }.unwrap();
        let mut store = Store::new(program.engine(), ());
        let instance = link::instantiate(&Linker::new(program.engine()), &mut store, &program).unwrap();
        let answer = instance.get_typed_func::<(), i32>(&mut store, "answer").unwrap();
        let answer = answer.call(&mut store, ()).unwrap() as usize;
        (program, answer % 1000 == index / 2 && (1..=2).contains(&(answer / 1000)))
    }
}

/// Loads, and lets go of each program by `end`. What was held at the two measurements, how many answers
/// were wrong, and how often a file was replaced.
fn play(artifacts: &Artifacts, end: fn(Program)) -> ([Holdings; 2], usize, usize) {
    let runtime = Runtime::new();
    let (next, wrong, replaced) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
    let quiet = Barrier::new(THREADS + 2);
    let holdings = thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                for loads in LOADS {
                    while let Ok(number) =
                        next.fetch_update(Relaxed, Relaxed, |next| (next < loads).then_some(next + 1))
                    {
                        let (program, right) = artifacts.load(&runtime, number % (2 * MODULES));
                        wrong.fetch_add(usize::from(!right), Relaxed);
                        end(program);
                    }
                    // All have stopped; it is measured; on.
                    quiet.wait();
                    quiet.wait();
                }
            });
        }
        scope.spawn(|| {
            for loads in LOADS {
                while next.load(Relaxed) < loads {
                    let number = replaced.fetch_add(1, Relaxed);
                    artifacts.replace(number % (2 * MODULES), 1 + number / (2 * MODULES) % 2);
                }
                quiet.wait();
                quiet.wait();
            }
        });
        LOADS.map(|_| {
            quiet.wait();
            let holdings = Holdings::now();
            quiet.wait();
            holdings
        })
    });
    (holdings, wrong.into_inner(), replaced.into_inner())
}

/// One test, since a process has only one memory.
#[test]
fn nothing_is_left_behind() {
    let artifacts = Artifacts::new();
    let ([first, last], wrong, replaced) = play(&artifacts, drop);
    println!("{} loads: {first}\n{} loads: {last}\n{replaced} files replaced", LOADS[0], LOADS[1]);
    assert_eq!(wrong, 0);
    assert!(replaced > 100, "{replaced}");
    assert!(last.is_like(&first), "{first}; then {last}");

    // Whoever lets go of nothing is found out.
    let ([first, last], _, _) = play(&artifacts, std::mem::forget);
    println!("with everything kept: {first}; then {last}");
    assert!(!last.is_like(&first), "{first}; then {last}");
    // And so is an answer of another module's.
    artifacts.folder.write("cranelift/m3.cwasm", fs::read(artifacts.file(8, "1")).unwrap());
    assert!(!artifacts.load(&Runtime::new(), 6).1);
}
