//! Figures for people, with their units: sizes, counts and ages by indicatif, times by functions of our own. indicatif
//! knows times in whole seconds alone, and compiling takes milliseconds.

use indicatif::{BinaryBytes, HumanDuration, HumanFloatCount};
use std::time::{Duration, SystemTime};

/// Units of time: the seconds from which on a unit is used, the seconds in one unit, and its name.
const TIMES: [(f64, f64, &str); 5] =
    [(7200.0, 3600.0, "h"), (120.0, 60.0, "min"), (1.0, 1.0, "s"), (1e-3, 1e-3, "ms"), (1e-6, 1e-6, "µs")];
const NANOSECOND: (f64, f64, &str) = (0.0, 1e-9, "ns");

/// A time, as three digits and a unit.
pub(crate) fn time(seconds: f64) -> String {
    if seconds == 0.0 {
        return "0 s".into();
    }
    let (_, scale, unit) = TIMES.into_iter().find(|(from, ..)| seconds >= *from).unwrap_or(NANOSECOND);
    format!("{} {unit}", digits(seconds / scale))
}

/// A time that is round in its unit, for an axis.
pub(crate) fn round_time(seconds: f64) -> String {
    // Ten to the power of -3 is not always a thousandth.
    let fits = |(_, scale, _): &(f64, f64, &str)| seconds >= scale * 0.999;
    let (_, scale, unit) = TIMES.into_iter().find(fits).unwrap_or(NANOSECOND);
    format!("{:.0} {unit}", seconds / scale)
}

/// A time in seconds, in lines that scripts read: always the same unit.
pub(crate) fn seconds(seconds: f64) -> String {
    format!("{seconds:.2} s")
}

/// A time in milliseconds, for parts of a whole that are compared with each other.
pub(crate) fn milliseconds(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}

/// The time since a moment; nothing where the moment is to come.
pub(crate) fn ago(then: SystemTime) -> String {
    let passed = SystemTime::now().duration_since(then).unwrap_or_default();
    format!("{} ago", HumanDuration(passed))
}

/// A size in the largest unit that it fills.
pub(crate) fn size(bytes: u64) -> String {
    BinaryBytes(bytes).to_string()
}

/// A whole number, with a comma between its thousands.
pub(crate) fn count(number: f64) -> String {
    format!("{:.0}", HumanFloatCount(number))
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
            (0.0, "0 s"),
            (0.5e-9, "0.50 ns"),
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
        let expected = [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.00 KiB"),
            (1536, "1.50 KiB"),
            (4 << 30, "4.00 GiB"),
            (u64::MAX, "16.00 EiB"),
        ];
        for (bytes, text) in expected {
            assert_eq!(size(bytes), text);
        }
        assert_eq!(count(7.0), "7");
        assert_eq!(count(1_234_567.0), "1,234,567");
    }

    #[test]
    fn moments_to_come_have_no_age() {
        let now = SystemTime::now();
        assert_eq!(ago(now - Duration::from_secs(300)), "5 minutes ago");
        assert_eq!(ago(now + Duration::from_secs(300)), "0 seconds ago");
    }
}
