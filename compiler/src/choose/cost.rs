//! The cost of a way to compile, and the ranges of runs for which a way is the cheapest.

/// The cost of a way to compile.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cost {
    /// The cost of compiling and of all else that is done once, in seconds.
    pub once_s: f64,
    /// The cost of each run, in seconds.
    pub run_s: f64,
}

impl Cost {
    /// The total cost of a number of runs, in seconds.
    pub fn total_s(self, runs: f64) -> f64 {
        self.once_s + runs * self.run_s
    }

    /// The number of runs from which another way costs less; `None` if its runs aren't cheaper.
    pub fn crossing(self, other: Cost) -> Option<f64> {
        let saved = self.run_s - other.run_s;
        (saved > 0.0).then(|| ((other.once_s - self.once_s) / saved).max(0.0))
    }
}

/// A range of runs in which one way is the cheapest. It ends at the start of the next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CheapestRange {
    /// The index of the way in the list of costs.
    pub index: usize,
    /// The start of the range, in runs; not always a whole number.
    pub from_runs: f64,
}

/// The ranges of runs with the cheapest way of each, from the first run on.
pub fn cheapest_ranges(costs: &[Cost]) -> Vec<CheapestRange> {
    let mut ranges = Vec::new();
    let first = cheapest(costs, 1.0);
    let mut next = first.map(|index| CheapestRange { index, from_runs: 1.0 });
    while let Some(range) = next {
        ranges.push(range);
        let crossings = costs.iter().enumerate().filter_map(|(index, cost)| {
            let from_runs = costs[range.index].crossing(*cost)?.max(range.from_runs);
            Some(CheapestRange { index, from_runs })
        });
        // The first way to become cheaper; of several, the one that stays cheaper.
        next = crossings.min_by(|one, other| {
            let by_run = || costs[one.index].run_s.total_cmp(&costs[other.index].run_s);
            one.from_runs.total_cmp(&other.from_runs).then_with(by_run)
        });
    }
    ranges
}

/// The index of the lowest cost for a number of runs; of equal ones, the one with the cheaper runs.
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
    fn costs_are_equal_at_the_crossing() {
        let runs = FAST_COMPILE.crossing(FAST_CODE).unwrap();
        assert_eq!(runs, 10.0);
        assert_eq!(FAST_COMPILE.total_s(runs), FAST_CODE.total_s(runs));
        assert_eq!(FAST_CODE.crossing(FAST_COMPILE), None);
        assert_eq!(NEITHER.crossing(FAST_COMPILE), None);
        assert_eq!(NEITHER.crossing(FAST_CODE), Some(0.0));
    }

    /// Each range has the lowest cost at every number of runs in it.
    #[test]
    fn ranges_have_the_cheapest_way() {
        let costs = [NEITHER, FAST_CODE, FAST_COMPILE, BETWEEN];
        let ranges = cheapest_ranges(&costs);
        let order: Vec<_> = ranges.iter().map(|range| range.index).collect();
        assert_eq!(order, [2, 3, 1]);
        for runs in 1..100 {
            let runs = f64::from(runs);
            let range = ranges.iter().rfind(|range| range.from_runs <= runs).unwrap();
            let least = costs.iter().map(|cost| cost.total_s(runs)).fold(f64::INFINITY, f64::min);
            assert_eq!(costs[range.index].total_s(runs), least, "{runs}");
        }
    }

    #[test]
    fn an_empty_list_has_no_cheapest() {
        assert_eq!(cheapest_ranges(&[]), []);
        assert_eq!(cheapest_ranges(&[NEITHER]), [CheapestRange { index: 0, from_runs: 1.0 }]);
    }
}
