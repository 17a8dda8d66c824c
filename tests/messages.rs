//! Every message that a user can provoke is seen in a session of `golden/`.
//!
//! The sources are searched for the texts of errors. The longest piece of each, between what is
//! filled in, must stand in a session, or in `golden/unprovoked.txt` with the reason why a user
//! can't get to see it.

use std::fs;
use std::path::Path;

/// What stands before the text of an error.
const MARKS: [&str; 17] = [
    "#[error(",
    "feature = \"messages\", error(",
    "feature = \"messages\",\n        error(",
    "bail!(",
    "ensure!(",
    "anyhow!(",
    "with_context(||",
    ".context(",
    ".error(",
    "Failure::own(",
    "Failure::refused(",
    "return Err(",
    "Err(format!(",
    "Failed(",
    "ok_or_else(||",
    "warn(format!(",
    "tell_warning(",
];

/// The source files under a folder, without tests.
fn sources(folder: &Path, text: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && name != "tests" {
            sources(&path, text);
        } else if name.ends_with(".rs") && name != "tests.rs" {
            let source = fs::read_to_string(path).unwrap();
            *text += source.split("#[cfg(test)]\nmod tests").next().unwrap();
        }
    }
}

/// The string literal that starts within `code`, if it does so before the statement ends.
fn literal(code: &str) -> Option<String> {
    let start = code.find(['"', ';'])?;
    let mut text = String::new();
    let mut rest = code[start..].strip_prefix('"')?.chars();
    loop {
        match rest.next()? {
            '"' => return Some(text),
            '\\' => match rest.next()? {
                // A line that goes on in the next.
                '\n' => rest = rest.as_str().trim_start().chars(),
                'n' => text.push('\n'),
                escaped => text.push(escaped),
            },
            other => text.push(other),
        }
    }
}

/// The longest piece of a text between what is filled in.
fn piece(text: &str) -> &str {
    let pieces = text.split(['{', '\n']).map(|part| part.split_once('}').map_or(part, |(_, piece)| piece));
    pieces.max_by_key(|piece| piece.len()).unwrap_or_default().trim()
}

/// The pieces of all messages in some code.
fn messages(code: &str) -> Vec<String> {
    let found =
        MARKS.iter().flat_map(|mark| code.match_indices(mark).map(|(at, mark)| &code[at + mark.len()..]));
    let mut pieces: Vec<_> = found.filter_map(literal).map(|text| piece(&text).to_owned()).collect();
    // What is shorter is a name, or all filled in.
    pieces.retain(|piece| piece.len() > 8 && piece.contains(' '));
    pieces.sort();
    pieces.dedup();
    pieces
}

#[test]
fn every_message_is_seen() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut code = String::new();
    for folder in ["artifact/src", "cache/src", "compiler/src", "runtime/src"] {
        sources(&root.join(folder), &mut code);
    }
    let files = |folder: &str, kind: &str| -> String {
        fs::read_dir(root.join(folder))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|extension| extension == kind))
            .map(|path| fs::read_to_string(path).unwrap())
            .collect()
    };
    // What build scripts are told is seen where they run.
    let sessions = files("tests/golden", "test") + &files("tests/embedding", "rs").replace("\\\"", "\"");
    let unprovoked = include_str!("golden/unprovoked.txt").lines().filter(|line| !line.starts_with('#'));
    let unprovoked: Vec<_> = unprovoked.map(|line| line.split_once(" -- ").expect("a reason").0).collect();
    let messages = messages(&code);
    assert!(messages.len() > 60, "{messages:#?}");
    let seen = |piece: &str| sessions.contains(piece);
    let missing: Vec<_> =
        messages.iter().filter(|piece| !seen(piece) && !unprovoked.contains(&piece.as_str())).collect();
    assert!(missing.is_empty(), "in no session: {missing:#?}");
    let stale: Vec<_> = unprovoked
        .iter()
        .filter(|piece| seen(piece) || !messages.iter().any(|message| message == *piece))
        .collect();
    assert!(stale.is_empty(), "no longer a reason: {stale:#?}");
}

/// What this looks for would be found.
#[test]
fn messages_are_found() {
    let code = r#"
        #[error("the {thing} is too large by {bytes} bytes: use a smaller one")]
        ensure!(a.len() < 3, "there are {} of \
            them: take fewer");
        return Err(error);
        return Err(usage(name));"#;
    assert_eq!(messages(code), ["bytes: use a smaller one", "of them: take fewer"]);
}
