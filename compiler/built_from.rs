//! The digest of the sources that determine the bytes of artifacts, for the key of the cache: the versions of the
//! crates that make them, from the lock file, and our own sources.
//!
//! The digest doesn't depend on the folder, on times or on the system: two builds of the same sources have the same.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

/// The crates that affect the bytes: the compilers, the readers and writers of WebAssembly, and the writers of
/// the object file and its sections. A name that ends with a hyphen is a prefix of names.
const FAMILY: [&str; 15] = [
    "cranelift-",
    "gimli",
    "libm",
    "object",
    "postcard",
    "pulley-",
    "regalloc2",
    "target-lexicon",
    "wasm-encoder",
    "wasmparser",
    "wasmtime",
    "wasmtime-",
    "wast",
    "wat",
    "winch-codegen",
];

/// Our own sources that don't affect the bytes.
const WITHOUT_EFFECT: [&str; 6] = ["build", "build.rs", "cargo_precompile.rs", "cli", "tests", "tests.rs"];

/// A crate of the family in a lock file.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Locked {
    pub(crate) name: String,
    pub(crate) version: String,
    /// Its source and its checksum, which differ for a patched crate.
    pub(crate) origin: String,
    dependencies: Vec<String>,
}

/// The crates of the family that a package is built with, sorted. Empty for a lock file of another
/// package.
pub(crate) fn family(lock: &str, package: &str) -> Vec<Locked> {
    let all: Vec<_> = lock.split("[[package]]").skip(1).map(locked).collect();
    let mut found = BTreeMap::new();
    let mut next: Vec<_> = all.iter().filter(|locked| locked.name == package).collect();
    while let Some(from) = next.pop() {
        for dependency in from.dependencies.iter().filter(|name| is_family(name)) {
            // A version follows if there are several.
            let (name, version) = dependency.split_once(' ').unwrap_or((dependency, ""));
            let version = version.split(' ').next().unwrap_or_default();
            let is_it =
                |locked: &&Locked| locked.name == name && (version.is_empty() || locked.version == version);
            for locked in all.iter().filter(is_it) {
                if found.insert((&locked.name, &locked.version), locked).is_none() {
                    next.push(locked);
                }
            }
        }
    }
    found.into_values().cloned().collect()
}

fn is_family(dependency: &str) -> bool {
    let name = dependency.split(' ').next().unwrap_or_default();
    FAMILY.iter().any(|member| name == *member || member.ends_with('-') && name.starts_with(*member))
}

fn locked(block: &str) -> Locked {
    let mut locked = Locked::default();
    for line in block.lines() {
        match line.split_once(" = ") {
            Some(("name", name)) => locked.name = unquoted(name),
            Some(("version", version)) => locked.version = unquoted(version),
            Some(("source" | "checksum", origin)) => locked.origin += origin,
            _ if line.starts_with(" \"") => locked.dependencies.push(unquoted(line)),
            _ => {}
        }
    }
    locked
}

fn unquoted(text: &str) -> String {
    text.trim().trim_end_matches(',').trim_matches('"').into()
}

/// Adds the crates to the digest.
pub(crate) fn add_family(digest: &mut blake3::Hasher, family: &[Locked]) {
    for Locked { name, version, origin, .. } in family {
        digest.update(format!("{name} {version} {origin}\n").as_bytes());
    }
}

/// The test for a file that an editor left among the sources.
fn is_leftover(name: &str) -> bool {
    name.starts_with('.') || name.ends_with('~') || name.ends_with(".orig")
}

/// Adds the sources in a folder to the digest: each by its name and its content.
///
/// # Errors
///
/// A source that can't be read.
pub(crate) fn add_sources(digest: &mut blake3::Hasher, folder: &Path) -> io::Result<()> {
    let mut entries: Vec<_> = fs::read_dir(folder)?.collect::<io::Result<_>>()?;
    entries.sort_by_key(|entry| entry.file_name());
    for entry in entries {
        let (name, path) = (entry.file_name(), entry.path());
        if WITHOUT_EFFECT.iter().any(|other| name == *other) || is_leftover(&name.to_string_lossy()) {
            continue;
        }
        digest.update(format!("{}\n", name.display()).as_bytes());
        if path.is_dir() {
            add_sources(digest, &path)?;
            // The end of a folder.
            digest.update(b"\n");
            continue;
        }
        // The digest is the same if git has changed the ends of lines.
        let mut content = fs::read(&path)?;
        content.retain(|byte| *byte != b'\r');
        digest.update(&(content.len() as u64).to_le_bytes()).update(&content);
    }
    Ok(())
}
