//! Two guests that do the same, one with each implementation.

use crate::full::{self, End};
use crate::known::{check_events, mask, may_differ};
use crate::listings::Listings;
use crate::script::{self, Call, MEMORY_BYTES};
use fastrand::Rng;
use precompile_wasi::{Args, Context, Error, Input, Memory, Output};
use std::collections::BTreeMap;
use std::fs;
use std::io::Cursor;
use std::os::unix::fs::symlink;
use std::path::Path;
use tempfile::TempDir;
use wasmtime_wasi::p1::WasiP1Ctx;
use wasmtime_wasi::p2::pipe::{MemoryInputPipe, SinkOutputStream};
use wasmtime_wasi::{FsPerms, WasiCtxBuilder};

/// The standard input of both.
const INPUT: &str = "a line\nand another\n";

/// Two guests that do the same, each with two folders: one to be changed, and one to be read.
pub(crate) struct Guests {
    random: Rng,
    lean: Context,
    full: WasiP1Ctx,
    memory: Vec<u8>,
    folders: [TempDir; 2],
    listings: Listings,
}

impl Guests {
    /// Two guests. The second folder of the one with this implementation may be changed unless `is_read_only` is set.
    pub(crate) fn new(seed: u64, is_read_only: bool) -> Guests {
        // Memory, where there is such a folder: guests sync files.
        let memory = Path::new("/dev/shm");
        let new = || if memory.exists() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
        let folders = [(); 2].map(|()| new().unwrap());
        for folder in &folders {
            for part in ["rw", "ro"] {
                fill(&folder.path().join(part));
            }
        }
        let [own, other] = [folders[0].path(), folders[1].path()];
        let mut lean = Context::new(Input::Bytes(Cursor::new(INPUT.into())), Output::Sink, Output::Sink);
        lean.argument("program");
        lean.argument("an argument");
        lean.variable("NAME", "value");
        lean.folder(&own.join("rw"), "/rw", true).unwrap();
        lean.folder(&own.join("ro"), "ro", !is_read_only).unwrap();
        let mut full = WasiCtxBuilder::new();
        full.allow_blocking_current_thread(true).stdin(MemoryInputPipe::new(INPUT));
        full.stdout(SinkOutputStream).stderr(SinkOutputStream);
        full.arg("program").arg("an argument").env("NAME", "value");
        full.preopened_dir(other.join("rw"), "/rw", FsPerms::ReadWrite).unwrap();
        full.preopened_dir(other.join("ro"), "ro", FsPerms::ReadOnly).unwrap();
        let mut memory = vec![0; MEMORY_BYTES];
        script::write_paths(&mut memory);
        Guests {
            random: Rng::with_seed(seed),
            lean,
            full: full.build_p1(),
            memory,
            folders,
            listings: Listings::Whole,
        }
    }

    /// Makes so many calls. Returns the first difference.
    pub(crate) fn play(&mut self, calls: usize) -> Result<(), String> {
        for number in 0..calls {
            let call = script::next(&mut self.random, &mut self.memory);
            let end = self.call(&call);
            // A guest that trapped is at its end, and a call that did a part of its work before isn't compared.
            if end.map_err(|difference| format!("call {number}, {call:?}: {difference}"))? == End::Trap {
                break;
            }
        }
        let [own, other] = [0, 1].map(|number| tree(self.folders[number].path()));
        if own != other {
            return Err(format!("the files differ: {own:?} and {other:?}"));
        }
        Ok(())
    }

    fn call(&mut self, call: &Call) -> Result<End, String> {
        let mut other = self.memory.clone();
        let memory = &mut Memory::Unshared(&mut self.memory);
        let own = match call.function.0.call(&mut self.lean, memory, Args(&call.args)) {
            Ok(errno) => End::Errno(errno),
            Err(Error::Exit(exit)) => End::Exit(exit.0),
            Err(Error::Trap(_)) => End::Trap,
            Err(Error::Errno(errno)) => return Err(format!("{errno:?} is no number")),
        };
        let full = full::call(call.name, &mut self.full, &mut other, &call.args);
        if own != full {
            return match may_differ(call, &self.memory, own, full) {
                // What is left of a call that failed is never the same.
                true => Ok(own),
                false => Err(format!("{own:?}, and {full:?}")),
            };
        }
        if own == End::Errno(0) {
            if call.name == "poll_oneoff" {
                check_events(call, &mut self.memory, &mut other)?;
            }
            mask(call, &mut self.memory);
            mask(call, &mut other);
            let is_continued = call.name == "fd_readdir" && call.args[3] != 0;
            self.listings = self.listings.after(call, &self.memory);
            if is_continued && self.listings == Listings::Old {
                return Ok(own);
            }
            if let Some(at) = self.memory.iter().zip(&other).position(|(own, other)| own != other) {
                let range = at & !7..(at + 16).min(MEMORY_BYTES);
                let (own, other) = (&self.memory[range.clone()], &other[range]);
                return Err(format!("the memories differ at {at:#x}: {own:x?} and {other:x?}"));
            }
        }
        Ok(own)
    }
}

/// Makes a folder with files and links, some of which lead out.
fn fill(folder: &Path) {
    fs::create_dir_all(folder.join("folder/deep")).unwrap();
    fs::write(folder.join("file"), "the content of a file").unwrap();
    fs::write(folder.join("empty"), "").unwrap();
    fs::write(folder.join("folder/inner"), vec![b'x'; 9000]).unwrap();
    fs::write(folder.join("folder/deep/est"), "deep").unwrap();
    for (link, target) in [
        ("link", "file"),
        ("dangling", "nowhere"),
        ("out", "../../"),
        ("loop", "loop"),
        ("sideways", "folder"),
    ] {
        symlink(target, folder.join(link)).unwrap();
    }
}

/// All files of a folder, with their content; links with their targets.
fn tree(folder: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut left = vec![folder.to_path_buf()];
    while let Some(at) = left.pop() {
        for entry in fs::read_dir(&at).unwrap() {
            let path = entry.unwrap().path();
            let metadata = path.symlink_metadata().unwrap();
            let content = if metadata.is_dir() {
                left.push(path.clone());
                "a folder".into()
            } else if metadata.is_symlink() {
                format!("a link to {}", path.read_link().unwrap().display())
            } else if metadata.len() > 1 << 20 {
                format!("{} bytes", metadata.len())
            } else {
                String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned()
            };
            let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
            found.insert(name, content);
        }
    }
    found
}
