//! The signing keys' part of the schedule: `auth` is asked to make the next key if one is due. Only `auth` sees the keys,
//! so it is called, with the credential that the tick was called with, and answers whether it made one.

use insula_kit::{Request, log};

use crate::neighbour;

/// Where components of one application call each other.
const ROTATE: &str = "http://auth.spin.internal/api/v1/auth/signing-keys/rotate";
const IF_DUE: &[u8] = br#"{"if_due":true}"#;

/// What came of the question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// No key was due.
    NotDue,
    /// The next key was made.
    Made,
    /// There was no good answer; the next tick asks again.
    Failed,
}

impl Rotation {
    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotDue => "not_due",
            Self::Made => "made",
            Self::Failed => "failed",
        }
    }
}

#[derive(serde::Deserialize)]
struct Answer {
    rotated: bool,
}

/// Asks. What can't be asked is logged, and keeps the rest of the tick from nothing.
pub async fn run(tick: &Request) -> Rotation {
    match neighbour::ask(tick, ROTATE, IF_DUE).await {
        Ok(Answer { rotated: true }) => Rotation::Made,
        Ok(Answer { rotated: false }) => Rotation::NotDue,
        Err(why) => {
            let (ids, message) =
                (tick.ids(), format!("the signing keys' schedule was not looked at by `auth`: {why}"));
            log::warning(&ids.request, &ids.trace, &message);
            Rotation::Failed
        }
    }
}
