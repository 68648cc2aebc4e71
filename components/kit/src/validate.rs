//! What is wrong with which field: the `errors` of a 422.

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

/// Text of `min` to `max` characters without control characters, white space at its ends removed.
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
    if text.chars().any(char::is_control) {
        return Err(FieldError::new(name, "characters", "must not contain control characters"));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_trimmed_and_bounded() {
        assert_eq!(line("name", "  Acme ", 1, 4).unwrap(), "Acme");
        assert_eq!(line("name", "   ", 1, 4).unwrap_err().code, "length");
        assert_eq!(line("name", "Acmes", 1, 4).unwrap_err().pointer, "/name");
        assert_eq!(line("name", "a\u{0}b", 1, 4).unwrap_err().code, "characters");
    }

    #[test]
    fn every_bad_field_is_reported() {
        let mut errors = Errors::default();
        let name = errors.keep(line("name", "", 1, 4));
        let other = errors.keep(line("other", "", 1, 4));
        assert_eq!(errors.finish(name.zip(other)).unwrap_err().len(), 2);
    }
}
