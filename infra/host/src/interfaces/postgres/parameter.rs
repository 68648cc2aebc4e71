//! A component's parameters in PostgreSQL's binary format.

use bytes::{BufMut, BytesMut};
use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

use super::{numeric, ranges};
use crate::interfaces::bindings::spin::postgres::postgres::ParameterValue;

type Encoded = Result<IsNull, Box<dyn std::error::Error + Sync + Send>>;

/// One parameter.
#[derive(Debug)]
pub(super) struct Parameter(pub(super) ParameterValue);

/// A parameter that the statement cannot have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unsuitable {
    /// The statement wants something else there.
    #[error("a parameter of this kind cannot be bound to {0}")]
    Type(String),
    /// A number too large for the type.
    #[error("the number does not fit into {0}")]
    TooLarge(String),
    /// The 30th of February.
    #[error("not a date or a time")]
    Time,
    /// Not of the form that the kind demands.
    #[error("not a {0}")]
    Form(&'static str),
}

impl ToSql for Parameter {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Encoded {
        use ParameterValue as P;
        match &self.0 {
            P::DbNull => Ok(IsNull::Yes),
            P::Boolean(value) => checked(value, ty, out),
            P::Int8(value) => integer((*value).into(), ty, out),
            P::Int16(value) => integer((*value).into(), ty, out),
            P::Int32(value) => integer((*value).into(), ty, out),
            P::Int64(value) => integer(*value, ty, out),
            P::Timestamp(seconds) => timestamp(*seconds, ty, out),
            P::Floating32(value) if *ty == Type::FLOAT8 => f64::from(*value).to_sql(ty, out),
            P::Floating32(value) => checked(value, ty, out),
            P::Floating64(value) => checked(value, ty, out),
            // Every type that has a text for its binary form takes one; others refuse it.
            P::Str(value) => value.to_sql(ty, out),
            P::Binary(value) => checked(value, ty, out),
            P::Date(value) => checked(&date(*value)?, ty, out),
            P::Time((hour, minute, second, nanos)) => {
                checked(&time(*hour, *minute, *second, *nanos)?, ty, out)
            }
            P::Datetime((year, month, day, hour, minute, second, nanos)) => {
                let day = date((*year, *month, *day))?;
                datetime(NaiveDateTime::new(day, time(*hour, *minute, *second, *nanos)?), ty, out)
            }
            P::Uuid(value) => {
                let value = uuid::Uuid::parse_str(value).map_err(|_| Unsuitable::Form("UUID"))?;
                checked(&value, ty, out)
            }
            P::Jsonb(value) => json(value, ty, out),
            P::Decimal(value) => decimal(value, ty, out),
            P::RangeInt32(range) => ranges::encode_i32(range, ty, out),
            P::RangeInt64(range) => ranges::encode_i64(range, ty, out),
            P::RangeDecimal(range) => ranges::encode_decimal(range, ty, out),
            P::ArrayInt32(values) => checked(values, ty, out),
            P::ArrayInt64(values) => checked(values, ty, out),
            P::ArrayStr(values) => checked(values, ty, out),
            P::ArrayDecimal(values) => {
                let values: Vec<_> =
                    values.iter().map(|value| value.as_deref().map(numeric::Decimal)).collect();
                checked(&values, ty, out)
            }
            P::Interval(interval) => {
                only(ty, &[Type::INTERVAL])?;
                out.put_i64(interval.micros);
                out.put_i32(interval.days);
                out.put_i32(interval.months);
                Ok(IsNull::No)
            }
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

fn checked<T: ToSql>(value: &T, ty: &Type, out: &mut BytesMut) -> Encoded {
    if T::accepts(ty) { value.to_sql(ty, out) } else { Err(Unsuitable::Type(ty.name().to_owned()).into()) }
}

pub(super) fn only(ty: &Type, allowed: &[Type]) -> Result<(), Unsuitable> {
    if allowed.contains(ty) { Ok(()) } else { Err(Unsuitable::Type(ty.name().to_owned())) }
}

/// Any integer for any integer type that has room for it, as in the statement's text.
fn integer(value: i64, ty: &Type, out: &mut BytesMut) -> Encoded {
    let too_large = |_| Unsuitable::TooLarge(ty.name().to_owned());
    match *ty {
        Type::INT2 => i16::try_from(value).map_err(too_large)?.to_sql(ty, out),
        Type::INT4 => i32::try_from(value).map_err(too_large)?.to_sql(ty, out),
        Type::NUMERIC => decimal(&value.to_string(), ty, out),
        _ => checked(&value, ty, out),
    }
}

fn decimal(text: &str, ty: &Type, out: &mut BytesMut) -> Encoded {
    only(ty, &[Type::NUMERIC])?;
    numeric::encode(text, out)?;
    Ok(IsNull::No)
}

fn json(text: &[u8], ty: &Type, out: &mut BytesMut) -> Encoded {
    only(ty, &[Type::JSON, Type::JSONB])?;
    if *ty == Type::JSONB {
        // The version of the binary form.
        out.put_u8(1);
    }
    out.put_slice(text);
    Ok(IsNull::No)
}

fn timestamp(seconds: i64, ty: &Type, out: &mut BytesMut) -> Encoded {
    match *ty {
        Type::TIMESTAMP | Type::TIMESTAMPTZ => {
            let at = chrono::DateTime::from_timestamp(seconds, 0).ok_or(Unsuitable::Time)?;
            datetime(at.naive_utc(), ty, out)
        }
        _ => integer(seconds, ty, out),
    }
}

fn datetime(value: NaiveDateTime, ty: &Type, out: &mut BytesMut) -> Encoded {
    if *ty == Type::TIMESTAMPTZ { value.and_utc().to_sql(ty, out) } else { checked(&value, ty, out) }
}

fn date((year, month, day): (i32, u8, u8)) -> Result<NaiveDate, Unsuitable> {
    NaiveDate::from_ymd_opt(year, month.into(), day.into()).ok_or(Unsuitable::Time)
}

fn time(hour: u8, minute: u8, second: u8, nanos: u32) -> Result<NaiveTime, Unsuitable> {
    NaiveTime::from_hms_nano_opt(hour.into(), minute.into(), second.into(), nanos).ok_or(Unsuitable::Time)
}
