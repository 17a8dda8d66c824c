//! Mistakes on the command line, and artifacts that can't serve.

use crate::folder;
use support::{Folder, Runner};

#[test]
fn mistakes_are_named_with_a_way_out() {
    let folder = folder("p2", "winch", &[]);
    for (arguments, says) in [
        (&["serve"][..], "no artifact is named"),
        (&["serve", "--addr", "localhost:1", "app.cwasm"], "`localhost:1` is no address: give IP:PORT"),
        (&["serve", "--reuse", "0", "app.cwasm"], "`0` is no number of requests, instances or connections"),
        (&["serve", "--health", "healthy", "app.cwasm"], "`healthy` is no path: it begins with `/`"),
        (&["serve", "--sites", "a.toml", "app.cwasm"], "`--sites` names the components"),
        (&["serve", "app.cwasm", "b.cwasm"], "`serve` takes one component, and `b.cwasm` follows it"),
        (&["serve", "--invoke", "f", "app.cwasm"], "has no use for `--invoke`"),
        (&["serve", "--preload", "a=b.cwasm", "app.cwasm"], "leave out `--preload` and `--plugin`"),
        (&["--reuse", "2", "app.cwasm"], "invalid option '--reuse'"),
        (&["serve", "--addr", "192.0.2.1:1", "app.cwasm"], "can't listen on `192.0.2.1:1`"),
        (
            &["serve", "--addr", "127.0.0.1:0", "--admin", "192.0.2.1:1", "app.cwasm"],
            "; name another with `--admin`",
        ),
    ] {
        let ended = folder.run(Runner::Full, arguments);
        assert_eq!(ended.code, Some(125), "{arguments:?}: {ended:?}");
        assert!(ended.stderr.contains(says), "{arguments:?}: {ended:?}");
    }
}

#[test]
fn what_answers_no_requests_is_refused() {
    let folder = Folder::new();
    folder.compile("module", "(module)", &[]);
    folder.compile("component", "(component)", &[]);
    for (artifact, says) in [
        ("module.cwasm", "it is a module, and components answer requests"),
        (
            "component.cwasm",
            "it answers no requests, as it exports neither `wasi:http/incoming-handler@0.2` nor",
        ),
    ] {
        let ended = folder.run(Runner::Full, ["serve", "--addr", "127.0.0.1:0", artifact]);
        assert_eq!(ended.code, Some(126), "{ended:?}");
        assert!(ended.stderr.contains(says), "{ended:?}");
    }
}
