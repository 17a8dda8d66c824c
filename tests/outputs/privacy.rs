//! The permissions of outputs.

use super::*;

/// The permissions hold for compiled artifacts, for those from the cache, and for those that replace another, with and
/// without the cache.
#[test]
fn an_output_is_as_private_as_its_input() {
    let (folder, _) = folder();
    let input = folder.join("app.wat");
    for (permissions, mask, expected) in [
        (0o600, "022", 0o600),
        (0o640, "022", 0o640),
        (0o644, "022", 0o644),
        (0o664, "002", 0o664),
        (0o664, "022", 0o644),
        (0o644, "077", 0o600),
        (0o755, "022", 0o644),
        (0o444, "022", 0o644),
        (0o700, "000", 0o600),
    ] {
        chmod(&input, permissions);
        for options in ["", "--no-cache", "--isolate", "-o app.cwasm", "--out-dir ."] {
            let _ = fs::remove_file(folder.join("app.cwasm"));
            let ended = shell(&folder, &format!("umask {mask}; $PRE -q app.wat {options}"));
            assert_eq!(ended.code, Some(0), "{ended:?}");
            assert_eq!(
                format!("{:o}", mode(&folder.join("app.cwasm"))),
                format!("{expected:o}"),
                "{permissions:o} {mask} {options}"
            );
        }
    }
    chmod(&input, 0o600);
    let ended = shell(&folder, "umask 022; $PRE -q - -o piped.cwasm < app.wat");
    assert_eq!((ended.code, mode(&folder.join("piped.cwasm"))), (Some(0), 0o600));
}

#[test]
fn a_replaced_output_keeps_its_permissions() {
    let (folder, expected) = folder();
    for (name, options) in
        [("app.cwasm", ""), ("app.cwasm", "-o app.cwasm"), ("out/app.cwasm", "--out-dir out")]
    {
        for permissions in [0o600, 0o640, 0o664, 0o755] {
            let path = folder.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, "old").unwrap();
            chmod(&path, permissions);
            let ended = shell(&folder, &format!("umask 022; $PRE -q app.wat {options}"));
            assert_eq!(ended.code, Some(0), "{ended:?}");
            assert_eq!(fs::read(&path).unwrap(), expected);
            assert_eq!(format!("{:o}", mode(&path)), format!("{permissions:o}"), "{options}");
        }
    }
}

/// The owner of another user's file could change its bytes later.
#[test]
fn another_users_file_is_replaced_though_it_is_right() {
    let (folder, expected) = folder();
    if !is_root(&folder) {
        return not_shown("another user's file in place of an output: it takes root to make one");
    }
    let path = folder.join("app.cwasm");
    for options in [&["app.wat"][..], &["app.wat", "--verify-inputs"], &["app.wat", "--no-cache"]] {
        fs::write(&path, &expected).unwrap();
        std::os::unix::fs::chown(&path, Some(65534), None).unwrap();
        compile(&folder, options);
        assert_eq!((metadata(&path).uid(), fs::read(&path).unwrap() == expected), (0, true), "{options:?}");
    }
}

/// The permissions of another user's file are not kept, unless this user named it.
#[test]
fn another_users_file_does_not_open_an_output() {
    let (folder, _) = folder();
    if !is_root(&folder) {
        return not_shown("another user's file in place of an output: it takes root to make one");
    }
    let path = folder.join("app.cwasm");
    let place = || {
        fs::write(&path, "old").unwrap();
        chmod(&path, 0o666);
        std::os::unix::fs::chown(&path, Some(65534), Some(65534)).unwrap();
    };
    chmod(&folder.join("app.wat"), 0o600);
    place();
    compile(&folder, &["app.wat"]);
    assert_eq!((mode(&path), metadata(&path).uid()), (0o600, 0));
    place();
    compile(&folder, &["app.wat", "-o", "app.cwasm"]);
    assert_eq!((mode(&path), metadata(&path).uid(), metadata(&path).gid()), (0o666, 65534, 65534));
    // For an input of the same owner, root does the owner's work.
    std::os::unix::fs::chown(folder.join("app.wat"), Some(65534), None).unwrap();
    place();
    compile(&folder, &["app.wat"]);
    assert_eq!((mode(&path), metadata(&path).uid()), (0o666, 65534));
}

/// In a folder where all users may put files, a name from this user may be another user's file, too.
#[test]
fn another_users_file_in_a_shared_folder_does_not_open_an_output() {
    let (folder, expected) = folder();
    if !is_root(&folder) {
        return not_shown("another user's file in a shared folder: it takes root to make one");
    }
    fs::create_dir(folder.join("shared")).unwrap();
    chmod(&folder.join("shared"), 0o1777);
    chmod(&folder.join("app.wat"), 0o600);
    let path = folder.join("shared/app.cwasm");
    for options in [["-o", "shared/app.cwasm"], ["--out-dir", "shared"]] {
        fs::write(&path, "old").unwrap();
        chmod(&path, 0o666);
        std::os::unix::fs::chown(&path, Some(65534), Some(65534)).unwrap();
        compile(&folder, &[&["app.wat"][..], &options].concat());
        assert_eq!((mode(&path), metadata(&path).uid(), metadata(&path).gid()), (0o600, 0, 0), "{options:?}");
        assert_eq!(fs::read(&path).unwrap(), expected);
        fs::remove_file(&path).unwrap();
    }
}

/// Another user's link that leads to the right artifact now may lead elsewhere at any time.
#[test]
fn another_users_link_in_a_shared_folder_is_no_output() {
    let (folder, _) = folder();
    if !is_root(&folder) {
        return not_shown("another user's link: it takes root to make one");
    }
    fs::create_dir(folder.join("shared")).unwrap();
    chmod(&folder.join("shared"), 0o1777);
    compile(&folder, &["app.wat", "-o", "shared/right.cwasm"]);
    let link = folder.join("shared/app.cwasm");
    std::os::unix::fs::symlink("right.cwasm", &link).unwrap();
    std::os::unix::fs::lchown(&link, Some(65534), Some(65534)).unwrap();
    for option in ["-q", "--verify-inputs", "--no-cache"] {
        let ended = folder.precompile(["app.wat", "-o", "shared/app.cwasm", option]);
        assert_eq!(ended.code, Some(1), "{option}: {ended:?}");
        assert!(ended.stderr.contains("permission denied"), "{option}: {ended:?}");
    }
}

/// A group other than the input's gets no more permissions than everybody.
#[test]
fn another_group_reads_nothing() {
    let (folder, _) = folder();
    if !is_root(&folder) {
        return not_shown("another group's file: it takes root to make one");
    }
    std::os::unix::fs::chown(folder.join("app.wat"), None, Some(65534)).unwrap();
    for (permissions, expected) in [(0o640, 0o600), (0o664, 0o644)] {
        chmod(&folder.join("app.wat"), permissions);
        let _ = fs::remove_file(folder.join("app.cwasm"));
        assert_eq!(shell(&folder, "umask 002; $PRE -q app.wat").code, Some(0));
        assert_eq!(format!("{:o}", mode(&folder.join("app.cwasm"))), format!("{expected:o}"));
    }
}
