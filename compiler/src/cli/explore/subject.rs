//! The WebAssembly and the machine code that a page shows: of a module that is compiled, or of an artifact.

use crate::explore::opts::Opts;
use crate::explore::side::Side;
use crate::kind::Kind;
use crate::threads;
use anyhow::{Context, Result, bail, ensure};
use precompile::Backend;
use precompile::artifact::{escaped_path, trailer};
use precompile::cache::Digest;
use std::borrow::Cow;
use std::path::Path;

/// The WebAssembly and the machine code to show.
pub(super) struct Subject<'a> {
    /// The binary, where it is at hand.
    pub(super) wasm: Option<Cow<'a, [u8]>>,
    pub(super) sides: Vec<Side>,
    /// Sentences about sides that are missing.
    pub(super) notes: Vec<String>,
}

impl Opts {
    /// The sides of a module or component: each backend that can compile it.
    pub(super) fn module<'a>(&self, bytes: &'a [u8]) -> Result<Subject<'a>> {
        if self.source.is_some() {
            return Err(Kind::Usage.error("`--source` is for an artifact, and this is none: leave it out"));
        }
        let wasm = precompile::binary(bytes)?;
        let target = self.target()?;
        let both = [Backend::Winch, Backend::Cranelift];
        let backends = if self.backend.is_empty() { &both[..] } else { &self.backend };
        // Where no thread can be started, the calling one compiles.
        threads::start(std::thread::available_parallelism().map_or(1, usize::from))?;
        let (mut sides, mut failures) = (Vec::new(), Vec::new());
        for backend in backends {
            match self.compile(*backend, &target, &wasm) {
                Ok(side) => sides.push(side),
                Err(error) => failures.push((*backend, error)),
            }
        }
        if sides.is_empty()
            && let Some((_, error)) = failures.pop()
        {
            return Err(error);
        }
        let note = |(backend, error): (Backend, anyhow::Error)| format!("no code of {backend}: {error:#}");
        Ok(Subject { wasm: Some(wasm), sides, notes: failures.into_iter().map(note).collect() })
    }

    /// The only side of an artifact, and the binary that it was compiled from, where that was named.
    pub(super) fn artifact<'a>(&self, bytes: &[u8], source: Option<&'a [u8]>) -> Result<Subject<'a>> {
        let name = escaped_path(&self.input);
        if let Some(option) = self.for_compiling() {
            let words = "is compiled already: leave it out, or name the module";
            return Err(Kind::Usage.error(format!("`{option}` is for compiling, and `{name}` {words}")));
        }
        let side = Side::new(bytes.to_vec()).with_context(|| format!("`{name}`"))?;
        let wasm = source.map(precompile::binary).transpose()?;
        let (wasm, notes) = match (wasm, self.source.as_deref()) {
            (Some(wasm), Some(path)) => {
                check_source(bytes, &wasm, path).with_context(|| format!("`{name}`"))?;
                (Some(wasm), Vec::new())
            }
            _ => {
                let has_places = side.code()?.has_sources();
                let places =
                    "places stand for the WebAssembly, which isn't at hand: `--source MODULE` shows its text";
                let nothing =
                    "nothing tells the WebAssembly that it was made from, as after `--strip address-map`";
                (None, vec![if has_places { places } else { nothing }.into()])
            }
        };
        Ok(Subject { wasm, sides: vec![side], notes })
    }
}

/// Checks that an artifact was compiled from a binary.
///
/// # Errors
///
/// If it was compiled from another, or doesn't tell.
fn check_source(artifact: &[u8], wasm: &[u8], path: &Path) -> Result<()> {
    let Ok(trailer) = trailer::read_unverified(artifact) else {
        bail!("wasmtime compiled it, which doesn't note the module: leave out `--source`");
    };
    let is_source = Digest::of(wasm).bytes() == &trailer.manifest.source_blake3;
    ensure!(is_source, "it was compiled from another module than `{}`", escaped_path(path));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn upstreams_artifacts_name_no_module() {
        let wasm = wat::parse_str("(module)").unwrap();
        let artifact = wasmtime::Engine::default().precompile_module(&wasm).unwrap();
        let refused = check_source(&artifact, &wasm, Path::new("app.wasm")).unwrap_err().to_string();
        assert_eq!(refused, "wasmtime compiled it, which doesn't note the module: leave out `--source`");
    }
}
