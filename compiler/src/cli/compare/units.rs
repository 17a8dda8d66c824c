//! Figures for people, with their units.

/// Units of time: the seconds from which on a unit is used, the seconds in one unit, and its name.
const TIMES: [(f64, f64, &str); 5] =
    [(7200.0, 3600.0, "h"), (120.0, 60.0, "min"), (1.0, 1.0, "s"), (1e-3, 1e-3, "ms"), (1e-6, 1e-6, "µs")];
const NANOSECOND: (f64, f64, &str) = (0.0, 1e-9, "ns");

/// A time, as three digits and a unit.
pub(super) fn time(seconds: f64) -> String {
    let (_, scale, unit) = TIMES.into_iter().find(|(from, ..)| seconds >= *from).unwrap_or(NANOSECOND);
    format!("{} {unit}", digits(seconds / scale))
}

/// A time that is round in its unit, for an axis.
pub(super) fn round_time(seconds: f64) -> String {
    // Ten to the power of -3 is not always a thousandth.
    let fits = |(_, scale, _): &(f64, f64, &str)| seconds >= scale * 0.999;
    let (_, scale, unit) = TIMES.into_iter().find(fits).unwrap_or(NANOSECOND);
    format!("{:.0} {unit}", seconds / scale)
}

/// A size, as three digits and a unit.
pub(super) fn bytes(bytes: f64) -> String {
    let units = [(1e9, "GB"), (1e6, "MB"), (1e3, "kB")];
    match units.iter().find(|(scale, _)| bytes >= *scale) {
        Some((scale, unit)) => format!("{} {unit}", digits(bytes / scale)),
        None => format!("{bytes} B"),
    }
}

/// A whole number, with a thin space between its thousands.
pub(super) fn count(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// A number with three significant digits.
fn digits(number: f64) -> String {
    let after = match number {
        100.0.. => 0,
        10.0.. => 1,
        _ => 2,
    };
    format!("{number:.after$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_three_digits() {
        let expected = [
            (0.0, "0.00 ns"),
            (12.3e-9, "12.3 ns"),
            (4.56e-6, "4.56 µs"),
            (0.123_4, "123 ms"),
            (1.0, "1.00 s"),
            (119.0, "119 s"),
            (120.0, "2.00 min"),
            (7_200.0, "2.00 h"),
        ];
        for (seconds, text) in expected {
            assert_eq!(time(seconds), text);
        }
    }

    #[test]
    fn round_times_have_the_largest_unit() {
        let expected = [
            (1e-9, "1 ns"),
            (1e-3, "1 ms"),
            (0.5, "500 ms"),
            (10.0, "10 s"),
            (60.0, "1 min"),
            (3.6e4, "10 h"),
        ];
        for (seconds, text) in expected {
            assert_eq!(round_time(seconds), text);
        }
    }

    #[test]
    fn sizes_and_counts() {
        assert_eq!(bytes(999.0), "999 B");
        assert_eq!(bytes(8_123_456.0), "8.12 MB");
        assert_eq!(count(7.0), "7");
        assert_eq!(count(1_234_567.0), "1\u{202f}234\u{202f}567");
    }
}
