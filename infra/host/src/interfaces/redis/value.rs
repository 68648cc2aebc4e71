//! Values and errors on their way to a component.

use redis::{FromRedisValue, ParsingError, RedisError, ServerErrorKind, Value};

use crate::interfaces::bindings::spin::redis::redis::{Error, RedisResult};

/// What an answer may have: it is copied into the component's memory, which is limited.
const MOST_BYTES: usize = 16 << 20;
/// What a value of an answer counts besides its bytes.
const EACH_BYTES: usize = 32;

/// An answer to any command.
pub(super) struct Results(Value);

impl FromRedisValue for Results {
    fn from_redis_value(value: Value) -> Result<Self, ParsingError> {
        Ok(Self(value))
    }
}

impl Results {
    /// The values in a row, whatever they were nested in.
    pub(super) fn flat(self) -> Result<Vec<RedisResult>, Error> {
        let (mut flat, mut bytes) = (Vec::new(), 0);
        append(&mut flat, &mut bytes, self.0)?;
        Ok(flat)
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the library may know more kinds of answers one day")]
fn append(flat: &mut Vec<RedisResult>, bytes: &mut usize, value: Value) -> Result<(), Error> {
    let one = match value {
        Value::Nil => RedisResult::Nil,
        Value::Int(number) => RedisResult::Int64(number),
        Value::Boolean(truth) => RedisResult::Int64(i64::from(truth)),
        Value::BulkString(bytes) | Value::BigNumber(bytes) => RedisResult::Binary(bytes),
        Value::Double(number) => RedisResult::Binary(number.to_string().into_bytes()),
        Value::SimpleString(text) => RedisResult::Status(text),
        Value::Okay => RedisResult::Status("OK".to_owned()),
        Value::Array(values) | Value::Set(values) => {
            return values.into_iter().try_for_each(|value| append(flat, bytes, value));
        }
        Value::ServerError(error) => return Err(RedisError::from(error).into()),
        // Answers of a newer protocol, which is only spoken to who asks for it.
        _ => return Err(Error::TypeError),
    };
    *bytes += EACH_BYTES
        + match &one {
            RedisResult::Nil | RedisResult::Int64(_) => 0,
            RedisResult::Status(text) => text.len(),
            RedisResult::Binary(bytes) => bytes.len(),
        };
    if *bytes > MOST_BYTES {
        return Err(too_large());
    }
    flat.push(one);
    Ok(())
}

/// The same answer, unless it is too large.
pub(super) fn bounded<T>(answer: T, bytes: impl Fn(&T) -> usize) -> Result<T, Error> {
    if bytes(&answer) > MOST_BYTES { Err(too_large()) } else { Ok(answer) }
}

fn too_large() -> Error {
    Error::Other(format!("the answer has more than {} MiB", MOST_BYTES >> 20))
}

impl From<RedisError> for Error {
    fn from(error: RedisError) -> Self {
        let is_other_type = error.kind() == redis::ErrorKind::UnexpectedReturnType;
        if is_other_type || error.code() == Some("WRONGTYPE") {
            return Self::TypeError;
        }
        Self::Other(error.to_string())
    }
}

/// Of `INCR`: what is no number is of the wrong type, which the server says in words only.
pub(super) fn not_a_number(error: RedisError) -> Error {
    let answered = error.kind() == redis::ErrorKind::Server(ServerErrorKind::ResponseError);
    if answered && error.detail().is_some_and(|detail| detail.starts_with("value is not an integer")) {
        return Error::TypeError;
    }
    error.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_values_come_in_a_row_and_what_is_too_large_does_not_come() {
        let nested = Value::Array(vec![Value::Int(1), Value::Array(vec![Value::Nil, Value::Okay])]);
        let flat = Results(nested).flat().unwrap();
        assert!(
            matches!(&flat[..], [RedisResult::Int64(1), RedisResult::Nil, RedisResult::Status(ok)] if ok == "OK"),
            "{flat:?}"
        );
        let large = || Value::BulkString(vec![0; MOST_BYTES / 2]);
        assert!(Results(Value::Array(vec![large()])).flat().is_ok());
        assert!(Results(Value::Array(vec![large(), large()])).flat().is_err());
        assert!(Results(Value::Map(Vec::new())).flat().is_err());
    }
}
