//! Tests of the digest of a build in the key of the cache: the versions of the crates, and the sources.

#[path = "../built_from.rs"]
mod built_from;

use built_from::{Locked, add_family, add_sources, family};
use std::fs;
use std::path::Path;

/// The folder of the package, in which its tests are run.
fn folder() -> &'static Path {
    Path::new(".")
}

fn lock() -> String {
    fs::read_to_string(folder().join("../Cargo.lock")).unwrap()
}

fn digest(lock: &str, sources: &Path) -> blake3::Hash {
    let mut digest = blake3::Hasher::new();
    add_family(&mut digest, &family(lock, "precompile"));
    add_sources(&mut digest, sources).unwrap();
    digest.finalize()
}

/// A copy of a folder, whose files are made in another order.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    let mut entries: Vec<_> = fs::read_dir(from).unwrap().map(Result::unwrap).collect();
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.file_name()));
    for entry in entries {
        let copied = to.join(entry.file_name());
        match entry.path().is_dir() {
            true => copy(&entry.path(), &copied),
            false => drop(fs::copy(entry.path(), copied).unwrap()),
        }
    }
}

#[test]
fn the_same_sources_are_the_same_in_every_folder() {
    let [one, other] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let (sources, lock) = (folder().join("src"), lock());
    copy(&sources, one.path());
    copy(&sources, &other.path().join("deeper/src"));
    let (one, other) = (one.path(), &other.path().join("deeper/src"));
    let same = digest(&lock, &sources);
    assert_eq!((digest(&lock, one), digest(&lock, other)), (same, same));
    // Ends of lines as git writes them on other systems.
    let text = fs::read_to_string(one.join("compile.rs")).unwrap();
    fs::write(one.join("compile.rs"), text.replace('\n', "\r\n")).unwrap();
    // Tests and the command don't count.
    fs::write(one.join("compile/recipe/tests.rs"), "").unwrap();
    fs::write(one.join("cli/compile/plan.rs"), "").unwrap();
    assert_eq!(digest(&lock, one), same);
    // The recipe of this build.
    let options = precompile::Options::new(
        precompile::Backend::Winch,
        "x86_64".parse().unwrap(),
        precompile::Platform::Hosted,
    );
    let recipe = precompile::recipe(&options.unwrap());
    let said = recipe.fields().iter().find(|(name, _)| name == "built_from").unwrap();
    assert!(said.1.starts_with(&format!("{same}+")), "{said:?}");

    // The digest of the crate `artifact` is the same, though it has code of its own: each package is published alone.
    let mut walk = blake3::Hasher::new();
    add_sources(&mut walk, &folder().join("../artifact/src")).unwrap();
    assert_eq!(precompile::artifact::SOURCE_DIGEST, walk.finalize().to_string());

    let change = |name: &str, text: &str| {
        copy(&sources, other);
        fs::write(other.join(name), text).unwrap();
        assert_ne!(digest(&lock, other), same, "{name}");
    };
    change("compile/image.rs", "");
    change("compile/one_more.rs", "");
    fs::remove_file(other.join("compile/image.rs")).unwrap();
    change("trusted.rs", "//");
}

/// Another version, or another source of the same version, is another compiler.
#[test]
fn another_version_is_another_digest() {
    let (sources, lock) = (tempfile::tempdir().unwrap(), lock());
    let digest = |lock: &str| digest(lock, sources.path());
    let same = digest(&lock);
    let changed = |name: &str, change: &dyn Fn(&str) -> String| {
        let block = lock.split("[[package]]").find(|block| block.contains(&format!("\nname = \"{name}\"\n")));
        let block = block.unwrap();
        let changed = change(block);
        assert_ne!(block, changed);
        digest(&lock.replace(block, &changed))
    };
    let names =
        ["cranelift-codegen", "regalloc2", "wasmtime", "winch-codegen", "gimli", "object", "libm", "wat"];
    for name in names {
        let version = |block: &str| block.replacen("version = \"", "version = \"9", 1);
        assert_ne!(changed(name, &version), same, "{name}");
        // A crate as under `[patch]`.
        let patched = |block: &str| block.lines().filter(|line| !line.starts_with("source")).collect();
        assert_ne!(changed(name, &patched), same, "{name}");
    }
    assert_eq!(changed("clap", &|block| block.replacen("version = \"", "version = \"9", 1)), same);
    // Another package.
    assert_eq!(family(&lock, "another"), []);
}

/// Each crate is demanded in one version, by the manifest or by wasmtime's family. So the lock file holds, even if
/// cargo ignores it.
#[test]
fn no_version_floats() {
    let manifest = fs::read_to_string(folder().join("Cargo.toml")).unwrap();
    let floats = |Locked { name, version, .. }: &Locked| {
        let together = ["wasmtime", "pulley-", "winch-"].iter().any(|family| name.starts_with(family));
        !together
            && !manifest
                .contains(&format!("\n{name} = {{ version = \"={version}\", default-features = false"))
    };
    let family = family(&lock(), "precompile");
    let floating: Vec<_> = family.iter().filter(|locked| floats(locked)).collect();
    assert!(floating.is_empty(), "demand these in compiler/Cargo.toml, for `cfg(any())`: {floating:?}");
    let has = |name: &str| family.iter().any(|locked| locked.name == name);
    assert!(
        ["cranelift-codegen", "regalloc2", "wasmtime-internal-winch", "wat"].into_iter().all(has),
        "{family:?}"
    );
}
