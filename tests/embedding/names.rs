//! Names of guests that cargo would read as instructions, or as names of other guests.

use crate::ANSWER;
use crate::package::Package;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use support::run;

/// A line break in a file's name used to begin a line of its own, by which the linker ran a command.
#[test]
fn no_name_is_an_instruction_to_cargo() {
    let package = Package::new("orders", "Build::new().folder(\"guests\").compile(\"guests\");");
    let folder = package.folder.join("guests");
    let refused = |name: &[u8], shown: &str| {
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("good.wat"), ANSWER).unwrap();
        fs::write(folder.join(OsStr::from_bytes(name)), ANSWER).unwrap();
        let ended = run(&mut package.cargo());
        assert_eq!(ended.code, Some(101), "{name:?}: {ended:?}");
        let why = "` can't be passed to cargo, which takes only UTF-8 without control characters and without white space at the end, and no `=` in the name of an embedded guest: rename it";
        let expected = format!("`guests/{shown}{why}");
        assert!(ended.stderr.contains(&expected), "{ended:?}");
        // Cargo shows the output of a failing script.
        let output = ended.stderr.lines().map(str::trim).filter(|line| line.starts_with("cargo:"));
        let known = ["cargo::rerun-if-", "cargo::error="];
        for line in output {
            assert!(known.iter().any(|known| line.starts_with(known)), "{ended:?}");
        }
        fs::remove_dir_all(&folder).unwrap();
    };
    refused(b"a\ncargo::rustc-link-arg=-fuse-ld=x.wat", "a\\ncargo::rustc-link-arg=-fuse-ld=x");
    refused(b"a\r.wat", "a\\r");
    // The name that `include_cwasm!("guests/good")` would find.
    refused(b"good=other.wat", "good=other");
    refused(b"\xff.wat", "\u{fffd}");
}
