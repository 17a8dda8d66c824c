use super::instances::{MOST_STEPS, STEP_BYTES};
use crate::module::needs;
use precompile_artifact::manifest::Memories;
use wasmparser::BinaryReaderError;

const PAGE: u64 = 1 << 16;

/// The memories of a module or component, also of one that the validator refuses.
fn read(wasm: &[u8]) -> Result<Memories, BinaryReaderError> {
    needs::unvalidated(wasm, true).map(|scan| scan.memories)
}

#[test]
fn memories_are_summed() {
    for (text, initial_bytes, maximum_bytes) in [
        ("(module)", 0, Some(0)),
        ("(module (memory 2))", 2 * PAGE, None),
        ("(module (memory 1 3) (memory 0 1))", PAGE, Some(4 * PAGE)),
        ("(module (memory 1 3) (memory 1))", 2 * PAGE, None),
        ("(module (memory 1 2 shared))", PAGE, Some(2 * PAGE)),
        ("(module (memory 5 7 (pagesize 1)))", 5, Some(7)),
        (r#"(module (import "" "" (memory 9)) (memory 1 1))"#, PAGE, Some(PAGE)),
        ("(module (memory i64 1 0x1000000000000))", PAGE, Some(u64::MAX)),
        ("(component)", 0, Some(0)),
        ("(component (core module (memory 1 2)) (component (core module (memory 3))))", 0, Some(0)),
        ("(component (core module $m (memory 1)) (core instance (instantiate $m)))", PAGE, None),
    ] {
        let memories = read(&wat::parse_str(text).unwrap()).unwrap();
        assert_eq!(memories, Memories { initial_bytes, maximum_bytes }, "{text}");
    }
}

/// Modules count once for each instantiation: `$m`, with one page that may become two, and `$n`, with three.
#[test]
fn each_instantiation_is_counted() {
    const M: &str = "(core module $m (memory 1 2))";
    const N: &str = "(core module $n (memory 3 3))";
    const TAKES: &str =
        r#"(component $takes (import "m" (core module $i)) (core instance (instantiate $i)))"#;
    for (text, ms, ns) in [
        ("(core instance (instantiate $m))", 1, 0),
        ("(core instance (instantiate $m)) (core instance (instantiate $m))", 2, 0),
        (
            "(component $c (core module $m (memory 1 2)) (core instance (instantiate $m)))
             (instance (instantiate $c)) (instance (instantiate $c))",
            2,
            0,
        ),
        ("(component (alias outer 1 $m (core module $o)) (core instance (instantiate $o)))", 0, 0),
        (
            "(component $c (alias outer 1 $m (core module $o)) (core instance (instantiate $o)))
             (instance (instantiate $c)) (core instance (instantiate $m))",
            2,
            0,
        ),
        // A module that is passed in, and instantiated through an import.
        (r#"(instance (instantiate $takes (with "m" (core module $m))))"#, 1, 0),
        (
            r#"(instance (instantiate $takes (with "m" (core module $m))))
               (instance (instantiate $takes (with "m" (core module $n))))
               (instance (instantiate $takes (with "m" (core module $n))))"#,
            1,
            2,
        ),
        (
            r#"(instance (instantiate $takes (with "m" (core module $m)))) (core instance (instantiate $m))"#,
            2,
            0,
        ),
        (
            r#"(component $twice (import "a" (core module $a)) (import "b" (core module $b))
                   (core instance (instantiate $a)) (core instance (instantiate $b)))
               (instance (instantiate $twice (with "a" (core module $m)) (with "b" (core module $m))))"#,
            2,
            0,
        ),
        // A component that is passed in, and then given the module to instantiate.
        (
            r#"(component $gives (import "t" (component $t (import "m" (core module))))
                   (core module $own (memory 3 3))
                   (instance (instantiate $t (with "m" (core module $own))))
                   (instance (instantiate $t (with "m" (core module $own)))))
               (instance (instantiate $gives (with "t" (component $takes))))"#,
            0,
            2,
        ),
        // A module that is passed in within an instance.
        (
            r#"(component $opens (import "i" (instance $i (export "m" (core module))))
                   (alias export $i "m" (core module $o))
                   (core instance (instantiate $o)) (core instance (instantiate $o)))
               (instance $bundle (export "m" (core module $n)))
               (instance (instantiate $opens (with "i" (instance $bundle))))"#,
            0,
            2,
        ),
        // A module that an instance exports, and whose export gives it another index.
        (
            r#"(component $holds (core module $o (memory 3 3)) (export $e "m" (core module $o))
                   (core instance (instantiate $e)))
               (instance $h (instantiate $holds)) (alias export $h "m" (core module $a))
               (core instance (instantiate $a))"#,
            0,
            2,
        ),
        // Modules for the host to instantiate.
        (r#"(export "m" (core module $m)) (core instance (instantiate $m))"#, 2, 0),
        (r#"(instance $i (export "m" (core module $n))) (export "i" (instance $i))"#, 0, 1),
    ] {
        let text = format!("(component {M} {N} {TAKES} {text})");
        let memories = read(&wat::parse_str(&text).unwrap()).unwrap();
        let expected =
            Memories { initial_bytes: (ms + 3 * ns) * PAGE, maximum_bytes: Some((2 * ms + 3 * ns) * PAGE) };
        assert_eq!(memories, expected, "{text}");
    }
}

#[test]
fn modules_of_the_host_have_no_maximum() {
    for (text, maximum_bytes) in [
        (r#"(component (import "m" (core module $m)))"#, Some(0)),
        (r#"(component (import "m" (core module $m)) (core instance (instantiate $m)))"#, None),
        (
            r#"(component (import "i" (instance $i (export "m" (core module))))
                (alias export $i "m" (core module $m)) (core instance (instantiate $m)))"#,
            None,
        ),
        (r#"(component (import "c" (component $c)) (instance (instantiate $c)))"#, None),
    ] {
        let memories = read(&wat::parse_str(text).unwrap()).unwrap();
        assert_eq!(memories, Memories { initial_bytes: 0, maximum_bytes }, "{text}");
    }
}

#[test]
fn too_many_steps_have_no_maximum() {
    // Each component instantiates the one before `times` times.
    let chain = |length: usize, times: usize| {
        let components = (1..length).fold("(component $c0)".to_owned(), |text, at| {
            let instances = "(instance (instantiate $b))".repeat(times);
            let before = format!("(alias outer 1 $c{} (component $b))", at - 1);
            text + &format!("(component $c{at} {before} {instances})")
        });
        let text = format!("(component {components} (instance (instantiate $c{})))", length - 1);
        read(&wat::parse_str(&text).unwrap()).unwrap().maximum_bytes
    };
    assert_eq!((chain(12, 2), chain(64, 2)), (Some(0), None));
    assert_eq!((chain(90, 1), chain(200, 1)), (Some(0), None));
    // Deeply nested components, as bytes: their text is too deep to parse.
    let mut deep = b"\0asm\x0d\0\x01\0".to_vec();
    for _ in 0..3000 {
        let mut section = vec![4];
        let length = deep.len() as u32;
        section.extend((0..5).map(|at| (length >> (7 * at)) as u8 & 0x7f | if at < 4 { 0x80 } else { 0 }));
        deep = [&b"\0asm\x0d\0\x01\0"[..], &section, &deep].concat();
    }
    assert_eq!(read(&deep).unwrap().maximum_bytes, None);
}

/// Counting stops early if it takes too many steps. Each counted module has a page, so the pages show the work done.
#[test]
fn counting_is_given_up_early() {
    const M: &str = "(core module $m (memory 1 1))";
    let pages = |text: &str| {
        let memories = read(&wat::parse_str(text).unwrap()).unwrap();
        assert_eq!(memories.maximum_bytes, None);
        (memories.initial_bytes / PAGE) as usize
    };
    let instances = "(instance (instantiate $c))".repeat(300);

    // A few instances of many steps each.
    let steps = "(component) (core instance (instantiate $m))".repeat(900);
    let taken = pages(&format!("(component (component $c {M} {steps}) {instances})"));
    assert!((MOST_STEPS / 3..MOST_STEPS).contains(&taken), "{taken}");

    // Exports of which each holds the one before twice.
    let bundles = (1..=20).fold(String::new(), |text, at| {
        let before = format!("(instance $i{})", at - 1);
        text + &format!(r#"(instance $i{at} (export "a" {before}) (export "b" {before}))"#)
    });
    let first = r#"(instance $i0 (export "m" (core module $m)))"#;
    let taken = pages(&format!(r#"(component {M} {first} {bundles} (export "i" (instance $i20)))"#));
    assert!((MOST_STEPS / 5..MOST_STEPS).contains(&taken), "{taken}");

    // A long name that is looked up often.
    let name = "n".repeat(90_000);
    let component =
        format!(r#"(component $c {M} (core instance (instantiate $m)) (import "{name}" (instance)))"#);
    let taken = pages(&format!("(component {component} {instances})"));
    assert!((1..=MOST_STEPS * STEP_BYTES / name.len() + 1).contains(&taken), "{taken}");

    // Many aliases of an item 90 levels above.
    let outers = "(alias outer 90 $m (core module))".repeat(900);
    let innermost = format!("(component $c {outers} (core instance (instantiate 0)))");
    let open = "(component $c ".repeat(89);
    let close = "(instance (instantiate $c)))".repeat(89);
    let twice = "(instance (instantiate $c)) (instance (instantiate $c))";
    let taken =
        pages(&format!("(component {M} {open} {innermost} {twice} {close} (instance (instantiate $c)))"));
    assert_eq!(taken, 1);
}

/// Deeply nested instances are neither counted nor dropped recursively.
#[test]
fn deeply_nested_instances() {
    let bundles = (1..=MOST_STEPS / 4)
        .fold(String::new(), |text, at| text + &format!(r#"(instance (export "i" (instance {})))"#, at - 1));
    let text = format!(
        r#"(component (core module $m (memory 1 1)) (instance (export "m" (core module $m))) {bundles}
            (export "i" (instance {})))"#,
        MOST_STEPS / 4
    );
    let memories = read(&wat::parse_str(&text).unwrap()).unwrap();
    assert_eq!(memories, Memories { initial_bytes: PAGE, maximum_bytes: Some(PAGE) });
}
