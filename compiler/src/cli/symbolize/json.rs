//! A backtrace in the form of JSON: objects, each a frame, or arrays of them.
//!
//! A frame has one of these members: `offset`, an offset in the module; `func_index`, the index of a function in it;
//! `code_offset`, an offset in the artifact. A number may be a text in hexadecimal, as `"0x1a2b"`. The name in `module`
//! tells several modules apart, and that of the file in `artifact` several artifacts. Each frame is printed on a line,
//! as it was, with `frames`: the functions with their places, the innermost first.

use super::mappings::hexadecimal;
use crate::kind::Kind;
use crate::symbolize::found::Found;
use crate::symbolize::sources::{NAMELESS, Sources};
use anyhow::Result;
use precompile::SourceFrame;
use serde_json::{Deserializer, Map, Value, json};
use std::io::{BufRead, Write};

/// Prints the frames of a JSON text, with their functions and places.
///
/// # Errors
///
/// If the text is no JSON, or has something else than frames; if the output can't be written.
pub(super) fn pass(trace: impl BufRead, to: &mut impl Write, sources: &mut Sources<'_>) -> Result<()> {
    for value in Deserializer::from_reader(trace).into_iter::<Value>() {
        let value = value.map_err(|error| Kind::Read.error(format!("the backtrace is no JSON: {error}")))?;
        let frames = match value {
            Value::Array(frames) => frames,
            frame => vec![frame],
        };
        for frame in frames {
            let Value::Object(mut frame) = frame else { return Err(no_frame(&frame)) };
            let found = found(&frame, sources)?;
            frame.insert("frames".into(), Value::Array(found.map_or_else(Vec::new, |found| members(&found))));
            let mut line = serde_json::to_vec(&frame)?;
            line.push(b'\n');
            to.write_all(&line)?;
        }
    }
    Ok(())
}

fn no_frame(value: &impl serde::Serialize) -> anyhow::Error {
    let text: String = serde_json::to_string(value).unwrap_or_default().chars().take(100).collect();
    Kind::Read.error(format!(
        "`{text}` is no frame: it needs `offset`, `func_index` or `code_offset`, a number or a text as \"0x1a2b\""
    ))
}

fn found(frame: &Map<String, Value>, sources: &mut Sources<'_>) -> Result<Option<Found>> {
    let text = |name: &str| frame.get(name).and_then(Value::as_str);
    let module = text("module").unwrap_or(NAMELESS);
    let number = |name: &str| match frame.get(name)? {
        Value::String(text) => hexadecimal(text),
        value => value.as_u64(),
    };
    if let Some(offset) = number("offset") {
        return Ok(usize::try_from(offset).ok().and_then(|offset| sources.at_offset(module, offset, None)));
    }
    if let Some(offset) = number("code_offset") {
        let artifact = match text("artifact") {
            Some(name) => sources.artifact(name),
            None => sources.only_artifact(),
        };
        return Ok(artifact.and_then(|artifact| sources.at_code(artifact, offset)));
    }
    match number("func_index") {
        Some(index) => Ok(sources.in_function(module, &format!("<wasm function {index}>"))),
        None => Err(no_frame(frame)),
    }
}

/// The functions with their places.
fn members(found: &Found) -> Vec<Value> {
    let of = |frame: &SourceFrame, name: Option<&str>| {
        let SourceFrame { file, line, column, .. } = frame;
        let all = json!({ "function": name, "file": file, "line": line, "column": column });
        let Value::Object(mut all) = all else { return Value::Null };
        all.retain(|_, value| !value.is_null());
        Value::Object(all)
    };
    if !found.frames.is_empty() {
        return found.frames.iter().map(|frame| of(frame, frame.function.as_deref())).collect();
    }
    match (&found.beginning, &found.name) {
        (Some(beginning), name) => vec![json!({
            "function": name, "file": beginning.file, "from_line": beginning.line,
        })],
        (None, Some(name)) => vec![json!({ "function": name })],
        (None, None) => Vec::new(),
    }
}
