//! Names that anybody may choose: of files, within files, and in descriptions of hosts. A terminal obeys none of them,
//! and none begins a message of its own.

#![cfg(unix)]

use std::fs;
use support::{Ended, Folder, Runner, precompile, run, runner};

/// A hostile name: a new line that looks like another error, an escape sequence, the C1 control that begins one, a
/// reversed direction, a carriage return and a line separator.
const HOSTILE: &str = "a\nerror: forged\u{1b}[31m\u{9b}2J\u{202e}gpj\rwarning: forged\u{2028}\tb";
/// The hostile name in the text form of WebAssembly.
const ESCAPED: &str = r"a\nerror: forged\1b[31m\c2\9b2J\e2\80\aegpj\rwarning: forged\e2\80\a8\tb";

/// Runs a shell's line in a folder, with both commands and the hostile name as variables.
fn shell(folder: &Folder, line: &str) -> Ended {
    let run_path = runner(Runner::Full);
    let variables =
        [("PRE", precompile().as_os_str()), ("RUN", run_path.as_os_str()), ("N", HOSTILE.as_ref())];
    run(folder.command("bash").args(["-c", line]).envs(variables).env_remove("NO_COLOR"))
}

/// The faults in printed text.
fn problems(ended: &Ended) -> Vec<String> {
    let mut problems = Vec::new();
    for (stream, text) in [("stdout", &ended.stdout), ("stderr", &ended.stderr)] {
        let is_obeyed = |c: &char| c.is_control() && *c != '\n' || matches!(c, '\u{202e}' | '\u{2028}');
        problems.extend(text.chars().find(is_obeyed).map(|c| format!("{stream} has {c:?}")));
        let forged = |line: &&str| line.starts_with("error: forged") || line.starts_with("warning: forged");
        problems.extend(text.lines().find(forged).map(|line| format!("{stream} has the line {line:?}")));
    }
    problems
}

/// A folder with modules, artifacts and descriptions full of hostile names.
fn folder() -> Folder {
    let folder = Folder::new();
    let write = |name: &str, text: String| folder.write(name, text.replace("NAME", ESCAPED));
    let module = r#"(module (import "NAME" "NAME" (func)) (func (export "NAME") unreachable) (@custom "NAME" "NAME"))"#;
    write(&format!("{HOSTILE}.wat"), module.into());
    write("imports.wat", module.into());
    write(
        "traps.wat",
        r#"(module (func $g (@name "NAME") unreachable) (func (export "NAME") call $g))"#.into(),
    );
    write("tail.wat", r#"(module (func (@name "NAME") (export "NAME") return_call 0))"#.into());
    write("twice.wat", r#"(module (func (export "NAME")) (func (export "NAME")))"#.into());
    write("component.wat", r#"(component (import "a-b" (func)) (core module (export "NAME")))"#.into());
    write("long.wat", format!("(module\n  (func $f\n{HOSTILE}))"));
    folder.write(&format!("bad {HOSTILE}.wasm"), "no module");
    folder.write("bad.toml", format!("inputs = [\"{}\"]\nbackend = 'x'\n'{}' = 1\n", "a", "a\tb"));
    folder.write("names.toml", "inputs = [\"a\\nerror: forged\\u001b[31m.wat\"]\n");
    folder.write("host.json", "{\"target\":\"x86_64-unknown-linux-gnu\\nerror: forged\"}");
    folder
}

/// Lines for the shell: each verb and each error that repeats a name.
const LINES: &[&str] = &[
    "$PRE imports.wat -v --timings",
    "$PRE \"$N.wat\" -v --timings; $PRE \"$N.wat\"; $PRE --no-cache \"$N.wat\" -o \"$N.cwasm\"",
    "$PRE \"bad $N.wasm\" \"$N.wat\"",
    "$PRE twice.wat; $PRE component.wat; $PRE long.wat; $PRE text.wat",
    "$PRE --isolate --timeout 60s twice.wat \"$N.wat\" \"bad $N.wasm\"",
    "$PRE --backend winch tail.wat; $PRE --backend winch tail.wat; $PRE --backend winch --fallback cranelift tail.wat -v",
    "$PRE \"$N.wat\" -o \"no$N/x\"; mkdir \"d$N\"; $PRE \"$N.wat\" -o \"d$N\"; $PRE \"d$N\"; $PRE \"$N.wat\" -o \"$N.wat\"",
    "ln -s /tmp \"d$N/l$N\"; $PRE \"d$N\"; cp imports.wat \"d$N/m.wat\"; ln -s \"$PWD/twice.wat\" \"d$N/$N.wat\"; $PRE \"d$N\"",
    "$PRE imports.wat \"$N.wat\" -o \"$N.cwasm\"; cp imports.wat \"$N.wasm\"; $PRE \"$N.wasm\" \"$N.wat\"; rm \"$N.wasm\"",
    "$PRE \"$N.wat\" --depfile \"$N.d\"; $PRE \"$N.wat\" --depfile \"$N.wat\"",
    "$PRE --project bad.toml; $PRE --project names.toml; $PRE --project \"gone$N\"; cp bad.toml \"$N.toml\"; $PRE --project \"$N.toml\"",
    "$PRE imports.wat --for host.json; $PRE imports.wat --for \"$N.wat\"; $PRE imports.wat --for \"gone$N\"",
    "$PRE imports.wat --target \"$N\"; $PRE imports.wat --cpu \"$N\"; $PRE imports.wat -W \"$N\"; $PRE imports.wat -O \"$N=$N\"",
    "$PRE imports.wat --backend \"$N\"; $PRE \"--$N\"; $PRE imports.wat --jobs \"$N\"; $PRE inspect \"$N\" \"$N\"",
    "$PRE imports.wat --strip \"$N\"; $PRE imports.wat --platform \"$N\"; $PRE imports.wat --cache-dir \"$N.wat\"",
    "$PRE -q \"$N.wat\"; $PRE inspect \"$N.cwasm\"; $PRE inspect --all \"$N.cwasm\"; $PRE inspect \"$N.wat\"; $PRE inspect \"gone$N\"",
    "$PRE explain \"$N.cwasm\" --runner $RUN; $PRE explain \"$N.wat\" --runner $RUN; $PRE explain \"gone$N\" --runner $RUN",
    "$PRE explain \"$N.cwasm\" --runner \"$N\"; $PRE explain \"$N.cwasm\" --for host.json; $PRE explain --code \"$N\"",
    "$PRE -q --target s390x imports.wat -o \"s$N.cwasm\"; $PRE explain \"s$N.cwasm\" --runner $RUN; $RUN \"s$N.cwasm\"",
    "$PRE compare \"$N.wat\" --invoke \"$N\" --rounds 1 --calls 1 --only winch --runner $RUN",
    "$PRE compare traps.wat --invoke \"$N\" --rounds 1 --calls 1 --only winch --runner $RUN; $PRE compare \"d$N\"",
    "$PRE compare traps.wat --only \"$N\" --runner $RUN; $PRE compare traps.wat --cpu \"$N\" --runner $RUN",
    "$PRE explore traps.wat --html -; $PRE explore \"$N.wat\" --html \"$N.html\"; $PRE explore \"gone$N\" --html \"d$N\"",
    "$PRE explore \"$N.cwasm\" --html -; $PRE explore \"$N.cwasm\" --html - --source \"$N.wat\" --function \"$N\"",
    "$PRE inspect \"$N.cwasm\" --html -; $PRE inspect \"$N.cwasm\" --html \"$N.html\"; $PRE inspect \"$N.cwasm\" --html \"d$N\"",
    "$PRE traps.wat --budget 1; $PRE traps.wat --budget \"$N\"; $PRE tail.wat --budget 1",
    "$PRE cache list; $PRE cache stats; $PRE cache verify; $PRE cache prune --max-size \"$N\"; $PRE cache \"$N\"",
    "$PRE completions \"$N\"; $PRE man \"$N\"; $PRE man --out-dir \"$N.wat\"; $PRE targets \"$N\"",
    "$RUN \"$N.cwasm\"; $RUN \"gone$N\"; $RUN \"$N.wat\"; $RUN \"--$N\"; $RUN --timeout \"$N\" x; $RUN --policy \"$N\" x",
    "$PRE -q traps.wat; $RUN --invoke \"$N\" traps.cwasm; $RUN --invoke \"$N\" traps.cwasm 1; $RUN --invoke \"gone$N\" traps.cwasm",
    "$RUN --dir \"gone$N\" traps.cwasm; $RUN --env \"gone$N\" traps.cwasm; $RUN --measure \"$N\" traps.cwasm; $RUN --dir \"gone$N\" --measure 1 traps.cwasm",
];

#[test]
fn no_name_is_obeyed_or_forges_a_message() {
    let folder = folder();
    let mut wrong = Vec::new();
    for line in LINES {
        for command in line.split("; ") {
            let ended = shell(&folder, command);
            assert!(ended.code.is_some_and(|code| code != 127), "{command}: {ended:?}");
            wrong.extend(
                problems(&ended).into_iter().map(|problem| format!("{command}\n  {problem}\n  {ended:?}")),
            );
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Names are quoted for their use in a shell or in a page.
#[test]
fn printed_commands_are_quoted() {
    let folder = folder();
    let name = format!("-it's $(touch OWNED) {HOSTILE}");
    fs::copy(folder.join("imports.wat"), folder.join(&format!("{name}.wat"))).unwrap();
    let ended = run(folder.command(precompile()).args(["-q", &format!("./{name}.wat")]));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let ended = run(folder.command(precompile()).args(["inspect", &format!("./{name}.cwasm")]));
    let command = ended.stdout.lines().find(|line| line.contains("--allow-precompiled")).unwrap();
    let line = command.replacen("wasmtime run", "printf '%s\\n'", 1);
    let printed = run(folder.command("bash").args(["-c", &line])).stdout;
    assert!(printed.ends_with(&format!("\n./{name}.cwasm\n")), "{command}\n{printed:?}");
    assert!(!folder.join("OWNED").exists());
}

/// Pages show names as text: of files, of functions and in data for a script.
#[test]
fn a_page_holds_names_as_text() {
    let folder = folder();
    let script = "<script>alert(1)</script>&\"";
    let name = format!("{script}{}", HOSTILE.replace('/', "_")).replace("</", "<");
    let function = script.replace('"', "\\\"");
    let module =
        format!("(module (func (@name \"{function}{ESCAPED}\") (export \"f\") (drop (i32.const 7))))");
    fs::write(folder.join(&format!("{name}.wat")), module).unwrap();
    let (input, artifact) = (format!("{name}.wat"), format!("{name}.cwasm"));
    let runner = runner(Runner::Full).to_string_lossy().into_owned();
    let compared = [
        "compare",
        &input,
        "--invoke",
        "f",
        "--rounds",
        "1",
        "--calls",
        "1",
        "--only",
        "winch,cranelift-none",
        "--runner",
        &runner,
    ];
    let commands: [&[&str]; 6] = [
        &[&input],
        &compared,
        &["explore", &input],
        &["explore", &artifact],
        &["explore", &artifact, "--source", &input],
        &["inspect", &artifact],
    ];
    for command in commands {
        let is_page = command.len() > 1;
        let html: &[&str] = if is_page { &["--html", "page.html"] } else { &[] };
        let ended = run(folder.command(precompile()).args(command).args(html));
        assert_eq!((ended.code, problems(&ended)), (Some(0), vec![]), "{command:?} {ended:?}");
        if !is_page {
            continue;
        }
        let page = fs::read_to_string(folder.join("page.html")).unwrap();
        let page = Ended { code: None, stdout: page, stderr: String::new() };
        assert_eq!(problems(&page), [""; 0]);
        let text = &page.stdout;
        assert!(!text.contains("<script>alert") && text.contains("alert(1)"), "{command:?} {text}");
        // Each script ends once, and all of them are the page's own.
        let scripts = if command[0] == "explore" { 2 } else { 0 };
        let found = (text.matches("<script").count(), text.matches("</script").count());
        assert_eq!(found, (scripts, scripts), "{command:?} {text}");
    }
}
