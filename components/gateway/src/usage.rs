//! `insula-usage`: what a workload says that a call has used.

use insula_domain::metric::API_CALLS;

use crate::headers::parts;

/// No answer speaks of more metrics.
const MOST: usize = 16;
/// The longest name of a metric.
const LONGEST_NAME: usize = 64;

/// An amount of one metric.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Used {
    /// The metric's name. Whether there is such a metric, the database knows.
    pub metric: String,
    /// How much; more than nothing.
    pub amount: i64,
}

/// What was said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// What can be counted, each metric once.
    pub used: Vec<Used>,
    /// How many parts can't be.
    pub ignored: usize,
}

impl Report {
    /// Reads the header's values: `metric=amount`, separated by commas. A metric that comes twice is summed up.
    #[must_use]
    pub fn read<'a>(values: impl Iterator<Item = &'a [u8]>) -> Self {
        let mut report = Self::default();
        parts(values).for_each(|part| report.add(part));
        report.used.retain(|used| used.amount > 0);
        // In one order always: counters are locked as they are counted.
        report.used.sort_by(|one, other| one.metric.cmp(&other.metric));
        report
    }

    fn add(&mut self, part: &[u8]) {
        let Some(Used { metric, amount }) = read(part) else {
            self.ignored += 1;
            return;
        };
        if let Some(known) = self.used.iter_mut().find(|known| known.metric == metric) {
            match known.amount.checked_add(amount) {
                Some(sum) => known.amount = sum,
                None => self.ignored += 1,
            }
        } else if self.used.len() < MOST {
            self.used.push(Used { metric, amount });
        } else {
            self.ignored += 1;
        }
    }
}

/// One part; none for what is not `metric=amount`, and for calls, which the guard counts.
fn read(part: &[u8]) -> Option<Used> {
    let (metric, amount) = std::str::from_utf8(part).ok()?.split_once('=')?;
    let (metric, amount) = (metric.trim_ascii(), amount.trim_ascii());
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    let named = (1..=LONGEST_NAME).contains(&metric.len()) && metric.bytes().all(plain);
    // `parse` also takes a sign.
    let whole = amount.bytes().all(|byte| byte.is_ascii_digit());
    if !named || !whole || metric == API_CALLS {
        return None;
    }
    Some(Used { metric: metric.to_owned(), amount: amount.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(values: &[&str]) -> (Vec<(String, i64)>, usize) {
        let report = Report::read(values.iter().map(|value| value.as_bytes()));
        (report.used.into_iter().map(|used| (used.metric, used.amount)).collect(), report.ignored)
    }

    fn pairs(pairs: &[(&str, i64)]) -> Vec<(String, i64)> {
        pairs.iter().map(|(metric, amount)| ((*metric).to_owned(), *amount)).collect()
    }

    #[test]
    fn several_metrics_are_read_and_one_that_comes_twice_is_summed_up() {
        let expected = pairs(&[("queries", 2), ("rows_analyzed", 1204)]);
        assert_eq!(read(&["rows_analyzed=1204,queries=2"]), (expected.clone(), 0));
        assert_eq!(read(&[" rows_analyzed = 1200 ,, queries=2 ", "rows_analyzed=4"]), (expected, 0));
        assert_eq!(read(&["rows_analyzed=0", ""]), (vec![], 0));
    }

    #[test]
    fn what_can_not_be_counted_is_left_out_and_the_rest_is_not() {
        let bad = [
            "rows_analyzed=-5",
            "rows_analyzed=+5",
            "rows_analyzed=1.5",
            "rows_analyzed=9223372036854775808",
            "rows_analyzed",
            "rows_analyzed=",
            "=5",
            "Rows=5",
            "rows analyzed=5",
            "r\u{f6}ws=5",
            "api_calls=5",
            "nonsense",
        ];
        for part in bad {
            assert_eq!(read(&[&format!("{part}, queries=2")]), (pairs(&[("queries", 2)]), 1), "{part}");
        }
        let longest = i64::MAX;
        let two = format!("queries={longest},queries=1");
        assert_eq!(read(&[&two]), (pairs(&[("queries", longest)]), 1), "a sum that overflows");
    }

    /// Protects the database: one answer is one statement a metric.
    #[test]
    fn no_answer_speaks_of_more_than_sixteen_metrics() {
        let many: Vec<String> = (0..20).map(|number| format!("metric_{number}=1")).collect();
        let (used, ignored) = read(&[&many.join(",")]);
        assert_eq!((used.len(), ignored), (16, 4));
        assert_eq!(read(&[&format!("{}=1", "m".repeat(65))]), (vec![], 1));
    }
}
