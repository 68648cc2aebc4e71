//! From chunks of bytes to a [`Parsed`] table, or to a [`Refusal`] that says which line is wrong and why.
//!
//! The dialect is RFC 4180's: commas, fields optionally in double quotes, a quote inside one doubled. Lines
//! may end in LF, CRLF or CR; blank lines are skipped; a byte order mark is skipped. The parser itself is
//! `csv-core`; what this adds is the line count, the limits, and independence from where the chunks are cut:
//! also *which* refusal a file gets, if any, depends on its bytes only.

use csv_core::{ReadRecordResult, Reader};

use super::encoding::TextWatch;
use super::header::Header;
use super::record::{LineCount, Record};
use super::refusal::{Reason, Refusal};
use super::table::TableBuilder;
use super::{Options, Parsed};

/// The most columns a file may have.
pub const MAX_COLUMNS: usize = 1_000;

/// The longest a field may be, quotes not counted.
pub const MAX_FIELD_BYTES: usize = 64 << 10;

/// The longest a row may be, commas and quotes not counted.
pub const MAX_ROW_BYTES: usize = 1 << 20;

/// The most rows a file may have: what is kept for each row must fit in memory beside a file of 64 MiB, and
/// such a file has more rows only if they are shorter than 14 bytes.
pub const MAX_ROWS: usize = 5_000_000;

/// Takes a file chunk by chunk.
pub struct Analyzer {
    label_column: Option<String>,
    watch: TextWatch,
    reader: Reader,
    lines: LineCount,
    record: Record,
    stage: Stage,
    /// The first refusal: it is final, and every later call repeats it.
    refused: Option<Refusal>,
}

enum Stage {
    Header,
    Rows { header_line: u64, label: Option<usize>, builder: TableBuilder },
}

impl Analyzer {
    /// Ready for the first byte of a file.
    #[must_use]
    pub fn new(options: Options) -> Self {
        let mut reader = Reader::new();
        // A blank line before the file, so that the reader does not look for a byte order mark of its own,
        // which it would find or not depending on the first chunk's size.
        let _blank_line = reader.read_record(b"\n", &mut [0], &mut [0]);
        Self {
            label_column: options.label_column,
            watch: TextWatch::default(),
            reader,
            lines: LineCount::new(),
            record: Record::new(),
            stage: Stage::Header,
            refused: None,
        }
    }

    /// Rows of data that are complete so far.
    #[must_use]
    pub fn rows(&self) -> u64 {
        match &self.stage {
            Stage::Header => 0,
            Stage::Rows { builder, .. } => builder.rows() as u64,
        }
    }

    /// Takes the next bytes of the file. After a refusal there is nothing more to learn from the rest.
    pub fn push(&mut self, chunk: &[u8]) -> Result<(), Refusal> {
        if let Some(refusal) = &self.refused {
            return Err(refusal.clone());
        }
        self.push_text(chunk).inspect_err(|refusal| self.refused = Some(refusal.clone()))
    }

    /// Ends the file. From here on nothing can be refused, and the number of rows is known.
    pub fn finish(mut self) -> Result<Parsed, Refusal> {
        if let Some(refusal) = self.refused {
            return Err(refusal);
        }
        if !self.watch.is_complete() {
            return Err(Refusal::at_line(self.lines.current(), Reason::NotUtf8));
        }
        if self.record.is_open() {
            self.end_last_record()?;
        }
        match self.stage {
            Stage::Header => Err(Refusal::of_file(Reason::Empty)),
            Stage::Rows { header_line, builder, .. } if builder.rows() == 0 => {
                Err(Refusal::at_line(header_line, Reason::HeaderOnly))
            }
            Stage::Rows { label, builder, .. } => Ok(Parsed { table: builder.finish(), label }),
        }
    }

    fn push_text(&mut self, chunk: &[u8]) -> Result<(), Refusal> {
        let (good, trouble) = self.watch.check(chunk);
        let (mark, not_mark) = self.watch.skip_mark(&chunk[..good]);
        self.feed(not_mark)?;
        // What comes before the trouble is parsed first: it may be wrong on an earlier line.
        self.feed(&chunk[mark..good])?;
        match trouble {
            Some(reason) => Err(Refusal::at_line(self.lines.current(), reason)),
            None => Ok(()),
        }
    }

    fn feed(&mut self, mut input: &[u8]) -> Result<(), Refusal> {
        while !input.is_empty() {
            if !self.record.is_open() {
                let text =
                    input.iter().position(|byte| !matches!(byte, b'\r' | b'\n')).unwrap_or(input.len());
                self.lines.advance(&input[..text]);
                input = &input[text..];
                if input.is_empty() {
                    break;
                }
                self.record.begin(self.lines.current());
            }
            let (result, read) = self.record.read(&mut self.reader, input);
            self.lines.advance(&input[..read]);
            input = &input[read..];
            self.record.check_field_lengths()?;
            match result {
                ReadRecordResult::Record => self.end_record()?,
                ReadRecordResult::OutputFull => self.record.grow()?,
                ReadRecordResult::OutputEndsFull => return Err(self.record.too_many_columns()),
                ReadRecordResult::InputEmpty | ReadRecordResult::End => {}
            }
        }
        Ok(())
    }

    /// Ends the record that the file's last line has no line end for, by giving it one: inside quotes that is
    /// text, which shows that they are not closed.
    fn end_last_record(&mut self) -> Result<(), Refusal> {
        let length = self.record.length();
        loop {
            let (result, _) = self.record.read(&mut self.reader, b"\n");
            if self.record.length() > length {
                return Err(self.record.refusal(Reason::UnterminatedQuote));
            }
            match result {
                ReadRecordResult::Record => return self.end_record(),
                ReadRecordResult::OutputFull => self.record.grow()?,
                ReadRecordResult::OutputEndsFull => return Err(self.record.too_many_columns()),
                ReadRecordResult::InputEmpty | ReadRecordResult::End => return Ok(()),
            }
        }
    }

    fn end_record(&mut self) -> Result<(), Refusal> {
        let (line, content, ends) = self.record.take();
        match &mut self.stage {
            Stage::Header => {
                let starts = std::iter::once(0).chain(ends.iter().copied());
                let fields = starts.zip(ends).map(|(start, end)| &content[start..*end]);
                let header = Header::read(line, fields, self.label_column.as_deref())?;
                let builder = TableBuilder::new(header.names);
                self.stage = Stage::Rows { header_line: line, label: header.label, builder };
            }
            Stage::Rows { builder, .. } => {
                let (expected, found) = (builder.columns(), ends.len());
                let reason = if found > MAX_COLUMNS {
                    Reason::TooManyColumns { limit: MAX_COLUMNS as u64 }
                } else if found != expected {
                    Reason::RaggedRow { expected: expected as u64, found: found as u64 }
                } else if builder.rows() == MAX_ROWS {
                    Reason::TooManyRows { limit: MAX_ROWS as u64 }
                } else {
                    builder.push(line, content, ends);
                    return Ok(());
                };
                return Err(Refusal::at_line(line, reason));
            }
        }
        Ok(())
    }
}
