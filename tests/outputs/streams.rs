//! Outputs that are written in place, and inputs without a folder.

use super::*;
use std::os::unix::fs::FileTypeExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The end of the error about a file that would expose an artifact.
const EXPOSED: &str = "`: it can't be replaced, and others may read or change what is written into it: remove it, or choose \
    another output";

#[test]
fn devices_and_pipes_are_written_into() {
    let (folder, expected) = folder();
    folder.write("expected", &expected);
    for options in ["", "--no-cache", "-v"] {
        for line in [
            "$PRE app.wat OPTIONS -o /dev/null && test -c /dev/null",
            "set -o pipefail; $PRE app.wat OPTIONS -o /dev/stdout | cmp - expected",
            "set -o pipefail; $PRE app.wat OPTIONS -o /proc/self/fd/1 | cmp - expected",
            "mkfifo pipe; cat pipe > read & $PRE app.wat OPTIONS -o pipe && wait && test -p pipe && cmp read expected",
            "$PRE app.wat OPTIONS -o /dev/fd/3 3> third && cmp third expected",
            "$PRE app.wat OPTIONS -o >(cat > read) && sleep 0 && wait",
            "echo old > log; $PRE app.wat OPTIONS -o /dev/stdout >> log; (echo old; cat expected) | cmp - log",
            "$PRE app.wat OPTIONS -o /dev/stdout > file; cmp file expected",
        ] {
            let ended = shell(&folder, &line.replace("OPTIONS", options));
            assert_eq!(ended.code, Some(0), "{line}: {ended:?}");
            for name in ["pipe", "read", "log", "file", "third"] {
                let _ = fs::remove_file(folder.join(name));
            }
        }
    }
    let full = folder.precompile(["app.wat", "-o", "/dev/full"]);
    assert_eq!(full.code, Some(1), "{full:?}");
    assert!(full.stderr.contains("can't write `/dev/full`: no storage space"), "{full:?}");
    let json = folder.precompile(["app.wat", "-o", "/dev/stdout", "--message-format", "json"]);
    assert!(json.code == Some(2) && json.stderr.contains("both an artifact and JSON"), "{json:?}");
}

/// A file that the process has open is written from its current position on, and keeps its content.
#[test]
fn an_open_file_is_not_emptied() {
    let (folder, expected) = folder();
    folder.write("expected", &expected);
    std::os::unix::fs::symlink("/proc/self/fd/3", folder.join("third")).unwrap();
    for (path, number) in
        [("/dev/fd/3", 3), ("/proc/self/fd/3", 3), ("third", 3), ("/dev/stderr", 2), ("/dev/stdout", 1)]
    {
        for line in [
            "echo old > log; $PRE -q app.wat -o PATH N>> log; (echo old; cat expected) | cmp - log",
            "(echo old >&N; $PRE -q app.wat -o PATH; echo new >&N) N> log; (echo old; cat expected; echo new) | cmp - log",
        ] {
            let line = line.replace("PATH", path).replace('N', &number.to_string());
            let ended = shell(&folder, &line);
            assert_eq!(ended.code, Some(0), "{line}: {ended:?}");
        }
    }
    let ended = shell(&folder, "echo old > log; $PRE -q app.wat -o /dev/fd/3 3< log");
    assert!(ended.code == Some(1) && ended.stderr.contains("can't write `/dev/fd/3`"), "{ended:?}");
    assert_eq!(fs::read(folder.join("log")).unwrap(), b"old\n");
}

/// A pipe under a derived name is a mistake.
#[test]
fn pipes_that_the_user_did_not_name_are_refused() {
    let (folder, _) = folder();
    let line = "mkfifo app.cwasm; timeout 60 $PRE app.wat";
    let ended = shell(&folder, line);
    assert!(ended.code == Some(1) && ended.stderr.contains("not a file"), "{ended:?}");
    assert!(metadata(&folder.join("app.cwasm")).file_type().is_fifo());
}

/// The command waits while nobody reads a pipe, and a signal ends it.
#[test]
fn waiting_for_a_reader_can_be_interrupted() {
    let (folder, _) = folder();
    assert_eq!(shell(&folder, "mkfifo pipe").code, Some(0));
    let mut child =
        folder.command(precompile()).args(["app.wat", "-o", "pipe"]).stderr(Stdio::null()).spawn().unwrap();
    let start = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        assert!(start.elapsed() < Duration::from_secs(60), "it doesn't end");
        // Where tests run in the background, SIGINT may be ignored.
        Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
        std::thread::sleep(Duration::from_millis(50));
    };
    // A signal before there is a handler ends the command, too.
    assert!(status.code().is_none_or(|code| code == 130), "{status:?}");
}

#[test]
fn an_input_without_a_folder_needs_a_named_output() {
    let (folder, expected) = folder();
    folder.write("expected", &expected);
    for (input, name) in [
        ("/dev/stdin < app.wat", "/dev/stdin"),
        ("/dev/fd/3 3< app.wat", "/dev/fd/3"),
        ("<(cat app.wat)", "/dev/fd/"),
        ("--out-dir out - < app.wat", "standard input"),
    ] {
        let ended = shell(&folder, &format!("$PRE {input}"));
        assert_eq!(ended.code, Some(2), "{ended:?}");
        assert!(ended.stderr.contains("has no name: name it with `-o`"), "{ended:?}");
        assert!(ended.stderr.contains(name), "{ended:?}");
        let ended = shell(
            &folder,
            &format!("$PRE -q {} -o named && cmp named expected", input.replace("--out-dir out", "")),
        );
        assert_eq!(ended.code, Some(0), "{ended:?}");
    }
    // An input behind standard input is never written, either.
    let ended = shell(&folder, "$PRE - -o app.wat < app.wat");
    assert!(ended.stderr.contains("is the input"), "{ended:?}");
    assert_eq!(fs::read(folder.join("app.wat")).unwrap(), MODULE.as_bytes());
}

/// No artifact is written to a terminal, by whichever name.
#[test]
fn terminals_get_no_artifacts() {
    let (folder, _) = folder();
    if Command::new("script").arg("--version").output().is_err() {
        return not_shown("a terminal: it takes the program `script`");
    }
    for line in ["- < app.wat", "app.wat -o -", "app.wat -o /dev/stdout"] {
        let line = format!("script -qec '$PRE {line}' /dev/null");
        let ended = shell(&folder, &line);
        assert!(ended.stdout.contains("an artifact is no text for a terminal"), "{line}: {ended:?}");
        assert!(!ended.stdout.contains("ELF"), "{line}: {ended:?}");
    }
}

/// A file in a folder that can't be written to is overwritten, and stays the same file.
#[test]
fn a_file_that_cannot_be_replaced_is_overwritten() {
    if !has_unprivileged() {
        return;
    }
    let (folder, expected) = folder();
    // Root can write to everything, so another user runs the command.
    let user = if is_root(&folder) { "setpriv --reuid 65534 --regid 65534 --clear-groups" } else { "" };
    fs::create_dir(folder.join("fixed")).unwrap();
    fs::copy(precompile(), folder.join("pre")).unwrap();
    for (name, permissions) in [("app.wat", 0o644), ("pre", 0o755)] {
        chmod(&folder.join(name), permissions);
    }
    chmod(folder.path(), 0o755);
    for (options, name) in [("-o fixed/out", "fixed/out"), ("--out-dir fixed", "fixed/app.cwasm")] {
        for old in [b"old".to_vec(), vec![7; expected.len() + 99]] {
            chmod(&folder.join("fixed"), 0o755);
            let path = folder.write(name, &old);
            if is_root(&folder) {
                std::os::unix::fs::chown(&path, Some(65534), None).unwrap();
            }
            chmod(&path, 0o644);
            let inode = metadata(&path).ino();
            chmod(&folder.join("fixed"), 0o555);
            let ended = shell(&folder, &format!("{user} ./pre --no-cache app.wat {options}"));
            assert_eq!(ended.code, Some(0), "{ended:?}");
            assert_eq!(fs::read(&path).unwrap(), expected);
            assert_eq!(metadata(&path).ino(), inode);
        }
    }
    // A file with wider permissions than the input takes an artifact where the user names it.
    chmod(&folder.join("fixed/app.cwasm"), 0o646);
    fs::write(folder.join("fixed/app.cwasm"), "old").unwrap();
    let ended = shell(&folder, &format!("{user} ./pre --no-cache app.wat --out-dir fixed"));
    assert!(ended.code == Some(1) && ended.stderr.contains(EXPOSED), "{ended:?}");
    assert_eq!(fs::read(folder.join("fixed/app.cwasm")).unwrap(), b"old");
    let ended = shell(&folder, &format!("{user} ./pre --no-cache app.wat -o fixed/app.cwasm"));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    // A file with a second name may be anything.
    chmod(&folder.join("fixed"), 0o755);
    folder.write("fixed/app.cwasm", "mine");
    fs::hard_link(folder.join("fixed/app.cwasm"), folder.join("keys")).unwrap();
    chmod(&folder.join("keys"), 0o666);
    chmod(&folder.join("fixed"), 0o555);
    let ended = shell(&folder, &format!("{user} ./pre --no-cache app.wat --out-dir fixed"));
    assert!(ended.code == Some(1) && ended.stderr.contains("permission denied"), "{ended:?}");
    assert_eq!(fs::read(folder.join("keys")).unwrap(), b"mine");
    chmod(&folder.join("fixed"), 0o755);
}

/// Another user may put files under an artifact's name into a shared folder.
#[test]
fn another_users_file_in_a_shared_folder_is_not_written_into() {
    let (folder, _) = folder();
    if !is_root(&folder) {
        return not_shown("another user's file in a shared folder: it takes root to make one");
    }
    if !has_unprivileged() {
        return;
    }
    fs::copy(precompile(), folder.join("pre")).unwrap();
    std::os::unix::fs::chown(folder.join("app.wat"), Some(65534), Some(65534)).unwrap();
    for (name, permissions) in [("app.wat", 0o600), ("pre", 0o755), ("", 0o755)] {
        chmod(&folder.join(name), permissions);
    }
    fs::create_dir(folder.join("shared")).unwrap();
    chmod(&folder.join("shared"), 0o1777);
    let path = folder.write("shared/app.cwasm", "old");
    chmod(&path, 0o666);
    std::os::unix::fs::chown(&path, Some(65533), Some(65533)).unwrap();
    for options in ["--out-dir shared", "-o shared/app.cwasm"] {
        let line =
            format!("setpriv --reuid 65534 --regid 65534 --clear-groups ./pre --no-cache app.wat {options}");
        let ended = shell(&folder, &line);
        assert!(
            ended.code == Some(1) && ended.stderr.contains("can't write `shared/app.cwasm`"),
            "{ended:?}"
        );
        assert!(ended.stderr.contains(EXPOSED), "{ended:?}");
        assert_eq!((fs::read(&path).unwrap(), metadata(&path).uid()), (b"old".to_vec(), 65533));
    }
}

/// A full disk, after the old content is gone, gives an error that says so.
#[test]
fn lost_content_is_reported() {
    let (folder, _) = folder();
    fs::create_dir(folder.join("small")).unwrap();
    folder.write("app.cwasm", "");
    let line = "unshare -rm sh -c 'mount -t tmpfs -o size=8k tmpfs small && echo old > small/file &&
        mount --bind small/file app.cwasm || exit 99; $PRE -q --no-cache app.wat; code=$?; wc -c < app.cwasm; exit $code'";
    let ended = shell(&folder, line);
    if matches!(ended.code, Some(99)) || ended.stdout.is_empty() {
        return not_shown("a full disk: it takes the right to mount");
    }
    let lost = ": its old content is lost, since it can't be replaced: make room and compile again";
    assert!(ended.code == Some(1) && ended.stderr.contains(lost), "{ended:?}");
    assert!(ended.stderr.contains("can't write `app.cwasm`: no storage space"), "{ended:?}");
    assert_eq!(ended.stdout.trim(), "0");
}

#[test]
fn a_mounted_file_is_overwritten() {
    let (folder, expected) = folder();
    let (outside, inside) = (folder.write("outside", "old"), folder.write("app.cwasm", "old"));
    let line = |options: &str| {
        format!("unshare -rm sh -c 'mount --bind outside app.cwasm || exit 99; $PRE -q app.wat {options}'")
    };
    if matches!(shell(&folder, &line("-o /dev/null")).code, Some(99 | 1) | None) {
        return not_shown("a mounted file: it takes the right to mount");
    }
    for options in ["", "-o app.cwasm", "--no-cache"] {
        let inode = metadata(&outside).ino();
        fs::write(&outside, "old").unwrap();
        let ended = shell(&folder, &line(options));
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert_eq!(fs::read(&outside).unwrap(), expected);
        assert_eq!((metadata(&outside).ino(), fs::read(&inside).unwrap().as_slice()), (inode, &b"old"[..]));
    }
}
