//! Sizes and durations, as they stand on a command line.

use std::time::Duration;

/// Reads an amount of fuel: a number.
pub(crate) fn fuel(text: &str) -> Result<u64, String> {
    scaled(text, &[], 1).ok_or_else(|| format!("`{text}` is no amount of fuel: give a number"))
}

/// Reads a size in bytes, or in units of 1024 bytes and more: `65536`, `64K`, `64M`, `1G`.
pub(crate) fn bytes(text: &str) -> Result<u64, String> {
    let units = [("K", 1 << 10), ("M", 1 << 20), ("G", 1 << 30)];
    scaled(text, &units, 1)
        .ok_or_else(|| format!("`{text}` is no size: give bytes, or a number with K, M or G"))
}

/// Reads a duration: `500ms`, `2s`, `1m`, `1h`, or a number of seconds.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    // The longer unit first: one ends with the other's letter.
    let units = [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000)];
    let milliseconds = scaled(text, &units, 1000);
    milliseconds
        .map(Duration::from_millis)
        .ok_or_else(|| format!("`{text}` is no duration: give seconds, or a number with ms, s, m or h"))
}

/// A whole number with one of these units, or with none.
fn scaled(text: &str, units: &[(&str, u64)], without_unit: u64) -> Option<u64> {
    let with_unit = |(unit, factor): &(&str, u64)| Some((text.strip_suffix(unit)?, *factor));
    let (digits, factor) = units.iter().find_map(with_unit).unwrap_or((text, without_unit));
    // A number, as `parse` has it, may have a sign.
    let is_number = digits.starts_with(|first: char| first.is_ascii_digit());
    digits.parse::<u64>().ok().filter(|_| is_number)?.checked_mul(factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        for (text, expected) in [("0", 0), ("65536", 65536), ("64K", 65536), ("3M", 3 << 20), ("1G", 1 << 30)]
        {
            assert_eq!(bytes(text), Ok(expected), "{text}");
        }
        for text in ["", "K", "-1", "+1", "1.5M", "1T", "1KB", "17179869184G"] {
            assert!(bytes(text).unwrap_err().contains(&format!("`{text}`")), "{text}");
        }
    }

    #[test]
    fn durations() {
        for (text, milliseconds) in
            [("2", 2000), ("2s", 2000), ("500ms", 500), ("1m", 60_000), ("1h", 3_600_000)]
        {
            assert_eq!(duration(text), Ok(Duration::from_millis(milliseconds)), "{text}");
        }
        for text in ["", "s", "ms", "-1s", "1.5s", "1d", "1 s", "18446744073709551615s"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }
}
