//! Texts of a client's own under names of its own: metadata, settings.

use std::collections::BTreeMap;

use crate::json::Pairs;
use crate::validate::{Errors, FieldError, line};

const COUNT_LIMIT: usize = 16;
const NAME_LENGTH: usize = 40;
const TEXT_LENGTH: usize = 200;

/// Reads the object that is the field `field`: at most 16 texts of at most 200 characters, under names of 1 to 40 of the
/// characters `a-z A-Z 0-9 _ . -`. What is wrong is noted.
pub fn texts(field: &str, pairs: Pairs, errors: &mut Errors) -> BTreeMap<String, String> {
    let mut texts = BTreeMap::new();
    if pairs.0.len() > COUNT_LIMIT {
        errors.add(FieldError::new(field, "length", format!("must have at most {COUNT_LIMIT} members")));
        return texts;
    }
    for (at, (name, text)) in pairs.0.into_iter().enumerate() {
        if !is_name(&name) {
            let detail = format!(
                "member {at} must be named with 1 to {NAME_LENGTH} of the characters a-z A-Z 0-9 _ . -"
            );
            errors.add(FieldError::new(field, "name", detail));
            continue;
        }
        let Some(text) = errors.keep(line(&format!("{field}/{name}"), &text, 0, TEXT_LENGTH)) else {
            continue;
        };
        if texts.insert(name.clone(), text).is_some() {
            errors.add(FieldError::new(&format!("{field}/{name}"), "repeated", "may be given once"));
        }
    }
    texts
}

fn is_name(name: &str) -> bool {
    (1..=NAME_LENGTH).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<usize, Vec<(String, &'static str)>> {
        let pairs = pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        let mut errors = Errors::default();
        let found = texts("metadata", Pairs(pairs), &mut errors);
        let finished = errors.finish(Some(found.len()));
        finished.map_err(|errors| errors.into_iter().map(|error| (error.pointer, error.code)).collect())
    }

    /// Protects whoever reads a list of them in a terminal or a log.
    #[test]
    fn they_hold_nothing_that_nobody_sees_and_no_name_twice() {
        let long = "x".repeat(201);
        for (given, pointer, code) in [
            (&[("a", "x\u{1b}[2J")][..], "/metadata/a", "characters"),
            (&[("a", "\u{202e}x")], "/metadata/a", "characters"),
            (&[("a\n", "x")], "/metadata", "name"),
            (&[("", "x")], "/metadata", "name"),
            (&[("a", &long)], "/metadata/a", "length"),
            (&[("a", "1"), ("a", "1")], "/metadata/a", "repeated"),
            (&[("a", "1"); 17], "/metadata", "length"),
        ] {
            assert_eq!(read(given), Err(vec![(pointer.to_owned(), code)]));
        }
    }

    #[test]
    fn sixteen_of_200_characters_are_taken() {
        let names: Vec<String> = (0..16).map(|at| format!("n{at}")).collect();
        let text = "x".repeat(200);
        let pairs: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), text.as_str())).collect();
        assert_eq!(read(&pairs), Ok(16));
    }
}
