//! Caches and several users: a cache that this user can't write to, and one that other users may have written to.

use crate::{cache_verb, compile, entry, folder, is_right, module, report};
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::Command;
use support::{Folder, has_unprivileged, precompile, run};

/// Tells whether the tests run as root, whom no permissions bind.
fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|metadata| metadata.uid() == 0)
}

/// A folder with a module `app.wat`, and a folder `out` for a user whom permissions bind.
fn folder_with_out() -> Folder {
    let folder = folder();
    let out = folder.join("out");
    fs::create_dir(&out).unwrap();
    if is_root() {
        // That user must be able to read the command.
        fs::copy(precompile(), folder.join("precompile")).unwrap();
        for path in [folder.path(), folder.cache()] {
            set_mode(path, 0o755);
        }
        set_mode(&out, 0o777);
    }
    folder
}

/// The command `precompile`, run by a user whom permissions bind: this one, or `nobody`.
fn bound(folder: &Folder) -> Command {
    if !is_root() {
        return folder.command(precompile());
    }
    let mut command = folder.command("setpriv");
    command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(folder.join("precompile"));
    command
}

/// Compiles a module as a user whom permissions bind.
fn compile_bound(folder: &Folder, input: &str, output: &str) -> (String, Vec<String>) {
    report(&run(bound(folder).args(["--message-format", "json", input, "-o", output])))
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// Sets the permissions of a folder and all below it.
fn permit(path: &Path, modes: &str) {
    assert_eq!(run(Command::new("chmod").args(["-R", modes]).arg(path)).code, Some(0));
}

#[test]
fn a_read_only_cache_is_read() {
    if !has_unprivileged() {
        return;
    }
    let folder = folder_with_out();
    assert_eq!(compile(&folder, "first").0, "miss");
    folder.write("other.wat", module(2));
    permit(folder.cache(), "a+rX,a-w");
    let (had, warnings) = compile_bound(&folder, "app.wat", "out/found");
    assert_eq!((had.as_str(), warnings.len()), ("hit", 0), "{warnings:?}");
    assert!(is_right(&folder, "out/found"));
    let (had, warnings) = compile_bound(&folder, "other.wat", "out/made");
    assert_eq!((had.as_str(), warnings.len()), ("miss", 1), "{warnings:?}");
    assert!(warnings[0].contains("stores nothing in the cache"), "{warnings:?}");
    assert!(folder.join("out/made").is_file());
    permit(folder.cache(), "u+w");
}

/// A damaged entry that can't be removed isn't looked up for ever. A signature's comment is damaged, which no check of the
/// artifact itself covers.
#[test]
fn damage_in_a_read_only_cache_costs_a_compilation() {
    if !has_unprivileged() {
        return;
    }
    let folder = folder_with_out();
    assert_eq!(folder.precompile(["keygen", "--no-password", "-o", "own.key"]).code, Some(0));
    let key = fs::read_to_string(folder.join("own.key")).unwrap();
    let sign = |mut command: Command, output: &str| {
        command
            .args(["--message-format", "json", "--sign", "env:KEY", "app.wat", "-o", output])
            .env("KEY", &key);
        run(&mut command)
    };
    assert_eq!(report(&sign(folder.command(precompile()), "first")).0, "miss");
    let blob = entry(&folder, "blob");
    let mut bytes = fs::read(&blob).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&blob, bytes).unwrap();
    permit(folder.cache(), "a+rX,a-w");
    let mut bounded = Command::new("timeout");
    let made = bound(&folder);
    bounded.arg("60").arg(made.get_program()).args(made.get_args()).current_dir(folder.path());
    bounded.envs(made.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let ended = sign(bounded, "out/made");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(fs::read(folder.join("out/made")).unwrap(), fs::read(folder.join("first")).unwrap());
    permit(folder.cache(), "u+w");
}

#[test]
fn a_missing_permission_costs_a_warning() {
    if !has_unprivileged() {
        return;
    }
    let folder = folder_with_out();
    assert_eq!(compile(&folder, "first").0, "miss");
    set_mode(folder.cache(), 0o000);
    let (had, warnings) = compile_bound(&folder, "app.wat", "out/made");
    set_mode(folder.cache(), 0o755);
    assert_eq!((had.as_str(), warnings.len()), ("miss", 1), "{warnings:?}");
    assert!(warnings[0].contains("does without the cache"), "{warnings:?}");
    assert!(is_right(&folder, "out/made"));
}

/// A new cache is its owner's alone, whatever the mask for new files, and whichever part of the command writes first.
#[test]
fn a_cache_is_made_for_its_owner_alone() {
    let folder = folder();
    for (cache, options) in [("first", "-q"), ("second", "-q --backend auto --expect-runs 1")] {
        let script = format!("umask 0; exec \"$0\" {options} app.wat");
        let mut command = folder.command("sh");
        command.args(["-c", &script]).arg(precompile()).env("PRECOMPILE_CACHE_DIR", folder.join(cache));
        let ended = run(&mut command);
        assert_eq!(ended.code, Some(0), "{ended:?}");
        let others = run(Command::new("find").arg(folder.join(cache)).args(["-perm", "/077"]));
        assert_eq!((others.stdout.as_str(), others.stderr.as_str()), ("", ""), "{options}");
        assert!(folder.join(cache).join("v1/entries").is_dir());
    }
    // The artifact is readable like any file.
    assert_eq!(fs::metadata(folder.join("app.cwasm")).unwrap().mode() & 0o044, 0o044);
}

/// Another user made the cache first, with any content under the key.
#[test]
fn another_users_entries_are_not_used() {
    if !is_root() {
        println!("not run: only root can be another user");
        return;
    }
    if !has_unprivileged() {
        return;
    }
    let folder = folder_with_out();
    set_mode(folder.cache(), 0o777);
    // That user may write any content.
    let theirs = ["--cache-trust", "anyone", "--message-format", "json", "app.wat", "-o", "out/theirs"];
    assert_eq!(report(&run(bound(&folder).args(theirs))), ("miss".into(), vec![]));
    for cache in [0o777, 0o1777, 0o755] {
        set_mode(folder.cache(), cache);
        let (had, warnings) = compile(&folder, "ours");
        assert_eq!((had.as_str(), warnings.len()), ("miss", 1), "{warnings:?}");
        let expected = if cache == 0o777 { "other users can write to" } else { "belongs to another user" };
        assert!(warnings[0].contains(expected), "{warnings:?}");
    }
    let stats = folder.precompile(["cache", "stats"]);
    assert!(
        stats.code == Some(1) && stats.stderr.contains("belongs to another user, number 65534"),
        "{stats:?}"
    );
    let trusting = ["--cache-trust", "anyone", "--message-format", "json", "app.wat", "-o", "trusted"];
    assert_eq!(report(&folder.precompile(trusting)), ("hit".into(), vec![]));
}

/// A cache that was made under a mask for new files that lets others write may hold entries of anybody.
#[test]
fn a_cache_that_others_could_write_is_cleared_first() {
    let folder = folder();
    assert_eq!(compile(&folder, "first").0, "miss");
    permit(folder.cache(), "a+rwX");
    let (had, warnings) = compile(&folder, "second");
    assert_eq!((had.as_str(), warnings.len()), ("miss", 1), "{warnings:?}");
    assert!(warnings[0].contains("`precompile cache clear`"), "{warnings:?}");
    assert!(is_right(&folder, "second"));
    let mut trusting = folder.command(precompile());
    trusting.env("PRECOMPILE_CACHE_TRUST", "anyone").args(["--message-format", "json", "app.wat"]);
    assert_eq!(report(&run(&mut trusting)), ("hit".into(), vec![]));
    cache_verb(&folder, &["clear"]);
    assert_eq!(compile(&folder, "third"), ("miss".into(), vec![]));
    assert_eq!(compile(&folder, "fourth"), ("hit".into(), vec![]));
}

#[test]
fn a_full_disk_costs_a_warning() {
    if !is_root() {
        println!("not run: only root mounts a small disk");
        return;
    }
    let folder = folder();
    let disk = folder.cache().join("disk");
    fs::create_dir(&disk).unwrap();
    let mount = run(Command::new("mount").args(["-t", "tmpfs", "-o", "size=64k", "tmpfs"]).arg(&disk));
    if mount.code != Some(0) {
        println!("not run: no disk can be mounted here: {mount:?}");
        return;
    }
    folder.write("large.wat", "(module (memory 1) (data (i32.const 0) \"x\") (func))");
    let cache = disk.join("cache");
    fs::create_dir(&cache).unwrap();
    fs::write(disk.join("filler"), vec![1; 48 << 10]).unwrap();
    let cache = cache.to_str().unwrap();
    let ended =
        folder.precompile(["--cache-dir", cache, "--message-format", "json", "app.wat", "-o", "full"]);
    let left = run(Command::new("find").arg(&disk).args(["-path", "*/temp/*", "-o", "-name", "*.blob"]));
    assert_eq!(run(Command::new("umount").arg(&disk)).code, Some(0));
    let (had, warnings) = report(&ended);
    assert_eq!((had.as_str(), warnings.len()), ("miss", 1), "{warnings:?}");
    assert!(warnings[0].contains("No space left"), "{warnings:?}");
    assert!(is_right(&folder, "full"));
    assert_eq!(left.stdout, "", "nothing half-written is left");
}
