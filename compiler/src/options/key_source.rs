//! The place of a secret key: a file, or an environment variable. A key on the command line would be seen by others.

use std::path::{Path, PathBuf};

/// The beginning of the name of a variable with a key.
const VARIABLE: &str = "env:";
/// The beginning of minisign's keys, with a password and without, and that of their files.
const KEYS: [&str; 3] = ["RWRTY0Iy", "RWQAAEIy", "untrusted comment:"];

/// The place of a secret key, as a user names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeySource {
    /// A file.
    File(PathBuf),
    /// An environment variable with the file's text, named `env:NAME`.
    Variable(String),
    /// A key itself, which isn't kept.
    Exposed,
}

impl From<String> for KeySource {
    /// No text is an error: a message would show it, and it may be a key.
    fn from(text: String) -> KeySource {
        match text.strip_prefix(VARIABLE) {
            _ if KeySource::holds_key(&text) => KeySource::Exposed,
            Some(name) => KeySource::Variable(name.into()),
            None => KeySource::File(text.into()),
        }
    }
}

impl KeySource {
    /// The test for a text with a secret key in it, which must not be shown.
    pub fn holds_key(text: &str) -> bool {
        KEYS.iter().any(|start| text.contains(start))
    }

    /// The file, if it is one.
    pub fn file(&self) -> Option<&Path> {
        match self {
            KeySource::File(path) => Some(path),
            KeySource::Variable(_) | KeySource::Exposed => None,
        }
    }

    /// The same place, where the path of a file is relative to a folder.
    #[must_use]
    pub fn below(self, folder: &Path) -> KeySource {
        match self {
            KeySource::File(path) => KeySource::File(folder.join(path)),
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_not_taken_for_its_place() {
        let source = |text: &str| KeySource::from(String::from(text));
        assert_eq!(source("team.key").file(), Some(Path::new("team.key")));
        assert_eq!(source("team.key").below(Path::new("a")), source("a/team.key"));
        assert_eq!(source("env:KEY").below(Path::new("a")), KeySource::Variable("KEY".into()));
        for key in [
            "RWRTY0IyAAAA",
            "RWQAAEIyAAAA",
            "untrusted comment: minisign",
            " RWQAAEIyAAAA",
            "env:RWQAAEIyAAAA",
            "\nuntrusted comment: minisign\nRWQAAEIyAAAA",
        ] {
            assert_eq!(source(key), KeySource::Exposed);
        }
    }
}
