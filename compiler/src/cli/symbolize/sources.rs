//! The core modules and the machine code of the files, asked for frames.

use crate::symbolize::doubts::Doubts;
use crate::symbolize::files::{ArtifactFile, Files};
use crate::symbolize::found::Found;
use anyhow::{Context, Result};
use precompile::artifact::{Escaped, escaped_path};
use precompile::{CodeMap, TracedModule, demangled};
use std::cell::OnceCell;
use std::ffi::OsStr;
use std::path::Path;

/// Wasmtime's name of a module that has none.
pub(super) const NAMELESS: &str = "<unknown>";

/// The runner's name of any artifact.
pub(super) const UNNAMED: &str = "artifact";
/// The runner's name of a copy of any artifact in memory.
const IN_MEMORY: &str = "memfd:artifact";

/// The core modules and the machine code of the files.
pub(super) struct Sources<'a> {
    modules: Vec<CoreModule<'a>>,
    artifacts: Vec<CodeFile<'a>>,
    /// The frames that were not found, by the reason.
    pub(super) doubts: Doubts,
}

/// A core module, and the file that it is in.
struct CoreModule<'a> {
    file: usize,
    path: &'a Path,
    traced: TracedModule<'a>,
}

/// An artifact, and its map, which is made once it is needed; `None` if it can't be made.
struct CodeFile<'a> {
    file: &'a ArtifactFile,
    wasm: &'a [u8],
    map: OnceCell<Option<CodeMap<'a>>>,
}

impl<'a> Sources<'a> {
    /// The core modules and the code in these files.
    ///
    /// # Errors
    ///
    /// If a module is malformed.
    pub(super) fn new(files: &'a Files) -> Result<Sources<'a>> {
        let mut modules = Vec::new();
        for (number, file) in files.modules.iter().enumerate() {
            let read = TracedModule::read(&file.wasm);
            let read = read.with_context(|| format!("`{}`", escaped_path(&file.path)))?;
            let core = |traced| CoreModule { file: number, path: &file.path, traced };
            modules.extend(read.into_iter().map(core));
        }
        let code = |file: &'a ArtifactFile| CodeFile {
            file,
            wasm: &files.modules[file.module].wasm,
            map: OnceCell::new(),
        };
        let artifacts = files.artifacts.iter().map(code).collect();
        Ok(Sources { modules, artifacts, doubts: Doubts::default() })
    }

    /// The frame at an offset in a module of this name. `function` is the trace's own name of the function, if it has
    /// one, by which a module of another build is seen.
    pub(super) fn at_offset(&mut self, module: &str, offset: usize, function: Option<&str>) -> Option<Found> {
        let index_at = |core: &CoreModule<'_>| core.traced.function_at(offset);
        let (core, index) = self.only(module, index_at)?;
        let core = &self.modules[core];
        if function.is_some_and(|function| !core.is_function(index, function)) {
            let path = escaped_path(core.path);
            self.doubts.other_builds.insert(path);
            return None;
        }
        Some(core.found(index, offset))
    }

    /// The frame in a function of a module of this name, by the function's index or its name.
    pub(super) fn in_function(&mut self, module: &str, function: &str) -> Option<Found> {
        let index_of = |core: &CoreModule<'_>| core.function(function);
        let is_meant = |core: &CoreModule<'_>| core.is_named(module) && index_of(core).is_some();
        if index_in_text(function).is_none() && !self.modules.iter().any(is_meant) {
            // The trace names the function, and more isn't known. It may also be no frame at all.
            return None;
        }
        let (core, index) = self.only(module, index_of)?;
        let core = &self.modules[core];
        let beginning = core.traced.beginning(index);
        Some(Found { index, name: core.name_of(index), frames: Vec::new(), beginning })
    }

    /// The number of the only core module of this name that has what is looked for, and the index of the function.
    fn only(
        &mut self,
        name: &str,
        index_of: impl Fn(&CoreModule<'_>) -> Option<u32>,
    ) -> Option<(usize, u32)> {
        let named = self.modules.iter().enumerate().filter(|(_, core)| core.is_named(name));
        let mut meant = named.filter_map(|(number, core)| Some((number, index_of(core)?)));
        match (meant.next(), meant.next()) {
            (found, None) if found.is_some() => found,
            (None, _) => {
                self.doubts.unknown_modules.insert(name.into());
                None
            }
            _ => {
                self.doubts.ambiguous_modules.insert(name.into());
                None
            }
        }
    }

    /// The number of the artifact with the name of this file, as tools show it.
    pub(super) fn artifact(&self, shown: &str) -> Option<usize> {
        if shown == UNNAMED || shown.contains(IN_MEMORY) {
            return self.only_artifact();
        }
        let name = Path::new(shown).file_name()?;
        self.artifacts.iter().position(|code| code.file.path.file_name() == Some(name))
    }

    /// The number of the artifact, if there is one alone.
    pub(super) fn only_artifact(&self) -> Option<usize> {
        (self.artifacts.len() == 1).then_some(0)
    }

    /// Returns true if the instruction at an offset in an artifact may trap.
    pub(super) fn is_trap(&mut self, artifact: usize, offset: u64) -> bool {
        self.map(artifact).is_some_and(|map| map.is_trap(offset))
    }

    /// The offset of a symbol in an artifact.
    pub(super) fn symbol(&mut self, artifact: usize, name: &str) -> Option<u64> {
        self.map(artifact)?.symbol(name)
    }

    /// The frame at an offset in an artifact.
    pub(super) fn at_code(&mut self, artifact: usize, offset: u64) -> Option<Found> {
        let offset = self.map(artifact)?.module_offset(offset)?;
        let file = self.artifacts[artifact].file.module;
        let mut within = self.modules.iter().filter(|core| core.file == file);
        within.find_map(|core| Some(core.found(core.traced.function_at(offset)?, offset)))
    }

    fn map(&mut self, artifact: usize) -> Option<&CodeMap<'a>> {
        let CodeFile { file, wasm, map } = &self.artifacts[artifact];
        let made = map.get_or_init(|| {
            let made = CodeMap::new(&file.bytes, wasm);
            made.map_err(|error| self.doubts.code.push(format!("`{}`: {error}", escaped_path(&file.path))))
                .ok()
        });
        made.as_ref()
    }
}

impl CoreModule<'_> {
    /// Returns true if a trace may mean this module by a name.
    fn is_named(&self, name: &str) -> bool {
        match self.traced.name() {
            _ if name == NAMELESS => true,
            Some(own) if own == name => true,
            _ => [self.path.file_name(), self.path.file_stem()].contains(&Some(OsStr::new(name))),
        }
    }

    /// The index of a function by the text of a trace: its index, or its name.
    fn function(&self, text: &str) -> Option<u32> {
        match index_in_text(text) {
            Some(index) => self.traced.has_function(index).then_some(index),
            None => self.traced.function_by_name(|name| is_name(name, text)),
        }
    }

    /// Returns false if a trace's text of a function can't be that of this one.
    fn is_function(&self, index: u32, text: &str) -> bool {
        match (index_in_text(text), self.traced.function_name(index)) {
            (Some(of_trace), _) => of_trace == index,
            (None, Some(name)) => is_name(name, text),
            // The module at hand was stripped of its names.
            (None, None) => true,
        }
    }

    fn found(&self, index: u32, offset: usize) -> Found {
        Found { index, name: self.name_of(index), frames: self.traced.frames(offset), beginning: None }
    }

    fn name_of(&self, index: u32) -> Option<String> {
        self.traced.function_name(index).map(demangled)
    }
}

/// Returns true if a function's name is that of a trace: either may be demangled, and that of the trace is escaped for a
/// terminal.
fn is_name(name: &str, text: &str) -> bool {
    let shown = |name: &str| Escaped(&demangled(name)).to_string();
    name == text || shown(name) == shown(text)
}

/// The index of a function without a name, as wasmtime writes it.
fn index_in_text(text: &str) -> Option<u32> {
    text.strip_prefix("<wasm function ")?.strip_suffix('>')?.parse().ok()
}
