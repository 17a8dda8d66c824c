//! Tests with real make and real ninja, which read each character in names of outputs and of inputs.

use super::*;
use precompile::artifact::Escaped;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, SystemTime};
use tempfile::TempDir;

/// An output and its input.
type Rule = (String, String);

/// Names with each ASCII character but the two that no name holds, and with one that isn't ASCII: at both ends, in
/// the middle, and twice; and with some characters that mean something together.
fn names() -> BTreeSet<String> {
    let characters = (1..128u8).map(char::from).filter(|character| *character != '/').chain(['é']);
    let places = |c: char| [format!("{c}b"), format!("a{c}b"), format!("a{c}"), format!("a{c}{c}b")];
    let words = [
        "lib(member)",
        "x(a",
        "app (1).wasm",
        "a\\ b",
        "a\\#b",
        "~root",
        "$(shell touch OWNED)",
        "x;touch${IFS}OWNED;",
        "a: b",
        "define x",
        "-include",
        ".PHONY",
        ".c.o",
    ];
    characters.flat_map(places).chain(words.map(String::from)).collect()
}

/// A rule for each name on a side.
fn rules(side: Side) -> Vec<Rule> {
    let rule = |(number, name)| match side {
        Side::Output => (name, format!("plain{number}")),
        Side::Input => (format!("plain{number}"), name),
    };
    names().into_iter().enumerate().map(rule).collect()
}

fn written((output, input): &Rule) -> Result<Vec<u8>> {
    text([(Path::new(output), vec![Path::new(input)])])
}

/// The program, where it is installed.
#[allow(clippy::print_stderr, reason = "whoever runs the tests is told")]
fn program(name: &str) -> Option<&str> {
    let is_here = Command::new(name).arg("--version").output().is_ok();
    if !is_here {
        eprintln!("not tried with `{name}`, which is not installed");
    }
    is_here.then_some(name)
}

/// A trial of a program with rules whose inputs are first older than their outputs, and then newer.
struct Trial<'a> {
    folder: TempDir,
    rules: &'a [Rule],
}

impl<'a> Trial<'a> {
    fn new(rules: &'a [Rule]) -> Trial<'a> {
        let folder = TempDir::new().unwrap();
        let trial = Trial { folder, rules };
        trial.date(|rule| &rule.1, -50);
        trial.date(|rule| &rule.0, -40);
        trial
    }

    fn join(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn date(&self, of: impl Fn(&Rule) -> &String, seconds: i64) {
        let now = SystemTime::now();
        let by = Duration::from_secs(seconds.unsigned_abs());
        let time = if seconds < 0 { now - by } else { now + by };
        for rule in self.rules {
            File::create(self.join(of(rule))).unwrap().set_modified(time).unwrap();
        }
    }

    fn names(&self) -> BTreeSet<String> {
        let names = fs::read_dir(self.folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
        names.map(|name| name.to_string_lossy().into_owned()).collect()
    }

    /// The errors of a trial: the program must make nothing at first, and each output after its input has changed,
    /// and no other file may appear.
    fn problems(&self, made: impl Fn(&Trial<'_>) -> Result<BTreeSet<String>, String>) -> Vec<String> {
        let before = self.names();
        let mut problems = Vec::new();
        let mut compare = |when: &str, expected: BTreeSet<String>| match made(self) {
            Ok(made) => {
                let others = expected.symmetric_difference(&made).map(|name| format!("{when}: `{name}`"));
                problems.extend(others);
            }
            Err(error) => problems.push(format!("{when}: {error}")),
        };
        compare("nothing has changed", BTreeSet::new());
        self.date(|rule| &rule.1, 50);
        compare("all has changed", self.rules.iter().map(|rule| rule.0.clone()).collect());
        problems.extend(self.names().difference(&before).map(|name| format!("`{name}` is there")));
        problems
    }
}

/// The errors of make with a dependency file.
fn make(rules: &[Rule], text: &[u8]) -> Vec<String> {
    let trial = Trial::new(rules);
    fs::write(trial.join("out.d"), text).unwrap();
    fs::write(trial.join("Makefile"), "-include out.d\n%:\n\t$(info made $@)\n").unwrap();
    trial.problems(|trial| {
        let mut command = Command::new("make");
        // In a build by make, it would heed the options of that one.
        command.env_remove("MAKEFLAGS").env_remove("MAKELEVEL").args(["-rR", "--no-print-directory", "--"]);
        let ended = command.args(rules.iter().map(|rule| &rule.0)).current_dir(trial.folder.path()).output();
        let ended = ended.map_err(|error| error.to_string())?;
        if !ended.status.success() {
            return Err(format!("{ended:?}"));
        }
        let output = String::from_utf8_lossy(&ended.stdout).into_owned();
        Ok(output.lines().filter_map(|line| line.strip_prefix("made ")).map(String::from).collect())
    })
}

/// The errors of ninja with a dependency file for each rule.
fn ninja(rules: &[Rule], texts: &[Vec<u8>]) -> Vec<String> {
    let trial = Trial::new(rules);
    let mut build = String::from("rule p\n  command = echo made > $n.made\n  depfile = $n.d\n");
    for (number, ((output, _), text)) in rules.iter().zip(texts).enumerate() {
        fs::write(trial.join(&format!("{number}.d")), text).unwrap();
        let output = output.replace('$', "$$").replace(':', "$:").replace(' ', "$ ");
        build += &format!("build {output}: p\n  n = {number}\n");
    }
    fs::write(trial.join("build.ninja"), build).unwrap();
    let run = |trial: &Trial<'_>| {
        let ended = Command::new("ninja").current_dir(trial.folder.path()).output();
        let ended = ended.map_err(|error| error.to_string())?;
        let mut made = BTreeSet::new();
        for (number, (output, _)) in rules.iter().enumerate() {
            if fs::remove_file(trial.join(&format!("{number}.made"))).is_ok() {
                made.insert(output.clone());
            }
        }
        match ended.status.success() {
            true => Ok(made),
            false => Err(format!("{ended:?}")),
        }
    };
    // Ninja first makes all outputs, as it made none of them itself.
    match run(&trial) {
        Ok(_) => trial.problems(run),
        Err(error) => vec![error],
    }
}

/// Both programs read each name that can be written as it was meant.
#[test]
fn make_and_ninja_read_each_name() {
    for side in [Side::Output, Side::Input] {
        let all = rules(side);
        let written: Vec<_> = all.iter().map(written).collect();
        let (rules, texts): (Vec<Rule>, Vec<Vec<u8>>) =
            all.into_iter().zip(written).filter_map(|(rule, text)| Some((rule, text.ok()?))).unzip();
        assert!(rules.len() > 300, "only {} names can be written", rules.len());
        if program("make").is_some() {
            assert_eq!(make(&rules, &texts.concat()), [""; 0]);
        }
        if program("ninja").is_some() {
            assert_eq!(ninja(&rules, &texts), [""; 0]);
        }
    }
}

/// The characters of file names that are refused in any place.
#[test]
fn few_characters_are_refused() {
    let refused = |side| {
        let is_refused = |c: &char| {
            let (output, input) = (format!("a{c}b"), String::from("in"));
            let rule = if side == Side::Output { (output, input) } else { (input, output) };
            written(&rule).is_err()
        };
        (' '..='~').filter(|c| *c != '/').filter(is_refused).collect::<String>()
    };
    assert_eq!(refused(Side::Input), "\"&'*;<=>?[^`|");
    assert_eq!(refused(Side::Output), "\"%&'*;<=>?[^`|");
}

/// The trials find names that are not quoted.
#[test]
fn unquoted_names_are_found() {
    let naive = |(output, input): &Rule| format!("{output}: {input}\n").into_bytes();
    for (output, input) in
        [("a;touch OWNED;", "in"), ("a%", "in"), ("out", "a b"), ("out", "a$b"), ("out", "#a")]
    {
        let rule = [(output.to_owned(), input.to_owned())];
        if program("make").is_some() {
            assert_ne!(make(&rule, &naive(&rule[0])), [""; 0], "{rule:?}");
        }
    }
    for (output, input) in [("out", "a b"), ("out", "a;b"), ("a#b", "in")] {
        let rule = [(output.to_owned(), input.to_owned())];
        if program("ninja").is_some() {
            assert_ne!(ninja(&rule, &[naive(&rule[0])]), [""; 0], "{rule:?}");
        }
    }
}

#[test]
fn special_characters_are_quoted() {
    let rules = [(Path::new("out dir/a.cwasm"), vec![Path::new("a$b.wasm"), Path::new("#c:.wat")])];
    assert_eq!(text(rules).unwrap(), b"out\\ dir/a.cwasm: a$$b.wasm \\#c\\:.wat\n");
}

#[test]
fn names_that_cannot_be_quoted_are_refused() {
    for name in ["a;b", "a\nb", "a=b", "*", "~/a", "lib(a)", "a ", "a\\ b", "a\tb", "a|b"] {
        let error = text([(Path::new("out"), vec![Path::new(name)])]).unwrap_err().to_string();
        assert!(error.starts_with(&format!("`{}`", Escaped(name))), "{error}");
    }
    for name in [".PHONY", "%", "a&"] {
        assert!(text([(Path::new(name), vec![Path::new("in")])]).is_err(), "{name}");
    }
}
