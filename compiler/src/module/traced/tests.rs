use super::*;
use std::time::{Duration, Instant};

/// A Rust program of three functions, of which one is inlined.
const NESTED: &[u8] = include_bytes!("../../../../tests/guests/nested.wasm");
/// The offset of its trap, and that of the call of the function in which it is.
const TRAP: usize = 0x40;
const CALL: usize = 0x53;

fn only(wasm: &[u8]) -> TracedModule<'_> {
    let mut modules = TracedModule::read(wasm).unwrap();
    assert_eq!(modules.len(), 1);
    modules.remove(0)
}

fn shown(frames: &[SourceFrame]) -> Vec<String> {
    let text = |frame: &SourceFrame| {
        let SourceFrame { function, file, line, column } = frame.clone();
        format!("{} {}:{}:{}", function.unwrap(), file.unwrap(), line.unwrap(), column.unwrap())
    };
    frames.iter().map(text).collect()
}

/// The lines are those that wasmtime 48.0.2 prints of this trap.
#[test]
fn an_offset_has_its_lines() {
    let module = only(NESTED);
    assert_eq!(module.name(), Some("nested.wasm"));
    let expected = [
        "nested::shares::checked::h232a15f41c78e7c1 ./nested.rs:17:12",
        "nested::share::he4345f2090ff690c ./nested.rs:26:5",
    ];
    assert_eq!(shown(&module.frames(TRAP)), expected);
    assert_eq!(shown(&module.frames(CALL)), ["run ./nested.rs:31:5"]);
    let function = module.function_at(TRAP).unwrap();
    assert_eq!(module.function_name(function), Some("nested::share::he4345f2090ff690c"));
    // The line of its first instruction, which is a call that was inlined.
    assert_eq!(module.beginning(function).unwrap().line, Some(26));
}

/// Another build of the source has other lines, and they are found to be others.
#[test]
fn a_planted_line_is_found() {
    const SECTION: &[u8] = b".debug_line";
    let start = NESTED.windows(SECTION.len()).rposition(|part| part == SECTION).unwrap() + SECTION.len();
    let line = |wasm: &[u8]| only(wasm).frames(TRAP).first().and_then(|frame| frame.line);
    assert_eq!(line(NESTED), Some(17));
    // One of these bytes is the opcode that adds to the line.
    let is_changed = |at: &usize| {
        let mut planted = NESTED.to_vec();
        planted[*at] ^= 1;
        matches!(line(&planted), Some(16 | 18))
    };
    assert!((start..start + 0x140).any(|at| is_changed(&at)));
}

#[test]
fn offsets_outside_of_functions_have_none() {
    let module = only(NESTED);
    for offset in [0, 0x38, 0x39, 0x5d, NESTED.len(), usize::MAX] {
        assert_eq!(module.function_at(offset), None, "{offset:#x}");
    }
    assert!(module.frames(0).is_empty() && module.frames(usize::MAX).is_empty());
    assert!(module.beginning(u32::MAX).is_none() && !module.has_function(u32::MAX));
}

#[test]
fn modules_within_a_component_have_offsets_of_the_file() {
    let text = r#"(component (core module $a (import "m" "f" (func)) (func $first nop))
        (component (core module $b (func $second nop) (func $third nop))))"#;
    let component = wat::parse_str(text).unwrap();
    let modules = TracedModule::read(&component).unwrap();
    assert_eq!(modules.iter().map(TracedModule::name).collect::<Vec<_>>(), [Some("a"), Some("b")]);
    let mut names: Vec<_> = (0..component.len())
        .filter_map(|offset| {
            let (number, index) =
                modules.iter().zip(0..).find_map(|(it, number)| Some((number, it.function_at(offset)?)))?;
            Some((number, modules[number].function_name(index).unwrap()))
        })
        .collect();
    names.dedup();
    assert_eq!(names, [(0, "first"), (1, "second"), (1, "third")]);
    assert!(!modules[0].has_function(0) && modules[0].has_function(1));
}

#[test]
fn damaged_debugging_information_has_an_answer() {
    let start = NESTED.windows(10).position(|part| part == b".debug_loc").unwrap();
    let asked = |wasm: &[u8]| {
        for module in TracedModule::read(wasm).unwrap_or_default() {
            for offset in [TRAP, CALL] {
                drop((
                    module.frames(offset),
                    module.function_at(offset).map(|index| module.beginning(index)),
                ));
            }
        }
    };
    let begin = Instant::now();
    for number in 0..3_000 {
        asked(&[&NESTED[..start], &support::mutated(&NESTED[start..], number)].concat());
    }
    for end in (start..NESTED.len()).step_by(7) {
        asked(&NESTED[..end]);
    }
    assert!(begin.elapsed() < Duration::from_secs(120), "{:?}", begin.elapsed());
}

/// Units that share one list of ranges have it read for each: some kilobytes would become gigabytes.
#[test]
fn shared_lists_are_not_read_without_end() {
    const NUMBER: u32 = 20_000;
    // A unit in DWARF 4 is one entry with ranges, those at the start of their section.
    const ABBREVIATION: [u8; 8] = [1, 0x11, 0, 0x55, 0x17, 0, 0, 0];
    const UNIT: [u8; 16] = [12, 0, 0, 0, 4, 0, 0, 0, 0, 0, 4, 1, 0, 0, 0, 0];
    let range = |number: u32| [number.to_le_bytes(), (number + 1).to_le_bytes()].concat();
    let ranges: Vec<u8> = (1..=NUMBER).flat_map(range).chain([0; 8]).collect();
    let is_readable = |units: u32| {
        let info = UNIT.repeat(units as usize);
        let mut lines = Lines::default();
        for (name, section) in
            [(".debug_abbrev", &ABBREVIATION[..]), (".debug_info", &info), (".debug_ranges", &ranges)]
        {
            lines.add(name, section);
        }
        lines.is_readable()
    };
    let begin = Instant::now();
    assert!(is_readable(1) && !is_readable(NUMBER));
    assert!(begin.elapsed() < Duration::from_secs(30), "{:?}", begin.elapsed());
}

/// Two functions, each of which says that its name is the other's.
#[test]
fn a_circle_of_names_ends() {
    // A unit with a range of addresses and children; a function with a range and an origin.
    const ABBREVIATIONS: [u8; 22] =
        [1, 0x11, 1, 0x11, 1, 0x12, 6, 0, 0, 2, 0x2e, 0, 0x11, 1, 0x12, 6, 0x31, 0x13, 0, 0, 0, 0];
    const HEADER: [u8; 7] = [4, 0, 0, 0, 0, 0, 4];
    let addresses = |from: u32, bytes: u32| [from.to_le_bytes(), bytes.to_le_bytes()].concat();
    // The first function is behind the length, the header and the unit, and takes 13 bytes.
    let (first, second) = (4 + 7 + 9_u32, 4 + 7 + 9 + 13_u32);
    let unit = [&[1][..], &addresses(1, 90)].concat();
    let function = |from, origin: u32| [&[2][..], &addresses(from, 10), &origin.to_le_bytes()].concat();
    for origins in [[second, first], [first, second]] {
        let functions = [function(1, origins[0]), function(20, origins[1]), vec![0]].concat();
        let content = [&HEADER[..], &unit, &functions].concat();
        let info = [&u32::try_from(content.len()).unwrap().to_le_bytes()[..], &content].concat();
        let mut lines = Lines::default();
        lines.add(".debug_abbrev", &ABBREVIATIONS);
        lines.add(".debug_info", &info);
        for address in [5, 25] {
            let frames = lines.frames(address);
            assert_eq!(frames.iter().map(|frame| frame.function.as_deref()).collect::<Vec<_>>(), [None]);
        }
    }
}
