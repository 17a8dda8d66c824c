//! Faults of a cache: each costs a warning, never the build or a wrong artifact.

#![cfg(unix)]
#![allow(clippy::print_stdout, reason = "what can't run says so")]

mod held;
mod users;

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use support::{Ended, Folder, SetAtEnd, precompile, run};

/// A module that differs for each number.
fn module(number: usize) -> String {
    format!("(module (func (export \"f\") (result i32) (i32.const {number})))")
}

/// A folder with a module `app.wat`.
fn folder() -> Folder {
    let folder = Folder::new();
    folder.write("app.wat", module(1));
    folder
}

/// Compiles `app.wat` to another file, and returns the cache's part in it, and the warnings.
fn compile(folder: &Folder, output: &str) -> (String, Vec<String>) {
    report(&folder.precompile(["--message-format", "json", "app.wat", "-o", output]))
}

/// Compiles `app.wat` with `-q`, and returns the cache's part in it.
fn compile_quietly(folder: &Folder, output: &str) -> String {
    report(&folder.precompile(["-q", "--message-format", "json", "app.wat", "-o", output])).0
}

fn report(ended: &Ended) -> (String, Vec<String>) {
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let field = ended.stdout.split("\"cache\":\"").nth(1).unwrap_or_else(|| panic!("{ended:?}"));
    let warnings = ended.stderr.lines().map(|line| {
        assert!(line.starts_with("warning: "), "{ended:?}");
        line.to_owned()
    });
    (field.split('"').next().unwrap().into(), warnings.collect())
}

/// The artifact of `app.wat` without a cache.
fn right(folder: &Folder) -> Vec<u8> {
    let ended = folder.precompile(["-q", "--no-cache", "app.wat", "-o", "right"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    fs::read(folder.join("right")).unwrap()
}

fn is_right(folder: &Folder, output: &str) -> bool {
    fs::read(folder.join(output)).unwrap() == right(folder)
}

/// The files of all entries, with an extension.
fn entries(folder: &Folder, extension: &str) -> Vec<PathBuf> {
    let folders = fs::read_dir(folder.cache().join("v1/entries")).unwrap();
    let files = folders.flat_map(|folder| fs::read_dir(folder.unwrap().path()).unwrap());
    let paths = files.map(|file| file.unwrap().path());
    paths.filter(|path| path.extension().is_some_and(|it| it == extension)).collect()
}

fn entry(folder: &Folder, extension: &str) -> PathBuf {
    let found = entries(folder, extension);
    assert_eq!(found.len(), 1, "{found:?}");
    found[0].clone()
}

fn cache_verb(folder: &Folder, arguments: &[&str]) -> Ended {
    let ended = folder.precompile(["cache"].iter().chain(arguments));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    ended
}

/// A damaged entry is a miss and a warning, and is removed, whatever the damage.
#[test]
fn damage_is_found() {
    let flip = |path: &Path| {
        let mut bytes = fs::read(path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(path, bytes).unwrap();
    };
    let cut = |path: &Path| {
        let bytes = fs::read(path).unwrap();
        fs::write(path, &bytes[..bytes.len() - 1]).unwrap();
    };
    let empty = |path: &Path| fs::write(path, "").unwrap();
    let gone = |path: &Path| fs::remove_file(path).unwrap();
    type Damage = fn(&Path);
    let damages: [(&str, Damage); 4] =
        [("flipped", flip), ("truncated", cut), ("emptied", empty), ("removed", gone)];
    for (name, damage) in damages {
        for extension in ["blob", "json"] {
            let folder = folder();
            assert_eq!(compile(&folder, "first").0, "miss");
            assert_eq!(compile(&folder, "second"), ("hit".into(), vec![]));
            damage(&entry(&folder, extension));
            let (cache, warnings) = compile(&folder, "third");
            assert_eq!(cache, "miss", "{name} {extension}");
            // A missing record is no damage.
            let expected = usize::from((name, extension) != ("removed", "json"));
            assert_eq!(warnings.len(), expected, "{name} {extension}: {warnings:?}");
            assert!(is_right(&folder, "third"), "{name} {extension}");
            assert_eq!(compile(&folder, "fourth"), ("hit".into(), vec![]), "{name} {extension}");
        }
    }
}

/// An entry under another entry's key is not used, neither whole nor in part.
#[test]
fn an_entry_under_another_key_is_detected() {
    for extensions in [&["json", "blob"][..], &["json"], &["blob"]] {
        let folder = folder();
        folder.write("other.wat", module(2));
        assert_eq!(folder.precompile(["-q", "other.wat"]).code, Some(0));
        let other = entry(&folder, "json");
        assert_eq!(compile(&folder, "first").0, "miss");
        let own = entries(&folder, "json").into_iter().find(|path| *path != other).unwrap();
        for extension in extensions {
            fs::copy(other.with_extension(extension), own.with_extension(extension)).unwrap();
        }
        let (cache, warnings) = compile(&folder, "second");
        assert_eq!((cache.as_str(), warnings.len()), ("miss", 1), "{extensions:?}: {warnings:?}");
        assert!(is_right(&folder, "second"), "{extensions:?}");
    }
}

/// A whole entry under the right key, with the right digest, that was compiled from another source is not used.
#[test]
fn an_entry_from_another_source_is_detected() {
    let folder = Folder::new();
    folder.wasm("app.wat", &module(1));
    folder.wasm("other.wat", &module(2));
    assert_eq!(folder.precompile(["-q", "other.wat"]).code, Some(0));
    let other = entry(&folder, "json");
    assert_eq!(compile(&folder, "first").0, "miss");
    let own = entries(&folder, "json").into_iter().find(|path| *path != other).unwrap();
    fs::copy(other.with_extension("blob"), own.with_extension("blob")).unwrap();
    let text = fs::read_to_string(&other).unwrap();
    let stem = |path: &Path| path.file_stem().unwrap().to_str().unwrap().to_owned();
    let json = text.lines().next().unwrap().replace(&stem(&other), &stem(&own));
    fs::write(&own, format!("{json}\n{}\n", blake3::hash(json.as_bytes()))).unwrap();
    let (cache, warnings) = compile(&folder, "second");
    assert_eq!((cache.as_str(), warnings.len()), ("miss", 1), "{warnings:?}");
    assert!(warnings[0].contains("compiled from another module"), "{warnings:?}");
    assert!(is_right(&folder, "second"));
    assert_eq!(compile(&folder, "third"), ("hit".into(), vec![]));
}

/// After the clock was set back, all files are from the future, and nothing is lost or wrong.
#[test]
fn the_clock_was_set_back() {
    let folder = folder();
    let future = SystemTime::now() + Duration::from_secs(1000 * 24 * 60 * 60);
    let redate = |path: &Path| fs::File::open(path).unwrap().set_modified(future).unwrap();
    redate(&folder.join("app.wat"));
    assert_eq!(compile(&folder, "first").0, "miss");
    redate(&folder.join("first"));
    for extension in ["json", "blob"] {
        redate(&entry(&folder, extension));
    }
    assert_eq!(compile(&folder, "first"), ("hit".into(), vec![]));
    assert_eq!(compile(&folder, "second"), ("hit".into(), vec![]));
    redate(&entry(&folder, "json"));
    let pruned = cache_verb(&folder, &["prune", "--cache-max-age", "1"]);
    assert!(pruned.stdout.starts_with("removed 0 entries"), "{pruned:?}");
    // A change is still seen.
    folder.write("app.wat", module(3));
    redate(&folder.join("app.wat"));
    assert_eq!(compile(&folder, "first").0, "miss");
    assert!(is_right(&folder, "first"));
}

/// A change is seen that leaves size and time as they were, as in one tick of a coarse clock.
#[test]
fn a_racy_change_is_seen() {
    let folder = folder();
    let time = folder.join("app.wat").metadata().unwrap().modified().unwrap();
    assert_eq!(compile(&folder, "out").0, "miss");
    assert_eq!(compile(&folder, "out").0, "hit");
    folder.write("app.wat", module(2));
    fs::File::open(folder.join("app.wat")).unwrap().set_modified(time).unwrap();
    assert_eq!(compile(&folder, "out").0, "miss");
    assert!(is_right(&folder, "out"));
    // The same change of the output.
    let mut bytes = fs::read(folder.join("out")).unwrap();
    let time = folder.join("out").metadata().unwrap().modified().unwrap();
    bytes[100] ^= 1;
    fs::write(folder.join("out"), bytes).unwrap();
    fs::File::open(folder.join("out")).unwrap().set_modified(time).unwrap();
    assert_eq!(compile(&folder, "out").0, "hit");
    assert!(is_right(&folder, "out"), "the output is put right");
}

/// A change is seen also of a file that is old enough not to be read again while it looks unchanged.
#[test]
fn an_old_file_that_changes_is_read() {
    let folder = folder();
    std::thread::sleep(Duration::from_millis(2100));
    assert_eq!(compile(&folder, "out").0, "miss");
    std::thread::sleep(Duration::from_millis(2100));
    // From now on, the output isn't read while it looks unchanged, either.
    assert_eq!(compile(&folder, "out").0, "hit");
    let time = |name: &str| folder.join(name).metadata().unwrap().modified().unwrap();
    let (input, output) = (time("app.wat"), time("out"));
    let redate = |name: &str, time| fs::File::open(folder.join(name)).unwrap().set_modified(time).unwrap();
    folder.write("out", vec![0; folder.join("out").metadata().unwrap().len() as usize]);
    redate("out", output);
    assert_eq!(compile(&folder, "out").0, "hit");
    assert!(is_right(&folder, "out"), "the output is put right");
    folder.write("app.wat", module(2));
    redate("app.wat", input);
    assert_eq!(compile(&folder, "out").0, "miss");
    assert!(is_right(&folder, "out"));
}

/// A fallback to another backend is reported also for an artifact from the cache.
#[test]
fn a_fallback_is_reported_each_time() {
    let folder = folder();
    let arguments = ["--backend", "winch", "--target", "riscv64", "--fallback", "cranelift"];
    for cache in ["miss", "hit", "hit"] {
        let ended = folder.precompile(arguments.iter().chain(&["--message-format", "json", "app.wat"]));
        assert_eq!(report(&ended).0, cache);
        assert!(ended.stdout.contains("\"fallback_from\":\"winch makes no code"), "{ended:?}");
        // After the second time, the files aren't read while they look unchanged.
        std::thread::sleep(Duration::from_millis(2100));
    }
}

/// The folder of another version is left alone.
#[test]
fn versions_stand_side_by_side() {
    let folder = folder();
    for version in ["v0", "v2"] {
        let other = folder.cache().join(version).join("entries");
        fs::create_dir_all(&other).unwrap();
        fs::write(other.join("theirs"), "theirs").unwrap();
    }
    assert_eq!(compile(&folder, "first").0, "miss");
    assert_eq!(compile(&folder, "second").0, "hit");
    cache_verb(&folder, &["prune", "--cache-max-size", "0"]);
    cache_verb(&folder, &["clear"]);
    for version in ["v0", "v2"] {
        assert!(folder.cache().join(version).join("entries/theirs").is_file());
    }
    // A record under the same key with fields that this version doesn't know is not used.
    assert_eq!(compile(&folder, "third").0, "miss");
    fs::write(entry(&folder, "json"), "{\"version\":2}\n").unwrap();
    let (cache, warnings) = compile(&folder, "fourth");
    assert_eq!((cache.as_str(), warnings.len()), ("miss", 1), "{warnings:?}");
}

/// Another process deletes the cache again and again.
#[test]
fn the_cache_is_removed_while_in_use() {
    let folder = Folder::new();
    let names: Vec<_> = (0..20).map(|number| format!("m{number}.wat")).collect();
    for (number, name) in names.iter().enumerate() {
        folder.write(name, module(number));
    }
    assert_eq!(folder.precompile(["-q", "--no-cache", "--out-dir", "right", "."]).code, Some(0));
    let cache = folder.cache().join("c");
    let stop = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        let _end = SetAtEnd(&stop);
        scope.spawn(|| {
            while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                // Another process may be creating a file in the removed folder.
                let _ = fs::remove_dir_all(&cache);
                std::thread::sleep(Duration::from_millis(3));
            }
        });
        for _ in 0..15 {
            let arguments = ["-q", "--backend", "cranelift", "--out-dir", "out"];
            let mut command = folder.command(precompile());
            let ended = run(command.args(arguments).args(&names).env("PRECOMPILE_CACHE_DIR", &cache));
            assert_eq!(ended.code, Some(0), "{ended:?}");
            for name in &names {
                let name = Path::new(name).with_extension("cwasm");
                let (out, right) = (folder.join("out").join(&name), folder.join("right").join(&name));
                assert!(fs::read(out).unwrap() == fs::read(right).unwrap(), "{name:?}");
            }
            fs::remove_dir_all(folder.join("out")).unwrap();
        }
    });
}

/// Twenty copies of a module are compiled once, and each artifact is a file of its own.
#[test]
fn one_compile_for_many_copies() {
    let folder = Folder::new();
    for number in 0..20 {
        folder.write(&format!("copy-{number}.wat"), module(7));
    }
    let ended = folder.precompile(["-j8", "--message-format", "json", "."]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let count = |what: &str| ended.stdout.matches(&format!("\"cache\":\"{what}\"")).count();
    assert_eq!((count("miss"), count("hit")), (1, 19));
    let blob = entry(&folder, "blob");
    let before = fs::read(&blob).unwrap();
    for number in 0..20 {
        let output = folder.join(&format!("copy-{number}.cwasm"));
        assert_eq!(output.metadata().unwrap().nlink(), 1);
        fs::write(&output, "changed").unwrap();
    }
    assert_eq!(fs::read(&blob).unwrap(), before);
}

/// The least recently used entry is removed first, and no more than the limit demands.
#[test]
fn the_least_recently_used_goes_first() {
    let folder = Folder::new();
    for number in 0..4 {
        folder.write("app.wat", module(number));
        assert_eq!(compile(&folder, &format!("out-{number}")).0, "miss");
        for record in entries(&folder, "json") {
            let hour = Duration::from_secs(2 * 60 * 60);
            let used = record.metadata().unwrap().modified().unwrap() - hour;
            fs::File::open(record).unwrap().set_modified(used).unwrap();
        }
    }
    // The oldest entry is used again.
    folder.write("app.wat", module(0));
    assert_eq!(compile(&folder, "again").0, "hit");
    let each = fs::metadata(&entries(&folder, "blob")[0]).unwrap().len() + 6000;
    let size = (2 * each).to_string();
    let pruned = cache_verb(&folder, &["prune", "--cache-max-size", &size]);
    assert!(pruned.stdout.starts_with("removed 2 entries"), "{pruned:?}");
    for (number, cache) in [(0, "hit"), (3, "hit"), (1, "miss"), (2, "miss")] {
        folder.write("app.wat", module(number));
        assert_eq!(compile(&folder, "last").0, cache, "{number}");
    }
    let old = cache_verb(&folder, &["prune", "--cache-max-age", "0"]);
    assert!(old.stdout.contains("; 0 entries left"), "{old:?}");
}

/// A cache that grows beyond its limit is pruned when it is used.
#[test]
fn a_cache_is_pruned_when_it_is_used() {
    let folder = Folder::new();
    for number in 0..12 {
        folder.write("app.wat", module(number));
        let ended = folder.precompile(["-q", "--cache-max-size", "100KiB", "app.wat"]);
        assert_eq!(ended.code, Some(0), "{ended:?}");
    }
    let stored: u64 = entries(&folder, "blob").iter().map(|blob| blob.metadata().unwrap().len()).sum();
    assert!(stored < 100 << 10, "{stored}");
    assert!(stored > 20 << 10, "{stored}");
}
