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
            let detail =
                format!("member {at} must be named with 1 to {NAME_LENGTH} of the characters a-z A-Z 0-9 _ . -");
            errors.add(FieldError::new(field, "name", detail));
            continue;
        }
        let Some(text) = errors.keep(line(&format!("{field}/{name}"), &text, 0, TEXT_LENGTH)) else { continue };
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
