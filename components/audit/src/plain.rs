//! JSON that can be seen to be canonical in one pass: objects, texts without escapes, and whole numbers. Entries are nearly
//! always so, and then checking a long log costs little more than its hashes. Of anything else this says nothing, and the
//! library is asked.

/// How deep objects may be in one another.
const DEPTH: u32 = 8;
/// The largest whole number that every reader of JSON keeps has 16 digits; those with fewer are all kept.
const DIGITS: usize = 15;

/// The text of a name of the outermost object, if the bytes are plain and canonical.
#[must_use]
pub fn text_of<'a>(bytes: &'a [u8], wanted: &str) -> Option<&'a str> {
    let text = std::str::from_utf8(bytes).ok()?;
    let mut reader = Reader { text, at: 0, wanted, found: None };
    reader.object(0)?;
    if reader.at == text.len() { reader.found } else { None }
}

struct Reader<'a, 'b> {
    text: &'a str,
    at: usize,
    wanted: &'b str,
    found: Option<&'a str>,
}

impl<'a> Reader<'a, '_> {
    fn next(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        (self.next()? == byte).then(|| self.at += 1)
    }

    /// Names are sorted by their UTF-16 units, which for ASCII are its bytes.
    fn object(&mut self, depth: u32) -> Option<()> {
        self.take(b'{')?;
        if depth == DEPTH || self.next()? == b'}' {
            return None;
        }
        let mut last: Option<&str> = None;
        loop {
            let name = self.string()?;
            if !name.is_ascii() || last.is_some_and(|last| last >= name) {
                return None;
            }
            last = Some(name);
            self.take(b':')?;
            match self.next()? {
                b'"' => {
                    let value = self.string()?;
                    if depth == 0 && name == self.wanted {
                        self.found = Some(value);
                    }
                }
                b'{' => self.object(depth + 1)?,
                _ => self.number()?,
            }
            if self.take(b',').is_none() {
                return self.take(b'}');
            }
        }
    }

    /// What is in the quotes, where nothing has to be escaped.
    fn string(&mut self) -> Option<&'a str> {
        self.take(b'"')?;
        let rest = &self.text.as_bytes()[self.at..];
        let length = plain_length(rest)?;
        let inside = self.text.get(self.at..self.at + length)?;
        self.at += length;
        self.take(b'"')?;
        Some(inside)
    }

    fn number(&mut self) -> Option<()> {
        let rest = &self.text.as_bytes()[self.at..];
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let is_one_way = digits == 1 || rest.first() != Some(&b'0');
        self.at += digits;
        (1..=DIGITS).contains(&digits).then_some(()).filter(|()| is_one_way)
    }
}

/// How many bytes come before the first quote, backslash or control character: eight are looked at together.
fn plain_length(bytes: &[u8]) -> Option<usize> {
    const ONES: u64 = u64::MAX / 255;
    const HIGH: u64 = ONES << 7;
    // The lowest byte that is marked is one that is wanted; those above it may be marked by a borrow.
    let below = |word: u64, bound: u8| word.wrapping_sub(ONES * u64::from(bound)) & !word & HIGH;
    let mut at = 0;
    while let Some(eight) = bytes[at..].first_chunk::<8>() {
        let word = u64::from_le_bytes(*eight);
        let found = below(word, b' ')
            | below(word ^ (ONES * u64::from(b'"')), 1)
            | below(word ^ (ONES * u64::from(b'\\')), 1);
        if found != 0 {
            return Some(at + usize::try_from(found.trailing_zeros() / 8).ok()?);
        }
        at += 8;
    }
    let is_end = |byte: &u8| *byte == b'"' || *byte == b'\\' || *byte < b' ';
    Some(at + bytes[at..].iter().position(is_end)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::tests::sample;
    use crate::entry::{Entry, is_canonical};
    use proptest::prelude::*;

    const TENANT: Option<&str> = Some("ten_01h455vb4pex5vsknk084sn02q");

    fn tenant(text: &str) -> Option<&str> {
        text_of(text.as_bytes(), "tenant_id")
    }

    #[test]
    fn an_entry_is_plain_when_nothing_in_it_is_escaped() {
        assert_eq!(tenant(&sample(1).write().unwrap().text), TENANT);
        let escaped = Entry { action: "\n".to_owned(), ..sample(1) }.write().unwrap().text;
        assert_eq!(tenant(&escaped), None);
    }

    #[test]
    fn only_the_outermost_name_counts() {
        assert_eq!(tenant(r#"{"a":{"tenant_id":"x"},"tenant_id":"y"}"#), Some("y"));
        assert_eq!(tenant(r#"{"a":{"tenant_id":"x"}}"#), None);
    }

    #[test]
    fn what_is_not_canonical_or_not_json_is_not_plain() {
        for text in [
            r#"{"tenant_id":"y","tenant_id":"y"}"#,
            r#"{"tenant_id":"y","a":"x"}"#,
            r#"{"tenant_id":"y"} "#,
            r#"{"tenant_id":"y",}"#,
            r#"{"tenant_id":"y""#,
            r#"{"n":01,"tenant_id":"y"}"#,
            r#"{"n":,"tenant_id":"y"}"#,
            r#"{"n":9007199254740993,"tenant_id":"y"}"#,
            r#"{"n":-0,"tenant_id":"y"}"#,
            r#"{"n":1.0,"tenant_id":"y"}"#,
            "{\"n\":\"\u{1}\",\"tenant_id\":\"y\"}",
        ] {
            assert_eq!(tenant(text), None, "{text}");
        }
        let deep = format!("{}1{}", "{\"a\":".repeat(100_000), "}".repeat(100_000));
        assert_eq!(tenant(&deep), None);
    }

    proptest! {
        #[test]
        fn the_end_of_a_text_is_where_its_bytes_say(bytes: Vec<u8>) {
            let expected = bytes.iter().position(|byte| *byte == b'"' || *byte == b'\\' || *byte < b' ');
            prop_assert_eq!(plain_length(&bytes), expected);
        }

        #[test]
        fn what_is_plain_is_canonical(facts: std::collections::BTreeMap<String, String>, at: prop::sample::Index, byte: u8) {
            let text = Entry { facts, ..sample(1) }.write().unwrap().text;
            let mut bytes = text.into_bytes();
            let at = at.index(bytes.len());
            bytes[at] = byte;
            if text_of(&bytes, "tenant_id").is_some() {
                prop_assert!(is_canonical(&bytes));
            }
        }
    }
}
