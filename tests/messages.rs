//! The check that a test sees every message in the sources.
//!
//! The longest piece of each text between its placeholders must stand in a session of `golden/`, in another test, or in
//! `golden/unreached-messages.txt` with the reason why no session reaches it. Texts that nobody sees are left out:
//! comments, attributes, messages of panics that can't happen; and so are texts of one or two words.

use std::fs;
use std::path::Path;

/// The code before a text that nobody sees.
const UNSEEN: [&str; 9] = [
    ".expect(",
    "unreachable!(",
    "panic!(",
    "assert!(",
    "assert_eq!(",
    "debug_assert!(",
    "reason =",
    "doc =",
    "include_str!(",
];

/// The code of a file, and its tests at the end, which may be for one system alone.
fn parts(source: &str) -> (&str, &str) {
    let tests = ["#[cfg(test)]\nmod tests", "#[cfg(all(test, "];
    let at = tests.iter().filter_map(|start| source.find(start)).min();
    source.split_at(at.unwrap_or(source.len()))
}

/// The source files under a folder, without tests.
fn sources(folder: &Path, text: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && name != "tests" {
            sources(&path, text);
        } else if name.ends_with(".rs") && name != "tests.rs" {
            *text += parts(&fs::read_to_string(path).unwrap()).0;
        }
    }
}

/// All texts in some code, each with the code before it on its line or on the line before.
fn literals(code: &str) -> Vec<(String, String)> {
    let mut literals = Vec::new();
    let mut rest = code;
    while let Some(at) = rest.find(['"', '/', '\'']) {
        let (before, tail) = rest.split_at(at);
        if tail.starts_with("//") {
            rest = tail.split_once('\n').map_or("", |(_, rest)| rest);
            continue;
        }
        // A quote as a character, and its escaped form.
        if let Some(quote) = ["'\"'", "'\\\"'", "'\\''"].into_iter().find(|quote| tail.starts_with(quote)) {
            rest = &tail[quote.len()..];
            continue;
        }
        let Some(text) = tail.strip_prefix('"') else {
            rest = &tail[1..];
            continue;
        };
        if before.ends_with("r#") {
            rest = text.split_once("\"#").map_or("", |(_, rest)| rest);
            continue;
        }
        let mut lines = before.trim_end().rsplit('\n').take(1).map(str::trim);
        let before = lines.next().unwrap_or_default().to_owned();
        let (content, end) = content(text);
        literals.push((before, content));
        rest = &text[end..];
    }
    literals
}

/// The content of a literal that starts here, and its end.
fn content(code: &str) -> (String, usize) {
    let mut content = String::new();
    let mut chars = code.char_indices().peekable();
    while let Some((at, char)) = chars.next() {
        match char {
            '"' => return (content, at + 1),
            '\\' => match chars.next() {
                // A line that goes on in the next.
                Some((_, '\n')) => while chars.next_if(|(_, char)| char.is_whitespace()).is_some() {},
                Some((_, 'n')) => content.push('\n'),
                Some((_, escaped)) => content.push(escaped),
                None => {}
            },
            other => content.push(other),
        }
    }
    (content, code.len())
}

/// The longest piece of a text between its placeholders.
fn piece(text: &str) -> &str {
    let pieces = text.split(['{', '\n']).map(|part| part.split_once('}').map_or(part, |(_, piece)| piece));
    pieces.max_by_key(|piece| piece.len()).unwrap_or_default().trim()
}

/// The pieces of all sentences in some code.
fn sentences(code: &str) -> Vec<String> {
    let shown = |before: &str| !UNSEEN.iter().any(|unseen| before.ends_with(unseen));
    let found = literals(code).into_iter().filter(|(before, _)| shown(before));
    let mut pieces: Vec<_> = found.map(|(_, text)| piece(&text).to_owned()).collect();
    pieces.retain(|piece| piece.split_whitespace().count() > 2);
    pieces.sort();
    pieces.dedup();
    pieces
}

/// All texts that tests expect: sessions, and the texts of other tests and of scripts.
fn expected(root: &Path) -> String {
    let mut text = String::new();
    for folder in [
        "tests",
        "artifact/tests",
        "cache/tests",
        "compiler/tests",
        "runtime/tests",
        "scripts",
        "compiler/src",
        "runtime/src",
        "runtime/capi/src",
        "artifact/src",
        "cache/src",
    ] {
        collect(&root.join(folder), &mut text);
    }
    text
}

fn collect(folder: &Path, text: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            collect(&path, text);
            continue;
        }
        let Ok(content) = fs::read_to_string(&path) else { continue };
        let in_source = path.components().any(|part| part.as_os_str() == "src");
        match name.rsplit_once('.') {
            Some((_, "test")) => *text += &content,
            Some((_, "rs")) => {
                let tests = if in_source
                    && name != "tests.rs"
                    && !path.components().any(|part| part.as_os_str() == "tests")
                {
                    parts(&content).1
                } else {
                    &content
                };
                literals(tests).into_iter().for_each(|(_, literal)| *text += &(literal + "\n"));
            }
            Some((_, "sh" | "py")) => *text += &content,
            _ => {}
        }
    }
}

#[test]
fn every_sentence_is_seen() {
    let root = &support::root().canonicalize().unwrap();
    let mut code = String::new();
    for folder in ["artifact/src", "cache/src", "compiler/src", "runtime/src", "runtime/capi/src"] {
        sources(&root.join(folder), &mut code);
    }
    let expected = expected(root);
    let unreached =
        include_str!("golden/unreached-messages.txt").lines().filter(|line| !line.starts_with('#'));
    let unreached: Vec<_> = unreached.map(|line| line.split_once(" -- ").expect("a reason").0).collect();
    let sentences = sentences(&code);
    assert!(sentences.len() > 300, "{sentences:#?}");
    let seen = |piece: &str| expected.contains(piece);
    let missing: Vec<_> =
        sentences.iter().filter(|piece| !seen(piece) && !unreached.contains(&piece.as_str())).collect();
    assert!(missing.is_empty(), "in no test: {missing:#?}");
    let stale: Vec<_> = unreached
        .iter()
        .filter(|piece| seen(piece) || !sentences.iter().any(|sentence| sentence == *piece))
        .collect();
    assert!(stale.is_empty(), "no longer a reason: {stale:#?}");
}

/// Sentences are found in each form of literal.
#[test]
fn sentences_are_found() {
    let code = r#"
        // "a comment is no message"
        #[error("the {thing} is too large by {bytes} bytes: use a smaller one")]
        let quote = '"';
        let why = "there are {} of \
            them: take fewer";
        value.expect("nobody gets to see this");
        return Err(error);
        Err("two words");"#;
    assert_eq!(sentences(code), ["bytes: use a smaller one", "of them: take fewer"]);
}
