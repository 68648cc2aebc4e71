//! Refresh tokens: 256 random bits that are exchanged, once, for the next ones (RFC 9700, 4.14.2). Behind them stands whose
//! session it is, sealed under the master key, so that a copy of a token is known as one when nothing of it is stored any
//! more.

use insula_kit::id::SessionId;
use insula_kit::time::Timestamp;
use insula_kit::token::{Purpose, Token};
use insula_kit::{Cx, Problem};

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

/// A new token of a session.
///
/// # Errors
///
/// `internal` without a master key.
pub fn new(cx: &Cx, session_id: SessionId) -> Result<RefreshToken, Problem> {
    let token = RefreshToken::new(cx.random()?);
    let sealed = cx.seal(&info(token.reveal()), &session_id.suffix())?;
    Ok(RefreshToken::presented(format!("{}.{sealed}", token.reveal())))
}

/// The session that this very token was made for by us, whatever became of it; none for any other text, and for tokens of
/// the release before.
pub fn session(cx: &Cx, token: &RefreshToken) -> Option<SessionId> {
    let (random, sealed) = token.reveal().split_once('.')?;
    SessionId::from_suffix(&cx.open(&info(random), sealed).ok()?)
}

/// What the session is sealed for: it says nothing behind other random bits.
fn info(random: &str) -> String {
    format!("refresh token\n{random}")
}
