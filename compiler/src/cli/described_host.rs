//! The hosts that `--for` names, each with the file that describes it.

use crate::host_file;
use crate::unreadable::unreadable;
use anyhow::{Context, Result, ensure};
use precompile::artifact::{Host, Manifest, escaped_path, mismatch::mismatches};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

/// A host, with the file that describes it.
#[derive(Clone)]
pub(crate) struct DescribedHost {
    pub(crate) file: PathBuf,
    pub(crate) host: Host,
}

impl DescribedHost {
    /// Reads the hosts that these files, and the `.json` files of these folders, describe.
    ///
    /// # Errors
    ///
    /// If one can't be read, or a folder has none.
    pub(crate) fn read(paths: &[PathBuf]) -> Result<Vec<DescribedHost>> {
        let mut files = Vec::new();
        for path in paths {
            match path.is_dir() {
                true => files.extend(descriptions(path)?),
                false => files.push(path.clone()),
            }
        }
        files.into_iter().map(|file| Ok(DescribedHost { host: host_file::read(&file)?, file })).collect()
    }

    /// The host for a message: its file, or else the runner, which described it.
    pub(crate) fn shown(&self) -> String {
        match self.file.as_os_str().is_empty() {
            true => "the runner's description of its host".into(),
            false => format!("`{}`", escaped_path(&self.file)),
        }
    }

    /// The name of the host: that of its file, without the ending.
    pub(crate) fn name(&self) -> &OsStr {
        self.file.file_stem().unwrap_or_default()
    }
}

/// The descriptions in a folder, sorted by name.
fn descriptions(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let entries =
        entries.map_err(|error| unreadable(&error)).with_context(|| format!("`{}`", escaped_path(folder)))?;
    let mut files: Vec<_> = entries.into_iter().map(|entry| entry.path()).collect();
    // Programs and systems leave hidden files beside what they write.
    let is_hidden =
        |file: &Path| file.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
    files.retain(|file| {
        file.extension().is_some_and(|extension| extension == "json") && !is_hidden(file) && file.is_file()
    });
    ensure!(
        !files.is_empty(),
        "the folder `{}` holds no .json file: `precompile-run --describe >FILE` makes one",
        escaped_path(folder)
    );
    files.sort();
    Ok(files)
}

/// The reasons why an artifact would not fit hosts, as the lines of a message; `None` if there are none. Of several hosts
/// each is named.
pub(crate) fn misfits(manifest: &Manifest, hosts: &[DescribedHost]) -> Option<String> {
    let mut text = String::new();
    for described in hosts {
        let reasons = mismatches(manifest, &described.host);
        if reasons.is_empty() {
            continue;
        }
        let which = match hosts.len() {
            1 => String::new(),
            _ => format!(" `{}`", escaped_path(&described.file)),
        };
        let before = if text.is_empty() { "" } else { "\n" };
        let lines: String = reasons.iter().map(|reason| format!("\n  {reason}")).collect();
        text += &format!("{before}it would not fit the host{which}:{lines}");
    }
    (!text.is_empty()).then_some(text)
}
