//! Versions of WASI, by the names of interfaces.

/// Returns true for an interface of WASI 0.3, such as `wasi:random/random@0.3.0`. A draft is none: no host offers it.
pub fn is_of_wasi_0_3(interface: &str) -> bool {
    let version = interface.strip_prefix("wasi:").and_then(|rest| rest.split_once('@'));
    version.is_some_and(|(_, version)| version.starts_with("0.3.") && !version.contains('-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drafts_and_others_are_not_of_wasi_0_3() {
        for (interface, is_third) in [
            ("wasi:random/random@0.3.0", true),
            ("wasi:random/random@0.3.2", true),
            ("wasi:random/random@0.3.0-rc-2025-09-16", false),
            ("wasi:random/random@0.2.3", false),
            ("wasi:random/random@0.30.0", false),
            ("my:random/random@0.3.0", false),
            ("wasi:random/random", false),
        ] {
            assert_eq!(is_of_wasi_0_3(interface), is_third, "{interface}");
        }
    }
}
