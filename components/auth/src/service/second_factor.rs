//! The operations on second factors: how they begin, prove something, and end.

use insula_domain::action::Action;
use insula_kit::audit::Event;
use insula_kit::id::UserId;
use insula_kit::sql::{self, Scope, Statement};
use insula_kit::{Cx, Problem};

use super::failure;
use super::password::{self, Proven};
use crate::error::Error;
use crate::guess::{self, Attempt, Proof, Subject};
use crate::password::Password;
use crate::recovery_code::{self, RecoveryCode};
use crate::store::second_factor::{self as store, Factor};
use crate::totp::Secret;

/// The place of the statement that takes the code, in a batch that locks the person and goes on with [`Passed::taken`].
const CODE: usize = 1;

/// A code that is right as far as can be seen before it is taken.
pub struct Passed {
    statement: Statement,
    attempt: Attempt,
}

/// A secret that is to be confirmed, for its owner's app.
pub struct Begun {
    pub secret: String,
    pub uri: String,
}

impl Passed {
    /// What takes the code, first, and forgets the attempts at it.
    pub fn taken(&self) -> Vec<Statement> {
        let mut statements = vec![self.statement.clone()];
        statements.extend(self.attempt.succeeded());
        statements
    }

    /// What takes the attempt back and leaves the code.
    pub fn undone(&self) -> Vec<Statement> {
        self.attempt.undone()
    }
}

/// Sees whether a code proves the person: one of its app, or a recovery code. It is taken by the batch that it lets in.
/// `subjects` are what it is tried for, `refusal` is what a wrong one is answered.
pub async fn prove(
    cx: &Cx,
    user_id: UserId,
    factor: &Factor,
    code: &str,
    subjects: Vec<Subject>,
    refusal: Error,
) -> Result<Passed, Problem> {
    let attempt = Attempt::begin(cx, subjects).await?;
    let statement = if let Some(code) = RecoveryCode::presented(code) {
        store::use_code(user_id, &digest(cx, user_id, &code)?)
    } else {
        let step = open(cx, user_id, factor)?.accepts(code, cx.now(), factor.last_step);
        let Some(step) = step else {
            failure::note(cx, user_id, Proof::Code).await?;
            return Err(refusal.into());
        };
        store::use_step(user_id, step)
    };
    Ok(Passed { statement, attempt })
}

/// Makes a secret for the person who is calling, which counts once it is confirmed.
pub async fn begin(cx: &Cx, password: &Password) -> Result<Begun, Problem> {
    let Proven { own, attempt, .. } = password::prove(cx, password).await?;
    let secret = Secret::new(cx.random()?);
    let wrapped = cx.wrap(&info(own.user_id), &secret.to_text())?;
    let mut statements = vec![store::insert(own.user_id, &wrapped, cx.now())];
    statements.extend(attempt.succeeded());
    statements.push(cx.audit(Event::new(Action::SecondFactorStarted)).await?);
    match cx.db().batch(Scope::Person(own.user_id), statements).await {
        Ok(_) => Ok(Begun { secret: secret.reveal(), uri: secret.uri(&own.email) }),
        Err(sql::Error::Refused(_)) => {
            cx.batch(Scope::System, attempt.undone()).await?;
            Err(Error::SecondFactorEnabled.into())
        }
        Err(error) => Err(error.into()),
    }
}

/// Makes the secret count, of which the person who is calling shows a code. Returns the recovery codes, this once.
pub async fn confirm(cx: &Cx, code: &str) -> Result<Vec<String>, Problem> {
    let user_id = cx.user_id()?;
    let scope = Scope::Person(user_id);
    let rows = cx.query(scope, store::get(user_id)).await?;
    let row = rows.first().ok_or(Error::NoSecondFactor)?;
    let factor = store::read(row)?.ok_or(Error::NoSecondFactor)?;
    if store::is_confirmed(row)? {
        return Err(Error::SecondFactorEnabled.into());
    }
    let session_id = cx.session_id().ok_or(Error::SessionEnded)?;
    let attempt = Attempt::begin(cx, guess::again(cx, Proof::Code, session_id)?).await?;
    let step = open(cx, user_id, &factor)?.accepts(code, cx.now(), 0).ok_or(Error::CodeRefused)?;
    let (codes, digests) = new_codes(cx, user_id)?;
    let mut statements =
        store::confirm((user_id, session_id), &factor.secret.sealed, step, &digests, cx.now());
    statements.extend(attempt.succeeded());
    statements.push(cx.audit(Event::new(Action::SecondFactorConfirmed)).await?);
    match cx.db().batch(scope, statements).await {
        Ok(_) => Ok(codes),
        // Another call confirmed it, or began anew.
        Err(sql::Error::Refused(_)) => Err(Error::SecondFactorEnabled.into()),
        Err(error) => Err(error.into()),
    }
}

/// What is changed of a second factor, and what of that is shown.
struct Change<T> {
    action: Action,
    statements: Vec<Statement>,
    made: T,
}

/// Removes the second factor of the person who is calling. Its sessions leave the tenants that demand one.
pub async fn remove(cx: &Cx, password: &Password, code: &str) -> Result<(), Problem> {
    let action = Action::SecondFactorRemoved;
    with_both(cx, password, code, |user_id| {
        Ok(Change { action, statements: store::delete(user_id), made: () })
    })
    .await
}

/// Replaces the recovery codes of the person who is calling. Returns the new ones, this once.
pub async fn renew_codes(cx: &Cx, password: &Password, code: &str) -> Result<Vec<String>, Problem> {
    with_both(cx, password, code, |user_id| {
        let (codes, digests) = new_codes(cx, user_id)?;
        let statements = store::replace_codes(user_id, &digests);
        Ok(Change { action: Action::SecondFactorCodesRenewed, statements, made: codes })
    })
    .await
}

/// Changes the second factor of the person who is calling, and shows both its password and a code. The statements run
/// if both still count then.
async fn with_both<T>(
    cx: &Cx,
    password: &Password,
    code: &str,
    change: impl FnOnce(UserId) -> Result<Change<T>, Problem>,
) -> Result<T, Problem> {
    let proven = password::prove(cx, password).await?;
    let outcome = match &proven.own.factor {
        None => Err(Error::NoSecondFactor.into()),
        Some(factor) => take(cx, &proven, factor, code, change).await,
    };
    if outcome.is_err() {
        cx.batch(Scope::System, proven.attempt.undone()).await?;
    }
    outcome
}

async fn take<T>(
    cx: &Cx,
    Proven { own, session_id, attempt }: &Proven,
    factor: &Factor,
    code: &str,
    change: impl FnOnce(UserId) -> Result<Change<T>, Problem>,
) -> Result<T, Problem> {
    let user_id = own.user_id;
    let subjects = guess::again(cx, Proof::Code, *session_id)?;
    let passed = prove(cx, user_id, factor, code, subjects, Error::CodeRefused).await?;
    let Change { action, statements: changes, made } = change(user_id)?;
    let mut statements = vec![insula_turns::of_person(user_id)];
    statements.extend(passed.taken());
    statements.extend(changes);
    statements.extend(attempt.succeeded());
    statements.push(cx.audit(Event::new(action)).await?);
    match cx.db().batch(Scope::Person(user_id), statements).await {
        Ok(_) => Ok(made),
        Err(sql::Error::Refused(CODE)) => {
            failure::note(cx, user_id, Proof::Code).await?;
            Err(Error::CodeRefused.into())
        }
        Err(error) => Err(error.into()),
    }
}

/// New recovery codes as their owner sees them, and what is kept of each.
fn new_codes(cx: &Cx, user_id: UserId) -> Result<(Vec<String>, Vec<String>), Problem> {
    let (mut codes, mut digests) = (Vec::new(), Vec::new());
    for _ in 0..recovery_code::COUNT {
        let code = RecoveryCode::new(cx.random()?);
        digests.push(digest(cx, user_id, &code)?);
        codes.push(code.reveal());
    }
    Ok((codes, digests))
}

fn open(cx: &Cx, user_id: UserId, factor: &Factor) -> Result<Secret, Problem> {
    let text = cx.open_wrapped(&info(user_id), &factor.secret)?;
    Secret::read(&text).ok_or_else(|| sql::Error::Decode("secret".to_owned()).into())
}

/// What a secret is wrapped for: it is worth nothing in another person's row.
pub fn info(user_id: UserId) -> String {
    format!("second factor\n{user_id}")
}

fn digest(cx: &Cx, user_id: UserId, code: &RecoveryCode) -> Result<String, Problem> {
    cx.keyed_digest("recovery code", &format!("{user_id}\n{}", code.letters()))
}
