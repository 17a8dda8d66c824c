//! Versions of programs, as far as they are compared.

/// The three numbers of a version, without what may follow them.
pub(crate) fn numbers(text: &str) -> Option<[u64; 3]> {
    let mut numbers = text.split(['-', '+']).next()?.split('.').map(|part| part.parse().ok());
    let version = [numbers.next()??, numbers.next()??, numbers.next()??];
    numbers.next().is_none().then_some(version)
}
