//! Tests of components in `precompile-run`: commands of WASI 0.2 and 0.3, sockets, stores, and functions with values in WAVE.

mod by_hand;
mod calls;
mod coverage;
mod guest;
mod sockets;
mod stores;
mod third;

use support::{BACKENDS, Ended, Folder, Runner};

/// A component with functions to call, by themselves and within an instance.
const FUNCTIONS: &str = r#"(component
    (core module $m
        (memory (export "memory") 1)
        (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
        (global $free (mut i32) (i32.const 1024))
        (func (export "realloc") (param $old i32) (param $old_bytes i32) (param $align i32) (param $bytes i32)
            (result i32)
            (global.set $free (i32.add (global.get $free) (local.get $bytes)))
            (i32.sub (global.get $free) (local.get $bytes)))
        (func (export "echo") (param i32 i32) (result i32)
            (i32.store (i32.const 16) (local.get 0))
            (i32.store (i32.const 20) (local.get 1))
            (i32.const 16))
        (func (export "swap") (param i32 f64) (result i32)
            (f64.store (i32.const 32) (local.get 1))
            (i32.store8 (i32.const 40) (local.get 0))
            (i32.const 32))
        (func (export "loop") (loop (br 0)))
        (func (export "trap") unreachable))
    (core instance $i (instantiate $m))
    (func $add (param "a" s32) (param "b" s32) (result s32) (canon lift (core func $i "add")))
    (func (export "echo") (param "text" (list string)) (result (list string))
        (canon lift (core func $i "echo")
            (memory (core memory $i "memory")) (realloc (core func $i "realloc"))))
    (type $from' (record (field "yes" bool) (field "number" f64)))
    (export $from "from" (type $from'))
    (type $to' (record (field "number" f64) (field "yes" bool)))
    (export $to "to" (type $to'))
    (func (export "swap") (param "from" $from) (result $to)
        (canon lift (core func $i "swap") (memory (core memory $i "memory"))))
    (func (export "loop") (canon lift (core func $i "loop")))
    (func (export "trap") (canon lift (core func $i "trap")))
    (type $thing' (resource (rep i32)))
    (export $thing "thing" (type $thing'))
    (core func $new (canon resource.new $thing'))
    (core module $maker (import "" "new" (func $new (param i32) (result i32)))
        (func (export "make") (result i32) (call $new (i32.const 1))))
    (core instance $maker (instantiate $maker (with "" (instance (export "new" (func $new))))))
    (func (export "make") (result (own $thing)) (canon lift (core func $maker "make")))
    (instance $math (export "add" (func $add)))
    (export "test:example/math@1.0.0" (instance $math))
    (export "add" (func $add)))"#;

fn invoke(folder: &Folder, call: &[&str]) -> Ended {
    let (function, arguments) = call.split_first().unwrap();
    folder.run(Runner::Full, ["--invoke", function, "app.cwasm"].iter().chain(arguments))
}

#[test]
fn functions_with_values_in_wave() {
    let folder = Folder::new();
    for backend in BACKENDS {
        folder.compile("app", FUNCTIONS, &["--backend", backend]);
        for (call, result) in [
            (&["add", "20", "-1"][..], "19\n"),
            (&["test:example/math@1.0.0#add", "1", "2"], "3\n"),
            (&["echo", r#"["wörld"]"#], "[\"wörld\"]\n"),
            (&["echo", "[]"], "[]\n"),
            (&["swap", "{yes: true, number: 1.5}"], "{number: 1.5, yes: true}\n"),
        ] {
            let ended = invoke(&folder, call);
            assert_eq!(
                (ended.code, ended.stdout.as_str()),
                (Some(0), result),
                "{backend} {call:?}: {ended:?}"
            );
        }
        let ended = invoke(&folder, &["trap"]);
        assert_eq!(ended.code, Some(134), "{ended:?}");
        assert!(ended.stderr.contains("wasm trap: wasm `unreachable` instruction executed"), "{ended:?}");
    }
}

/// The error of an impossible call names the possible ones, and the error about a value names the expected type.
#[test]
fn calls_that_fail() {
    let folder = Folder::new();
    folder.compile("app", FUNCTIONS, &[]);
    let can =
        "`--invoke` can call `test:example/math@1.0.0#add`, `add`, `echo`, `swap`, `loop`, `trap`, `make`";
    for (call, words) in [
        (&["subtract"][..], &["there is no function `subtract`", can][..]),
        (&["test:example/math@1.0.0#sub"], &["there is no function `test:example/math@1.0.0#sub`"]),
        (&["nothing#add", "1", "2"], &["there is no function `nothing#add`"]),
        (&["add", "1"], &["`add` takes 2 arguments a: s32, b: s32, not 1"]),
        (&["add", "1", "x"], &["`x` is no `s32` in WAVE", "`b` of `add`"]),
        (&["swap", "{yes: true}"], &["is no `record { yes: bool, number: f64 }` in WAVE"]),
        (&["make"], &["`make` returns a value that WAVE has no text for"]),
    ] {
        let ended = invoke(&folder, call);
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(125), ""), "{ended:?}");
        for words in words {
            assert!(ended.stderr.contains(words), "{ended:?}");
        }
    }
    let ended = folder.run(Runner::Full, ["app.cwasm"]);
    assert_eq!(ended.code, Some(125), "{ended:?}");
    assert!(ended.stderr.contains("it is no command of WASI 0.2"), "{ended:?}");
    assert!(ended.stderr.contains(can), "{ended:?}");
}

/// Limits hold for components as for modules.
#[test]
fn limits() {
    let folder = Folder::new();
    for backend in BACKENDS {
        folder.compile("app", FUNCTIONS, &["--backend", backend, "-W", "fuel,epoch-interruption"]);
        for (limit, code) in [(["--fuel", "100000"], 134), (["--timeout", "300ms"], 124)] {
            let ended = folder.run(Runner::Full, limit.iter().chain(&["--invoke", "loop", "app.cwasm"]));
            assert_eq!(ended.code, Some(code), "{ended:?}");
        }
        let ended = folder.run(Runner::Full, ["--max-memory=1K", "--invoke", "add", "app.cwasm", "1", "2"]);
        assert_eq!(ended.code, Some(125), "{ended:?}");
        assert!(ended.stderr.contains("starts with 65536 bytes of memory"), "{ended:?}");
    }
}

/// The default build runs no components, and names the feature that does.
#[test]
fn a_build_without_components() {
    let folder = Folder::new();
    folder.compile("app", FUNCTIONS, &[]);
    for which in [Runner::Default, Runner::Bare] {
        let ended = folder.run(which, ["app.cwasm"]);
        assert_eq!(ended.code, Some(126), "{ended:?}");
        assert!(ended.stderr.contains("feature `component-model`"), "{ended:?}");
    }
}

/// A command that writes its arguments, its environment and the names of its folders, one after the other, and fails
/// without arguments besides its own name.
const COMMAND: &str = concat!(
    r#"(component
    (import "wasi:io/error@0.2.0" (instance $errors (export "error" (type (sub resource)))))
    (alias export $errors "error" (type $error))
    (import "wasi:io/streams@0.2.0" (instance $streams
        (export "output-stream" (type $stream (sub resource)))
        (alias outer 1 $error (type $error))
        (type $stream-error' (variant (case "last-operation-failed" (own $error)) (case "closed")))
        (export "stream-error" (type $stream-error (eq $stream-error')))
        (export "[method]output-stream.blocking-write-and-flush" (func
            (param "self" (borrow $stream)) (param "contents" (list u8)) (result (result (error $stream-error)))))))
    (alias export $streams "output-stream" (type $stream))
    (import "wasi:cli/stdout@0.2.0" (instance $stdout
        (alias outer 1 $stream (type $stream'))
        (export "output-stream" (type $stream (eq $stream')))
        (export "get-stdout" (func (result (own $stream))))))
    (import "wasi:cli/environment@0.2.0" (instance $environment
        (export "get-environment" (func (result (list (tuple string string)))))
        (export "get-arguments" (func (result (list string))))))
    (import "wasi:filesystem/types@0.2.0" (instance $files (export "descriptor" (type (sub resource)))))
    (alias export $files "descriptor" (type $descriptor))
    (import "wasi:filesystem/preopens@0.2.0" (instance $folders
        (alias outer 1 $descriptor (type $descriptor'))
        (export "descriptor" (type $descriptor (eq $descriptor')))
        (export "get-directories" (func (result (list (tuple (own $descriptor) string)))))))
"#,
    support::memory!(1, 1024),
    r#"
    (alias export $streams "[method]output-stream.blocking-write-and-flush" (func $write))
    (alias export $stdout "get-stdout" (func $get-stdout))
    (alias export $environment "get-environment" (func $get-environment))
    (alias export $environment "get-arguments" (func $get-arguments))
    (alias export $folders "get-directories" (func $get-directories))
    (core func $write (canon lower (func $write) (memory $m)))
    (core func $get-stdout (canon lower (func $get-stdout)))
    (core func $get-environment (canon lower (func $get-environment) (memory $m) (realloc $realloc)))
    (core func $get-arguments (canon lower (func $get-arguments) (memory $m) (realloc $realloc)))
    (core func $get-directories (canon lower (func $get-directories) (memory $m) (realloc $realloc)))
    (core module $main
        (import "host" "write" (func $write (param i32 i32 i32 i32)))
        (import "host" "stdout" (func $stdout (result i32)))
        (import "host" "environment" (func $environment (param i32)))
        (import "host" "arguments" (func $arguments (param i32)))
        (import "host" "directories" (func $directories (param i32)))
        (import "memory" "memory" (memory 1))
        (global $out (mut i32) (i32.const 0))
        ;; Writes the string whose pointer and length stand here, and a semicolon.
        (func $print (param $at i32)
            (call $write (global.get $out) (i32.load (local.get $at)) (i32.load offset=4 (local.get $at)) (i32.const 64))
            (i32.store8 (i32.const 80) (i32.const 59))
            (call $write (global.get $out) (i32.const 80) (i32.const 1) (i32.const 64)))
        ;; Writes a string of each element of the list whose pointer and length stand at 0.
        (func $print-all (param $stride i32) (param $offset i32) (local $at i32) (local $left i32)
            (local.set $at (i32.add (i32.load (i32.const 0)) (local.get $offset)))
            (local.set $left (i32.load (i32.const 4)))
            (block $done (loop $next
                (br_if $done (i32.eqz (local.get $left)))
                (call $print (local.get $at))
                (local.set $at (i32.add (local.get $at) (local.get $stride)))
                (local.set $left (i32.sub (local.get $left) (i32.const 1)))
                (br $next))))
        (func (export "run") (result i32) (local $fails i32)
            (global.set $out (call $stdout))
            (call $arguments (i32.const 0))
            (local.set $fails (i32.eq (i32.load (i32.const 4)) (i32.const 1)))
            (call $print-all (i32.const 8) (i32.const 0))
            (call $environment (i32.const 0))
            (call $print-all (i32.const 16) (i32.const 0))
            (call $environment (i32.const 0))
            (call $print-all (i32.const 16) (i32.const 8))
            (call $directories (i32.const 0))
            (call $print-all (i32.const 12) (i32.const 4))
            (local.get $fails)))
    (core instance $main (instantiate $main
        (with "memory" (instance $memory))
        (with "host" (instance
            (export "write" (func $write))
            (export "stdout" (func $get-stdout))
            (export "environment" (func $get-environment))
            (export "arguments" (func $get-arguments))
            (export "directories" (func $get-directories))))))
    (func $run (result (result)) (canon lift (core func $main "run")))
    (instance $run (export "run" (func $run)))
    (export "wasi:cli/run@0.2.0" (instance $run)))"#
);

#[test]
fn a_command_of_wasi_0_2() {
    for backend in BACKENDS {
        let folder = Folder::new();
        folder.compile("app", COMMAND, &["--backend", backend]);
        std::fs::create_dir(folder.join("data")).unwrap();
        let arguments = ["--env", "A=1=2", "--env=B=", "--dir", "data::/out", "app.cwasm", "-x", "--", "é"];
        let ended = folder.run(Runner::Full, arguments);
        assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{ended:?}");
        assert_eq!(ended.stdout, "app.cwasm;-x;--;é;A;B;1=2;;/out;");
        let ended = folder.run(Runner::Full, ["app.cwasm"]);
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(1), "app.cwasm;"), "{ended:?}");
    }
}

/// A component whose output has no reader gets the error `closed`, which its C library turns into EPIPE.
#[test]
fn a_reader_that_left() {
    // A command that ends with the error of its last write, or with an error of its own where that is `closed`.
    let failing =
        "(i32.and (i32.load8_u (i32.const 64)) (i32.load8_u (i32.const 68)))))\n    (core instance $main";
    let text = COMMAND.replace("(local.get $fails)))\n    (core instance $main", failing);
    assert_ne!(text, COMMAND);
    let folder = Folder::new();
    folder.compile("app", &text, &[]);
    assert_eq!(folder.run(Runner::Full, ["app.cwasm"]).code, Some(0));
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = std::process::Command::new(support::runner(Runner::Full));
    let status = command.current_dir(folder.path()).arg("app.cwasm").stdout(writer).status();
    assert_eq!(status.unwrap().code(), Some(1));
}

/// A component that subscribes to the clock again and again, and keeps all handles.
const KEEPS: &str = r#"(component
    (import "wasi:io/poll@0.2.0" (instance $poll (export "pollable" (type (sub resource)))))
    (alias export $poll "pollable" (type $pollable))
    (import "wasi:clocks/monotonic-clock@0.2.0" (instance $clock
        (alias outer 1 $pollable (type $pollable'))
        (export "pollable" (type $pollable (eq $pollable')))
        (export "subscribe-duration" (func (param "when" u64) (result (own $pollable))))))
    (core func $subscribe (canon lower (func $clock "subscribe-duration")))
    (core module $main
        (import "" "subscribe" (func $subscribe (param i64) (result i32)))
        (func (export "run") (result i32) (local $count i32)
            (loop
                (drop (call $subscribe (i64.const 1000000000000)))
                (local.set $count (i32.add (local.get $count) (i32.const 1)))
                (br_if 0 (i32.lt_u (local.get $count) (i32.const 100000))))
            (i32.const 0)))
    (core instance $main (instantiate $main (with "" (instance (export "subscribe" (func $subscribe))))))
    (func $run (result (result)) (canon lift (core func $main "run")))
    (instance $run (export "run" (func $run)))
    (export "wasi:cli/run@0.2.0" (instance $run)))"#;

/// Handles that the host holds for a component are bounded like its memory.
#[test]
fn handles_are_memory() {
    let folder = Folder::new();
    folder.compile("app", KEEPS, &[]);
    assert_eq!(folder.run(Runner::Full, ["app.cwasm"]).code, Some(0));
    let ended = folder.run(Runner::Full, ["--max-memory", "16M", "app.cwasm"]);
    assert_eq!(ended.code, Some(134), "{ended:?}");
    assert!(ended.stderr.contains("resource table has no free keys"), "{ended:?}");
}

/// A component that counts the entries of its folder, or returns the error at which it gives up, plus 1000.
#[cfg(unix)]
const LIST: &str = concat!(
    r#"(component
    (import "wasi:filesystem/types@0.2.0" (instance $types
        (export "descriptor" (type $descriptor (sub resource)))
        (export "directory-entry-stream" (type $entries (sub resource)))
        (type $error-code' (enum "access" "would-block" "already" "bad-descriptor" "busy" "deadlock" "quota" "exist"
            "file-too-large" "illegal-byte-sequence" "in-progress" "interrupted" "invalid" "io" "is-directory" "loop"
            "too-many-links" "message-size" "name-too-long" "no-device" "no-entry" "no-lock" "insufficient-memory"
            "insufficient-space" "not-directory" "not-empty" "not-recoverable" "unsupported" "no-tty"
            "no-such-device" "overflow" "not-permitted" "pipe" "read-only" "invalid-seek" "text-file-busy"
            "cross-device"))
        (export "error-code" (type $error-code (eq $error-code')))
        (type $type' (enum "unknown" "block-device" "character-device" "directory" "fifo" "symbolic-link"
            "regular-file" "socket"))
        (export "descriptor-type" (type $type (eq $type')))
        (type $entry' (record (field "type" $type) (field "name" string)))
        (export "directory-entry" (type $entry (eq $entry')))
        (export "[method]descriptor.read-directory" (func
            (param "self" (borrow $descriptor)) (result (result (own $entries) (error $error-code)))))
        (export "[method]directory-entry-stream.read-directory-entry" (func
            (param "self" (borrow $entries)) (result (result (option $entry) (error $error-code)))))))
    (alias export $types "descriptor" (type $descriptor))
    (import "wasi:filesystem/preopens@0.2.0" (instance $folders
        (alias outer 1 $descriptor (type $descriptor'))
        (export "descriptor" (type $descriptor (eq $descriptor')))
        (export "get-directories" (func (result (list (tuple (own $descriptor) string)))))))
"#,
    support::memory!(1, 1024),
    r#"
    (core func $folders (canon lower (func $folders "get-directories") (memory $m) (realloc $realloc)))
    (core func $open (canon lower (func $types "[method]descriptor.read-directory") (memory $m)))
    (core func $next (canon lower (func $types "[method]directory-entry-stream.read-directory-entry")
        (memory $m) (realloc $realloc)))
    (core module $main
        (import "host" "folders" (func $folders (param i32)))
        (import "host" "open" (func $open (param i32 i32)))
        (import "host" "next" (func $next (param i32 i32)))
        (import "memory" "memory" (memory 1))
        (func (export "count") (result i32) (local $entries i32) (local $count i32)
            (call $folders (i32.const 0))
            (call $open (i32.load (i32.load (i32.const 0))) (i32.const 16))
            (if (i32.load8_u (i32.const 16)) (then (return (i32.const 2000))))
            (local.set $entries (i32.load (i32.const 20)))
            (loop $more
                (call $next (local.get $entries) (i32.const 32))
                (if (i32.load8_u (i32.const 32))
                    (then (return (i32.add (i32.const 1000) (i32.load8_u (i32.const 36))))))
                (if (i32.load8_u (i32.const 36)) (then
                    (local.set $count (i32.add (local.get $count) (i32.const 1)))
                    (br $more))))
            (local.get $count)))
    (core instance $main (instantiate $main
        (with "memory" (instance $memory))
        (with "host" (instance
            (export "folders" (func $folders)) (export "open" (func $open)) (export "next" (func $next))))))
    (func (export "count") (result u32) (canon lift (core func $main "count"))))"#
);

/// A name that WASI can't express hides no other.
#[test]
#[allow(clippy::print_stderr, reason = "a skipped test says so")]
#[cfg(unix)]
fn a_folder_with_a_name_that_is_not_utf8() {
    use std::ffi::OsStr;
    use std::fs::{File, create_dir};
    use std::os::unix::ffi::OsStrExt;
    let folder = Folder::new();
    folder.compile("app", LIST, &[]);
    create_dir(folder.join("data")).unwrap();
    for name in ["data/one", "data/two", "data/three"] {
        File::create(folder.join(name)).unwrap();
    }
    if let Err(error) = File::create(folder.path().join(OsStr::from_bytes(b"data/\xff"))) {
        eprintln!("not tested: the file system takes no name that is not UTF-8: {error}");
    }
    let ended = folder.run(Runner::Full, ["--dir", "data", "--invoke", "count", "app.cwasm"]);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), "3\n"), "{ended:?}");
}
