//! Refresh tokens: 256 random bits that are exchanged, once, for the next ones (RFC 9700, 4.14.2).

use insula_kit::time::Timestamp;
use insula_kit::token::{Purpose, Token};

/// How long a token may wait for its exchange.
pub const LIFETIME_SECONDS: i64 = 7 * 24 * 60 * 60;

/// A token that is exchanged for the next ones of a session.
pub enum Refresh {}

impl Purpose for Refresh {
    const PREFIX: &'static str = "ins_refresh_";
}

/// The text of a token.
pub type RefreshToken = Token<Refresh>;

/// When a token ends that is made now.
pub const fn expires_at(now: Timestamp) -> Timestamp {
    now.plus_ms(LIFETIME_SECONDS * 1_000)
}
