//! Shell quoting: splitting a command in an option into words, and quoting words.

use anyhow::{Result, anyhow, ensure};
use precompile::artifact::Escaped;
use std::ffi::{OsStr, OsString};
use std::path::Path;

/// The words of a command in an option, split as in a shell; or the whole text as one word where it is the name of a
/// file.
///
/// # Errors
///
/// If there is no word, or a quote is left open.
pub(crate) fn split(option: &str, text: &OsStr) -> Result<Vec<OsString>> {
    if Path::new(text).is_file() {
        return Ok(vec![text.into()]);
    }
    let words = split_as_shells(text);
    let words =
        words.ok_or_else(|| anyhow!("`{option}` has a quote that nothing closes: `{}`", text.display()))?;
    ensure!(!words.is_empty(), "`{option}` names no command");
    Ok(words)
}

#[cfg(unix)]
fn split_as_shells(text: &OsStr) -> Option<Vec<OsString>> {
    use std::os::unix::ffi::{OsStrExt, OsStringExt};
    Some(shlex::bytes::split(text.as_bytes())?.into_iter().map(OsString::from_vec).collect())
}

/// Splits with backslashes kept, as they separate folders on other systems.
#[cfg(not(unix))]
fn split_as_shells(text: &OsStr) -> Option<Vec<OsString>> {
    let words = shlex::split(&text.to_str()?.replace('\\', "\\\\"))?;
    Some(words.into_iter().map(OsString::from).collect())
}

/// Words for a shell, quoted where necessary.
pub(crate) fn quoted<W: AsRef<OsStr>>(words: impl IntoIterator<Item = W>) -> String {
    let words: Vec<_> = words.into_iter().map(|word| quoted_word(word.as_ref())).collect();
    words.join(" ")
}

/// A file's name for a shell, quoted where necessary, and never read as an option.
pub(crate) fn quoted_file(path: &Path) -> String {
    match path.as_os_str().as_encoded_bytes().starts_with(b"-") {
        true => quoted_word(Path::new(".").join(path).as_os_str()),
        false => quoted_word(path.as_os_str()),
    }
}

fn quoted_word(word: &OsStr) -> String {
    match word.to_str().map(shlex::try_quote) {
        Some(Ok(quoted)) if Escaped(&quoted).to_string() == quoted => quoted.into(),
        // The form of today's shells: `$'a\377b'`.
        _ => {
            let bytes = word.as_encoded_bytes().iter().map(|byte| match byte {
                b' '..=b'~' if !matches!(byte, b'\'' | b'\\') => char::from(*byte).to_string(),
                byte => format!("\\{byte:03o}"),
            });
            format!("$'{}'", bytes.collect::<String>())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_split_as_in_a_shell() {
        let words = |text: &str| split("--runner", OsStr::new(text)).map_err(|error| error.to_string());
        assert_eq!(words("ssh device  run").unwrap(), ["ssh", "device", "run"]);
        assert_eq!(words("'my tools/run it' -x").unwrap(), ["my tools/run it", "-x"]);
        assert_eq!(words("\"my tools/run it\"").unwrap(), ["my tools/run it"]);
        assert!(words(" ").unwrap_err().ends_with("`--runner` names no command"));
        assert!(words("'open").unwrap_err().contains("quote that nothing closes"));
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("it's a \"runner\"");
        std::fs::write(&file, "").unwrap();
        assert_eq!(split("--runner", file.as_os_str()).unwrap(), [file.clone().into_os_string()]);
    }

    #[test]
    fn quoted_words_are_split_to_the_same() {
        let words = ["precompile", "a b", "it's", "$HOME", "", "-x"];
        assert_eq!(split("", OsStr::new(&quoted(words))).unwrap(), words);
        assert_eq!(quoted(["a\nb"]), "$'a\\012b'");
    }

    #[test]
    fn a_file_is_no_option() {
        assert_eq!(quoted_file(Path::new("-rf")), "./-rf");
        assert_eq!(quoted_file(Path::new("a b")), "'a b'");
        // A character that turns the direction of the rest.
        assert_eq!(quoted_file(Path::new("\u{202e}")), "$'\\342\\200\\256'");
    }

    #[cfg(unix)]
    #[test]
    fn any_bytes_are_quoted() {
        use std::os::unix::ffi::OsStrExt;
        let word = OsStr::from_bytes(b"a'\xff");
        assert_eq!(quoted([word]), "$'a\\047\\377'");
        let echoed = std::process::Command::new("bash")
            .args(["-c", &format!("printf %s {}", quoted([word]))])
            .output();
        // A machine without bash has another shell.
        assert!(echoed.is_err() || echoed.unwrap().stdout == word.as_bytes());
    }
}
