//! Guessing: who may try a password, a code or another secret, and how often. Every secret that can be guessed is tried
//! through this room.
//!
//! An attempt is counted before the secret is looked at, in one statement, so of calls at once no more get through than
//! of calls one after the other, and a refused one costs no hash. A right one takes its count back. What is counted
//! depends on where the attempt is made:
//!
//! - On a **device of the person's own** ([`crate::device`]): that device alone. What strangers do, be it from the same network
//!   and without a pause, keeps nobody out there. Whoever chooses a new password by mail gets such a device; where a
//!   neighbour asks for mail without end, that has to be asked for from another network.
//! - In a **session** that goes on, where the person is asked again: that session alone.
//! - **Anywhere else**: the account from this network, the account from everywhere, the network, and its surroundings.
//!   Whoever has many networks is held to the account's pace, whose longest wait is half a minute; whoever tries many
//!   accounts is held to the network's. Those that succeed are counted by account as well.
//!
//! An unknown address is counted as a known one is, by its text, and before anybody looks who has it. Nobody without the
//! device can tell the two apart by what is refused. A success forgets what was counted on the device or in the session;
//! elsewhere it takes back its own count only: or an attacker could make room with an account of its own, and a neighbour
//! could tell by the room that a person has just come.
//!
//! More things are slowed down that are no failures. Logins that succeed are counted by account, because each costs
//! a hash and a session: on devices of the person's own the count is looked at before the hash and made with the session, so
//! that nobody else moves it; elsewhere it is one of all attempts, right or wrong, so that it tells nothing. In the same way
//! exchanges of refresh tokens are counted by person. A registration is counted as if its address were taken, and takes that
//! back when it isn't: who looks for customers among addresses is held to a few a day.
//!
//! Accounts and networks are kept as digests under the platform's key, so the table names nobody.

pub mod rule;
mod store;
mod subject;

use insula_kit::sql::{self, Scope, Statement};
use insula_kit::time::Timestamp;
use insula_kit::{Cx, Problem, schema};

use self::rule::PAIR;
use self::subject::OnSuccess;
pub use self::subject::{
    Proof, Subject, again, code, logins, mail, noted, password, refreshes, registration, taken, token,
};
use crate::error::Error;

/// For how long another failed login isn't noted: as long as who fails from one network waits at most.
pub const NOTED_MS: i64 = PAIR.longest_wait_ms;

/// An attempt that was counted. It stays counted unless its statements are run.
#[must_use = "an attempt that succeeds has to be given back"]
pub struct Attempt {
    counted: Vec<(Subject, Timestamp)>,
}

impl Subject {
    /// Counts something against the subject, in the batch of what is counted; refused when it comes too early.
    pub fn counted(&self, at: Timestamp) -> Statement {
        store::insert(&self.digest, self.rule, at)
    }

    /// The same, but nothing happens when it comes too early.
    pub fn counted_if_ready(&self, at: Timestamp) -> Statement {
        Statement { required: false, ..self.counted(at) }
    }

    /// Sees that something may be made now, without counting it.
    ///
    /// # Errors
    ///
    /// `too-many-attempts` when it has to wait.
    pub async fn demand_ready(&self, cx: &Cx) -> Result<(), Problem> {
        match cx.batch(Scope::System, vec![store::miss(&self.digest, cx.now())]).await {
            Ok(_) => Ok(()),
            Err(schema::Failure::Database(sql::Error::Refused(_))) => Err(self.refusal(cx).await?),
            Err(error) => Err(error.into()),
        }
    }

    /// What a refused one is told.
    pub async fn refusal(&self, cx: &Cx) -> Result<Problem, Problem> {
        refusal(cx, std::iter::once(self), cx.now()).await
    }
}

impl Attempt {
    /// Counts an attempt against all of the subjects, or against none.
    ///
    /// # Errors
    ///
    /// `too-many-attempts` when one of them has to wait.
    pub async fn begin(cx: &Cx, subjects: Vec<Subject>) -> Result<Self, Problem> {
        Self::begin_beside(cx, subjects, None).await
    }

    /// As [`Self::begin`], unless something else has to wait, which is only looked at.
    ///
    /// # Errors
    ///
    /// As [`Self::begin`].
    pub async fn begin_beside(
        cx: &Cx,
        subjects: Vec<Subject>,
        beside: Option<&Subject>,
    ) -> Result<Self, Problem> {
        let at = cx.now();
        let mut statements: Vec<Statement> = subjects.iter().map(|subject| subject.counted(at)).collect();
        statements.extend(beside.map(|subject| store::miss(&subject.digest, at)));
        if statements.is_empty() {
            return Ok(Self { counted: Vec::new() });
        }
        let results = match cx.batch(Scope::System, statements).await {
            Ok(results) => results,
            Err(schema::Failure::Database(sql::Error::Refused(_))) => {
                return Err(refusal(cx, subjects.iter().chain(beside), at).await?);
            }
            Err(error) => return Err(error.into()),
        };
        let ready = results
            .iter()
            .take(subjects.len())
            .map(|rows| store::read_ready(rows))
            .collect::<Result<Vec<_>, _>>()?;
        let counted = subjects.into_iter().zip(ready).map(|(subject, ready)| (subject, ready.unwrap_or(at)));
        Ok(Self { counted: counted.collect() })
    }

    /// What the batch does that the right secret leads to.
    pub fn succeeded(&self) -> Vec<Statement> {
        let all = self.counted.iter();
        all.filter_map(|counted| match counted.0.on_success {
            OnSuccess::Forget => Some(store::delete(&counted.0.digest)),
            OnSuccess::GiveBack => Some(self.give_back(counted)),
            OnSuccess::Keep => None,
        })
        .collect()
    }

    /// What takes the attempt back and nothing else.
    pub fn undone(&self) -> Vec<Statement> {
        let all = self.counted.iter().filter(|(subject, _)| !matches!(subject.on_success, OnSuccess::Keep));
        all.map(|counted| self.give_back(counted)).collect()
    }

    fn give_back(&self, (subject, ready_at): &(Subject, Timestamp)) -> Statement {
        store::give_back(&subject.digest, subject.rule, *ready_at)
    }
}

/// Why an attempt is refused. Another one may have been counted since: then the wait is that one's.
async fn refusal(
    cx: &Cx,
    subjects: impl Iterator<Item = &Subject>,
    at: Timestamp,
) -> Result<Problem, Problem> {
    let digests = subjects.map(|subject| subject.digest.as_str());
    let rows = cx.query(Scope::System, store::get_ready(digests)).await?;
    let ready_at = store::read_ready(&rows)?.unwrap_or(at);
    let wait_ms = ready_at.as_ms() - at.as_ms();
    Ok(Error::TooManyAttempts { seconds: u64::try_from(wait_ms.max(1)).unwrap_or(1).div_ceil(1_000) }.into())
}
