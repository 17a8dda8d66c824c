//! The arguments of this process, in the order that clap wants.

use clap::{Arg, Command};
use std::ffi::OsString;

/// The arguments, with the options before a subcommand moved behind its name. Clap then refuses those that the
/// subcommand doesn't know.
pub(crate) fn in_order(mut arguments: Vec<OsString>, command: &Command) -> Vec<OsString> {
    let Some(at) = first_value(&arguments, command) else { return arguments };
    let (mut end, mut command) = (at, command);
    while let Some(verb) = arguments.get(end).and_then(|name| command.find_subcommand(name)) {
        (end, command) = (end + 1, verb);
    }
    // The program's name stays first.
    arguments[1..end.max(1)].rotate_left(at - 1);
    arguments
}

/// The place of the first argument that is neither an option nor an option's value; `None` where that is unknown.
fn first_value(arguments: &[OsString], command: &Command) -> Option<usize> {
    let mut at = 1;
    while let Some(argument) = arguments.get(at) {
        let is_value_behind = match (argument.to_str()?, argument.as_encoded_bytes()) {
            ("--", _) => return None,
            ("-", _) => return Some(at),
            (text, [b'-', b'-', ..]) if text.contains('=') => false,
            (text, [b'-', b'-', ..]) => takes_value(command, |arg| arg.get_long() == Some(&text[2..]))?,
            (text, [b'-', ..]) => cluster(command, &text[1..])?,
            _ => return Some(at),
        };
        at += 1 + usize::from(is_value_behind);
    }
    None
}

/// The test that the last of these short options has its value in the next argument.
fn cluster(command: &Command, letters: &str) -> Option<bool> {
    for (at, letter) in letters.char_indices() {
        if takes_value(command, |arg| arg.get_short() == Some(letter))? {
            return Some(at + letter.len_utf8() == letters.len());
        }
    }
    Some(false)
}

/// The test that an option's value may stand in the next argument; `None` where there is no such option.
fn takes_value(command: &Command, is: impl Fn(&&Arg) -> bool) -> Option<bool> {
    let found = command.get_arguments().find(is);
    found.map(|arg| arg.get_action().takes_values() && !arg.is_require_equals_set())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::ArgAction;
    use std::ffi::OsStr;

    fn ordered(line: &str) -> String {
        let command = Command::new("p")
            .arg(Arg::new("quiet").short('q').long("quiet").action(ArgAction::SetTrue))
            .arg(Arg::new("format").long("format"))
            .arg(Arg::new("jobs").short('j'))
            .arg(Arg::new("input").num_args(0..))
            .subcommand(Command::new("cache").subcommand(Command::new("list")))
            .subcommand(Command::new("inspect"));
        let words = line.split(' ').map(OsString::from).collect();
        in_order(words, &command).join(OsStr::new(" ")).into_string().unwrap()
    }

    #[test]
    fn options_are_moved_behind_the_subcommand() {
        for (line, expected) in [
            ("p --format json inspect a", "p inspect --format json a"),
            ("p --format=json -q inspect a", "p inspect --format=json -q a"),
            ("p -qj 2 cache list --all", "p cache list -qj 2 --all"),
            ("p -j2 cache bogus", "p cache -j2 bogus"),
            ("p -q a cache", "p -q a cache"),
            ("p --format cache", "p --format cache"),
            ("p -q -- cache", "p -q -- cache"),
            ("p -q - cache", "p -q - cache"),
            ("p --unknown cache", "p --unknown cache"),
            ("p cache list -q", "p cache list -q"),
            ("p -q", "p -q"),
            ("p", "p"),
        ] {
            assert_eq!(ordered(line), expected);
        }
    }

    #[cfg(unix)]
    #[test]
    fn arguments_may_be_any_bytes() {
        use std::os::unix::ffi::OsStringExt;
        let words: Vec<_> =
            [&b"p"[..], b"-\xff", b"cache"].map(|word| OsString::from_vec(word.to_vec())).into();
        assert_eq!(in_order(words.clone(), &Command::new("p")), words);
    }
}
