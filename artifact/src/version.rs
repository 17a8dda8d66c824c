//! Versions of programs, as far as they are compared.

/// The three numbers of a version, without what may follow them.
pub(crate) fn numbers(text: &str) -> Option<[u64; 3]> {
    let mut parts = text.split(['-', '+']).next()?.split('.');
    let mut version = [0; 3];
    for number in &mut version {
        *number = parts.next()?.parse().ok()?;
    }
    parts.next().is_none().then_some(version)
}
