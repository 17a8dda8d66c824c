//! The recipe of an artifact: all that determines its bytes besides the module, as part of the cache's key.

use crate::options::Options;
use crate::version::WASMTIME_VERSION;
use precompile_artifact::trailer::FORMAT;
use precompile_cache::Recipe;
use serde_json::Value;

/// The context that separates the keys from those of other programs.
const CONTEXT: &str = "precompile 2026-11 recipe of an artifact";

/// Options that don't affect the bytes.
const WITHOUT_EFFECT: [&str; 2] = ["fallback", "parallel"];

/// The fields that tell most about an artifact: a comparison of recipes names them first.
const FIRST: [&str; 4] = ["backend", "target", "cpu_features", "platform"];

/// Digests of the sources of this build: the compilers, their dependencies, and our own sources, so that a changed
/// build doesn't use the artifacts of another.
const BUILT_FROM: [&str; 2] = [env!("PRECOMPILE_BUILT_FROM"), precompile_artifact::SOURCE_DIGEST];

/// The recipe of an artifact with these options: all that determines its bytes besides the module.
///
/// The fallback isn't part of it: an artifact of the second backend has a recipe of its own. Neither is
/// the number of threads.
pub fn recipe(options: &Options) -> Recipe {
    let mut options = serde_json::to_value(options).expect("options are plain values");
    for name in WITHOUT_EFFECT {
        options.as_object_mut().expect("options are a struct").remove(name);
    }
    let mut fields = Vec::new();
    add(&mut fields, String::new(), &options);
    let place = |name: &str| FIRST.iter().position(|first| *first == name).unwrap_or(FIRST.len());
    fields.sort_by_key(|(name, _)| place(name));
    let built = [
        ("wasmtime_version", WASMTIME_VERSION.into()),
        ("precompile_version", env!("CARGO_PKG_VERSION").into()),
        ("built_from", BUILT_FROM.join("+")),
        ("format", FORMAT.to_string()),
    ];
    fields.extend(built.map(|(name, value)| (name.into(), value)));
    Recipe::new(CONTEXT, fields)
}

/// Adds the fields of a value, each under the names of the objects around it.
fn add(fields: &mut Vec<(String, String)>, name: String, value: &Value) {
    let text = match value {
        Value::Object(members) => {
            let separator = if name.is_empty() { "" } else { "." };
            for (member, value) in members {
                add(fields, format!("{name}{separator}{member}"), value);
            }
            return;
        }
        Value::Array(items) => items
            .iter()
            .map(|item| item.as_str().map_or_else(|| item.to_string(), String::from))
            .collect::<Vec<_>>()
            .join(","),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    fields.push((name, text));
}

#[cfg(test)]
mod tests;
