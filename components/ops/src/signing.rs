//! The audit logs' part of the schedule: `gdpr`, which alone signs them, is asked to sign those that are due.

use insula_kit::{Request, log};

use crate::neighbour;

/// Where components of one application call each other.
const SIGN: &str = "http://gdpr.spin.internal/internal/audit-log/checkpoints";

/// What came of the question.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
pub struct Signing {
    /// How many logs were signed.
    pub signed: usize,
    /// How many could not be, for a reason that is in the server's log.
    pub refused: usize,
}

/// Asks. What can't be asked is logged, and keeps the rest of the tick from nothing.
pub async fn run(tick: &Request) -> Signing {
    match neighbour::ask(tick, SIGN, b"{}").await {
        Ok(signing) => signing,
        Err(why) => {
            let (ids, message) = (tick.ids(), format!("the audit logs were not signed by `gdpr`: {why}"));
            log::warning(&ids.request, &ids.trace, &message);
            Signing::default()
        }
    }
}
