//! Tells the crate what it is built from, where the key of a cache holds it: the same for the same sources,
//! whatever the folder, the times and the system.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    #[cfg(feature = "source-digest")]
    {
        println!("cargo::rerun-if-changed=src");
        let mut digest = blake3::Hasher::new();
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        add(&mut digest, &folder).expect("the sources can't be read");
        println!("cargo::rustc-env=PRECOMPILE_ARTIFACT_SOURCES={}", digest.finalize());
    }
}

/// Adds the sources in a folder to the digest: each by its name and its content.
#[cfg(feature = "source-digest")]
fn add(digest: &mut blake3::Hasher, folder: &std::path::Path) -> std::io::Result<()> {
    let mut entries: Vec<_> = std::fs::read_dir(folder)?.collect::<std::io::Result<_>>()?;
    entries.sort_by_key(|entry| entry.file_name());
    for entry in entries {
        digest.update(format!("{}\n", entry.file_name().display()).as_bytes());
        if entry.path().is_dir() {
            add(digest, &entry.path())?;
            // Where a folder ends.
            digest.update(b"\n");
            continue;
        }
        // The same where git has changed the ends of lines.
        let mut content = std::fs::read(entry.path())?;
        content.retain(|byte| *byte != b'\r');
        digest.update(&(content.len() as u64).to_le_bytes()).update(&content);
    }
    Ok(())
}
