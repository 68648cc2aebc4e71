//! Logging in: the password, the second factor, the tenant, in this order. Nothing is told about the later ones to
//! whoever doesn't have the earlier.

use insula_kit::sql::{self, Scope};
use insula_kit::{Cx, Problem};

use super::second_factor::{self, Passed};
use super::session::{Tokens, tokens};
use crate::email::Account;
use crate::error::Error;
use crate::guess::{self, Attempt};
use crate::password::{Cost, Password};
use crate::store::{self, Known, Wanted, own, second_factor as factor, session};

/// What somebody presents.
pub struct Login {
    pub account: Account,
    pub password: Password,
    pub code: Option<String>,
    pub wanted: Wanted,
}

/// Makes a session of the person whose address and password these are. An unknown address takes the same steps and
/// the same time as a wrong password.
pub async fn log_in(cx: &Cx, login: &Login) -> Result<Tokens, Problem> {
    let cost = Cost::load().await?;
    let found = store::get_by_email(login.account.email(), login.wanted, guess::network(cx)?, cx.now());
    let rows = cx.query(Scope::System, found).await?;
    let known = rows.first().map(store::read_known).transpose()?;
    let is_known = known.as_ref().is_some_and(|known| known.is_known);
    let attempt = Attempt::begin(cx, guess::password(cx, login.account.as_str(), is_known)?).await?;
    let is_proven = login.password.proves(known.as_ref().map(|known| &known.password), cost)?;
    let known = known.filter(|_| is_proven).ok_or(Error::InvalidCredentials)?;
    let outcome = enter(cx, login, &known, &attempt, cost).await;
    if outcome.is_err() {
        // The password was right: whatever else was wrong, that was no failed guess at it.
        cx.batch(Scope::System, attempt.undone()).await?;
    }
    outcome
}

/// Goes on with whoever has the password.
async fn enter(
    cx: &Cx,
    login: &Login,
    known: &Known,
    attempt: &Attempt,
    cost: Cost,
) -> Result<Tokens, Problem> {
    let passed = match &known.factor {
        None => None,
        Some(factor) => {
            let code = login.code.as_deref().ok_or(Error::SecondFactorRequired)?;
            let (user_id, is_known) = (known.user_id, known.is_known);
            Some(second_factor::prove(cx, user_id, factor, code, is_known, Error::WrongCode).await?)
        }
    };
    if let Err(refusal) = known.place(login.wanted) {
        cx.batch(Scope::System, passed.iter().flat_map(Passed::undone).collect()).await?;
        return Err(refusal.into());
    }
    let tokens = tokens(cx, cx.new_id()?, known.user_id, known.membership).await?;
    let stronger = if known.password.is_weaker_than(cost) {
        Some(login.password.hash(cost, cx.random()?)?)
    } else {
        None
    };
    let mut statements: Vec<_> = passed.iter().flat_map(Passed::taken).collect();
    let password = statements.len();
    let hash = stronger.as_ref().unwrap_or(&known.password);
    statements.push(own::hold_password(known.user_id, &known.password, hash));
    if passed.is_none() {
        statements.push(factor::miss(known.user_id));
    }
    statements.extend(session::insert(&tokens.access, &tokens.access_token.digest(), &tokens.refresh()));
    statements.extend(guess::remember(cx, known.user_id)?);
    statements.extend(attempt.succeeded());
    match cx.db().batch(Scope::Person(known.user_id), statements).await {
        Ok(_) => Ok(tokens),
        Err(sql::Error::Refused(second_factor::CODE)) if passed.is_some() => Err(Error::WrongCode.into()),
        // The password was changed since it was looked at.
        Err(sql::Error::Refused(at)) if at == password => Err(Error::InvalidCredentials.into()),
        // It has a second factor since then.
        Err(sql::Error::Refused(at)) if passed.is_none() && at == password + 1 => {
            Err(Error::SecondFactorRequired.into())
        }
        Err(error) => Err(error.into()),
    }
}

impl Known {
    /// Whether the person may act where it wants to.
    fn place(&self, wanted: Wanted) -> Result<(), Error> {
        if self.is_barred {
            return Err(Error::SecondFactorEnrolmentRequired);
        }
        if wanted != Wanted::First && self.membership.is_none() {
            return Err(Error::NoSuchTenant);
        }
        Ok(())
    }
}
