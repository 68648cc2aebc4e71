//! How many cells of each kind a column has, and the type that follows.

use super::cell::Kind;
use super::report::ColumnType;

/// Counts of cells by kind.
#[derive(Debug, Default)]
pub(super) struct KindCounts([u64; Kind::ALL.len()]);

impl KindCounts {
    #[inline]
    pub(super) fn add(&mut self, kind: Kind) {
        self.0[kind as usize] += 1;
    }

    pub(super) fn of(&self, kind: Kind) -> u64 {
        self.0[kind as usize]
    }

    /// Cells that have a value.
    pub(super) fn present(&self) -> u64 {
        self.0.iter().sum::<u64>() - self.of(Kind::Missing)
    }

    /// Every value is a number that its float tells from all others.
    pub(super) fn only_numbers(&self) -> bool {
        self.exact_numbers() == self.present()
    }

    /// Numbers that their floats tell from all others.
    pub(super) fn exact_numbers(&self) -> u64 {
        self.of(Kind::Integer) + self.of(Kind::Decimal)
    }

    pub(super) fn no_numbers(&self) -> bool {
        self.integers() + self.of(Kind::Decimal) == 0
    }

    /// The narrowest type that at least 95 % of the values have.
    ///
    /// A column with some decimals is one of numbers, and one with some times of day is one of datetimes,
    /// however many integers or plain dates there are: those fit the wider type, so nothing is out of place.
    pub(super) fn column_type(&self) -> ColumnType {
        let present = self.present();
        let most = |count: u64| count * 100 >= present * 95;
        let numbers = self.integers() + self.of(Kind::Decimal);
        let dates = self.of(Kind::Date) + self.of(Kind::DateTime);
        if present == 0 {
            ColumnType::Empty
        } else if most(numbers) {
            if self.of(Kind::Decimal) == 0 { ColumnType::Integer } else { ColumnType::Number }
        } else if most(dates) {
            if self.of(Kind::DateTime) == 0 { ColumnType::Date } else { ColumnType::Datetime }
        } else if most(self.of(Kind::Boolean)) {
            ColumnType::Boolean
        } else {
            ColumnType::Text
        }
    }

    /// Values of kinds that `belongs` accepts.
    pub(super) fn matching(&self, belongs: impl Fn(Kind) -> bool) -> u64 {
        Kind::ALL.into_iter().filter(|kind| belongs(*kind)).map(|kind| self.of(kind)).sum()
    }

    fn integers(&self) -> u64 {
        self.of(Kind::Integer) + self.of(Kind::WideInteger)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn type_of(cells: &[(Kind, u64)]) -> ColumnType {
        let mut counts = KindCounts::default();
        for (kind, count) in cells {
            (0..*count).for_each(|_| counts.add(*kind));
        }
        counts.column_type()
    }

    #[test]
    fn nineteen_of_twenty_values_decide_the_type_and_eighteen_do_not() {
        assert_eq!(
            type_of(&[(Kind::Integer, 19), (Kind::Text, 1), (Kind::Missing, 50)]),
            ColumnType::Integer
        );
        assert_eq!(type_of(&[(Kind::Integer, 18), (Kind::Text, 2)]), ColumnType::Text);
        assert_eq!(type_of(&[(Kind::Boolean, 19), (Kind::Integer, 1)]), ColumnType::Boolean);
    }

    #[test]
    fn the_wider_type_takes_the_narrower_in() {
        assert_eq!(type_of(&[(Kind::Integer, 99), (Kind::Decimal, 1)]), ColumnType::Number);
        assert_eq!(type_of(&[(Kind::Date, 99), (Kind::DateTime, 1)]), ColumnType::Datetime);
        assert_eq!(type_of(&[(Kind::Date, 99), (Kind::Missing, 1)]), ColumnType::Date);
    }

    #[test]
    fn a_column_without_values_is_empty() {
        assert_eq!(type_of(&[(Kind::Missing, 3)]), ColumnType::Empty);
    }
}
