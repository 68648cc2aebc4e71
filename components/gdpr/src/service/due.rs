//! Logs that are signed by schedule.

use insula_kit::{Cx, Problem, Request, log};

use super::checkpoint;
use crate::error::CATCHING_UP_SLUG;
use crate::store::due;

/// How long a log that was signed waits before it is signed again.
const PAUSE_MS: i64 = 600_000;
/// How many logs one call signs, at most.
const LOGS: usize = 100;
/// By how many parts one call extends the tree of one log, at most: the rest of a long one is the next call's.
const PARTS: usize = 20;

/// What was done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// How many logs were signed.
    pub signed: usize,
    /// How many could not be, which the log explains: one that was altered is never signed again.
    pub refused: usize,
}

/// Signs what is due. One log that can't be signed keeps no other from it.
pub async fn run(cx: &Cx, request: &Request) -> Result<Done, Problem> {
    let step = due::step(cx.db(), cx.now().plus_ms(-PAUSE_MS)).await?;
    let mut done = Done::default();
    let mut next = step.next;
    for (at, one) in step.due.iter().enumerate() {
        if at == LOGS {
            next = step.due[at - 1].name.clone();
            break;
        }
        match checkpoint::sign(cx, one, PARTS).await {
            Ok(_) => done.signed += 1,
            Err(problem) if problem.kind().slug == CATCHING_UP_SLUG => {}
            Err(problem) => {
                done.refused += 1;
                let (ids, kind) = (request.ids(), problem.kind().slug);
                let message = format!("the audit log of {} was not signed: {kind}", one.name);
                log::warning(&ids.request, &ids.trace, &message);
            }
        }
    }
    due::go_on(cx.db(), &next).await?;
    Ok(done)
}
