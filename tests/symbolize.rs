//! Lines of source in backtraces and profiles, also of stripped artifacts.

use precompile::{CodeMap, TracedModule};
use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::process::Stdio;
use support::{BACKENDS, Ended, Folder, Runner, precompile, root};

/// The guests with lines of source, in Rust, C and C++.
const GUESTS: [&str; 3] = ["nested", "chain", "shapes"];

/// A folder with a module in Rust.
fn folder() -> (Folder, Vec<u8>) {
    folder_with("nested")
}

/// A folder with the module of a guest.
fn folder_with(guest: &str) -> (Folder, Vec<u8>) {
    let (folder, module) = (Folder::new(), format!("{guest}.wasm"));
    let bytes = fs::read(root().join("tests/guests").join(&module)).unwrap();
    folder.write(&module, &bytes);
    (folder, bytes)
}

/// Runs `precompile symbolize` on a backtrace.
fn symbolize(folder: &Folder, arguments: &[&str], trace: &[u8]) -> (Ended, Vec<u8>) {
    let mut command = folder.command(precompile());
    command.arg("symbolize").args(arguments);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let trace = trace.to_vec();
    // A command that ends with an error reads nothing.
    let writer = std::thread::spawn(move || drop(stdin.write_all(&trace)));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let ended =
        Ended { code: output.status.code(), stdout: text(&output.stdout), stderr: text(&output.stderr) };
    (ended, output.stdout)
}

/// Each address in a stripped artifact's code has the line that the same address has in one that wasn't stripped: as an
/// offset in the file, and as an address in memory, of which perf tells the mapping.
#[test]
fn code_of_stripped_artifacts_has_lines() {
    for guest in GUESTS {
        BACKENDS.iter().for_each(|backend| addresses_have_lines(guest, backend));
    }
}

fn addresses_have_lines(guest: &str, backend: &str) {
    let (folder, module) = folder_with(guest);
    let [input, output] = ["wasm", "cwasm"].map(|ending| format!("{guest}.{ending}"));
    assert_eq!(folder.precompile(["--strip", "all", "--backend", backend, &input]).code, Some(0));
    let artifact = fs::read(folder.join(&output)).unwrap();
    fs::remove_file(folder.join(&input)).unwrap();
    let (map, modules) = (CodeMap::new(&artifact, &module).unwrap(), TracedModule::read(&module).unwrap());
    let line_at = |offset: u64| modules[0].frames(map.module_offset(offset)?).first()?.line;
    let known: Vec<_> =
        (0..artifact.len() as u64).filter_map(|at| Some((at, line_at(at)?))).step_by(3).collect();
    assert!(known.len() > 5, "{guest}, {backend}: {known:?}");
    let mapped = 0x7f12_3456_0000_u64;
    let mut trace = format!(
        "run 7/7 1.5: PERF_RECORD_MMAP2 7/7: [{mapped:#x}({:#x}) @ 0 08:01 5 0]: r-xp /x/{output}\n",
        artifact.len()
    );
    for (offset, _) in &known {
        trace += &format!("{output}+{offset:#x}\nend\n");
        trace += &format!("\t{:16x} [unknown] (/x/{output})\n\n", mapped + offset);
    }
    let (ended, _) = symbolize(&folder, &["--artifact", &output], trace.as_bytes());
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{guest}, {backend}");
    // Below each frame there is its innermost function's place first.
    let (mut places, mut is_below) = (Vec::<u32>::new(), false);
    for line in ended.stdout.lines() {
        if let Some(place) = line.trim_start().strip_prefix("at ")
            && std::mem::take(&mut is_below)
        {
            places.push(place.rsplit(':').nth(1).unwrap().parse().unwrap());
        }
        is_below |= line.contains(&output) && !line.contains("MMAP2");
    }
    let expected: Vec<_> = known.iter().flat_map(|(_, line)| [*line, *line]).collect();
    assert_eq!(places, expected, "{guest}, {backend}:\n{}", ended.stdout);
}

/// The DWARF of the committed modules names no folder of the machine that compiled them.
#[test]
fn guests_name_no_folder() {
    for guest in ["chain", "shapes"] {
        let (_, module) = folder_with(guest);
        let modules = TracedModule::read(&module).unwrap();
        let files: BTreeSet<_> = (0..module.len())
            .flat_map(|offset| modules[0].frames(offset))
            .filter_map(|frame| frame.file)
            .collect();
        assert_eq!(files.len(), 1, "{files:?}");
        assert!(files.iter().all(|file| file.starts_with(&format!("./{guest}.c"))), "{files:?}");
        let home = [&b"/root"[..], b"/home", b"/tmp"];
        assert!(!home.iter().any(|folder| module.windows(folder.len()).any(|part| part == *folder)));
    }
}

/// Only the artifact is asked for its module, and the one of another is refused.
#[test]
fn the_module_is_the_artifact_s() {
    let (folder, _) = folder();
    assert_eq!(folder.precompile(["--strip", "all", "nested.wasm"]).code, Some(0));
    folder.wasm("nested.wasm", "(module (func unreachable))");
    let (ended, _) = symbolize(&folder, &["nested.wasm", "--artifact", "nested.cwasm"], b"");
    assert_eq!(ended.code, Some(0), "the cache has it: {ended:?}");
    let cache = folder.cache().join("v1/entries");
    fs::remove_dir_all(&cache).unwrap();
    let (ended, _) = symbolize(&folder, &["nested.wasm", "--artifact", "nested.cwasm"], b"");
    assert_eq!(ended.code, Some(1));
    assert!(ended.stderr.contains("was made of another module than `nested.wasm`"), "{ended:?}");
}

/// A damaged module in the cache is removed, with a warning.
#[test]
fn a_damaged_module_is_not_used() {
    let (folder, module) = folder();
    assert_eq!(folder.precompile(["--strip", "all", "nested.wasm"]).code, Some(0));
    let mut damaged = 0;
    for part in fs::read_dir(folder.cache().join("v1/entries")).unwrap() {
        for file in fs::read_dir(part.unwrap().path()).unwrap() {
            let path = file.unwrap().path();
            if path.extension().is_some_and(|it| it == "blob") && fs::read(&path).unwrap() == module {
                fs::write(&path, &module[1..]).unwrap();
                damaged += 1;
            }
        }
    }
    assert_eq!(damaged, 1);
    let (ended, _) = symbolize(&folder, &["--artifact", "nested.cwasm"], b"");
    assert_eq!(ended.code, Some(1));
    assert!(ended.stderr.contains("its digest does not match"), "{ended:?}");
}

/// Bytes that are no text, lines without end and lines that look like frames go through as they are.
#[test]
fn all_else_is_passed_on() {
    let (folder, _) = folder();
    let long = [&b"x".repeat(200_000)[..], b"    0: 0x40 - nested.wasm!x\n"].concat();
    for trace in [
        &b""[..],
        b"no line end",
        b"\xff\xfe\n    0:   0x40 - \xff!x\n",
        b"    0:   0x40 -\r\n    0: 0xffffffffffffffffffff - a!b\n",
        b"12: hello! world\n",
        &long,
    ] {
        let (ended, printed) = symbolize(&folder, &["nested.wasm"], trace);
        assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
        assert!(printed == trace, "{}", ended.stdout.chars().take(200).collect::<String>());
    }
    let frame = b"    0:   0x40 - nested.wasm!_ZN6nested5share17he4345f2090ff690cE\n";
    let (ended, _) = symbolize(&folder, &["nested.wasm"], &[&frame[..], &long, frame].concat());
    assert_eq!(ended.stdout.matches("./nested.rs:17:12").count(), 2, "after a long line, too");
}

/// No made-up backtrace and no damaged module makes the command panic.
#[test]
fn damage_has_an_answer() {
    let (folder, module) = folder();
    let trace = b"    0:   0x40 - nested.wasm!f\n\t7f00 wasm[0]::function[0]+0x1 (/nested.cwasm)\nnested.cwasm+0x40\n";
    assert_eq!(folder.precompile(["nested.wasm"]).code, Some(0));
    let artifact = fs::read(folder.join("nested.cwasm")).unwrap();
    for number in 0..40 {
        folder.write("damaged.wasm", support::mutated(&module, number));
        folder.write("damaged.cwasm", support::mutated(&artifact, number));
        let trace = support::mutated(trace, number);
        for arguments in [
            &["damaged.wasm"][..],
            &["nested.wasm", "--artifact", "damaged.cwasm"],
            &["nested.wasm", "--artifact", "nested.cwasm"],
        ] {
            let (ended, _) = symbolize(&folder, arguments, &trace);
            assert!(matches!(ended.code, Some(0 | 1)), "{number} {arguments:?}: {ended:?}");
            assert!(!ended.stderr.contains("has a bug"), "{number} {arguments:?}: {ended:?}");
        }
    }
}

/// A stack that is exhausted has as many lines as Wasmtime shows frames, of some ten thousand.
#[test]
fn a_deep_stack_has_few_lines() {
    for backend in BACKENDS {
        let folder = Folder::new();
        let text = r#"(module (func $deep (export "_start") (call $deep)))"#;
        folder.compile("deep", text, &["--backend", backend, "--strip", "all"]);
        let ended = folder.run(Runner::Full, ["deep.cwasm"]);
        let lines = ended.stderr.matches("artifact+").count();
        assert!((1..=20).contains(&lines), "{backend}: {lines} lines");
    }
}
