//! Dependency files of compilers and of cargo.

/// The prerequisites of the first rule of a dependency file.
pub(super) fn prerequisites(text: &str) -> Vec<String> {
    let text = text.replace("\\\r\n", " ").replace("\\\n", " ");
    // A colon without a blank behind it is part of a path.
    let (_, rule) = text.lines().next().and_then(|line| line.split_once(": ")).unwrap_or_default();
    let mut paths = vec![String::new()];
    let mut characters = rule.chars().peekable();
    while let Some(mut character) = characters.next() {
        let escaped = match (character, characters.peek()) {
            ('\\', Some(' ' | '#')) | ('$', Some('$')) => characters.next(),
            _ => None,
        };
        match escaped {
            None if character == ' ' => paths.push(String::new()),
            _ => {
                character = escaped.unwrap_or(character);
                paths.last_mut().into_iter().for_each(|path| path.push(character));
            }
        }
    }
    paths.retain(|path| !path.is_empty());
    paths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dependency_files_are_read() {
        for (text, expected) in [
            ("out.wasm: a.c b.h\n", &["a.c", "b.h"][..]),
            ("out.wasm: a.c \\\n  dir/b.h\n\ndir/b.h:\n", &["a.c", "dir/b.h"]),
            ("C:\\out\\x.wasm: C:\\in\\a.c my\\ file.c a$$b.c\n", &["C:\\in\\a.c", "my file.c", "a$b.c"]),
            ("", &[]),
        ] {
            assert_eq!(prerequisites(text), expected, "{text:?}");
        }
    }
}
