//! Opened programs run the bytes that were verified. Neither a guest with access to its artifact's folder nor another
//! process that writes to the file can change them. The planted fault, mapping the file, is found each time.

#![cfg(unix)]

use precompile_runtime::artifact::trailer::ReadError;
use precompile_runtime::wasmtime::{Linker, Store};
use precompile_runtime::{OpenError, Program, Runtime, link};
use precompile_wasi::{Context, Exit, Input, Output, add_to_linker};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::process::{Command, exit};
use std::{env, fs};
use support::rewriter::{ACTIONS, MODULE};
use support::{BACKENDS, Folder};

/// A way to open a file.
struct Way {
    name: &'static str,
    open: fn(&Runtime, &Path) -> Result<Program, OpenError>,
    /// Changes of the file change the program.
    is_mapped: bool,
}

const WAYS: [Way; 3] = [
    Way {
        name: "open_file",
        // SAFETY: the tests have just compiled it. Its later change is the subject of the test.
        open: |runtime, path| unsafe { runtime.open_file(path) },
        is_mapped: false,
    },
    Way {
        name: "open_reader",
        // SAFETY: as above.
        open: |runtime, path| unsafe { runtime.open_reader(path, File::open(path).unwrap()) },
        is_mapped: false,
    },
    Way {
        name: "open_file_mapped",
        // SAFETY: this is the planted fault: changed bytes are executed, in processes that may die of it.
        open: |runtime, path| unsafe { runtime.open_file_mapped(path) },
        is_mapped: true,
    },
];

/// The variable that makes a process the child: the name of the way to open, and the artifact.
const CHILD: &str = "PRECOMPILE_TEST_OPENS";

/// Guests of both backends replace a constant in their code, overwrite their code, and truncate it.
#[test]
#[allow(clippy::disallowed_methods, reason = "a child is told by its environment what to do")]
fn a_guest_writes_to_its_artifact() {
    if let Ok(told) = env::var(CHILD) {
        let (name, path) = told.split_once(' ').unwrap();
        run_with_its_folder(WAYS.iter().find(|way| way.name == name).unwrap(), path.as_ref());
    }
    for backend in BACKENDS {
        for action in ACTIONS {
            for way in &WAYS {
                let folder = Folder::new();
                let text = MODULE.text(action, "app.cwasm");
                let path = folder.compile("app", &text, &["--backend", backend]);
                let before = fs::read(&path).unwrap();
                let mut child = Command::new(env::current_exe().unwrap());
                child.args(["--exact", "a_guest_writes_to_its_artifact"]);
                child.env(CHILD, format!("{} {}", way.name, path.display()));
                let ended = support::run(&mut child);
                let what = format!("{backend}, {action}, {}: {ended:?}", way.name);
                assert_ne!(fs::read(&path).unwrap(), before, "{what}");
                match way.is_mapped {
                    false => assert_eq!(ended.code, Some(MODULE.unchanged), "{what}"),
                    // The process died of a signal, or reports a false trap.
                    true => assert_ne!(ended.code, Some(MODULE.unchanged), "{what}"),
                }
                if way.is_mapped && *action == "patch" {
                    assert_eq!(ended.code, Some(MODULE.changed), "{what}");
                }
            }
        }
    }
}

/// Runs a program with access to the folder of its artifact, and ends with its exit code.
fn run_with_its_folder(way: &Way, path: &Path) -> ! {
    let program = (way.open)(&Runtime::new(), path).unwrap();
    let mut linker = Linker::new(program.engine());
    add_to_linker(&mut linker, |context: &mut Context| context).unwrap();
    let mut context = Context::new(Input::Inherited, Output::Stdout, Output::Stderr);
    context.folder(path.parent().unwrap(), "/", true).unwrap();
    let mut store = Store::new(program.engine(), context);
    let instance = link::instantiate(&linker, &mut store, &program).unwrap();
    let start = instance.get_typed_func::<(), ()>(&mut store, "_start").unwrap();
    let error = start.call(&mut store, ()).unwrap_err();
    exit(error.downcast_ref::<Exit>().map_or(101, |exit| exit.0))
}

/// A module whose function returns this number, the sum of one in its code and one in its memory. The artifact has the
/// same length for all numbers.
fn module(answer: i32) -> String {
    let bytes: String = answer.to_le_bytes().iter().map(|byte| format!("\\{byte:02x}")).collect();
    format!(
        r#"(module (memory 1) (data (i32.const 8) "{bytes}")
            (func (export "answer") (result i32) (i32.add (i32.load (i32.const 8)) (i32.const {answer}))))"#
    )
}

/// The result of a new instance of the program.
fn answer(program: &Program) -> i32 {
    let mut store = Store::new(program.engine(), ());
    let instance = link::instantiate(&Linker::new(program.engine()), &mut store, program).unwrap();
    instance.get_typed_func::<(), i32>(&mut store, "answer").unwrap().call(&mut store, ()).unwrap()
}

const FIRST: i32 = 0x1111_1111;
const SECOND: i32 = 0x2222_2222;

/// A folder with two artifacts of the same length, which differ only in their numbers.
fn versions(backend: &str) -> (Folder, [Vec<u8>; 2]) {
    let folder = Folder::new();
    let bytes = [("first", FIRST), ("second", SECOND)].map(|(name, number)| {
        fs::read(folder.compile(name, &module(number), &["--backend", backend])).unwrap()
    });
    assert_eq!(bytes[0].len(), bytes[1].len());
    (folder, bytes)
}

/// Another artifact is written over the file of one that is open, as `cp` does, and the file is cut off and made
/// longer.
#[test]
fn a_file_changes_after_it_was_opened() {
    for backend in BACKENDS {
        let (folder, [first, second]) = versions(backend);
        for way in &WAYS {
            let path = folder.write("app.cwasm", &first);
            let program = (way.open)(&Runtime::new(), &path).unwrap();
            assert_eq!(answer(&program), 2 * FIRST, "{}", way.name);
            // The file isn't shortened here: a process that maps it would die of that.
            write_over(&path, &second);
            let found = if way.is_mapped { 2 * SECOND } else { 2 * FIRST };
            assert_eq!(answer(&program), found, "{backend}, {}", way.name);
            if way.is_mapped {
                continue;
            }
            fs::write(&path, "short").unwrap();
            assert_eq!(answer(&program), 2 * FIRST, "{backend}, {}", way.name);
            fs::write(&path, vec![0xcc; 2 * first.len()]).unwrap();
            assert_eq!(answer(&program), 2 * FIRST, "{backend}, {}", way.name);
        }
    }
}

/// Overwrites the start of a file with these bytes, and keeps the rest.
fn write_over(path: &Path, bytes: &[u8]) {
    use std::io::Write;
    fs::OpenOptions::new().write(true).open(path).unwrap().write_all(bytes).unwrap();
}

/// A file that is changed while it is read, after a number of bytes.
struct Meddled<'a, F: FnMut(&Path)> {
    file: File,
    path: &'a Path,
    left: usize,
    meddle: F,
}

impl<F: FnMut(&Path)> Read for Meddled<'_, F> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = if self.left == 0 { buffer.len() } else { buffer.len().min(self.left) };
        let bytes = self.file.read(&mut buffer[..most])?;
        if self.left > 0 {
            self.left -= bytes;
            if self.left == 0 || bytes == 0 {
                self.left = 0;
                (self.meddle)(self.path);
            }
        }
        Ok(bytes)
    }
}

/// Opens the first of two versions while the file is changed, after a number of bytes.
fn open_meddled(
    folder: &Folder,
    [first, second]: &[Vec<u8>; 2],
    left: usize,
    meddle: fn(&Path, &[u8]),
) -> Result<i32, OpenError> {
    let path = &folder.write("app.cwasm", first);
    let file = File::open(path).unwrap();
    let meddled = Meddled { file, path, left, meddle: |path: &Path| meddle(path, second) };
    // SAFETY: precompile made the artifact. Changes are detected, or aren't read.
    unsafe { Runtime::new().open_reader(path, meddled) }.map(|program| answer(&program))
}

/// The file is replaced, overwritten, shortened and made longer: in the middle, and between reading its end and the
/// check.
#[test]
fn a_file_changes_while_it_is_opened() {
    let replace: fn(&Path, &[u8]) = |path, bytes| {
        fs::write(path.with_extension("new"), bytes).unwrap();
        fs::rename(path.with_extension("new"), path).unwrap();
    };
    let shorten: fn(&Path, &[u8]) = |path, _| fs::write(path, "").unwrap();
    let lengthen: fn(&Path, &[u8]) = |path, bytes| {
        let file = fs::OpenOptions::new().append(true).open(path);
        io::Write::write_all(&mut file.unwrap(), bytes).unwrap();
    };
    for backend in BACKENDS {
        let (folder, versions) = versions(backend);
        let bytes = versions[0].len();
        // After the part that all versions have in common, and before the trailer.
        let differs = versions[0].iter().zip(&versions[1]).position(|(one, other)| one != other).unwrap();
        let middle = differs + 4;
        let open = |left, meddle| open_meddled(&folder, &versions, left, meddle);
        // The opened program is the original file.
        assert_eq!(open(middle, replace).unwrap(), 2 * FIRST, "{backend}");
        let torn = open(middle, write_over).unwrap_err();
        assert!(matches!(torn, OpenError::Read(ReadError::Digest { .. })), "{backend}: {torn:?}");
        let torn = open(middle, shorten).unwrap_err();
        assert!(matches!(torn, OpenError::Read(ReadError::Truncated { .. })), "{backend}: {torn:?}");
        let torn = open(middle, lengthen).unwrap_err();
        assert!(matches!(torn, OpenError::Read(ReadError::Excess { .. })), "{backend}: {torn:?}");
        // Truncating the file after its end was read has no effect.
        for meddle in [replace, write_over, shorten] {
            assert_eq!(open(bytes, meddle).unwrap(), 2 * FIRST, "{backend}");
        }
    }
}
