//! The lines of a file, as they are read.

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

/// The form of files that this release writes.
pub const FORM: u32 = 1;
/// The longest line that is read. An entry is a thousand times shorter.
pub const LENGTH_LIMIT: usize = 1 << 20;

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

/// How long that is, for any link.
pub const fn entry_end_length(place: u64) -> usize {
    let digits = match place.checked_ilog10() {
        Some(digits) => digits as usize + 1,
        None => 1,
    };
    ",\"link\":\"\",\"seq\":}".len() + 64 + digits
}
