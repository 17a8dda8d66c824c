//! Sizes and durations as text, for both commands and policies.

use alloc::string::String;
use core::time::Duration;
use thiserror::Error;

/// The units of sizes, in bytes.
const SIZES: [(&str, u64); 8] = [
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("TiB", 1 << 40),
    ("K", 1 << 10),
    ("M", 1 << 20),
    ("G", 1 << 30),
    ("T", 1 << 40),
];

/// The units of durations, in microseconds. A unit stands after those that end with its letter.
const TIMES: [(&str, u64); 5] =
    [("us", 1), ("ms", 1_000), ("s", 1_000_000), ("m", 60_000_000), ("h", 3_600_000_000)];

/// The error for a text that is no quantity. The message names the accepted forms.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[cfg_attr(not(feature = "messages"), error("{}", crate::Code::Usage))]
pub enum QuantityError {
    /// The text is no size, or has more bytes than a `u64` can count.
    #[cfg_attr(
        feature = "messages",
        error(
            "`{0}` is no size: give a whole number of bytes, or one with K, M, G or T (KiB, MiB, GiB, TiB), \
             such as 512M"
        )
    )]
    Size(String),
    /// The text is no duration, or has more microseconds than a `u64` can count.
    #[cfg_attr(
        feature = "messages",
        error(
            "`{0}` is no duration: give a whole number of seconds, or one with us, ms, s, m or h, such as \
             500ms"
        )
    )]
    Duration(String),
}

/// The size in bytes that a text names: `65536`, `0x10000`, `64K`, `64KiB`, `512M`, `4GiB`, `1T`. Each unit is 1024
/// times the one before.
///
/// # Errors
///
/// [`QuantityError::Size`].
pub fn bytes(text: &str) -> Result<u64, QuantityError> {
    let (digits, factor) = split(text, &SIZES, 1);
    let number = match digits.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(unsigned(digits), 16),
        None => unsigned(digits).parse(),
    };
    let bytes = number.ok().and_then(|number| number.checked_mul(factor));
    bytes.ok_or_else(|| QuantityError::Size(text.into()))
}

/// The duration that a text names: `50us`, `500ms`, `2s`, `5m`, `1h`, or a whole number of seconds.
///
/// # Errors
///
/// [`QuantityError::Duration`].
pub fn duration(text: &str) -> Result<Duration, QuantityError> {
    let (digits, factor) = split(text, &TIMES, 1_000_000);
    let number = unsigned(digits).parse::<u64>().ok().and_then(|number| number.checked_mul(factor));
    number.map(Duration::from_micros).ok_or_else(|| QuantityError::Duration(text.into()))
}

/// The number in a text, and the factor of its unit.
fn split<'a>(text: &'a str, units: &[(&str, u64)], without_unit: u64) -> (&'a str, u64) {
    let with_unit = |(unit, factor): &(&str, u64)| Some((text.strip_suffix(unit)?, *factor));
    units.iter().find_map(with_unit).unwrap_or((text, without_unit))
}

/// The digits; empty if they have a plus sign, which `parse` would accept.
fn unsigned(digits: &str) -> &str {
    if digits.starts_with('+') { "" } else { digits }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use alloc::string::ToString;

    #[test]
    fn sizes() {
        for (text, expected) in [
            ("0", 0),
            ("65536", 65536),
            ("0x10000", 65536),
            ("0x40K", 65536),
            ("64K", 65536),
            ("64KiB", 65536),
            ("3M", 3 << 20),
            ("3MiB", 3 << 20),
            ("4G", 4 << 30),
            ("4GiB", 4 << 30),
            ("1T", 1 << 40),
            ("1TiB", 1 << 40),
            ("18446744073709551615", u64::MAX),
        ] {
            assert_eq!(bytes(text), Ok(expected), "{text}");
        }
        for text in [
            "",
            "K",
            "0x",
            "-1",
            "+1",
            "0x+1",
            "1.5M",
            "1KB",
            "4GB",
            "1k",
            "1 K",
            "1KK",
            "18446744073709551616",
            "17179869184G",
            "16777216T",
        ] {
            let error = bytes(text).unwrap_err().to_string();
            assert!(error.starts_with(&format!("`{text}` is no size")) && error.contains("TiB"), "{error}");
        }
    }

    #[test]
    fn durations() {
        for (text, microseconds) in [
            ("0", 0),
            ("2", 2_000_000),
            ("2s", 2_000_000),
            ("50us", 50),
            ("500ms", 500_000),
            ("1m", 60_000_000),
            ("1h", 3_600_000_000),
        ] {
            assert_eq!(duration(text), Ok(Duration::from_micros(microseconds)), "{text}");
        }
        for text in
            ["", "s", "ms", "-1s", "+1s", "1.5s", "1d", "1min", "1 s", "0x1s", "18446744073709551615s"]
        {
            let error = duration(text).unwrap_err().to_string();
            assert!(error.starts_with(&format!("`{text}` is no duration")), "{error}");
            assert!(error.contains("us, ms, s, m or h"), "{error}");
        }
    }
}
