//! Guests in a folder, compiled by a backend.

use std::path::Path;
use support::{Folder, root};

/// A folder with a guest, compiled by a backend.
pub(crate) fn of_guest(name: &str, backend: &str) -> Folder {
    let folder = Folder::new();
    compile(&folder, &root().join("tests/guests").join(name), backend);
    folder
}

/// Compiles a guest into `app.cwasm`.
pub(crate) fn compile(folder: &Folder, guest: &Path, backend: &str) {
    let ended = folder.precompile(["--backend", backend, guest.to_str().unwrap(), "-o", "app.cwasm"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
}
