//! Watches that a stream of chunks is UTF-8 text, across chunk borders.

use super::refusal::Reason;

/// UTF-8's byte order mark, which spreadsheets put before the header.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// What is known of the stream so far.
#[derive(Debug, Default)]
pub(super) struct TextWatch {
    /// The first bytes of a character that the next chunk completes.
    partial: Vec<u8>,
    /// How much of the byte order mark was seen.
    mark: MarkSeen,
}

#[derive(Debug, Default)]
enum MarkSeen {
    #[default]
    Nothing,
    Bytes(usize),
    TextBegan,
}

impl TextWatch {
    /// How many bytes at the start of `chunk` are good text, and what is wrong with the byte after them.
    pub(super) fn check(&mut self, chunk: &[u8]) -> (usize, Option<Reason>) {
        let (good, reason) = match self.check_utf8(chunk) {
            Ok(()) => (chunk.len(), None),
            Err(good) => (good, Some(Reason::NotUtf8)),
        };
        match memchr::memchr(0, &chunk[..good]) {
            Some(zero) => (zero, Some(Reason::Binary)),
            None => (good, reason),
        }
    }

    /// Whether the text may end here, which it may not inside a character.
    pub(super) fn is_complete(&self) -> bool {
        self.partial.is_empty()
    }

    /// How many bytes at the start of `chunk` belong to a byte order mark.
    ///
    /// A file that begins with a part of the mark and goes on otherwise is not UTF-8 in a way that `check`
    /// sees (the mark is one character), or its header begins with another character of the same first bytes;
    /// those bytes come back as the second value and are text.
    pub(super) fn skip_mark(&mut self, chunk: &[u8]) -> (usize, &'static [u8]) {
        let seen = match self.mark {
            MarkSeen::TextBegan => return (0, b""),
            MarkSeen::Nothing => 0,
            MarkSeen::Bytes(seen) => seen,
        };
        let rest = &BYTE_ORDER_MARK[seen..];
        let common = rest.iter().zip(chunk).take_while(|(expected, found)| expected == found).count();
        if common == rest.len() {
            self.mark = MarkSeen::TextBegan;
            (common, b"")
        } else if common == chunk.len() {
            self.mark = MarkSeen::Bytes(seen + common);
            (common, b"")
        } else {
            self.mark = MarkSeen::TextBegan;
            (0, &BYTE_ORDER_MARK[..seen])
        }
    }

    /// `Err` holds the number of good bytes before the bad one.
    fn check_utf8(&mut self, chunk: &[u8]) -> Result<(), usize> {
        let mut start = 0;
        while !self.partial.is_empty() {
            let Some(byte) = chunk.get(start) else { return Ok(()) };
            self.partial.push(*byte);
            match std::str::from_utf8(&self.partial) {
                Ok(_) => self.partial.clear(),
                Err(error) if error.error_len().is_some() => return Err(start),
                Err(_) => {}
            }
            start += 1;
        }
        match std::str::from_utf8(&chunk[start..]) {
            Ok(_) => Ok(()),
            Err(error) => {
                let good = start + error.valid_up_to();
                if error.error_len().is_some() {
                    return Err(good);
                }
                self.partial.extend_from_slice(&chunk[good..]);
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_cut_by_a_chunk_border_is_good_text() {
        let mut watch = TextWatch::default();

        assert_eq!(watch.check(b"a\xe2"), (2, None));
        assert!(!watch.is_complete());
        assert_eq!(watch.check(b"\x82"), (1, None));
        assert_eq!(watch.check(b"\xacb"), (2, None));
        assert!(watch.is_complete());
    }

    #[test]
    fn the_first_bad_byte_is_found_also_just_after_a_border() {
        assert_eq!(TextWatch::default().check(b"ab\xffc"), (2, Some(Reason::NotUtf8)));

        let mut watch = TextWatch::default();
        assert_eq!(watch.check(b"a\xe2\x82"), (3, None));
        assert_eq!(watch.check(b"x"), (0, Some(Reason::NotUtf8)));
    }

    #[test]
    fn whichever_comes_first_of_a_zero_byte_and_bad_text_is_reported() {
        assert_eq!(TextWatch::default().check(b"a\0\xff"), (1, Some(Reason::Binary)));
        assert_eq!(TextWatch::default().check(b"a\xff\0"), (1, Some(Reason::NotUtf8)));
    }

    #[test]
    fn a_mark_is_skipped_however_it_is_cut_and_only_at_the_start() {
        let mut watch = TextWatch::default();
        assert_eq!(watch.skip_mark(b"\xef"), (1, &b""[..]));
        assert_eq!(watch.skip_mark(b"\xbb\xbfa"), (2, &b""[..]));
        assert_eq!(watch.skip_mark(b"\xef\xbb\xbf"), (0, &b""[..]));
    }

    #[test]
    fn a_character_that_only_begins_like_the_mark_is_given_back() {
        let mut watch = TextWatch::default();
        assert_eq!(watch.skip_mark(b"\xef\xbb"), (2, &b""[..]));
        assert_eq!(watch.skip_mark(b"\xba"), (0, &b"\xef\xbb"[..]));
    }
}
