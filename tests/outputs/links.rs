//! Links in the place of outputs, and links in folders of inputs.

use super::*;
use std::os::unix::fs::symlink;

/// A folder with a file that must not be touched.
fn with_keys() -> (Folder, Vec<u8>) {
    let (folder, expected) = folder();
    for name in ["home", "uploads", "elsewhere"] {
        fs::create_dir(folder.join(name)).unwrap();
    }
    folder.write("home/keys", "mine");
    folder.write("uploads/plugin.wat", MODULE);
    folder.write("elsewhere/app.wat", MODULE);
    (folder, expected)
}

#[track_caller]
fn is_whole_and_no_link(path: &Path, expected: &[u8]) {
    assert!(metadata(path).is_file(), "{}", path.display());
    assert_eq!(fs::read(path).unwrap(), expected);
}

/// A link under an output's name is replaced, in each way to derive that name from the input's.
#[test]
fn a_link_that_the_user_did_not_name_is_replaced() {
    for (arguments, link) in [
        (&["uploads/plugin.wat"][..], "uploads/plugin.cwasm"),
        (&["uploads"], "uploads/plugin.cwasm"),
        (&["--isolate", "uploads"], "uploads/plugin.cwasm"),
        (&["--no-cache", "uploads"], "uploads/plugin.cwasm"),
        (&["--out-dir", "uploads", "app.wat"], "uploads/app.cwasm"),
        (&["--target", "x86_64,aarch64", "uploads"], "uploads/plugin.x86_64-unknown-linux-gnu.cwasm"),
    ] {
        for target in
            ["../home/keys", "../nowhere", "../elsewhere", "plugin.wat", "itself.cwasm", "/dev/null"]
        {
            let (folder, _) = with_keys();
            symlink("itself.cwasm", folder.join("uploads/itself.cwasm")).unwrap();
            symlink(target, folder.join(link)).unwrap();
            compile(&folder, arguments);
            assert!(metadata(&folder.join(link)).is_file(), "{arguments:?}: {target}");
            assert_eq!(fs::read(folder.join("home/keys")).unwrap(), b"mine");
            assert_eq!(fs::read(folder.join("uploads/plugin.wat")).unwrap(), MODULE.as_bytes());
            assert_eq!(fs::read_dir(folder.join("elsewhere")).unwrap().count(), 1);
            assert!(!folder.join("nowhere").exists());
        }
    }
}

/// The file behind a link is no output, even if it holds the right bytes and the cache knows it.
#[test]
fn a_link_to_the_same_bytes_is_replaced() {
    let (folder, expected) = with_keys();
    compile(&folder, &["app.wat", "-o", "home/keys"]);
    symlink("home/keys", folder.join("app.cwasm")).unwrap();
    compile(&folder, &["app.wat"]);
    is_whole_and_no_link(&folder.join("app.cwasm"), &expected);
}

#[test]
fn manual_pages_replace_links() {
    let (folder, _) = with_keys();
    symlink("../home/keys", folder.join("uploads/precompile.1")).unwrap();
    compile(&folder, &["man", "--out-dir", "uploads"]);
    assert!(metadata(&folder.join("uploads/precompile.1")).is_file());
    assert!(folder.join("uploads/precompile-cache-list.1").is_file());
    assert_eq!(fs::read(folder.join("home/keys")).unwrap(), b"mine");
}

/// A link that the user names is followed, and stays.
#[test]
fn a_link_that_the_user_named_is_followed() {
    let (folder, expected) = with_keys();
    symlink("home/keys", folder.join("link")).unwrap();
    symlink("link", folder.join("second")).unwrap();
    symlink("home/new", folder.join("dangling")).unwrap();
    symlink("no/folder", folder.join("lost")).unwrap();
    symlink("round", folder.join("round")).unwrap();
    symlink("/proc/self/fd/1", folder.join("stdout")).unwrap();
    for (link, target) in [("link", "home/keys"), ("second", "home/keys"), ("dangling", "home/new")] {
        let inode = folder.join(target).metadata().ok().map(|target| target.ino());
        compile(&folder, &["app.wat", "-o", link]);
        is_whole_and_no_link(&folder.join(target), &expected);
        assert_ne!(inode, Some(metadata(&folder.join(target)).ino()), "it is another file, at once");
        folder.write(target, "old");
    }
    for link in ["lost", "round"] {
        let ended = folder.precompile(["app.wat", "-o", link]);
        assert_eq!(ended.code, Some(1), "{ended:?}");
        assert!(ended.stderr.contains(&format!("can't write `{link}`")), "{ended:?}");
    }
    let ended = shell(&folder, "$PRE -q app.wat -o stdout | cmp - home/../expected");
    assert!(ended.stderr.contains("expected"), "{ended:?}");
    folder.write("expected", &expected);
    assert_eq!(shell(&folder, "set -o pipefail; $PRE -q app.wat -o stdout | cmp - expected").code, Some(0));
    for link in ["link", "second", "dangling", "lost", "round", "stdout"] {
        assert!(folder.join(link).is_symlink(), "{link}");
    }
    compile(&folder, &["-q", "app.wat", "--depfile", "link"]);
    assert_eq!(fs::read_to_string(folder.join("home/keys")).unwrap(), "app.cwasm: app.wat\n");
    assert!(folder.join("link").is_symlink());
}

/// In a folder where all users may put files, another user's link is not followed.
#[test]
fn another_users_link_in_a_shared_folder_is_not_followed() {
    let (folder, _) = with_keys();
    if !is_root(&folder) {
        return not_shown("another user's link: it takes root to make one");
    }
    fs::create_dir(folder.join("shared")).unwrap();
    chmod(&folder.join("shared"), 0o1777);
    symlink(folder.join("home/keys"), folder.join("shared/app.cwasm")).unwrap();
    std::os::unix::fs::lchown(folder.join("shared/app.cwasm"), Some(65534), Some(65534)).unwrap();
    let ended = folder.precompile(["app.wat", "-o", "shared/app.cwasm"]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.stderr.contains("permission denied"), "{ended:?}");
    assert_eq!(fs::read(folder.join("home/keys")).unwrap(), b"mine");
}

#[test]
fn links_out_of_folders_are_followed_only_on_request() {
    let (folder, _) = with_keys();
    symlink("../elsewhere", folder.join("uploads/more")).unwrap();
    symlink("../app.wat", folder.join("uploads/borrowed.wat")).unwrap();
    symlink("../home/keys", folder.join("uploads/keys.txt")).unwrap();
    let ended = compile(&folder, &["uploads"]);
    for name in ["more", "borrowed.wat"] {
        let warning = format!("warning: `uploads/{name}` leads out of the folder `uploads` and is left out");
        assert!(ended.stderr.contains(&warning), "{ended:?}");
    }
    assert!(!ended.stderr.contains("keys.txt"), "{ended:?}");
    assert!(!folder.join("elsewhere/app.cwasm").exists() && !folder.join("uploads/borrowed.cwasm").exists());
    assert_eq!(compile(&folder, &["-q", "uploads"]).stderr, "");
    assert_eq!(compile(&folder, &["--follow-links", "-q", "uploads"]).stderr, "");
    assert!(folder.join("elsewhere/app.cwasm").is_file() && folder.join("uploads/borrowed.cwasm").is_file());
    // A project may request it, too.
    fs::remove_file(folder.join("elsewhere/app.cwasm")).unwrap();
    folder.write("precompile.toml", "inputs = [\"uploads\"]\nfollow-links = true\n");
    compile(&folder, &[]);
    assert!(folder.join("elsewhere/app.cwasm").is_file());
    // A folder with nothing else is an error.
    fs::remove_file(folder.join("uploads/plugin.wat")).unwrap();
    let ended = folder.precompile(["uploads"]);
    assert!(ended.code == Some(2) && ended.stderr.contains("add `--follow-links`"), "{ended:?}");
}

/// Links that stay within a folder are followed where that makes a difference, and none makes a batch fail.
#[test]
fn links_within_a_folder_are_followed() {
    let (folder, _) = with_keys();
    fs::create_dir_all(folder.join("uploads/deep/er")).unwrap();
    folder.write("uploads/deep/one.wat", MODULE);
    symlink("deep", folder.join("uploads/again")).unwrap();
    symlink(".", folder.join("uploads/round")).unwrap();
    symlink("../..", folder.join("uploads/deep/er/up.wat")).unwrap();
    symlink("plugin.wat", folder.join("uploads/latest.wat")).unwrap();
    symlink("deep/one.wat", folder.join("uploads/plugin.cwasm")).unwrap();
    compile(&folder, &["uploads"]);
    compile(&folder, &["--follow-links", "uploads"]);
    for name in ["uploads/plugin.cwasm", "uploads/latest.cwasm", "uploads/deep/one.cwasm"] {
        assert!(metadata(&folder.join(name)).is_file(), "{name}");
    }
    compile(&folder, &["uploads", "--out-dir", "out"]);
    for name in ["out/plugin.cwasm", "out/latest.cwasm", "out/deep/one.cwasm", "out/again/one.cwasm"] {
        assert!(metadata(&folder.join(name)).is_file(), "{name}");
    }
}
