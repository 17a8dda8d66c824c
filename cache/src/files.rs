//! Notes on files that were read before, so that they needn't be read again.

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

/// The beginning of files of notes.
const FORMAT: &[u8] = b"precompile notes 2\n";
/// The time after which a note is forgotten that nobody asked for.
const KEEP_NS: i64 = 90 * DAY_NS;
/// The time after which it is noted again that a note was asked for.
const DAY_NS: i64 = 24 * 60 * 60 * 1_000_000_000;

/// A note on a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Known {
    /// The digest of its content.
    pub(crate) digest: Digest,
    /// The making of it, where it is an output.
    pub(crate) made: Option<Made>,
}

/// The making of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Made {
    /// The digest of the key.
    pub(crate) key: Digest,
    /// The time that it took to make, in nanoseconds.
    pub(crate) cost_ns: u64,
}

/// Notes on the files in the folders that were asked about.
#[derive(Debug, Default)]
pub(crate) struct Files {
    folders: Mutex<HashMap<PathBuf, Folder>>,
    mounts: Mounts,
}

/// Notes on the files in a folder.
#[derive(Debug, Default)]
struct Folder {
    /// The name of the file that keeps it; `None` where it can't be kept.
    name: Option<String>,
    notes: HashMap<(u64, u64), Note>,
    changed: bool,
}

/// A file as it was when it was read.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Note {
    identity: Identity,
    /// The number of the file system that it was on; `None` where its identity says nothing.
    file_system: Option<u64>,
    /// When it was read, or before.
    read_ns: i64,
    /// When somebody last asked for it, to the day.
    used_ns: i64,
    known: Known,
}

/// A note, and its age.
pub(crate) struct Recalled {
    pub(crate) known: Known,
    /// Nobody asked for a day.
    pub(crate) stale: bool,
}

impl Files {
    /// The note on a file, where it can't have changed since.
    pub(crate) fn recall(&self, store: &Store, path: &Path, identity: &Identity) -> Option<Recalled> {
        let file_system = self.mounts.believed(path, identity)?;
        self.with(store, path, |folder| {
            let note = folder.notes.get_mut(&identity.number())?;
            let same = note.identity == *identity && note.file_system == Some(file_system);
            if !same || !identity.settled(note.read_ns) {
                return None;
            }
            let now = unix_ns(SystemTime::now());
            // The clock may also have been set back.
            let stale = !(0..DAY_NS).contains(&now.saturating_sub(note.used_ns));
            if stale {
                note.used_ns = now;
                folder.changed = true;
            }
            Some(Recalled { known: note.known, stale })
        })
    }

    /// The note on a file from when it was last seen, whether or not it has changed since, or is
    /// another of the same number.
    pub(crate) fn last(&self, store: &Store, path: &Path, identity: &Identity) -> Option<Known> {
        self.with(store, path, |folder| Some(folder.notes.get(&identity.number())?.known))
    }

    /// Notes what is in a file. It had this identity before it was read, which was at `read_ns`.
    pub(crate) fn note(&self, store: &Store, path: &Path, identity: Identity, read_ns: i64, known: Known) {
        let file_system = self.mounts.believed(path, &identity);
        self.with(store, path, |folder| {
            let note = Note { identity, file_system, read_ns, used_ns: read_ns, known };
            folder.notes.insert(identity.number(), note);
            folder.changed = true;
        });
    }

    /// The test that there is something to keep.
    pub(crate) fn has_news(&self) -> bool {
        self.lock().values().any(|folder| folder.changed)
    }

    /// Keeps what is new, beside what other processes have kept meanwhile.
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
            // Lost in a crash it costs one reading, so it isn't forced onto the disk.
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

    /// Does something with what is known of the files in a file's folder.
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

/// One name for all the ways to write a folder's path.
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

/// The notes that were kept. Damaged ones, and those that may be another user's, count as none. Those of an earlier
/// run of the system are not believed: its mounts have numbers that others have now.
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

/// The bytes of what [`read`] reads.
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

    /// A store, a file in another folder, what is known of it, and the notes that say so.
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
        // As if it had been read when its last change was long ago.
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

    /// So that a file that is looked at each minute isn't noted each minute.
    #[test]
    fn what_is_asked_for_is_noted_once_a_day() {
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
    fn what_nobody_asks_for_is_forgotten() {
        for (days, is_kept) in [(89, true), (91, false)] {
            let noted = noted();
            noted.last_used(days * 24 * HOUR_NS);
            noted.files.save(&noted.store).unwrap();
            let kept = Files::default().last(&noted.store, &noted.file, &noted.identity);
            assert_eq!(kept.is_some(), is_kept, "{days}");
        }
    }

    /// One file of notes for each folder, by whatever path it is named.
    #[test]
    fn notes_are_kept_by_folder() {
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
