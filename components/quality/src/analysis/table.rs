//! The cells of a file, kept once, in blocks of rows that are stored column by column.
//!
//! A cell is its length (one byte up to 127, then two or three) and its bytes, so a block takes about as much
//! memory as its part of the file, and going through one column touches no other column's bytes.

use std::fmt;

/// A block is closed when its cells have this many bytes, or this many cells.
const BLOCK_BYTES: usize = 1 << 20;

/// Every row of a well-formed file.
#[derive(Default)]
pub(super) struct Table {
    names: Vec<String>,
    blocks: Vec<Block>,
    rows: usize,
}

struct Block {
    first_row: usize,
    first_line: u32,
    /// The line of each row, where they are not simply consecutive.
    lines: Option<Box<[u32]>>,
    /// Where each column begins in `bytes`, and the end of the last.
    starts: Box<[u32]>,
    bytes: Box<[u8]>,
}

impl Table {
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    pub(super) fn columns(&self) -> usize {
        self.names.len()
    }

    pub(super) fn name(&self, column: usize) -> &str {
        &self.names[column]
    }

    /// The cells of one column in the order of the rows. Fastest with `for_each` and `try_for_each`.
    pub(super) fn cells(&self, column: usize) -> impl Iterator<Item = &[u8]> {
        self.blocks.iter().flat_map(move |block| Cells {
            bytes: &block.bytes[block.starts[column] as usize..block.starts[column + 1] as usize],
        })
    }

    /// The physical line on which a row begins.
    pub(super) fn line(&self, row: usize) -> u64 {
        let after = self.blocks.partition_point(|block| block.first_row <= row);
        let Some(block) = after.checked_sub(1).and_then(|index| self.blocks.get(index)) else { return 0 };
        let offset = row - block.first_row;
        match &block.lines {
            Some(lines) => u64::from(lines[offset]),
            None => u64::from(block.first_line) + offset as u64,
        }
    }
}

// Written out because a derived one would print the cells, which no log may hold.
impl fmt::Debug for Table {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (rows, columns) = (self.rows(), self.columns());
        formatter
            .debug_struct("Table")
            .field("rows", &rows)
            .field("columns", &columns)
            .finish_non_exhaustive()
    }
}

/// The cells of one column in one block.
struct Cells<'a> {
    bytes: &'a [u8],
}

impl<'a> Iterator for Cells<'a> {
    type Item = &'a [u8];

    #[inline]
    fn next(&mut self) -> Option<&'a [u8]> {
        let (&first, mut rest) = self.bytes.split_first()?;
        let mut length = usize::from(first);
        if first >= 0x80 {
            length &= 0x7f;
            let mut shift = 7;
            while let Some((&byte, after)) = rest.split_first() {
                rest = after;
                length |= usize::from(byte & 0x7f) << shift;
                shift += 7;
                if byte < 0x80 {
                    break;
                }
            }
        }
        let (cell, after) = rest.split_at_checked(length)?;
        self.bytes = after;
        Some(cell)
    }
}

/// Collects rows and closes a block whenever enough of them are there.
#[derive(Default)]
pub(super) struct TableBuilder {
    table: Table,
    /// The cells of the open block, row by row, one after another.
    content: Vec<u8>,
    /// Where each cell of the open block ends in `content`.
    ends: Vec<u32>,
    /// The line of each row of the open block.
    lines: Vec<u32>,
}

impl TableBuilder {
    pub(super) fn new(names: Vec<String>) -> Self {
        Self { table: Table { names, ..Table::default() }, ..Self::default() }
    }

    pub(super) fn columns(&self) -> usize {
        self.table.columns()
    }

    pub(super) fn rows(&self) -> usize {
        self.table.rows
    }

    /// Adds one row: its cells one after another, and where each of them ends.
    pub(super) fn push(&mut self, line: u64, content: &[u8], ends: &[usize]) {
        let base = self.content.len();
        self.content.extend_from_slice(content);
        self.ends.extend(ends.iter().map(|end| (base + end) as u32));
        self.lines.push(line as u32);
        self.table.rows += 1;
        if self.content.len() >= BLOCK_BYTES || self.ends.len() >= BLOCK_BYTES {
            self.close_block();
        }
    }

    pub(super) fn finish(mut self) -> Table {
        self.close_block();
        self.table
    }

    fn close_block(&mut self) {
        let Some(&first_line) = self.lines.first() else { return };
        let columns = self.columns();
        let mut bytes = Vec::with_capacity(self.stored_size());
        let mut starts = Vec::with_capacity(columns + 1);
        for column in 0..columns {
            starts.push(bytes.len() as u32);
            for cell in (column..self.ends.len()).step_by(columns) {
                let start = if cell == 0 { 0 } else { self.ends[cell - 1] as usize };
                store(&mut bytes, &self.content[start..self.ends[cell] as usize]);
            }
        }
        starts.push(bytes.len() as u32);
        let consecutive = self.lines.iter().zip(first_line..).all(|(line, expected)| *line == expected);
        self.table.blocks.push(Block {
            first_row: self.table.rows - self.lines.len(),
            first_line,
            lines: (!consecutive).then(|| self.lines.as_slice().into()),
            starts: starts.into(),
            bytes: bytes.into(),
        });
        self.content.clear();
        self.ends.clear();
        self.lines.clear();
    }

    /// Exactly the bytes that the open block will take, so that nothing is moved or wasted.
    fn stored_size(&self) -> usize {
        let mut previous = 0;
        let lengths: usize = self
            .ends
            .iter()
            .map(|&end| {
                let length = end - previous;
                previous = end;
                1 + usize::from(length >= 0x80) + usize::from(length >= 0x4000)
            })
            .sum();
        self.content.len() + lengths
    }
}

/// Appends a cell in the form that [`Cells`] reads.
fn store(bytes: &mut Vec<u8>, cell: &[u8]) {
    let mut length = cell.len();
    while length >= 0x80 {
        bytes.push((length & 0x7f) as u8 | 0x80);
        length >>= 7;
    }
    bytes.push(length as u8);
    bytes.extend_from_slice(cell);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn build(rows: &[(u64, &[&str])]) -> Table {
        let width = rows.first().map_or(0, |row| row.1.len());
        let mut builder = TableBuilder::new((0..width).map(|index| index.to_string()).collect());
        for (line, cells) in rows {
            let content = cells.concat();
            let mut end = 0;
            let ends: Vec<usize> = cells
                .iter()
                .map(|cell| {
                    end += cell.len();
                    end
                })
                .collect();
            builder.push(*line, content.as_bytes(), &ends);
        }
        builder.finish()
    }

    #[test]
    fn a_column_is_read_back_cell_by_cell_whatever_the_lengths() {
        let long = "x".repeat(127);
        let longer = "y".repeat(128);
        let longest = "z".repeat(65_536);
        let table = build(&[(2, &["a", ""]), (3, &[&long, &longer]), (4, &[&longest, "b"])]);

        let first: Vec<&[u8]> = table.cells(0).collect();
        let second: Vec<&[u8]> = table.cells(1).collect();

        assert_eq!(first, [b"a", long.as_bytes(), longest.as_bytes()]);
        assert_eq!(second, [b"", longer.as_bytes(), b"b"]);
    }

    #[test]
    fn rows_keep_their_lines_over_gaps_and_over_blocks() {
        let wide = "w".repeat(BLOCK_BYTES / 2);
        let table = build(&[(2, &[&wide]), (3, &[&wide]), (7, &["a"]), (9, &["b"])]);

        assert_eq!(table.blocks.len(), 2);
        assert_eq!([0, 1, 2, 3].map(|row| table.line(row)), [2, 3, 7, 9]);
        assert_eq!(table.cells(0).count(), 4);
    }

    #[test]
    fn a_block_takes_exactly_the_memory_that_was_reserved() {
        let mut builder = TableBuilder::new(vec![String::new()]);
        let cell = "c".repeat(20_000);
        builder.push(2, cell.as_bytes(), &[cell.len()]);

        assert_eq!(builder.stored_size(), 20_003);
        assert_eq!(builder.finish().blocks[0].bytes.len(), 20_003);
    }
}
