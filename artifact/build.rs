//! The digest of the crate's sources, for the keys of a cache. It is the same for the same sources, whatever the
//! folder, the times and the system. And the short table of advisories, for small runtimes.

#[allow(clippy::disallowed_methods, reason = "cargo passes it in a variable")]
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    #[cfg(feature = "audit")]
    {
        println!("cargo::rerun-if-changed=advisories.txt");
        let folder = |variable| std::path::PathBuf::from(std::env::var_os(variable).unwrap_or_default());
        let table = std::fs::read_to_string(folder("CARGO_MANIFEST_DIR").join("advisories.txt"));
        let short = short(&table.expect("the table of advisories can't be read"));
        let written = std::fs::write(folder("OUT_DIR").join("advisories.txt"), short);
        written.expect("the short table can't be written");
    }
    #[cfg(feature = "source-digest")]
    {
        println!("cargo::rerun-if-changed=src");
        let mut digest = blake3::Hasher::new();
        // Read at run time, not at compile time: several checkouts may share a target folder.
        let folder = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default();
        let folder = std::path::Path::new(&folder).join("src");
        add(&mut digest, &folder).expect("the sources can't be read");
        println!("cargo::rustc-env=PRECOMPILE_ARTIFACT_SOURCES={}", digest.finalize());
    }
}

/// The table without comments, and without the fields that are for people.
#[cfg(feature = "audit")]
fn short(table: &str) -> String {
    const FOR_PEOPLE: [&str; 4] = ["title", "published", "source", "unverified"];
    let mut short = String::new();
    for line in table.lines().filter(|line| !line.starts_with('#')) {
        let Some((name, value)) = line.split_once(':').filter(|(name, _)| !FOR_PEOPLE.contains(name)) else {
            continue;
        };
        // An advisory is known by its first name.
        let words = if name == "advisory" { 1 } else { usize::MAX };
        let value: Vec<_> = value.split_whitespace().take(words).collect();
        short += &format!("{name}:{}\n", value.join(" "));
    }
    short
}

/// Returns true for tests, and for files that editors leave beside sources.
#[cfg(feature = "source-digest")]
fn is_without_effect(name: &std::ffi::OsStr) -> bool {
    let name = name.to_string_lossy();
    name == "tests.rs" || name.starts_with('.') || name.ends_with('~') || name.ends_with(".orig")
}

/// Adds the sources in a folder to the digest, each with its name and content.
#[cfg(feature = "source-digest")]
fn add(digest: &mut blake3::Hasher, folder: &std::path::Path) -> std::io::Result<()> {
    let mut entries: Vec<_> = std::fs::read_dir(folder)?.collect::<std::io::Result<_>>()?;
    entries.sort_by_key(|entry| entry.file_name());
    for entry in entries.into_iter().filter(|entry| !is_without_effect(&entry.file_name())) {
        digest.update(format!("{}\n", entry.file_name().display()).as_bytes());
        if entry.path().is_dir() {
            add(digest, &entry.path())?;
            // The end of a folder.
            digest.update(b"\n");
            continue;
        }
        // Git may have converted the line ends.
        let mut content = std::fs::read(entry.path())?;
        content.retain(|byte| *byte != b'\r');
        digest.update(&(content.len() as u64).to_le_bytes()).update(&content);
    }
    Ok(())
}
