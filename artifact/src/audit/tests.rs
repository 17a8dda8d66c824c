use super::*;
use crate::contract::Contract;
use crate::manifest::{Manifest, OptLevel};
use crate::platform::{Platform, TargetKind};
use crate::{Backend, List, Names};
use alloc::collections::BTreeSet;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use alloc::{format, vec};

fn names(names: &[&str]) -> Names {
    names.iter().collect()
}

fn manifest(version: &str, backend: Backend, target: &str, used: &[&str]) -> Manifest {
    Manifest {
        kind: Kind::Module,
        backend,
        platform: Platform::Hosted,
        target: target.into(),
        cpu_features: Names::default(),
        opt_level: Some(OptLevel::Speed),
        wasmtime_version: version.into(),
        precompile_version: "0.1.0".into(),
        source_blake3: [0; 32],
        features_stamped: Names::default(),
        features_used: names(used),
        imports: List::default(),
        exports: List::default(),
        settings: Contract::preset(Platform::Hosted, TargetKind::Native64).unwrap(),
        memories: None,
    }
}

/// The first names of the advisories in the built-in table that concern an artifact for sure.
fn affecting(manifest: &Manifest) -> Vec<&'static str> {
    let subject = Subject::from(manifest);
    let found = Advisories::BUILT_IN.concern(&subject);
    found.filter(|(_, verdict)| *verdict == Verdict::Affected).map(|(advisory, _)| advisory.id()).collect()
}

/// The verdict of the only advisory in a table with these conditions.
fn verdict(conditions: &str, subject: &Subject<'_>) -> Option<Verdict> {
    let text = format!("date: 2026-11-19\n\nadvisory: A B\ntitle: t\n{conditions}\nsource: s\n");
    let table = Advisories::parse(&text).unwrap();
    table.iter().next().unwrap().verdict(subject)
}

const LINUX: &str = "x86_64-unknown-linux-gnu";
const ARM: &str = "aarch64-unknown-linux-gnu";
const CRANELIFT: Backend = Backend::Cranelift;

#[test]
fn the_table_is_of_its_grammar() {
    let table = Advisories::parse(TABLE).unwrap();
    assert!(table.date() >= "2026-11-19" && table.iter().count() >= 24, "{table:?}");
    let mut all = BTreeSet::new();
    let mut last = "9999-99-99";
    for advisory in table.iter() {
        let published = advisory.field("published");
        assert!(
            published <= last && published <= table.date(),
            "{advisory:?}: newest first, and not after the date"
        );
        last = published;
        assert!(advisory.field("source").starts_with("https://"), "{advisory:?}");
        for name in advisory.names() {
            assert!(all.insert(name), "{name} stands twice");
        }
    }
}

/// A build script leaves out what is for people.
#[cfg(feature = "policy")]
#[test]
fn the_short_table_decides_as_the_whole_does() {
    let (long, short) = (Advisories::BUILT_IN, Advisories::SHORT);
    assert_eq!(long.date(), short.date());
    assert_eq!(long.iter().count(), short.iter().count());
    assert!(
        !SHORT_TABLE.contains("title") && !SHORT_TABLE.contains('#') && SHORT_TABLE.len() < TABLE.len() / 2
    );
    let mut found = 0;
    for (version, backend, target) in [
        ("48.0.0", CRANELIFT, ARM),
        ("42.0.0", Backend::Winch, LINUX),
        ("24.0.0", CRANELIFT, LINUX),
        ("12.0.0", CRANELIFT, LINUX),
    ] {
        let mut manifest =
            manifest(version, backend, target, &["exceptions", "memory64", "reference-types", "simd"]);
        manifest.settings.signals_based_traps = false;
        manifest.settings.consume_fuel = true;
        let subject = Subject::from(&manifest);
        let ids = |table: Advisories<'static>| -> Vec<_> {
            table.concern(&subject).map(|(advisory, verdict)| (advisory.id(), verdict)).collect()
        };
        assert_eq!(ids(long), ids(short), "{version}");
        found += ids(long).len();
    }
    assert!(found > 10, "{found}");
}

/// Each of the conditions rules an artifact out by itself.
#[test]
fn the_built_in_table_finds_known_faults() {
    let all = ["memory64", "reference-types", "simd"];
    let winch = ["GHSA-xx5w-cvp6-jv83", "GHSA-f984-pcp8-v2p7", "GHSA-m9w2-8782-2946", "GHSA-q49f-xg75-m9xw"];
    let (br_table, bits) = ("GHSA-mghf-wjfp-p5xm", "GHSA-897f-g5gm-fmxm");
    for (version, backend, target, used, expected) in [
        ("42.0.1", CRANELIFT, ARM, &all[..], vec![br_table, bits, "GHSA-jhxm-h53p-jm7w"]),
        // The versions: not yet, and not any more.
        ("42.0.2", CRANELIFT, ARM, &all, vec![br_table, bits]),
        ("31.0.0", CRANELIFT, ARM, &all, vec![br_table, bits]),
        ("43.0.1", CRANELIFT, ARM, &all, vec![br_table]),
        ("36.0.19", CRANELIFT, ARM, &all, vec![]),
        // The target, the features, the backend.
        ("42.0.1", CRANELIFT, LINUX, &all, vec![bits]),
        ("42.0.1", CRANELIFT, ARM, &["simd"], vec![br_table, bits]),
        ("42.0.1", Backend::Winch, LINUX, &all, winch.to_vec()),
        ("42.0.1", Backend::Winch, LINUX, &[], vec![winch[0]]),
        ("43.0.1", Backend::Winch, LINUX, &all, vec![]),
        ("12.0.1", CRANELIFT, LINUX, &["simd"], vec!["GHSA-gw5p-q8mj-p7gh"]),
        ("12.0.1", CRANELIFT, LINUX, &[], vec![]),
        ("48.0.8", CRANELIFT, LINUX, &all, vec![]),
        ("48.0.8", CRANELIFT, LINUX, &["gc"], vec!["GHSA-43j2-gcp4-m22g"]),
        ("48.0.9", CRANELIFT, LINUX, &["gc"], vec![]),
    ] {
        assert_eq!(
            affecting(&manifest(version, backend, target, used)),
            expected,
            "{version} {backend} {target}"
        );
    }
}

#[test]
fn settings_and_processors_are_conditions() {
    let (splat, copysign) = ("GHSA-qqfj-4vcm-26hv", "GHSA-vc8c-j3xm-xj73");
    let found = |traps: bool, guard: u64, cpu: &[&str]| {
        let mut manifest = manifest("40.0.0", CRANELIFT, LINUX, &["simd"]);
        (manifest.settings.signals_based_traps, manifest.settings.memory_guard_size) = (traps, guard);
        manifest.cpu_features = names(cpu);
        let ids = affecting(&manifest);
        (ids.contains(&splat), ids.contains(&copysign))
    };
    assert_eq!(found(true, 1, &[]), (false, false));
    assert_eq!(found(false, 1, &[]), (true, false));
    assert_eq!(found(true, 0, &[]), (true, false));
    assert_eq!(found(false, 1, &["avx", "sse3"]), (false, true));
    assert_eq!(found(false, 1, &["sse3"]), (false, false));

    let fuel = "GHSA-m63x-6p34-q65x";
    for (consumes, used, is_found) in [
        (true, "exceptions", true),
        (true, "function-references", true),
        (true, "simd", false),
        (false, "exceptions", false),
    ] {
        let mut manifest = manifest("48.0.2", CRANELIFT, LINUX, &[used]);
        manifest.settings.consume_fuel = consumes;
        assert_eq!(affecting(&manifest).contains(&fuel), is_found, "{consumes} {used}");
    }
}

#[test]
fn components_have_faults_of_their_own() {
    let mut manifest = manifest("43.0.0", CRANELIFT, LINUX, &[]);
    assert_eq!(affecting(&manifest), ["GHSA-mghf-wjfp-p5xm"; 0]);
    manifest.kind = Kind::Component;
    let adapters = ["GHSA-394w-hwhg-8vgm", "GHSA-hx6p-xpx3-jvvv", "GHSA-jxhv-7h78-9775"];
    assert_eq!(affecting(&manifest), adapters);
}

/// A fact that isn't known makes an artifact possibly affected, unless another rules it out.
#[test]
fn unknown_facts_leave_an_artifact_possibly_affected() {
    let (affected, possible) = (Some(Verdict::Affected), Some(Verdict::Possible));
    let manifest = manifest("36.0.6", CRANELIFT, ARM, &["memory64"]);
    let known = Subject::from(&manifest);
    let range = "affected: 36.0.0..36.0.7";
    assert_eq!(verdict(range, &known), affected);
    for (version, expected) in [
        ("36.0.6", affected),
        ("36.0.7", None),
        ("35.0.0", None),
        ("36", possible),
        ("35", None),
        ("37", None),
        ("a text of the embedder's", possible),
    ] {
        let subject = Subject { versions: Versions::of(version), ..known };
        assert_eq!(verdict(range, &subject), expected, "{version}");
    }
    // A whole series is affected, whichever release it was.
    let series = Subject { versions: Versions::of("38"), ..known };
    assert_eq!(verdict("affected: 37.0.0..42.0.2", &series), affected);
    assert_eq!(verdict("suspected: 37.0.0..42.0.2", &series), possible);
    assert_eq!(verdict("suspected: 37.0.0..42.0.2\naffected: 38.0.0..39.0.0", &series), affected);
    assert_eq!(verdict("affected: 38.0.0..39.0.0\naffected: 36.0.0..37.0.0", &series), affected);

    let none = Subject {
        versions: known.versions,
        kind: None,
        backend: None,
        target: None,
        cpu_features: None,
        features: Features::Unknown,
        settings: Settings::Unknown,
    };
    for (condition, wrong) in [
        ("kind: module", "kind: component"),
        ("backend: cranelift", "backend: winch"),
        ("backend: winch cranelift", "backend: winch"),
        ("target: s390x aarch64", "target: x86_64"),
        ("without-cpu: lse", "cpu: lse"),
        ("feature: simd memory64", "feature: simd"),
        ("setting: signals_based_traps=true", "setting: signals_based_traps=false"),
        ("setting: memory_guard_size=0 consume_fuel=false", "setting: memory_guard_size=0"),
    ] {
        let with = |condition: &str| format!("{range}\n{condition}");
        assert_eq!(verdict(&with(condition), &known), affected, "{condition}");
        assert_eq!(verdict(&with(wrong), &known), None, "{wrong}");
        assert_eq!(verdict(&with(condition), &none), possible, "{condition}");
        assert_eq!(verdict(&format!("affected: 36.0.7..37.0.0\n{condition}"), &none), None, "{condition}");
        let both = format!("{range}\n{condition}\n{wrong}");
        assert_eq!(verdict(&both, &known), None, "{condition} and {wrong}");
    }

    let allowed = names(&["memory64", "simd"]);
    let allowing = Subject { features: Features::Allowed(&allowed), ..known };
    assert_eq!(verdict(&format!("{range}\nfeature: simd"), &allowing), possible);
    assert_eq!(verdict(&format!("{range}\nfeature: threads"), &allowing), None);
    let value = |name: &str| (name == "consume_fuel").then_some(1);
    let named = Subject { settings: Settings::Named(&value), ..known };
    assert_eq!(verdict(&format!("{range}\nsetting: consume_fuel=true"), &named), affected);
    assert_eq!(verdict(&format!("{range}\nsetting: consume_fuel=false"), &named), None);
    assert_eq!(verdict(&format!("{range}\nsetting: memory_guard_size=0"), &named), possible);
}

#[test]
fn pulley_has_one_name() {
    for (target, expected) in [("pulley64", true), ("pulley32be", true), (LINUX, false)] {
        let manifest = manifest("36.0.6", CRANELIFT, target, &[]);
        let found = verdict("affected: 36.0.0..36.0.7\ntarget: pulley", &Subject::from(&manifest));
        assert_eq!(found.is_some(), expected, "{target}");
    }
}

#[test]
fn the_next_version_with_the_fix_is_named() {
    let fixed = |version: &str| {
        let subject = manifest(version, CRANELIFT, ARM, &["memory64"]);
        let subject = Subject::from(&subject);
        let mut found = Advisories::BUILT_IN.iter().filter(|advisory| advisory.id() == "GHSA-mghf-wjfp-p5xm");
        found.next().unwrap().fixed(&subject)
    };
    assert_eq!(fixed("36.0.6"), Some("36.0.19"));
    assert_eq!(fixed("40.0.0"), Some("48.0.7"));
    assert_eq!(fixed("49.0.0"), Some("49.0.4"));
    // Where a range ends, another may begin.
    assert_eq!((fixed("17.0.0"), fixed("50.0.0")), (Some("36.0.19"), None));
}

#[test]
fn fields_are_read_as_they_are_written() {
    let text = "# A table.\r\ndate: 2026-01-02\r\n\r\nadvisory: A-1 B-2\r\n# no field: none\r\ntitle: a: b\r\n\
                affected: 1.0.0..2.0.0\r\nsource: https://a\r\nadvisory: C\r\ntitle: c\r\nsuspected: 1.0.0..1.0.1\r\nsource: d\r\n";
    let table = Advisories::parse(text).unwrap();
    let [one, two] = table.iter().collect::<Vec<_>>()[..] else { panic!("{table:?}") };
    assert_eq!((table.date(), one.id(), two.id()), ("2026-01-02", "A-1", "C"));
    assert_eq!(one.names().collect::<Vec<_>>(), ["A-1", "B-2"]);
    assert_eq!((one.field("title"), one.field("source"), one.field("# no field")), ("a: b", "https://a", ""));
}

#[test]
fn errors_name_the_line() {
    let head = "# A table.\ndate: 2026-01-02\n\n";
    let whole = "advisory: A\ntitle: t\naffected: 1.0.0..2.0.0\nsource: s\n";
    assert!(Advisories::parse(&format!("{head}{whole}")).is_ok());
    assert!(Advisories::parse(head).is_ok());
    for (text, line, words) in [
        (String::new(), 1, "`date` is missing"),
        (whole.into(), 1, "has to be `date`"),
        ("date: 2026-1-2".into(), 1, "`2026-1-2` is no day"),
        ("date: 2026-01-o2".into(), 1, "`2026-01-o2` is no day"),
        ("date: 2026-x1-02".into(), 1, "`2026-x1-02` is no day"),
        (format!("{head}title: t"), 4, "stands in no advisory"),
        (format!("{head}{whole}words"), 8, "`words` is no field"),
        (format!("{head}{whole} advisory: B"), 8, "no field ` advisory`"),
        (format!("{head}{whole}kind:"), 8, "`kind` has no value"),
        (format!("{head}{whole}severity: high"), 8, "no field `severity`"),
        (format!("{head}{whole}published: today"), 8, "`today` is no day"),
        (format!("{head}{whole}affected: 1.0.0..2"), 8, "can't be `1.0.0..2`"),
        (format!("{head}{whole}affected: 2.0.0..2.0.0"), 8, "can't be `2.0.0..2.0.0`"),
        (format!("{head}{whole}suspected: 1.0.0"), 8, "can't be `1.0.0`"),
        (format!("{head}{whole}kind: modules"), 8, "can't be `modules`"),
        (format!("{head}{whole}backend: cranelift, winch"), 8, "can't be `cranelift,`"),
        (format!("{head}{whole}target: arm64"), 8, "can't be `arm64`"),
        (format!("{head}{whole}feature: simd128"), 8, "can't be `simd128`"),
        (format!("{head}{whole}setting: fuel=true"), 8, "can't be `fuel=true`"),
        (format!("{head}{whole}setting: consume_fuel=yes"), 8, "can't be `consume_fuel=yes`"),
        (format!("{head}{whole}cpu: avx,sse3"), 8, "can't be `avx,sse3`"),
        (format!("{head}advisory: A\naffected: 1.0.0..2.0.0\nsource: s\n{whole}"), 4, "`title` is missing"),
        (format!("{head}advisory: A\ntitle: t\nsource: s\n"), 4, "`affected` is missing"),
        (format!("{head}{whole}advisory: B\ntitle: t\naffected: 1.0.0..2.0.0"), 8, "`source` is missing"),
    ] {
        let error = Advisories::parse(&text).unwrap_err();
        assert_eq!(error.line, line, "{error}: {text}");
        assert!(error.to_string().contains(words), "{error}: {text}");
    }
}

/// Any text is a table or an error, and no verdict panics.
#[test]
fn any_text_may_be_read() {
    let manifest = manifest("36.0.6", CRANELIFT, ARM, &["memory64"]);
    for at in 0..TABLE.len() {
        let Some(text) = TABLE.get(..at) else { continue };
        if let Ok(table) = Advisories::parse(text) {
            table.concern(&Subject::from(&manifest)).for_each(drop);
        }
    }
}
