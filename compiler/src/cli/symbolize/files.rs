//! The files that backtraces refer to: modules, and artifacts with their modules.

use crate::cache_opts::StoreOpts;
use crate::kind::Kind;
use crate::message::tell_warning;
use crate::unreadable;
use anyhow::{Context, Result};
use precompile::artifact::{Manifest, escaped_path, trailer};
use precompile::cache::{Cache, Digest};
use precompile::{binary_form, kept_module};
use std::path::{Path, PathBuf};

/// The files, whole.
pub(crate) struct Files {
    pub(super) modules: Vec<ModuleFile>,
    pub(super) artifacts: Vec<ArtifactFile>,
}

/// A module or a component, in binary form.
pub(super) struct ModuleFile {
    pub(super) path: PathBuf,
    pub(super) wasm: Vec<u8>,
}

/// An artifact, and the place of its module among the modules.
pub(super) struct ArtifactFile {
    pub(super) path: PathBuf,
    pub(super) bytes: Vec<u8>,
    pub(super) module: usize,
}

impl Files {
    /// Reads the files. The module of an artifact is one of the named ones, or is found in the cache.
    ///
    /// # Errors
    ///
    /// If a file can't be read, or is none of its kind; if the module of an artifact isn't found.
    pub(super) fn read(modules: &[PathBuf], artifacts: &[PathBuf], store: &StoreOpts) -> Result<Files> {
        let modules = modules.iter().map(|path| ModuleFile::read(path)).collect::<Result<Vec<_>>>()?;
        let mut files = Files { modules, artifacts: Vec::new() };
        for path in artifacts {
            files.add_artifact(path, store)?;
        }
        Ok(files)
    }

    fn add_artifact(&mut self, path: &Path, store: &StoreOpts) -> Result<()> {
        let bytes = unreadable::read(path)?;
        let read = trailer::read(&bytes).map_err(|error| unreadable::no_artifact(path, &bytes, &error))?;
        let digest = Digest::from(read.manifest.source_blake3);
        let named = self.modules.iter().position(|module| Digest::of(&module.wasm) == digest);
        let module = match named {
            Some(module) => module,
            None => {
                let wasm = kept(store, &read.manifest)?.ok_or_else(|| self.lacking(path))?;
                self.modules.push(ModuleFile { path: path.with_extension("wasm"), wasm });
                self.modules.len() - 1
            }
        };
        self.artifacts.push(ArtifactFile { path: path.into(), bytes, module });
        Ok(())
    }

    /// The error for an artifact whose module isn't found.
    fn lacking(&self, artifact: &Path) -> anyhow::Error {
        let name = escaped_path(artifact);
        Kind::Read.error(match &self.modules[..] {
            [module] => {
                let module = escaped_path(&module.path);
                format!(
                    "`{name}` was made of another module than `{module}`: name the one that it was made of"
                )
            }
            _ => format!(
                "the module of `{name}` is not in the cache: name it, as in `precompile symbolize app.wasm \
                 --artifact {name}`"
            ),
        })
    }
}

/// The module of an artifact in the cache on this machine.
fn kept(store: &StoreOpts, manifest: &Manifest) -> Result<Option<Vec<u8>>> {
    let Ok(folder) = store.store() else { return Ok(None) };
    let cache = Cache::new(folder, store.limits()?);
    let found = kept_module(&cache, manifest);
    cache.take_warnings().iter().for_each(|warning| tell_warning(warning));
    Ok(found)
}

impl ModuleFile {
    fn read(path: &Path) -> Result<ModuleFile> {
        let bytes = unreadable::read(path)?;
        if trailer::image(&bytes).is_ok() {
            let name = escaped_path(path);
            return Err(Kind::NotWebassembly
                .error(format!("`{name}` is no module, but an artifact: name it with `--artifact {name}`")));
        }
        let wasm = binary_form(&bytes).with_context(|| format!("`{}`", escaped_path(path)))?;
        Ok(ModuleFile { path: path.into(), wasm: wasm.into_owned() })
    }
}
