//! The operations as HTTP: one file each, and the JSON that they share.

pub mod checkpoint;
pub mod due;
pub mod key;
pub mod list;
pub mod proof;
pub mod verify;
pub mod view;

use insula_kit::Request;
use insula_kit::validate::FieldError;

/// A query parameter that is a whole number.
fn number(request: &Request, name: &'static str) -> Result<Option<u64>, FieldError> {
    let read = |text: &str| {
        let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<u64>().ok().filter(|number| is_plain && i64::try_from(*number).is_ok())
    };
    let wrong = || FieldError::query(name, "range", "must be a whole number");
    request.query(name).map(|text| read(text).ok_or_else(wrong)).transpose()
}
