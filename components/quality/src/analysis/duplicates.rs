//! Rows that repeat another, exactly or nearly. What nearly means is what [`fingerprint::folded`] folds.
//!
//! [`fingerprint::folded`]: super::fingerprint::folded

use super::fingerprint::combine;
use super::report::{DuplicateGroup, DuplicateSummary, Duplicates};
use super::table::Table;

/// How many groups are listed, and how many lines of each.
const GROUP_EXAMPLES: usize = 20;
const LINE_EXAMPLES: usize = 10;

/// Two keys for each row: equal for rows that are exactly, or nearly, the same.
pub(super) struct RowKeys {
    exact: Vec<u64>,
    folded: Vec<u64>,
}

impl RowKeys {
    pub(super) fn new(rows: usize) -> Self {
        Self { exact: vec![0; rows], folded: vec![0; rows] }
    }

    /// Adds the next cell of a row.
    #[inline]
    pub(super) fn add(&mut self, row: usize, exact: u64, folded: u64) {
        self.exact[row] = combine(self.exact[row], exact);
        self.folded[row] = combine(self.folded[row], folded);
    }
}

/// Groups the rows by their keys. Sorting, not hashing, so that no input can make it slow.
pub(super) fn summarize(table: &Table, keys: RowKeys) -> Duplicates {
    let RowKeys { exact, folded } = keys;
    // One word a row: the upper bits of the folded key, and the row. What the cut keys bring together by
    // chance is parted again below, by the whole keys.
    let row_bits = usize::BITS - exact.len().leading_zeros();
    let row_mask = (1_u64 << row_bits) - 1;
    let row_of = |packed: &u64| (packed & row_mask) as usize;
    let mut packed: Vec<u64> =
        folded.iter().enumerate().map(|(row, key)| key & !row_mask | row as u64).collect();
    packed.sort_unstable();

    let (mut exact_groups, mut near_groups) = (Groups::default(), Groups::default());
    for run in packed.chunk_by_mut(|left, right| left & !row_mask == right & !row_mask) {
        if run.len() == 1 {
            continue;
        }
        run.sort_unstable_by_key(|packed| {
            let row = row_of(packed);
            (folded[row], exact[row], row)
        });
        for near in run.chunk_by(|left, right| folded[row_of(left)] == folded[row_of(right)]) {
            let writings = || near.chunk_by(|left, right| exact[row_of(left)] == exact[row_of(right)]);
            for same in writings().filter(|same| same.len() > 1) {
                exact_groups.add(same.iter().map(row_of));
            }
            if writings().nth(1).is_some() {
                near_groups.add(writings().filter_map(|same| same.first()).map(row_of));
            }
        }
    }
    Duplicates { exact: exact_groups.summary(table), near: near_groups.summary(table) }
}

/// Counts of groups, and those that begin first.
#[derive(Default)]
struct Groups {
    rows: u64,
    count: u64,
    /// Sorted by the first row of each.
    earliest: Vec<Group>,
}

struct Group {
    rows: u64,
    first_rows: Vec<usize>,
}

impl Groups {
    fn add(&mut self, rows: impl Iterator<Item = usize>) {
        let mut size = 0;
        let mut first_rows = Vec::new();
        for row in rows {
            size += 1;
            let place = first_rows.partition_point(|other| *other < row);
            if place < LINE_EXAMPLES {
                first_rows.truncate(LINE_EXAMPLES - 1);
                first_rows.insert(place, row);
            }
        }
        self.rows += size - 1;
        self.count += 1;
        let place = self.earliest.partition_point(|other| other.first_rows < first_rows);
        if place < GROUP_EXAMPLES {
            self.earliest.truncate(GROUP_EXAMPLES - 1);
            self.earliest.insert(place, Group { rows: size, first_rows });
        }
    }

    fn summary(self, table: &Table) -> DuplicateSummary {
        let examples = self.earliest.into_iter().map(|group| DuplicateGroup {
            rows: group.rows,
            lines: group.first_rows.into_iter().map(|row| table.line(row)).collect(),
        });
        DuplicateSummary { rows: self.rows, groups: self.count, examples: examples.collect() }
    }
}
