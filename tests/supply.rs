//! Advisories on the crates of this build, and the commands by which users are told to install it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use support::root;
use toml::Table;

/// The three numbers of a version.
type Version = [u64; 3];

fn version(text: &str) -> Version {
    let mut numbers = text.split(['-', '+']).next().unwrap().split('.').map(|number| number.parse().unwrap());
    [(); 3].map(|()| numbers.next().unwrap())
}

/// The files of the repository by their paths, without generated ones.
fn files(folder: &Path, wanted: &dyn Fn(&str) -> bool, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && name != ".git" && !path.join("CACHEDIR.TAG").exists() {
            files(&path, wanted, found);
        } else if wanted(&name)
            && let Ok(text) = fs::read_to_string(&path)
        {
            found.push((path.strip_prefix(root()).unwrap().display().to_string(), text));
        }
    }
}

fn all(wanted: impl Fn(&str) -> bool) -> Vec<(String, String)> {
    let mut found = Vec::new();
    files(&root(), &wanted, &mut found);
    found.sort();
    found
}

/// The versions of each crate in some lock files.
fn versions(locks: &[(String, String)]) -> BTreeMap<String, Vec<Version>> {
    let mut versions: BTreeMap<String, Vec<Version>> = BTreeMap::new();
    for (_, lock) in locks {
        let lock: Table = lock.parse().unwrap();
        for package in lock["package"].as_array().unwrap() {
            let text = |name: &str| package[name].as_str().unwrap();
            versions.entry(text("name").into()).or_default().push(version(text("version")));
        }
    }
    versions
}

/// The faults of the list of advisories, compared with lock files and with the list that `cargo deny` ignores.
fn problems(advisories: &str, locks: &[(String, String)], deny: &str) -> Vec<String> {
    let (advisories, deny): (Table, Table) = (advisories.parse().unwrap(), deny.parse().unwrap());
    let all = versions(locks);
    let own: Vec<_> = locks.iter().filter(|(path, _)| path == "Cargo.lock").cloned().collect();
    let own = versions(&own);
    let ignored = deny["advisories"]["ignore"].as_array().unwrap();
    let ignored: Vec<_> = ignored.iter().map(|ignored| ignored["id"].as_str().unwrap()).collect();
    let (mut problems, mut accepted) = (Vec::new(), Vec::new());
    for advisory in advisories["advisory"].as_array().unwrap() {
        let text = |name: &str| advisory.get(name).and_then(|text| text.as_str());
        let (id, name) = (text("id").unwrap(), text("crate").unwrap());
        assert!(text("what").is_some_and(|what| !what.is_empty()), "{id}");
        let Some(found) = all.get(name) else {
            problems.push(format!("{id}: no lock file has `{name}`: the entry must go"));
            continue;
        };
        match (text("at_least"), text("decision")) {
            (Some(least), None) => {
                let old = found.iter().filter(|found| **found < version(least));
                problems.extend(old.map(|old| format!("{id}: `{name}` {old:?} is below {least}")));
            }
            (None, Some(_)) if own.contains_key(name) => accepted.push(id),
            (None, Some(_)) => {}
            _ => problems.push(format!("{id}: either `at_least` or `decision`")),
        }
    }
    let not_ignored = accepted.iter().filter(|id| !ignored.contains(id));
    problems.extend(not_ignored.map(|id| format!("{id} is accepted, and deny.toml doesn't say so")));
    let not_accepted = ignored.iter().filter(|id| !accepted.contains(id));
    problems.extend(not_accepted.map(|id| format!("{id} is ignored by deny.toml, and not accepted")));
    problems
}

#[test]
fn every_advisory_is_decided() {
    let read = |name: &str| fs::read_to_string(root().join(name)).unwrap();
    let (advisories, deny) = (read("advisories.toml"), read("deny.toml"));
    let locks = all(|name| name == "Cargo.lock");
    assert!(locks.len() > 10, "{}", locks.len());
    assert_eq!(problems(&advisories, &locks, &deny), [] as [&str; 0]);

    // Planted faults: an older version, a crate that is gone, and a disagreement.
    let with = |package: &str| {
        let mut locks = locks.clone();
        locks[0].1 += package;
        problems(&advisories, &locks, &deny)
    };
    let old = with("\n[[package]]\nname = \"tokio\"\nversion = \"1.44.1\"\n");
    assert_eq!(old, ["RUSTSEC-2025-0023: `tokio` [1, 44, 1] is below 1.44.2"]);
    let without: Vec<_> =
        locks.iter().map(|(path, lock)| (path.clone(), lock.replace("\"instant\"", "\"instead\""))).collect();
    let gone = problems(&advisories, &without, &deny);
    assert_eq!(gone, ["RUSTSEC-2024-0384: no lock file has `instant`: the entry must go"]);
    let other = problems(&advisories, &locks, &deny.replace("2023-0071", "2023-0072"));
    assert_eq!(other.len(), 2, "{other:?}");
}

/// The `precompile` of the public registry is another author's, and without the lock file, other versions are built
/// than the tested ones.
#[test]
fn install_commands_are_ours_and_locked() {
    // Joined here, so that the test doesn't find itself.
    let install = ["cargo", "install"].join(" ");
    let mut seen = 0;
    for (path, text) in
        all(|name| [".md", ".rs", ".sh", ".toml", ".py", ".test"].iter().any(|end| name.ends_with(end)))
    {
        for line in text.lines().filter(|line| line.contains(&install)) {
            // Prose may name the command alone.
            for (at, _) in line.match_indices(&install) {
                let rest = &line[at + install.len()..];
                let command = rest.split(['`', '(', ';']).next().unwrap();
                if !command.starts_with(' ') || command.trim_start().starts_with("without") {
                    continue;
                }
                seen += 1;
                assert!(command.contains("--locked"), "{path}: without `--locked`: {line}");
                let words: Vec<_> = command.split_whitespace().collect();
                let ours = words.iter().any(|word| word.starts_with("precompile"));
                assert!(!ours || words.contains(&"--path"), "{path}: another author's crate: {line}");
            }
        }
    }
    assert!(seen > 5, "{seen}");
}
