//! Mean, deviation and quartiles of a column's numbers.

use super::report::NumericSummary;

/// Summarises numbers that are sorted and finite. `None` if there are none.
///
/// Sums run in sorted order, so that the order of the rows can't change a figure's last digit.
pub(super) fn summarize(sorted: &[f64]) -> Option<NumericSummary> {
    let (&min, &max) = (sorted.first()?, sorted.last()?);
    let count = sorted.len() as f64;
    let mean = sum(sorted, |number| number) / count;
    let deviation = (sum(sorted, |number| (number - mean) * (number - mean)) / (count - 1.0)).sqrt();
    Some(NumericSummary {
        count: sorted.len() as u64,
        mean: mean.is_finite().then_some(mean),
        standard_deviation: deviation.is_finite().then_some(deviation),
        min,
        q1: quantile(sorted, 1, 4),
        median: quantile(sorted, 1, 2),
        q3: quantile(sorted, 3, 4),
        max,
    })
}

/// The quantile `numerator / denominator` of sorted numbers, interpolated linearly between the two around
/// position (n - 1) · p: Hyndman and Fan's type 7. Zero if there are no numbers.
pub(super) fn quantile(sorted: &[f64], numerator: usize, denominator: usize) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return 0.0 };
    // In integers up to the division, so that a position that is whole is exactly so.
    let scaled = last * numerator;
    let (index, rest) = (scaled / denominator, scaled % denominator);
    let low = sorted[index];
    let Some(&high) = sorted.get(index + 1).filter(|_| rest > 0) else { return low };
    let part = rest as f64 / denominator as f64;
    let step = high - low;
    if step.is_finite() { low + step * part } else { low * (1.0 - part) + high * part }
}

/// Adds up in eight lanes and short runs, which is faster than one running total and loses less to rounding.
fn sum(numbers: &[f64], term: impl Fn(f64) -> f64) -> f64 {
    const LANES: usize = 8;
    const RUN: usize = 1024;
    let mut total = 0.0;
    for run in numbers.chunks(RUN) {
        let mut lanes = [0.0; LANES];
        let (whole, rest) = run.as_chunks::<LANES>();
        for chunk in whole {
            for (lane, number) in lanes.iter_mut().zip(chunk) {
                *lane += term(*number);
            }
        }
        total += lanes.iter().sum::<f64>() + rest.iter().map(|number| term(*number)).sum::<f64>();
    }
    total
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_figures_are_those_of_pandas() {
        // pandas.Series([2, 3, 5, 7, 11, 13]).describe()
        let summary = summarize(&[2.0, 3.0, 5.0, 7.0, 11.0, 13.0]).unwrap();

        assert_eq!(summary.count, 6);
        assert_eq!(summary.mean, Some(6.833_333_333_333_333));
        assert!((summary.standard_deviation.unwrap() - 4.400_757_510_550_504).abs() < 1e-14);
        assert_eq!((summary.min, summary.max), (2.0, 13.0));
        assert_eq!((summary.q1, summary.median, summary.q3), (3.5, 6.0, 10.0));
    }

    #[test]
    fn quartiles_between_two_numbers_are_interpolated_as_pandas_does() {
        // pandas.Series([1, 2, 4, 8]).quantile([.25, .5, .75]) and of [1.5, 2.5]
        assert_eq!([1, 2, 3].map(|q| quantile(&[1.0, 2.0, 4.0, 8.0], q, 4)), [1.75, 3.0, 5.0]);
        assert_eq!([1, 2, 3].map(|q| quantile(&[1.5, 2.5], q, 4)), [1.75, 2.0, 2.25]);
    }

    #[test]
    fn one_number_has_no_deviation_and_none_has_no_summary() {
        let summary = summarize(&[4.0]).unwrap();

        assert_eq!((summary.mean, summary.standard_deviation), (Some(4.0), None));
        assert_eq!((summary.q1, summary.q3), (4.0, 4.0));
        assert_eq!(summarize(&[]), None);
    }

    #[test]
    fn figures_beyond_the_range_of_floats_are_absent_not_infinite() {
        let summary = summarize(&[-1.7e308, 1.7e308, 1.7e308, 1.7e308]).unwrap();

        assert_eq!((summary.mean, summary.standard_deviation), (None, None));
        assert!(summary.q1.is_finite());
    }

    proptest! {
        #[test]
        fn quartiles_lie_in_order_between_the_extremes(
            mut numbers in prop::collection::vec(-1e300..1e300, 1..50),
        ) {
            numbers.sort_by(f64::total_cmp);
            let summary = summarize(&numbers).unwrap();
            let figures = [summary.min, summary.q1, summary.median, summary.q3, summary.max];
            prop_assert!(figures.is_sorted(), "{figures:?}");
        }
    }
}
