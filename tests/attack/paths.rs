//! Guests that try to leave the folders that they were given: `guests/paths.c` makes the calls.

use crate::attack;
use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};
use std::sync::OnceLock;
use support::{BACKENDS, Ended, Folder};

/// The secret, and a word of it that no guest may see.
const SECRET: &str = "outside: hidden";
pub(crate) const WORD: &str = "hidden";

/// The guest, compiled once.
fn guest(backend: &str) -> &'static [u8] {
    static GUESTS: OnceLock<[Vec<u8>; 2]> = OnceLock::new();
    let compile = |backend| {
        let folder = Folder::new();
        let guest = support::root().join("tests/guests/paths.wasm");
        fs::copy(guest, folder.join("paths.wasm")).unwrap();
        let ended = folder.precompile(["--backend", backend, "paths.wasm"]);
        assert_eq!(ended.code, Some(0), "{ended:?}");
        fs::read(folder.join("paths.cwasm")).unwrap()
    };
    let guests = GUESTS.get_or_init(|| BACKENDS.map(compile));
    &guests[BACKENDS.iter().position(|name| *name == backend).unwrap()]
}

/// A folder with `a` and `b`, which the guest gets as descriptors 3 and 4, and with `outside`, which it doesn't get;
/// `a` holds all kinds of links to `outside`.
pub(crate) fn world(backend: &str) -> Folder {
    let folder = Folder::new();
    folder.write("paths.cwasm", guest(backend));
    for name in ["a", "a/sub", "b", "outside", "outside/folder"] {
        fs::create_dir(folder.join(name)).unwrap();
    }
    folder.write("a/file", "inside");
    folder.write("outside/secret", SECRET);
    let outside = folder.join("outside");
    for (target, name) in [
        ("../outside", "door"),
        (outside.to_str().unwrap(), "absolute"),
        ("door", "chain"),
        ("sub/../chain", "longer"),
        ("../outside/secret", "secret"),
        ("../outside/new", "dangling"),
        ("/proc/self/root", "root"),
        ("/proc/self/cwd", "cwd"),
        ("/proc/self/fd", "fd"),
        ("sub/../file", "within"),
    ] {
        symlink(target, folder.join("a").join(name)).unwrap();
    }
    folder
}

/// The state of the folder `outside`: names, contents, times, links and rights.
pub(crate) fn outside(folder: &Folder) -> Vec<String> {
    let mut found: Vec<_> = fs::read_dir(folder.join("outside"))
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let data = path.symlink_metadata().unwrap();
            let content = fs::read_to_string(&path).unwrap_or_default();
            format!("{path:?} {content:?} {} {} {}", data.mtime_nsec(), data.nlink(), data.mode())
        })
        .collect();
    found.sort();
    found
}

/// Has the guest make the calls of a script, in which `;` follows each.
fn calls(folder: &Folder, folders: &[&str], script: &str) -> Ended {
    let options = folders.iter().flat_map(|folder| ["--dir", folder]);
    let words = script.split_whitespace();
    attack(folder, &options.chain(["paths.cwasm"]).chain(words).collect::<Vec<_>>())
}

/// Plays a script, and returns what escaped by it: the secret, or a change outside.
fn escape(folder: &Folder, folders: &[&str], script: &str) -> (Ended, Option<String>) {
    let before = outside(folder);
    let ended = calls(folder, folders, script);
    let after = outside(folder);
    assert_eq!(ended.code, Some(0), "{script}: {ended:?}");
    let out = ended.stdout.contains(WORD) || before != after;
    let escape = out.then(|| format!("{ended:?}\n{before:?}\n{after:?}"));
    (ended, escape)
}

/// Scripts that try to escape. The last call of each must be refused; those before it prepare it.
const ESCAPES: [&str; 48] = [
    "read 3 ../outside/secret",
    "read 3 sub/../../outside/secret",
    "read 3 ./sub/.././../outside/secret",
    "read 3 ..",
    "folder 3 ..",
    "folder 3 sub/../..",
    "folder 3 /",
    "read 3 /etc/passwd",
    "read 3 //etc/passwd",
    // A folder within doesn't even lead to its parent.
    "folder 3 sub ; folder 5 ..",
    "folder 3 sub ; read 5 ../file",
    "folder 3 sub ; read 5 ../../outside/secret",
    // Existing links.
    "read 3 secret",
    "read 3 door/secret",
    "read 3 absolute/secret",
    "read 3 chain/secret",
    "read 3 longer/secret",
    "read 3 root/etc/passwd",
    "read 3 cwd/outside/secret",
    "read 3 fd/0",
    "folder 3 door",
    "folder 3 door/..",
    "stat 3 secret",
    "stat 3 door/secret",
    // The guest's own links.
    "symlink 3 own ../outside/secret ; read 3 own",
    "symlink 3 one ../outside ; symlink 3 two one ; symlink 3 three two/secret ; read 3 three",
    "symlink 3 sub/up ../.. ; read 3 sub/up/outside/secret",
    "symlink 3 own /etc/passwd",
    "symlink 3 door/own secret",
    // A link is moved or linked to a place from which it leads further up, or is followed through the other folder.
    "symlink 3 sub/own ../outside/secret ; rename 3 sub/own 4 own ; read 4 own",
    "symlink 3 own ../outside/secret ; link 3 own 4 own ; read 4 own",
    "follow 3 secret 4 own",
    // Changes.
    "write 3 secret",
    "write 3 door/secret",
    "truncate 3 secret",
    "truncate 3 door/secret",
    "create 3 dangling",
    "create 3 door/new",
    "create 3 ../outside/new",
    "times 3 secret",
    "times 3 door/secret",
    "mkdir 3 door/new",
    "rmdir 3 door/folder",
    "unlink 3 door/secret",
    "link 3 door/secret 4 own",
    "link 3 file 4 ../outside/new",
    "rename 3 door/secret 4 own",
    "rename 3 file 4 ../outside/secret",
];

#[test]
fn no_script_escapes() {
    for backend in BACKENDS {
        for script in ESCAPES {
            let (ended, escape) = escape(&world(backend), &["a::/a", "b::/b"], script);
            assert_eq!(escape, None, "{backend}: {script}");
            let mut lines = ended.stdout.lines().rev();
            let refused = lines.next().is_some_and(|line| !line.contains("= 0 "));
            assert!(refused, "{backend}: {script}: {ended:?}");
            assert!(lines.all(|line| line.contains("= 0 ")), "{backend}: {script}: {ended:?}");
        }
    }
}

/// Paths that stay within the folders are allowed.
#[test]
fn paths_within_are_allowed() {
    let script = "read 3 within ; read 3 sub/../file ; folder 3 sub ; create 5 new ; rename 5 new 4 new ; \
        read 4 new ; link 4 new 3 more ; symlink 3 own sub/../more ; read 3 own ; readlink 3 door ; list 4";
    for backend in BACKENDS {
        let ended = calls(&world(backend), &["a::/a", "b::/b"], script);
        let given: Vec<_> =
            ended.stdout.lines().filter_map(|line| line.split_once(" = ")).map(|(_, given)| given).collect();
        let expected = [
            "0 inside",
            "0 inside",
            "0 5",
            "0 ",
            "0 ",
            "0 changed",
            "0 ",
            "0 ",
            "0 changed",
            "0 ../outside",
            "0 . .. new ",
        ];
        assert_eq!(given, expected, "{backend}: {ended:?}");
    }
}

/// An escape is found where the guest is given the secret's folder, or the one above it.
#[test]
fn an_escape_is_noticed() {
    let given = ["a::/a", "b::/b", "outside::/outside"];
    for script in [
        "read 5 secret",
        "write 5 secret",
        "truncate 5 secret",
        "create 5 new",
        "times 5 secret",
        "mkdir 5 new",
        "rmdir 5 folder",
        "unlink 5 secret",
        "link 5 secret 4 own",
        "rename 5 secret 4 own",
        "rename 3 file 5 secret",
    ] {
        assert!(escape(&world("winch"), &given, script).1.is_some(), "{script}");
    }
    for script in ["read 3 a/door/secret", "read 3 a/longer/secret", "create 3 a/dangling"] {
        assert!(escape(&world("winch"), &[".::/"], script).1.is_some(), "{script}");
    }
    assert_eq!(escape(&world("winch"), &given[..2], "read 3 file").1, None);
}
