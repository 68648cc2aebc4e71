//! What is wrong with which field: the `errors` of a 422.

use insula_domain::rate_limit::RateLimit;
use serde::Serialize;
use utoipa::ToSchema;

/// One thing that is wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// Where: a JSON pointer (RFC 6901) into the body, or `?name` for a query parameter, or a part of an upload.
    pub pointer: String,
    /// What, as a stable word that programs can branch on.
    pub code: &'static str,
    /// What, for people. Never repeats what was sent.
    pub detail: String,
}

impl FieldError {
    /// An error at a JSON pointer. `name` is the field of the body's object.
    pub fn new(name: &str, code: &'static str, detail: impl Into<String>) -> Self {
        Self { pointer: format!("/{name}"), code, detail: detail.into() }
    }

    /// An error of a query parameter.
    pub fn query(name: &str, code: &'static str, detail: impl Into<String>) -> Self {
        Self { pointer: format!("?{name}"), code, detail: detail.into() }
    }
}

/// Collects what is wrong, so that every bad field is reported at once.
#[derive(Debug, Default)]
pub struct Errors(Vec<FieldError>);

impl Errors {
    /// Keeps the value, or notes the error.
    pub fn keep<T>(&mut self, result: Result<T, FieldError>) -> Option<T> {
        result.map_err(|error| self.0.push(error)).ok()
    }

    /// Notes an error.
    pub fn add(&mut self, error: FieldError) {
        self.0.push(error);
    }

    /// Ends the collection.
    ///
    /// # Errors
    ///
    /// The errors, if there were any; and if there were none, but `value` is missing nevertheless, none.
    pub fn finish<T>(self, value: Option<T>) -> Result<T, Vec<FieldError>> {
        match value {
            Some(value) if self.0.is_empty() => Ok(value),
            _ => Err(self.0),
        }
    }
}

/// A limit such as `100/minute`.
///
/// # Errors
///
/// What is wrong with the field.
pub fn rate_limit(field: &str, text: &str) -> Result<RateLimit, FieldError> {
    let detail = "must be such as `100/minute`: 1 to 1000000 calls a `second`, `minute`, `hour` or `day`";
    RateLimit::parse(text).ok_or_else(|| FieldError::new(field, "format", detail))
}

/// Text of `min` to `max` characters, white space at its ends removed, without characters that nobody sees: those could
/// make two names look alike, or reverse what a line of a log shows. The two joiners remain, because words and emoji
/// need them.
///
/// # Errors
///
/// `length` or `characters`.
pub fn line(name: &str, text: &str, min: usize, max: usize) -> Result<String, FieldError> {
    let text = text.trim();
    let length = text.chars().count();
    if !(min..=max).contains(&length) {
        return Err(FieldError::new(name, "length", format!("must have {min} to {max} characters")));
    }
    if text.chars().any(unseen) {
        let detail = "must not contain control characters or characters that can't be seen";
        return Err(FieldError::new(name, "characters", detail));
    }
    Ok(text.to_owned())
}

/// Control characters, and of Unicode's format characters (category Cf) those that join nothing; ends of lines too.
fn unseen(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_trimmed_and_bounded() {
        assert_eq!(line("name", "  Acme ", 1, 4).unwrap(), "Acme");
        assert_eq!(line("name", "   ", 1, 4).unwrap_err().code, "length");
        assert_eq!(line("name", "Acmes", 1, 4).unwrap_err().pointer, "/name");
    }

    #[test]
    fn a_line_holds_nothing_that_nobody_sees() {
        for character in ['\0', '\n', '\u{85}', '\u{200b}', '\u{202e}', '\u{2028}', '\u{2066}', '\u{feff}'] {
            assert_eq!(line("name", &format!("a{character}b"), 1, 4).unwrap_err().code, "characters");
        }
        assert!(line("name", "\u{6cc}\u{200c}\u{6cc}", 1, 4).is_ok());
    }

    #[test]
    fn every_bad_field_is_reported() {
        let mut errors = Errors::default();
        let name = errors.keep(line("name", "", 1, 4));
        let other = errors.keep(line("other", "", 1, 4));
        assert_eq!(errors.finish(name.zip(other)).unwrap_err().len(), 2);
    }
}
