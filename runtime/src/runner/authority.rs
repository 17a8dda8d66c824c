//! Hosts with ports on the command line: `HOST`, `HOST:PORT`, `[IPv6]`, `[IPv6]:PORT`.

/// Takes a text apart into its host, with the brackets of an IPv6 address, and its port. `None` if the port is no number.
pub(crate) fn host_and_port(text: &str) -> Option<(&str, Option<u16>)> {
    // An IPv6 address has colons of its own, in brackets.
    match text.rfind([':', ']']) {
        Some(at) if text[at..].starts_with(':') => {
            let port = &text[at + 1..];
            // `parse` would accept a plus sign.
            Some((&text[..at], Some(port.parse().ok().filter(|_| !port.starts_with('+'))?)))
        }
        _ => Some((text, None)),
    }
}

/// The text between the brackets of an IPv6 address.
pub(crate) fn in_brackets(host: &str) -> Option<&str> {
    host.strip_prefix('[')?.strip_suffix(']')
}

/// Returns true for the characters of names and IPv4 addresses.
pub(crate) fn is_name(host: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    !host.is_empty() && host.bytes().all(is_part)
}
