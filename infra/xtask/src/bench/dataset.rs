//! The CSV file that is analysed: 100,000 rows of 20 columns, the same in every run.

use std::fmt::Write as _;

/// Rows of data, the header not counted.
pub const ROWS: usize = 100_000;

/// Eight columns of decimals, four of integers, three of categories, and one each of identifiers, dates, truth,
/// free text and classes.
const HEADER: &str = "decimal_1,decimal_2,decimal_3,decimal_4,decimal_5,decimal_6,decimal_7,decimal_8,\
    integer_1,integer_2,integer_3,integer_4,category_1,category_2,category_3,identifier,date,flag,note,class\n";

/// One row in as many repeats the one before it.
const DUPLICATE_EVERY: u64 = 1_000;
/// One cell in as many is empty, in the columns that have empty cells at all.
const MISSING_EVERY: u64 = 20;

const WORDS: [&str; 8] = ["north", "river", "stone", "amber", "quiet", "seven", "cloud", "field"];

/// The file's text.
pub fn csv() -> String {
    let mut random = Random(7);
    let mut text = String::with_capacity(ROWS * 160);
    text.push_str(HEADER);
    let mut row = String::new();
    for _ in 0..ROWS {
        if row.is_empty() || random.below(DUPLICATE_EVERY) != 0 {
            row.clear();
            write_row(&mut row, &mut random);
        }
        text.push_str(&row);
    }
    text
}

fn write_row(row: &mut String, random: &mut Random) {
    for column in 1..=8_u8 {
        let value = f64::from(column) * (1.0 + random.bell());
        let digits = usize::from(2 + column % 4);
        cell(row, random, column.is_multiple_of(4), format_args!("{value:.digits$}"));
    }
    for (place, bound) in [10, 1_000, 100_000, 1 << 31].into_iter().enumerate() {
        let value = random.below(bound);
        cell(row, random, place == 1, format_args!("{value}"));
    }
    for bound in [2, 20, 200] {
        let value = random.below(bound);
        cell(row, random, bound == 20, format_args!("category {value}"));
    }
    let (identifier, day) = (random.next(), random.below(3_600));
    cell(row, random, false, format_args!("{identifier:016x}"));
    let (year, month, day) = (2016 + day / 360, 1 + day / 30 % 12, 1 + day % 28);
    cell(row, random, false, format_args!("{year}-{month:02}-{day:02}"));
    let truth = random.below(2) == 0;
    cell(row, random, false, format_args!("{truth}"));
    let (one, other) = (random.word(), random.word());
    cell(row, random, true, format_args!("\"{one}, then {other}\""));
    let class = ["a", "a", "a", "b", "c"][random.below(5) as usize];
    row.push_str(class);
    row.push('\n');
}

fn cell(row: &mut String, random: &mut Random, may_be_missing: bool, value: std::fmt::Arguments<'_>) {
    if !may_be_missing || random.below(MISSING_EVERY) != 0 {
        // Writing to a string cannot fail.
        _ = row.write_fmt(value);
    }
    row.push(',');
}

/// SplitMix64: short, quick, and the same everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    /// About a normal distribution of deviation 1: the sum of twelve uniform numbers, less six.
    fn bell(&mut self) -> f64 {
        (0..12).map(|_| (self.next() >> 11) as f64 / (1_u64 << 53) as f64).sum::<f64>() - 6.0
    }

    fn word(&mut self) -> &'static str {
        WORDS[self.below(WORDS.len() as u64) as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_has_twenty_cells_and_some_are_empty_or_repeated() {
        let mut random = Random(7);
        let mut text = String::new();
        for _ in 0..1_000 {
            write_row(&mut text, &mut random);
        }
        assert_eq!(HEADER.split(',').count(), 20);
        // The note holds a comma between quotes.
        assert!(text.lines().all(|line| matches!(line.split(',').count(), 20 | 21)));
        assert!(text.contains(",,"));
    }
}
