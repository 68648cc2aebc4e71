//! Numbers far from the others of their column: Tukey's fences and the z-score.

use std::ops::ControlFlow;

use super::cell::{Cell, Kind};
use super::report::{NumericSummary, OutlierExample, Outliers};
use super::table::Table;

/// How many interquartile ranges beyond the quartiles the fences stand.
const FENCE_RANGES: f64 = 1.5;

/// How many standard deviations from the mean a number may be.
const Z_LIMIT: f64 = 3.0;

/// How many outliers of a column are listed.
const EXAMPLES: usize = 10;

/// Finds the outliers of one numeric column, whose sorted numbers and summary are at hand.
pub(super) fn find(table: &Table, column: usize, sorted: &[f64], summary: &NumericSummary) -> Outliers {
    let rules = Rules::of(summary);
    let below = |rule: &dyn Fn(f64) -> bool| sorted.partition_point(|number| rule(*number));
    let above = |rule: &dyn Fn(f64) -> bool| sorted.len() - sorted.partition_point(|number| !rule(*number));
    let low = [below(&|number| rules.below_fence(number)), below(&|number| rules.z_below(number))];
    let high = [above(&|number| rules.above_fence(number)), above(&|number| rules.z_above(number))];
    let any = low[0].max(low[1]) + high[0].max(high[1]);
    Outliers {
        lower_fence: rules.lower_fence,
        upper_fence: rules.upper_fence,
        iqr: (low[0] + high[0]) as u64,
        z_score: (low[1] + high[1]) as u64,
        // On either side one rule's numbers are among the other's.
        both: (low[0].min(low[1]) + high[0].min(high[1])) as u64,
        examples: if any == 0 { Vec::new() } else { examples(table, column, &rules, any.min(EXAMPLES)) },
    }
}

/// The first outliers of the file; reads no further than the last that it lists.
fn examples(table: &Table, column: usize, rules: &Rules, wanted: usize) -> Vec<OutlierExample> {
    let mut examples = Vec::with_capacity(wanted);
    let _stopped = table.cells(column).enumerate().try_for_each(|(row, text)| {
        let Cell { kind, number: value } = Cell::classify(text);
        if matches!(kind, Kind::Integer | Kind::WideInteger | Kind::Decimal) {
            let iqr = rules.below_fence(value) || rules.above_fence(value);
            let z_score = rules.z_below(value) || rules.z_above(value);
            if iqr || z_score {
                examples.push(OutlierExample { line: table.line(row), value, iqr, z_score });
            }
        }
        if examples.len() < wanted { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    examples
}

/// The limits beyond which a number is an outlier.
struct Rules {
    lower_fence: f64,
    upper_fence: f64,
    mean: f64,
    /// Infinite where there is no deviation to measure by.
    z_distance: f64,
}

impl Rules {
    fn of(summary: &NumericSummary) -> Self {
        let reach = FENCE_RANGES * (summary.q3 - summary.q1);
        let (mean, deviation) = match (summary.mean, summary.standard_deviation) {
            (Some(mean), Some(deviation)) if deviation > 0.0 => (mean, deviation),
            _ => (0.0, f64::INFINITY),
        };
        Self {
            // Fences beyond the range of floats exclude nothing, and neither do the ends of the range.
            lower_fence: (summary.q1 - reach).max(f64::MIN),
            upper_fence: (summary.q3 + reach).min(f64::MAX),
            mean,
            z_distance: Z_LIMIT * deviation,
        }
    }

    fn below_fence(&self, number: f64) -> bool {
        number < self.lower_fence
    }

    fn above_fence(&self, number: f64) -> bool {
        number > self.upper_fence
    }

    fn z_below(&self, number: f64) -> bool {
        self.mean - number > self.z_distance
    }

    fn z_above(&self, number: f64) -> bool {
        number - self.mean > self.z_distance
    }
}
