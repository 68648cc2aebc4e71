//! The lines of a file, as they are read.

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

/// The form of files that this release writes.
pub const FORM: u32 = 1;

/// The first line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    pub insula_audit_log: u32,
    pub origin: String,
    pub tenant_id: String,
}

/// A line with an entry that is not as expected: only its place is of use.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntryLine {
    #[expect(dead_code, reason = "it is there")]
    entry: IgnoredAny,
    #[expect(dead_code, reason = "it is there")]
    link: IgnoredAny,
    pub seq: u64,
}

/// A line with a checkpoint.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckpointLine {
    pub checkpoint: String,
}

pub const ENTRY_START: &str = "{\"entry\":";
pub const CHECKPOINT_START: &str = "{\"checkpoint\":";

/// What follows the entry in its line.
pub fn entry_end(link: &str, place: u64) -> String {
    format!(",\"link\":\"{link}\",\"seq\":{place}}}")
}

/// Whether bytes are that, without making it first: of a long log this is asked for every line.
pub fn is_entry_end(bytes: &[u8], link: crate::hash::Hash, place: u64) -> bool {
    let rest = bytes.strip_prefix(b",\"link\":\"").and_then(|rest| rest.split_at_checked(64));
    let Some((digits, rest)) = rest else { return false };
    let place_at = rest.strip_prefix(b"\",\"seq\":").and_then(|rest| rest.strip_suffix(b"}"));
    *digits == link.digits() && place_at.is_some_and(|found| is_number(found, place))
}

/// Whether the bytes are the number, written as JSON writes it.
fn is_number(bytes: &[u8], mut number: u64) -> bool {
    for (at, byte) in bytes.iter().rev().enumerate() {
        if u64::from(byte.wrapping_sub(b'0')) != number % 10 || (at > 0 && number == 0) {
            return false;
        }
        number /= 10;
    }
    number == 0 && !bytes.is_empty()
}

/// How long that is, for any link.
pub const fn entry_end_length(place: u64) -> usize {
    let digits = match place.checked_ilog10() {
        Some(digits) => digits as usize + 1,
        None => 1,
    };
    ",\"link\":\"\",\"seq\":}".len() + 64 + digits
}
