//! The times of outputs: an output is no older than its sources, so that make and ninja have nothing more to do.

use super::*;
use std::process::Command;
use std::time::{Duration, SystemTime};

/// Sets a file's time to this number of seconds from now.
fn date(path: &Path, seconds: i64) {
    let (now, by) = (SystemTime::now(), Duration::from_secs(seconds.unsigned_abs()));
    let time = if seconds < 0 { now - by } else { now + by };
    fs::File::options().append(true).open(path).unwrap().set_modified(time).unwrap();
}

fn modified(path: &Path) -> SystemTime {
    path.metadata().unwrap().modified().unwrap()
}

/// An older output gets a new time in each way to find out that there is nothing to do.
#[test]
fn an_output_that_is_older_gets_a_new_time() {
    for options in [
        &["app.wat"][..],
        &["app.wat", "--no-cache"],
        &["app.wat", "--verify-inputs"],
        &["app.wat", "--max-input-size", "1M"],
        &["app.wat", "-o", "app.cwasm"],
        &["app.wat", "--out-dir", "."],
    ] {
        let (folder, _) = folder();
        let (input, output) = (folder.join("app.wat"), folder.join("app.cwasm"));
        compile(&folder, options);
        let inode = metadata(&output).ino();
        // The input's clock may be ahead.
        for (of_input, of_output) in [(-50, -100), (100, -100)] {
            date(&input, of_input);
            date(&output, of_output);
            compile(&folder, options);
            assert!(modified(&output) >= modified(&input), "{options:?}");
            let time = modified(&output);
            compile(&folder, options);
            assert_eq!((modified(&output), metadata(&output).ino()), (time, inode), "{options:?}");
        }
        date(&output, -100);
        compile(&folder, &[options, &["--keep-times"]].concat());
        assert!(modified(&output) < modified(&input), "{options:?}");
    }
}

/// An output gets a new time also where the cache knows both files, and neither is read.
#[test]
fn an_output_that_is_not_read_gets_a_new_time() {
    let (folder, _) = folder();
    let (input, output) = (folder.join("app.wat"), folder.join("app.cwasm"));
    compile(&folder, &["app.wat"]);
    date(&output, -100);
    // After this time, files are not read while they look unchanged.
    std::thread::sleep(Duration::from_millis(2_500));
    compile(&folder, &["app.wat", "--keep-times"]);
    assert!(modified(&output) < modified(&input));
    let accessed = folder.precompile(["app.wat", "--timings"]);
    assert!(accessed.stderr.starts_with("found"), "{accessed:?}");
    assert!(modified(&output) >= modified(&input));
}

/// Files that list the inputs or describe the host count as inputs, too.
#[test]
fn an_output_is_no_older_than_its_project() {
    let (folder, _) = folder();
    folder.write("other.wat", "(module)");
    let project = folder.write(
        "precompile.toml",
        "inputs = [\"app.wat\", \"other.wat\"]\ntargets = [\"x86_64\", \"aarch64\"]\n",
    );
    compile(&folder, &["--depfile", "app.d"]);
    let outputs: Vec<_> =
        folder.names().into_iter().filter(|name| name.ends_with("cwasm") || name == "app.d").collect();
    assert_eq!(outputs.len(), 5, "{outputs:?}");
    for name in &outputs {
        date(&folder.join(name), -100);
    }
    for name in ["app.wat", "other.wat", "precompile.toml"] {
        date(&folder.join(name), -200);
    }
    date(&folder.join("other.wat"), -50);
    compile(&folder, &["--depfile", "app.d"]);
    for name in &outputs {
        let is_renewed = modified(&folder.join(name)) > SystemTime::now() - Duration::from_secs(75);
        assert_eq!(is_renewed, !name.starts_with("app.") || name == "app.d", "{name}");
    }
    date(&project, 0);
    compile(&folder, &["--depfile", "app.d"]);
    for name in &outputs {
        assert!(modified(&folder.join(name)) >= modified(&project), "{name}");
    }
}

#[test]
fn make_has_nothing_more_to_do() {
    let (folder, _) = folder();
    if Command::new("make").arg("--version").output().is_err() {
        return not_shown("make: it is not installed");
    }
    folder.write(
        "Makefile",
        "app.cwasm: app.wat\n\t\"$$PRE\" -q --depfile app.d app.wat && echo ran >> runs\n-include app.d\n",
    );
    let make = || assert_eq!(shell(&folder, "unset MAKEFLAGS MAKELEVEL; make -s").code, Some(0));
    let runs = || fs::read_to_string(folder.join("runs")).unwrap().lines().count();
    make();
    assert_eq!(runs(), 1);
    date(&folder.join("app.cwasm"), -100);
    folder.write("app.wat", format!("{MODULE} ;; a comment"));
    date(&folder.join("app.wat"), -50);
    (0..3).for_each(|_| make());
    assert_eq!(runs(), 2);
}
