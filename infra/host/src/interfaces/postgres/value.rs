//! Rows as a component gets them.

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, Timelike};
use tokio_postgres::types::{FromSql, Kind, Type};
use tokio_postgres::{Row, Statement};

use super::{numeric, ranges};
use crate::interfaces::bindings::spin::postgres::postgres::{Column, DbDataType, DbValue, Interval};

type Failure = Box<dyn std::error::Error + Sync + Send>;

/// A value that is not what its type says, or nothing that the interface can say.
#[derive(Debug)]
pub(super) struct Unreadable(pub(super) String);

/// A moment as the interface has it: year, month, day, hour, minute, second, nanosecond.
type Moment = (i32, u8, u8, u8, u8, u8, u32);

/// The columns of a statement's result.
pub(super) fn columns(statement: &Statement) -> Vec<Column> {
    let column = |column: &tokio_postgres::Column| Column {
        name: column.name().to_owned(),
        data_type: data_type(column.type_()),
    };
    statement.columns().iter().map(column).collect()
}

/// One row.
pub(super) fn row(row: &Row) -> Result<Vec<DbValue>, Unreadable> {
    let mut values = Vec::with_capacity(row.len());
    for index in 0..row.len() {
        let value: Option<Value> = row.try_get(index).map_err(|error| {
            let reason = std::error::Error::source(&error).map(ToString::to_string);
            Unreadable(reason.unwrap_or_else(|| error.to_string()))
        })?;
        values.push(value.map_or(DbValue::DbNull, |value| value.0));
    }
    Ok(values)
}

fn data_type(ty: &Type) -> DbDataType {
    use DbDataType as D;
    match *ty {
        Type::BOOL => D::Boolean,
        Type::INT2 => D::Int16,
        Type::INT4 => D::Int32,
        Type::INT8 => D::Int64,
        Type::FLOAT4 => D::Floating32,
        Type::FLOAT8 => D::Floating64,
        Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME => D::Str,
        Type::BYTEA => D::Binary,
        Type::DATE => D::Date,
        Type::TIME => D::Time,
        Type::TIMESTAMP | Type::TIMESTAMPTZ => D::Datetime,
        Type::UUID => D::Uuid,
        Type::JSON | Type::JSONB => D::Jsonb,
        Type::NUMERIC => D::Decimal,
        Type::INT4_RANGE => D::RangeInt32,
        Type::INT8_RANGE => D::RangeInt64,
        Type::NUM_RANGE => D::RangeDecimal,
        Type::INT4_ARRAY => D::ArrayInt32,
        Type::INT8_ARRAY => D::ArrayInt64,
        Type::NUMERIC_ARRAY => D::ArrayDecimal,
        Type::TEXT_ARRAY | Type::VARCHAR_ARRAY => D::ArrayStr,
        Type::INTERVAL => D::Interval,
        _ if matches!(ty.kind(), Kind::Enum(_)) => D::Str,
        _ => D::Other(ty.name().to_owned()),
    }
}

struct Value(DbValue);

impl<'a> FromSql<'a> for Value {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Failure> {
        use DbValue as V;
        Ok(Self(match *ty {
            Type::BOOL => V::Boolean(bool::from_sql(ty, raw)?),
            Type::INT2 => V::Int16(i16::from_sql(ty, raw)?),
            Type::INT4 => V::Int32(i32::from_sql(ty, raw)?),
            Type::INT8 => V::Int64(i64::from_sql(ty, raw)?),
            Type::FLOAT4 => V::Floating32(f32::from_sql(ty, raw)?),
            Type::FLOAT8 => V::Floating64(f64::from_sql(ty, raw)?),
            Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME => V::Str(String::from_sql(ty, raw)?),
            Type::BYTEA => V::Binary(raw.to_vec()),
            Type::DATE => V::Date(date(NaiveDate::from_sql(ty, raw)?)?),
            Type::TIME => V::Time(time(NaiveTime::from_sql(ty, raw)?)?),
            Type::TIMESTAMP => V::Datetime(datetime(NaiveDateTime::from_sql(ty, raw)?)?),
            Type::TIMESTAMPTZ => {
                V::Datetime(datetime(chrono::DateTime::<chrono::Utc>::from_sql(ty, raw)?.naive_utc())?)
            }
            Type::UUID => V::Uuid(uuid::Uuid::from_sql(ty, raw)?.to_string()),
            Type::JSON => V::Jsonb(raw.to_vec()),
            // After the version of the binary form.
            Type::JSONB => V::Jsonb(raw.get(1..).unwrap_or_default().to_vec()),
            Type::NUMERIC => V::Decimal(numeric::decode(raw).ok_or("not a decimal number")?),
            Type::INT4_RANGE => {
                V::RangeInt32(ranges::decode(raw, |raw| Some(i32::from_be_bytes(raw.try_into().ok()?)))?)
            }
            Type::INT8_RANGE => {
                V::RangeInt64(ranges::decode(raw, |raw| Some(i64::from_be_bytes(raw.try_into().ok()?)))?)
            }
            Type::NUM_RANGE => V::RangeDecimal(ranges::decode(raw, numeric::decode)?),
            Type::INT4_ARRAY => V::ArrayInt32(Vec::from_sql(ty, raw)?),
            Type::INT8_ARRAY => V::ArrayInt64(Vec::from_sql(ty, raw)?),
            Type::TEXT_ARRAY | Type::VARCHAR_ARRAY => V::ArrayStr(Vec::from_sql(ty, raw)?),
            Type::NUMERIC_ARRAY => {
                let values: Vec<Option<Decimal>> = Vec::from_sql(ty, raw)?;
                V::ArrayDecimal(values.into_iter().map(|value| value.map(|value| value.0)).collect())
            }
            Type::INTERVAL => V::Interval(interval(raw).ok_or("not an interval")?),
            _ if matches!(ty.kind(), Kind::Enum(_)) => V::Str(String::from_utf8(raw.to_vec())?),
            _ => V::Unsupported(raw.to_vec()),
        }))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

struct Decimal(String);

impl<'a> FromSql<'a> for Decimal {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Failure> {
        Ok(Self(numeric::decode(raw).ok_or("not a decimal number")?))
    }

    fn accepts(ty: &Type) -> bool {
        *ty == Type::NUMERIC
    }
}

fn interval(raw: &[u8]) -> Option<Interval> {
    Some(Interval {
        micros: i64::from_be_bytes(raw.get(..8)?.try_into().ok()?),
        days: i32::from_be_bytes(raw.get(8..12)?.try_into().ok()?),
        months: i32::from_be_bytes(raw.get(12..16)?.try_into().ok()?),
    })
}

fn date(date: NaiveDate) -> Result<(i32, u8, u8), Failure> {
    Ok((date.year(), date.month().try_into()?, date.day().try_into()?))
}

fn time(time: NaiveTime) -> Result<(u8, u8, u8, u32), Failure> {
    let (hour, minute, second) = (time.hour(), time.minute(), time.second());
    Ok((hour.try_into()?, minute.try_into()?, second.try_into()?, time.nanosecond()))
}

fn datetime(at: NaiveDateTime) -> Result<Moment, Failure> {
    let ((year, month, day), (hour, minute, second, nanos)) = (date(at.date())?, time(at.time())?);
    Ok((year, month, day, hour, minute, second, nanos))
}
