//! Version numbers of programs.

/// The three numbers of a version, without a pre-release or build suffix; `None` if the text is no version.
pub(crate) fn numbers(text: &str) -> Option<[u64; 3]> {
    let mut parts = text.split(['-', '+']).next()?.split('.');
    let mut version = [0; 3];
    for number in &mut version {
        *number = parts.next()?.parse().ok()?;
    }
    parts.next().is_none().then_some(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_three_numbers() {
        for text in ["1.2.8", "1.2.8-rc.1", "1.2.8+build"] {
            assert_eq!(numbers(text), Some([1, 2, 8]), "{text}");
        }
        for text in ["", "1", "1.2", "1.2.8.1", "1.2.x", "v1.2.8", "-1.2.8"] {
            assert_eq!(numbers(text), None, "{text}");
        }
    }
}
