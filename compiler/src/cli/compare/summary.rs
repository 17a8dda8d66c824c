//! Repeated measurements.

use serde::Serialize;

/// Repeated measurements of one quantity, in its unit, in the order in which they were made.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(into = "Described")]
pub(crate) struct Summary {
    samples: Vec<f64>,
}

/// The form in JSON. Without measurements there are no quantiles.
#[derive(Serialize)]
struct Described {
    median: Option<f64>,
    lower_quartile: Option<f64>,
    upper_quartile: Option<f64>,
    samples: Vec<f64>,
}

impl From<Summary> for Described {
    fn from(summary: Summary) -> Described {
        let quantile = |part| (!summary.samples.is_empty()).then(|| summary.quantile(part));
        Described {
            median: quantile(0.5),
            lower_quartile: quantile(0.25),
            upper_quartile: quantile(0.75),
            samples: summary.samples,
        }
    }
}

/// The distance that is far off, in median absolute deviations: ten standard deviations of a normal distribution.
const OUTLIER_DEVIATIONS: f64 = 14.826;

impl Summary {
    pub(crate) fn push(&mut self, sample: f64) {
        self.samples.push(sample);
    }

    pub(crate) fn extend(&mut self, samples: impl IntoIterator<Item = f64>) {
        self.samples.extend(samples);
    }

    pub(crate) fn samples(&self) -> &[f64] {
        &self.samples
    }

    /// The sums of these and other measurements, round by round.
    pub(crate) fn plus(&self, other: &Summary) -> Summary {
        let sums = self.samples.iter().zip(&other.samples).map(|(one, other)| one + other);
        Summary { samples: sums.collect() }
    }

    /// The value in the middle; 0 without measurements.
    pub(crate) fn median(&self) -> f64 {
        self.quantile(0.5)
    }

    /// The value below which this part of the measurements lies, interpolated; 0 without measurements.
    pub(crate) fn quantile(&self, part: f64) -> f64 {
        let mut sorted = self.samples.clone();
        sorted.sort_by(f64::total_cmp);
        let Some(last) = sorted.len().checked_sub(1) else { return 0.0 };
        let at = part * last as f64;
        let (below, above) = (sorted[at.floor() as usize], sorted[at.ceil() as usize]);
        below + (above - below) * at.fract()
    }

    /// Half the distance between the quartiles, as a part of the median: about the width of the middle half of the
    /// measurements on each side of it.
    pub(crate) fn spread(&self) -> f64 {
        match self.median() {
            0.0 => 0.0,
            median => (self.quantile(0.75) - self.quantile(0.25)) / 2.0 / median,
        }
    }

    /// The number of measurements that lie far off from the others.
    pub(crate) fn outliers(&self) -> usize {
        let median = self.median();
        let distances = self.samples.iter().map(|sample| (sample - median).abs());
        let deviation = Summary { samples: distances.clone().collect() }.median();
        // Measurements that hardly vary have a deviation near 0.
        let far = (deviation * OUTLIER_DEVIATIONS).max(median * 0.05);
        distances.filter(|distance| *distance > far).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(samples: &[f64]) -> Summary {
        Summary { samples: samples.to_vec() }
    }

    #[test]
    fn quantiles() {
        assert_eq!(of(&[]).median(), 0.0);
        assert_eq!(of(&[3.0]).quantile(0.75), 3.0);
        assert_eq!(of(&[4.0, 1.0, 3.0, 2.0]).median(), 2.5);
        assert_eq!(of(&[5.0, 1.0, 3.0, 2.0, 4.0]).quantile(0.25), 2.0);
        assert_eq!(of(&[5.0, 1.0, 3.0, 2.0, 4.0]).spread(), 1.0 / 3.0);
    }

    #[test]
    fn outliers_are_counted() {
        assert_eq!(of(&[1.0, 1.1, 0.9, 1.05, 0.95]).outliers(), 0);
        assert_eq!(of(&[1.0, 1.1, 0.9, 1.05, 0.95, 9.0]).outliers(), 1);
        assert_eq!(of(&[1.0, 1.0, 1.0, 1.000_001]).outliers(), 0);
        assert_eq!(of(&[]).outliers(), 0);
    }
}
