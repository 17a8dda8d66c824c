//! Cargo's messages about a build.

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// Cargo's messages about a build.
#[derive(Default)]
pub(super) struct Built {
    /// The package's modules.
    pub(super) modules: Vec<PathBuf>,
    /// The manifests of all packages that aren't from a registry.
    pub(super) manifests: Vec<PathBuf>,
}

impl Built {
    /// Reads cargo's messages, one object a line; `own` is the package's manifest.
    pub(super) fn read(messages: &str, own: &Path) -> Built {
        let mut built = Built::default();
        for message in messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
            let text = |name: &str| message.get(name).and_then(Value::as_str);
            let Some(from) = text("manifest_path").filter(|_| text("reason") == Some("compiler-artifact"))
            else {
                continue;
            };
            // In a mirror, the manifest is a link.
            let from = fs::canonicalize(from).unwrap_or_else(|_| from.into());
            let files = message.get("filenames").and_then(Value::as_array).into_iter().flatten();
            let files = files.filter_map(Value::as_str).map(PathBuf::from);
            if from == own {
                let is_module = |file: &PathBuf| file.extension().is_some_and(|found| found == "wasm");
                built.modules.extend(files.filter(is_module));
            }
            let local = text("package_id").is_some_and(|id| id.starts_with("path+file:"));
            if local && !built.manifests.contains(&from) {
                built.manifests.push(from);
            }
        }
        built
    }
}
