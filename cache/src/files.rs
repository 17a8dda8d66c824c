//! Notes on files that were read before, so that unchanged ones aren't read again.

use crate::digest::Digest;
use crate::error::Error;
use crate::identity::{Identity, unix_ns};
use crate::mounts::Mounts;
use crate::store::Store;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

/// The first bytes of a file of notes.
const FORMAT: &[u8] = b"precompile notes 2\n";
/// The time after which an unused note is dropped.
const KEEP_NS: i64 = 90 * DAY_NS;
/// The time after which the use of a note is recorded again.
const DAY_NS: i64 = 86_400_000_000_000;

/// A note on a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Known {
    /// The digest of the file's content.
    pub(crate) digest: Digest,
    /// The origin of the file, if it is an output.
    pub(crate) made: Option<Made>,
}

/// The origin of an output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Made {
    /// The digest of the key.
    pub(crate) key: Digest,
    /// The time that making it took, in nanoseconds.
    pub(crate) cost_ns: u64,
}

/// The notes on files, by folder, read when a folder is first needed.
#[derive(Debug, Default)]
pub(crate) struct Files {
    folders: Mutex<HashMap<PathBuf, Folder>>,
    mounts: Mounts,
}

/// The notes on the files in a folder, by device and inode.
#[derive(Debug, Default)]
struct Folder {
    /// The name of the file with the notes; `None` if they can't be saved.
    name: Option<String>,
    notes: HashMap<(u64, u64), Note>,
    changed: bool,
}

/// The state of a file when it was read.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Note {
    identity: Identity,
    /// The number of the file system; `None` if identities on it aren't believed.
    file_system: Option<u64>,
    /// The time at which reading began, or an earlier one.
    read_ns: i64,
    /// The time of the last use, to the day.
    used_ns: i64,
    known: Known,
}

/// A note that still holds.
pub(crate) struct Recalled {
    pub(crate) known: Known,
    /// The note was unused for a day.
    pub(crate) stale: bool,
}

impl Files {
    /// The note on a file, if the file can't have changed since it was read.
    pub(crate) fn recall(&self, store: &Store, path: &Path, identity: &Identity) -> Option<Recalled> {
        let file_system = self.mounts.believed(path, identity)?;
        self.with(store, path, |folder| {
            let note = folder.notes.get_mut(&identity.number())?;
            let same = note.identity == *identity && note.file_system == Some(file_system);
            if !same || !identity.settled(note.read_ns) {
                return None;
            }
            let now = unix_ns(SystemTime::now());
            // The difference is negative if the clock was set back.
            let stale = !(0..DAY_NS).contains(&now.saturating_sub(note.used_ns));
            if stale {
                note.used_ns = now;
                folder.changed = true;
            }
            Some(Recalled { known: note.known, stale })
        })
    }

    /// The last note under a file's number. The file may have changed since, or be another with the same number.
    pub(crate) fn last(&self, store: &Store, path: &Path, identity: &Identity) -> Option<Known> {
        self.with(store, path, |folder| Some(folder.notes.get(&identity.number())?.known))
    }

    /// Adds a note on a file that had this identity before it was read, at `read_ns`.
    pub(crate) fn note(&self, store: &Store, path: &Path, identity: Identity, read_ns: i64, known: Known) {
        let file_system = self.mounts.believed(path, &identity);
        self.with(store, path, |folder| {
            let note = Note { identity, file_system, read_ns, used_ns: read_ns, known };
            folder.notes.insert(identity.number(), note);
            folder.changed = true;
        });
    }

    /// Returns true if there are notes to save.
    pub(crate) fn has_news(&self) -> bool {
        self.lock().values().any(|folder| folder.changed)
    }

    /// Saves the new notes, merged with those that other processes have saved meanwhile.
    pub(crate) fn save(&self, store: &Store) -> Result<(), Error> {
        let mut folders = self.lock();
        if !folders.values().any(|folder| folder.changed) {
            return Ok(());
        }
        let _guard = store.lock_shared()?;
        let now = unix_ns(SystemTime::now());
        for folder in folders.values_mut() {
            let Some(name) = folder.name.as_ref().filter(|_| folder.changed) else { continue };
            let path = store.layout.files().join(name);
            let boot = self.mounts.boot();
            let mut notes = read(store, &path, boot);
            notes.extend(&folder.notes);
            let mut notes: Vec<Note> = notes.into_values().collect();
            notes.retain(|note| now.saturating_sub(note.used_ns) < KEEP_NS);
            let bytes = write(boot, &notes);
            // Not synced to the disk: if a crash loses it, the files are read once more.
            let write = || {
                let mut file = store.trust.temporary_file(store.layout.temp())?;
                std::io::Write::write_all(&mut file, &bytes)?;
                file.persist(&path).map(|_| ()).map_err(|error| error.error)
            };
            store.with_folders(write).map_err(Error::io("write", &path))?;
            folder.changed = false;
        }
        Ok(())
    }

    /// Runs an action on the notes of a file's folder.
    fn with<T>(&self, store: &Store, path: &Path, act: impl FnOnce(&mut Folder) -> T) -> T {
        let parent = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let mut folders = self.lock();
        if !folders.contains_key(parent) {
            folders.insert(parent.into(), Folder::read(store, parent, self.mounts.boot()));
        }
        act(folders.get_mut(parent).expect("it was just inserted"))
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<PathBuf, Folder>> {
        self.folders.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Folder {
    fn read(store: &Store, path: &Path, boot: Option<&str>) -> Folder {
        let name = name(path);
        let kept = name.as_ref().map(|name| read(store, &store.layout.files().join(name), boot));
        let notes = kept.unwrap_or_default();
        Folder { name, notes, changed: false }
    }
}

/// The name of a folder's notes, the same for every path to the folder.
#[cfg(unix)]
fn name(folder: &Path) -> Option<String> {
    use std::os::unix::fs::MetadataExt;
    let metadata = folder.metadata().ok()?;
    Some(format!("{:x}-{:x}", metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn name(_: &Path) -> Option<String> {
    None
}

/// The notes that were saved; none if they are damaged or another user may have written them. Notes from before the
/// last reboot lose their file system, so they aren't believed: mounts are numbered anew at each boot.
fn read(store: &Store, path: &Path, boot: Option<&str>) -> HashMap<(u64, u64), Note> {
    let notes = || {
        let mut bytes = Vec::new();
        store.trust.open(path).ok()?.read_to_end(&mut bytes).ok()?;
        let (kept, digest) = bytes.strip_prefix(FORMAT)?.split_last_chunk::<32>()?;
        if Digest::of(kept).bytes() != digest {
            return None;
        }
        let (then, mut notes) = postcard::from_bytes::<(Option<String>, Vec<Note>)>(kept).ok()?;
        if then.is_none() || then.as_deref() != boot {
            notes.iter_mut().for_each(|note| note.file_system = None);
        }
        Some(notes)
    };
    let by_inode = |note: Note| (note.identity.number(), note);
    notes().unwrap_or_default().into_iter().map(by_inode).collect()
}

/// The bytes of notes, as [`read`] reads them.
fn write(boot: Option<&str>, notes: &[Note]) -> Vec<u8> {
    let kept = postcard::to_stdvec(&(boot, notes)).expect("it is made of numbers and a name");
    [FORMAT, &kept, Digest::of(&kept).bytes()].concat()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use std::time::Duration;
    use tempfile::TempDir;

    const HOUR_NS: i64 = DAY_NS / 24;

    /// A store, a file in another folder, and the notes on that file.
    struct Noted {
        store: Store,
        file: PathBuf,
        identity: Identity,
        files: Files,
        _folders: [TempDir; 2],
    }

    fn noted() -> Noted {
        let folders = [(); 2].map(|()| tempfile::tempdir().unwrap());
        let (store, file) = (Store::new(folders[0].path()), folders[1].path().join("file"));
        std::fs::write(&file, "content").unwrap();
        let (identity, files) = (Identity::at(&file).unwrap(), Files::default());
        let known = Known { digest: Digest::of(b"content"), made: None };
        // As if the file had been read long after its last change.
        let later = unix_ns(SystemTime::now() + Duration::from_secs(10));
        files.note(&store, &file, identity, later, known);
        Noted { store, file, identity, files, _folders: folders }
    }

    impl Noted {
        fn last_used(&self, ago_ns: i64) {
            self.files.with(&self.store, &self.file, |folder| {
                for note in folder.notes.values_mut() {
                    note.used_ns = unix_ns(SystemTime::now()) - ago_ns;
                }
            });
        }

        fn is_stale(&self) -> bool {
            self.files.recall(&self.store, &self.file, &self.identity).unwrap().stale
        }
    }

    /// A file that is looked at each minute isn't noted each minute.
    #[test]
    fn the_use_of_a_note_is_recorded_once_a_day() {
        let noted = noted();
        noted.files.save(&noted.store).unwrap();
        for (ago_ns, stale) in [(23 * HOUR_NS, false), (25 * HOUR_NS, true), (-HOUR_NS, true)] {
            noted.last_used(ago_ns);
            assert_eq!((noted.is_stale(), noted.files.has_news()), (stale, stale), "{}", ago_ns / HOUR_NS);
            assert!(!noted.is_stale(), "it was asked for just now");
            noted.files.save(&noted.store).unwrap();
        }
    }

    #[test]
    fn unused_notes_are_dropped() {
        for (days, is_kept) in [(89, true), (91, false)] {
            let noted = noted();
            noted.last_used(days * 24 * HOUR_NS);
            noted.files.save(&noted.store).unwrap();
            let kept = Files::default().last(&noted.store, &noted.file, &noted.identity);
            assert_eq!(kept.is_some(), is_kept, "{days}");
        }
    }

    /// Each folder has one file of notes, whatever path is used.
    #[test]
    fn notes_are_saved_by_folder() {
        let Noted { store, file, identity, files, .. } = &noted();
        assert_eq!(files.last(store, file, identity).unwrap().digest, Digest::of(b"content"));
        let relative = Path::new("Cargo.toml");
        let identity = Identity::at(relative).unwrap();
        let known = Known { digest: Digest::of(b""), made: None };
        files.note(store, relative, identity, unix_ns(SystemTime::now()), known);
        files.save(store).unwrap();
        assert_eq!(store.layout.files().read_dir().unwrap().count(), 2);
        let absolute = std::path::absolute(relative).unwrap();
        assert_eq!(Files::default().last(store, &absolute, &identity), Some(known));
        assert_eq!(Files::default().last(store, relative, &identity), Some(known));
    }
}
