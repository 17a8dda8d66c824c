//! The functions and places of a frame, and the lines that tell them.

use precompile::SourceFrame;
use precompile::artifact::Escaped;
use std::fmt::Write;

/// The functions and places of a frame.
pub(super) struct Found {
    /// The function's index in its module.
    pub(super) index: u32,
    /// The function's name in the module's name section.
    pub(super) name: Option<String>,
    /// The functions by the debugging information, the innermost first, each but the last inlined.
    pub(super) frames: Vec<SourceFrame>,
    /// The place where the function begins, for a frame of which no more is known.
    pub(super) beginning: Option<SourceFrame>,
}

impl Found {
    /// The innermost function's name.
    pub(super) fn innermost(&self) -> Option<&str> {
        let named = self.frames.first().and_then(|frame| frame.function.as_deref());
        named.or(self.name.as_deref())
    }

    /// The innermost function's name, or its index as wasmtime writes it.
    pub(super) fn shown(&self) -> String {
        self.innermost()
            .map_or_else(|| format!("<wasm function {}>", self.index), |name| Escaped(name).to_string())
    }

    /// The lines below the one with the innermost function's name, as wasmtime prints them, each behind a beginning.
    pub(super) fn lines(&self, before: &str) -> String {
        let mut text = String::new();
        for (number, frame) in self.frames.iter().enumerate() {
            if number > 0 {
                let name = frame.function.as_deref().unwrap_or("<inlined function>");
                let _ = writeln!(text, "{before}                - {}", Escaped(name));
            }
            if let Some(place) = place(frame) {
                let _ = writeln!(text, "{before}                    at {}", Escaped(&place));
            }
        }
        if let Some(SourceFrame { file: Some(file), line: Some(line), .. }) = &self.beginning {
            let _ = writeln!(text, "{before}                    in {}, from line {line} on", Escaped(file));
        }
        text
    }
}

/// A file, its line and column, as far as they are known.
fn place(frame: &SourceFrame) -> Option<String> {
    let mut text = frame.file.clone()?;
    if let Some(line) = frame.line {
        let _ = write!(text, ":{line}");
        if let Some(column) = frame.column {
            let _ = write!(text, ":{column}");
        }
    }
    Some(text)
}
