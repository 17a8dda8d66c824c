//! Tests of `--isolate=strict` where the kernel lacks a call: a filter that the command inherits simulates it.

use libc::{ENOSYS, SYS_landlock_create_ruleset, SYS_seccomp, c_long};
use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, apply_filter};
use std::thread;
use support::{Ended, Folder};

/// Runs the command as if the kernel lacked this call.
fn without(call: c_long, folder: &Folder, arguments: &[&str]) -> Ended {
    let architecture = std::env::consts::ARCH.try_into().unwrap();
    let lacks = SeccompAction::Errno(ENOSYS as u32);
    let rules = [(call, Vec::new())].into_iter().collect();
    let filter = SeccompFilter::new(rules, SeccompAction::Allow, lacks, architecture).unwrap();
    let filter: BpfProgram = filter.try_into().unwrap();
    // Programs that a thread starts inherit its filter.
    thread::scope(|scope| {
        let run = scope.spawn(|| {
            apply_filter(&filter).unwrap();
            folder.precompile(arguments)
        });
        run.join().unwrap()
    })
}

#[test]
fn strict_refuses_and_plain_isolation_goes_on() {
    let folder = Folder::new();
    folder.write("m.wat", "(module)");
    // Build the command first, as the filter would hinder the build.
    let here = folder.precompile(["--isolate", "-v", "--no-cache", "m.wat"]);
    assert_eq!(here.code, Some(0), "{here:?}");
    assert!(here.stderr.starts_with("isolated: limits, environment, descriptors"), "{here:?}");
    for (call, name) in [(SYS_landlock_create_ruleset, "Landlock"), (SYS_seccomp, "seccomp")] {
        let strict = without(call, &folder, &["--isolate=strict", "m.wat", "-o", "strict.cwasm"]);
        assert_eq!(strict.code, Some(2), "{strict:?}");
        let line = strict.stderr.lines().next().unwrap();
        assert!(line.contains("`--isolate=strict` can't be had on this machine, which lacks "), "{line}");
        assert!(line.contains(name) && line.contains("or `--isolate`, which does without"), "{line}");
        assert!(!folder.join("strict.cwasm").exists());

        let lenient =
            without(call, &folder, &["--isolate", "-v", "m.wat", "--no-cache", "-o", "lenient.cwasm"]);
        assert_eq!(lenient.code, Some(0), "{lenient:?}");
        let line = lenient.stderr.lines().next().unwrap();
        assert!(line.contains("; not here: ") && line.ends_with(name), "{line}");
        assert!(folder.join("lenient.cwasm").exists());
    }
    let strict = folder.precompile(["--isolate=strict", "m.wat"]);
    match here.stderr.lines().next().unwrap().contains("not here") {
        false => assert_eq!(strict.code, Some(0), "{strict:?}"),
        true => assert_eq!(strict.code, Some(2), "{strict:?}"),
    }
}
