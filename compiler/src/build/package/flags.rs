//! The rustc flags of a guest.

use std::fs;
use std::path::{Path, PathBuf};
use toml::{Table, Value};

/// The argument of cargo's `--config` that keeps the program's flags from a guest. Cargo takes `[build] rustflags`
/// from every configuration file above the guest, but flags for the target override them. Flags for the target in
/// those files stay. The guest's own `[build] rustflags` are repeated here, unless the guest's files have flags for
/// the target: these would override them without this argument, too.
///
/// Cargo ignores an empty list. The first flag maps the paths of a mirror to those of the sources, and has no
/// effect elsewhere.
pub(super) fn config(target: &str, mirrors: &Path, files: &[PathBuf]) -> String {
    let mut flags = vec![format!("--remap-path-prefix={}=/", mirrors.display())];
    // Cargo reports unreadable files.
    let tables = files.iter().filter_map(|file| fs::read_to_string(file).ok()?.parse::<Table>().ok());
    let tables: Vec<_> = tables.collect();
    let target = Path::new(target)
        .file_stem()
        .filter(|_| target.ends_with(".json"))
        .map_or_else(|| target.into(), |name| name.to_string_lossy());
    if !tables.iter().any(|table| find(table, &["target", &target, "rustflags"]).is_some()) {
        // The flags of the folder itself come last.
        flags.extend(
            tables.iter().rev().filter_map(|table| find(table, &["build", "rustflags"])).flat_map(list),
        );
    }
    let flags: Vec<_> = flags.iter().map(|flag| quoted(flag)).collect();
    format!("target.{}.rustflags=[{}]", quoted(&target), flags.join(","))
}

fn find<'a>(table: &'a Table, path: &[&str]) -> Option<&'a Value> {
    let (last, tables) = path.split_last()?;
    let table = tables.iter().try_fold(table, |table, name| table.get(*name)?.as_table())?;
    table.get(*last)
}

/// The flags in a value: a list, or a string with blanks between them.
fn list(flags: &Value) -> Vec<String> {
    match flags {
        Value::String(text) => text.split_whitespace().map(String::from).collect(),
        Value::Array(list) => list.iter().filter_map(Value::as_str).map(String::from).collect(),
        _ => Vec::new(),
    }
}

fn quoted(text: &str) -> String {
    // Every JSON string is a TOML string.
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flags_are_the_guests() {
        let folder = std::env::temp_dir().join(format!("precompile-flags-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let file = folder.join("config.toml");
        let config = |text: &str, target: &str| {
            fs::write(&file, text).unwrap();
            config(target, Path::new("/m"), std::slice::from_ref(&file))
        };
        let bare = r#"target."wasm32-wasip1".rustflags=["--remap-path-prefix=/m=/"]"#;
        assert_eq!(config("", "wasm32-wasip1"), bare);
        assert_eq!(config("[[[", "wasm32-wasip1"), bare);
        let own = r#"target."wasm32-wasip1".rustflags=["--remap-path-prefix=/m=/","-C","opt-level=1"]"#;
        assert_eq!(config("[build]\nrustflags = ['-C', 'opt-level=1']", "wasm32-wasip1"), own);
        assert_eq!(config("build.rustflags = '-C opt-level=1'", "wasm32-wasip1"), own);
        let both = "build.rustflags = 'x'\n[target.wasm32-wasip1]\nrustflags = 'y'";
        assert_eq!(config(both, "wasm32-wasip1"), bare);
        assert_eq!(config("", "/x/my.json"), r#"target."my".rustflags=["--remap-path-prefix=/m=/"]"#);
        fs::remove_dir_all(&folder).unwrap();
    }
}
