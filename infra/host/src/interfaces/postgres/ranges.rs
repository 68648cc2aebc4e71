//! Ranges of integers and decimal numbers.

use bytes::BytesMut;
use postgres_protocol::IsNull as Presence;
use postgres_protocol::types::{Range, RangeBound, range_from_sql, range_to_sql};
use tokio_postgres::types::{IsNull, ToSql, Type};

use super::numeric;
use super::parameter::{Unsuitable, only};
use crate::interfaces::bindings::spin::postgres::postgres::RangeBoundKind;

type Failure = Box<dyn std::error::Error + Sync + Send>;
type Bound<T> = Option<(T, RangeBoundKind)>;

pub(super) fn encode_i32(
    range: &(Bound<i32>, Bound<i32>),
    ty: &Type,
    out: &mut BytesMut,
) -> Result<IsNull, Failure> {
    only(ty, &[Type::INT4_RANGE])?;
    encode(range, out, |value, out| value.to_sql(&Type::INT4, out).map(drop))
}

pub(super) fn encode_i64(
    range: &(Bound<i64>, Bound<i64>),
    ty: &Type,
    out: &mut BytesMut,
) -> Result<IsNull, Failure> {
    only(ty, &[Type::INT8_RANGE])?;
    encode(range, out, |value, out| value.to_sql(&Type::INT8, out).map(drop))
}

pub(super) fn encode_decimal(
    range: &(Bound<String>, Bound<String>),
    ty: &Type,
    out: &mut BytesMut,
) -> Result<IsNull, Failure> {
    only(ty, &[Type::NUM_RANGE])?;
    encode(range, out, |value, out| Ok(numeric::encode(value, out)?))
}

fn encode<T>(
    (lower, upper): &(Bound<T>, Bound<T>),
    out: &mut BytesMut,
    write: impl Fn(&T, &mut BytesMut) -> Result<(), Failure>,
) -> Result<IsNull, Failure> {
    let bound = |bound: &Bound<T>, out: &mut BytesMut| {
        Ok(match bound {
            None => RangeBound::Unbounded,
            Some((value, kind)) => {
                write(value, out)?;
                match kind {
                    RangeBoundKind::Inclusive => RangeBound::Inclusive(Presence::No),
                    RangeBoundKind::Exclusive => RangeBound::Exclusive(Presence::No),
                }
            }
        })
    };
    range_to_sql(|out| bound(lower, out), |out| bound(upper, out), out)?;
    Ok(IsNull::No)
}

/// Reads a range; the empty one, which the interface cannot say, as an error.
pub(super) fn decode<T>(
    raw: &[u8],
    read: impl Fn(&[u8]) -> Option<T>,
) -> Result<(Bound<T>, Bound<T>), Failure> {
    let bound = |bound: RangeBound<Option<&[u8]>>| -> Result<Bound<T>, Failure> {
        let (raw, kind) = match bound {
            RangeBound::Unbounded => return Ok(None),
            RangeBound::Inclusive(raw) => (raw, RangeBoundKind::Inclusive),
            RangeBound::Exclusive(raw) => (raw, RangeBoundKind::Exclusive),
        };
        let value = raw.and_then(&read).ok_or(Unsuitable::Form("range"))?;
        Ok(Some((value, kind)))
    };
    match range_from_sql(raw)? {
        Range::Empty => Err("the empty range has no bounds".into()),
        Range::Nonempty(lower, upper) => Ok((bound(lower)?, bound(upper)?)),
    }
}
