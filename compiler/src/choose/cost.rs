//! What a way to compile costs, and which is cheapest after how many runs.

/// What a way to compile costs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cost {
    /// Once, in seconds: compiling, and what else is done once.
    pub once_s: f64,
    /// For each run, in seconds.
    pub run_s: f64,
}

impl Cost {
    /// All that so many runs cost, in seconds.
    pub fn total_s(self, runs: f64) -> f64 {
        self.once_s + runs * self.run_s
    }

    /// From how many runs on another costs less; `None` where it never does, having cost more before.
    pub fn crossing(self, other: Cost) -> Option<f64> {
        let saved = self.run_s - other.run_s;
        (saved > 0.0).then(|| ((other.once_s - self.once_s) / saved).max(0.0))
    }
}

/// From how many runs on a way is the cheapest, until the next is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stretch {
    /// Its place in the list.
    pub index: usize,
    /// In runs; not always a whole number.
    pub from_runs: f64,
}

/// Which is the cheapest, from the first run on.
pub fn stretches(costs: &[Cost]) -> Vec<Stretch> {
    let mut stretches = Vec::new();
    let first = cheapest(costs, 1.0);
    let mut at = first.map(|index| Stretch { index, from_runs: 1.0 });
    while let Some(stretch) = at {
        stretches.push(stretch);
        let crossings = costs.iter().enumerate().filter_map(|(index, cost)| {
            let from_runs = costs[stretch.index].crossing(*cost)?.max(stretch.from_runs);
            Some(Stretch { index, from_runs })
        });
        // The first to be cheaper; of several, the one that stays it.
        at = crossings.min_by(|one, other| {
            let by_run = || costs[one.index].run_s.total_cmp(&costs[other.index].run_s);
            one.from_runs.total_cmp(&other.from_runs).then_with(by_run)
        });
    }
    stretches
}

/// The one that costs least after so many runs; of several, the one that costs least further on.
pub fn cheapest(costs: &[Cost], runs: f64) -> Option<usize> {
    let order = |one: &usize, other: &usize| {
        let (one, other) = (costs[*one], costs[*other]);
        one.total_s(runs).total_cmp(&other.total_s(runs)).then(one.run_s.total_cmp(&other.run_s))
    };
    (0..costs.len()).min_by(order)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAST_COMPILE: Cost = Cost { once_s: 1.0, run_s: 2.0 };
    const FAST_CODE: Cost = Cost { once_s: 11.0, run_s: 1.0 };
    const NEITHER: Cost = Cost { once_s: 12.0, run_s: 2.0 };
    const BETWEEN: Cost = Cost { once_s: 3.0, run_s: 1.5 };

    #[test]
    fn they_cost_the_same_where_they_cross() {
        let runs = FAST_COMPILE.crossing(FAST_CODE).unwrap();
        assert_eq!(runs, 10.0);
        assert_eq!(FAST_COMPILE.total_s(runs), FAST_CODE.total_s(runs));
        assert_eq!(FAST_CODE.crossing(FAST_COMPILE), None);
        assert_eq!(NEITHER.crossing(FAST_COMPILE), None);
        assert_eq!(NEITHER.crossing(FAST_CODE), Some(0.0));
    }

    /// What is said to be the cheapest is so at every number of runs.
    #[test]
    fn stretches_are_of_the_cheapest() {
        let costs = [NEITHER, FAST_CODE, FAST_COMPILE, BETWEEN];
        let stretches = stretches(&costs);
        let order: Vec<_> = stretches.iter().map(|stretch| stretch.index).collect();
        assert_eq!(order, [2, 3, 1]);
        for runs in 1..100 {
            let runs = f64::from(runs);
            let stretch = stretches.iter().rfind(|stretch| stretch.from_runs <= runs).unwrap();
            let least = costs.iter().map(|cost| cost.total_s(runs)).fold(f64::INFINITY, f64::min);
            assert_eq!(costs[stretch.index].total_s(runs), least, "{runs}");
        }
    }

    #[test]
    fn of_none_there_is_no_cheapest() {
        assert_eq!(stretches(&[]), []);
        assert_eq!(stretches(&[NEITHER]), [Stretch { index: 0, from_runs: 1.0 }]);
    }
}
