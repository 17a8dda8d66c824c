//! The files below a folder.

use precompile::artifact::escaped_path;
use std::io;
use std::path::{Path, PathBuf};
use walkdir::{DirEntry, WalkDir};

/// The rule for symbolic links in a folder.
#[derive(Clone, Copy)]
pub(crate) struct Links {
    /// Links out of the folder are followed, too.
    pub(crate) follow_out: bool,
    /// Links to folders within the folder are followed, so that a file there is found by each of its paths.
    pub(crate) follow_folders: bool,
}

/// The entries below a folder.
#[derive(Default)]
pub(crate) struct Walked {
    /// The wanted files, sorted by name. Links to them are among them, also where they lead nowhere.
    pub(crate) files: Vec<PathBuf>,
    /// The links that lead out of the folder and weren't followed: to wanted files, and to folders.
    pub(crate) left_out: Vec<PathBuf>,
    /// Other entries that can't be read, such as folders of other users.
    pub(crate) unreadable: Vec<(PathBuf, io::Error)>,
}

impl Walked {
    /// The warnings about links that were left out, each with the way to have it.
    pub(crate) fn warnings(&self, folder: &Path, way: &str) -> Vec<String> {
        let (folder, left_out) = (escaped_path(folder), self.left_out.iter());
        let warning = |link: &PathBuf| {
            format!("`{}` leads out of the folder `{folder}` and is left out: {way}", escaped_path(link))
        };
        left_out.map(warning).collect()
    }
}

/// Walks a folder, and finds the wanted files.
///
/// # Errors
///
/// If the folder itself can't be read.
pub(crate) fn walk(folder: &Path, links: Links, is_wanted: fn(&Path) -> bool) -> io::Result<Walked> {
    let root = fs_err::canonicalize(folder)?;
    let (mut walked, mut left_out) = (Walked::default(), Vec::new());
    let is_walked = |entry: &DirEntry| {
        if entry.depth() == 0 || !entry.path_is_symlink() {
            return true;
        }
        let is_inside = entry.path().canonicalize().is_ok_and(|target| target.starts_with(&root));
        match (entry.file_type().is_dir(), is_inside) {
            // The linked folder is walked where it is.
            (true, true) => links.follow_folders,
            (is_dir, false) if !links.follow_out => {
                if is_dir || is_wanted(entry.path()) {
                    left_out.push(entry.path().into());
                }
                false
            }
            _ => true,
        }
    };
    let entries = WalkDir::new(folder).follow_links(true).sort_by_file_name().into_iter();
    for entry in entries.filter_entry(is_walked) {
        match entry {
            Ok(entry) if entry.file_type().is_file() && is_wanted(entry.path()) => {
                walked.files.push(entry.into_path());
            }
            Ok(_) => {}
            // A link to a folder around it, which is walked already.
            Err(error) if error.loop_ancestor().is_some() => {}
            Err(error) => {
                let Some(path) = error.path().map(Path::to_path_buf) else { continue };
                match is_wanted(&path) {
                    // Such as a dangling link: who reads it gets the error.
                    true => walked.files.push(path),
                    false => walked.unreadable.push((path, error.into())),
                }
            }
        }
    }
    Ok(Walked { left_out, ..walked })
}
