//! The record that is being read, and the count of lines that it moves.

use csv_core::{ReadRecordResult, Reader};

use super::parse::{MAX_COLUMNS, MAX_FIELD_BYTES, MAX_ROW_BYTES};
use super::refusal::{Reason, Refusal};

/// The record that is being read.
pub(super) struct Record {
    open: bool,
    /// The line on which it begins.
    line: u64,
    content: Vec<u8>,
    written: usize,
    ends: Vec<usize>,
    fields: usize,
}

impl Record {
    pub(super) fn new() -> Self {
        let (content, ends) = (vec![0; 4 << 10], vec![0; MAX_COLUMNS + 1]);
        Self { open: false, line: 0, content, written: 0, ends, fields: 0 }
    }

    /// Whether a record was begun and not taken yet.
    pub(super) fn is_open(&self) -> bool {
        self.open
    }

    /// Bytes of text so far.
    pub(super) fn length(&self) -> usize {
        self.written
    }

    pub(super) fn begin(&mut self, line: u64) {
        (self.open, self.line, self.written, self.fields) = (true, line, 0, 0);
    }

    /// Reads on; answers why the reader stopped and how many bytes it took.
    pub(super) fn read(&mut self, reader: &mut Reader, input: &[u8]) -> (ReadRecordResult, usize) {
        let (content, ends) = (&mut self.content[self.written..], &mut self.ends[self.fields..]);
        let (result, read, written, fields) = reader.read_record(input, content, ends);
        self.written += written;
        self.fields += fields;
        (result, read)
    }

    /// Its line, its fields one after another, and where each of them ends; it is closed then.
    pub(super) fn take(&mut self) -> (u64, &[u8], &[usize]) {
        self.open = false;
        (self.line, &self.content[..self.written], &self.ends[..self.fields])
    }

    /// Makes room for more text, up to what a row may have.
    pub(super) fn grow(&mut self) -> Result<(), Refusal> {
        // One byte more than a row may have, so that a full buffer means a row that is too long.
        let longest = MAX_ROW_BYTES + 1;
        if self.content.len() == longest {
            let reason = Reason::RowTooLong { limit_bytes: MAX_ROW_BYTES as u64 };
            return Err(self.refusal(reason));
        }
        self.content.resize((self.content.len() * 4).min(longest), 0);
        Ok(())
    }

    /// Looks at the fields so far, the unfinished one included.
    pub(super) fn check_field_lengths(&self) -> Result<(), Refusal> {
        if self.written <= MAX_FIELD_BYTES {
            return Ok(());
        }
        let mut start = 0;
        for end in self.ends[..self.fields].iter().copied().chain([self.written]) {
            if end - start > MAX_FIELD_BYTES {
                let reason = Reason::FieldTooLong { limit_bytes: MAX_FIELD_BYTES as u64 };
                return Err(self.refusal(reason));
            }
            start = end;
        }
        Ok(())
    }

    pub(super) fn too_many_columns(&self) -> Refusal {
        self.refusal(Reason::TooManyColumns { limit: MAX_COLUMNS as u64 })
    }

    /// A refusal because of this record.
    pub(super) fn refusal(&self, reason: Reason) -> Refusal {
        Refusal::at_line(self.line, reason)
    }
}

/// Counts physical lines; LF, CRLF and CR each end one.
pub(super) struct LineCount {
    current: u64,
    /// The last byte was a CR, so that an LF now belongs to it.
    after_return: bool,
}

impl LineCount {
    pub(super) fn new() -> Self {
        Self { current: 1, after_return: false }
    }

    /// The line on which the next byte is, counted from 1.
    pub(super) fn current(&self) -> u64 {
        self.current
    }

    pub(super) fn advance(&mut self, bytes: &[u8]) {
        let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else { return };
        let mut ended = memchr::memchr_iter(b'\n', bytes).count();
        if self.after_return && *first == b'\n' {
            ended -= 1;
        }
        if memchr::memchr(b'\r', bytes).is_some() {
            let pairs = bytes.windows(2).filter(|pair| pair == b"\r\n").count();
            ended += memchr::memchr_iter(b'\r', bytes).count() - pairs;
        }
        self.current += ended as u64;
        self.after_return = *last == b'\r';
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_line_end_counts_once_wherever_it_is_cut() {
        for (text, line) in
            [("a\nb", 2), ("a\r\nb", 2), ("a\rb", 2), ("\n\r\n\r\r\n", 5), ("a\n\r", 3), ("", 1)]
        {
            for cut in 0..=text.len() {
                let mut lines = LineCount::new();
                lines.advance(&text.as_bytes()[..cut]);
                lines.advance(&text.as_bytes()[cut..]);
                assert_eq!(lines.current(), line, "{text:?} cut at {cut}");
            }
        }
    }
}
