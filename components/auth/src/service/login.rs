//! Logging in: the password, the second factor, the tenant, in this order. Nothing is told about the later ones to
//! whoever doesn't have the earlier.

use insula_domain::action::Action;
use insula_kit::audit::Event;
use insula_kit::sql::{self, Scope};
use insula_kit::{Cx, Problem};

use super::failure::{self, Proof};
use super::second_factor::{self, Passed};
use super::session::{ATTEMPTS, Tokens, tokens};
use crate::email::Account;
use crate::error::Error;
use crate::guess::{self, Attempt, Subject};
use crate::password::{Cost, Password, PasswordHash};
use crate::store::{self, Known, Wanted, own, second_factor as factor, session};

/// What somebody presents.
pub struct Login {
    pub account: Account,
    pub password: Password,
    pub code: Option<String>,
    pub wanted: Wanted,
}

/// What must still be so when the session is stored, by the place of the statement that sees to it.
const PASSWORD: usize = 0;
const CODE: usize = 1;

/// Makes a session of the person whose address and password these are. An unknown address takes the same steps and
/// the same time as a wrong password.
pub async fn log_in(cx: &Cx, login: &Login) -> Result<Tokens, Problem> {
    let cost = Cost::load().await?;
    let known = find(cx, login).await?;
    let is_known = known.as_ref().is_some_and(|known| known.is_known);
    let subjects = guess::password(cx, login.account.as_str(), is_known)?;
    let logins = guess::logins(cx, login.account.as_str())?;
    let attempt = Attempt::begin_beside(cx, subjects, Some(&logins)).await?;
    let is_proven = login.password.proves(known.as_ref().map(|known| &known.password), cost)?;
    let about = guess::noted(cx, login.account.as_str())?;
    let Some(known) = known.filter(|_| is_proven) else {
        // Of a known and of an unknown account the same is kept, in the same time.
        let account = cx.keyed_digest("audit account", login.account.as_str())?;
        let event = Event::new(Action::LoginFailed).fact("account_digest", &account[..16]);
        cx.note(&about, guess::NOTED_MS, event).await?;
        return Err(Error::InvalidCredentials.into());
    };
    let outcome = enter(cx, login, known, &Counted { attempt: &attempt, logins }, cost).await;
    if outcome.is_err() {
        // The password was right: whatever else was wrong, that was no failed guess at it.
        cx.batch(Scope::System, attempt.undone()).await?;
    }
    outcome
}

/// What was counted of a login, and what it is counted against when it succeeds.
struct Counted<'a> {
    attempt: &'a Attempt,
    logins: Subject,
}

async fn find(cx: &Cx, login: &Login) -> Result<Option<Known>, Problem> {
    let found = store::get_by_email(login.account.email(), login.wanted, guess::network(cx)?, cx.now());
    let rows = cx.query(Scope::System, found).await?;
    Ok(rows.first().map(store::read_known).transpose()?)
}

/// Goes on with whoever has the password.
async fn enter(
    cx: &Cx,
    login: &Login,
    mut known: Known,
    counted: &Counted<'_>,
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
    let stronger = if known.password.is_weaker_than(cost) {
        Some(login.password.hash(cost, cx.random()?)?)
    } else {
        None
    };
    for _ in 0..ATTEMPTS {
        if let Err(refusal) = known.place(login.wanted) {
            cx.batch(Scope::System, passed.iter().flat_map(Passed::undone).collect()).await?;
            return Err(refusal.into());
        }
        if let Some(tokens) = begin(cx, &known, passed.as_ref(), stronger.as_ref(), counted).await? {
            return Ok(tokens);
        }
        // Where it acts has changed, and nothing else: whether that is the same person's password is seen to again.
        let again = find(cx, login).await?.ok_or(Error::InvalidCredentials)?;
        let Known { membership, is_suspended, is_barred, .. } = again;
        known = Known { membership, is_suspended, is_barred, ..known };
    }
    Err(sql::Error::Busy.into())
}

/// Stores the session. None when the person is something else by now, in the tenant that it would act in.
async fn begin(
    cx: &Cx,
    known: &Known,
    passed: Option<&Passed>,
    stronger: Option<&PasswordHash>,
    Counted { attempt, logins }: &Counted<'_>,
) -> Result<Option<Tokens>, Problem> {
    let tokens = tokens(cx, cx.new_id()?, known.user_id, known.membership).await?;
    let hash = stronger.unwrap_or(&known.password);
    let mut statements = vec![own::hold_password(known.user_id, &known.password, hash)];
    statements.extend(passed.map_or_else(|| vec![factor::miss(known.user_id)], Passed::taken));
    let place = statements.len();
    statements.extend(session::admit(known.user_id, known.membership));
    let admitted = statements.len();
    statements.push(logins.counted(cx.now()));
    statements.extend(session::insert(&tokens.access, &tokens.access_token.digest(), &tokens.refresh()));
    statements.extend(guess::remember(cx, known.user_id)?);
    statements.extend(attempt.succeeded());
    let mut event = Event::new(Action::SessionStarted).by(known.user_id);
    if let Some((tenant_id, _)) = known.membership {
        event = event.in_tenant(tenant_id);
    }
    statements.push(cx.audit(event.fact("session_id", tokens.access.session_id)).await?);
    match cx.db().batch(Scope::Person(known.user_id), statements).await {
        Ok(_) => Ok(Some(tokens)),
        // The password was changed since it was looked at.
        Err(sql::Error::Refused(PASSWORD)) => Err(Error::InvalidCredentials.into()),
        Err(sql::Error::Refused(CODE)) if passed.is_some() => {
            failure::note(cx, known.user_id, Proof::Code).await?;
            Err(Error::WrongCode.into())
        }
        // It has a second factor since then.
        Err(sql::Error::Refused(CODE)) => Err(Error::SecondFactorRequired.into()),
        Err(sql::Error::Refused(at)) if (place..admitted).contains(&at) => Ok(None),
        // Others of the same person were faster.
        Err(sql::Error::Refused(at)) if at == admitted => Err(logins.refusal(cx).await?),
        Err(error) => Err(error.into()),
    }
}

impl Known {
    /// Whether the person may act where it wants to.
    fn place(&self, wanted: Wanted) -> Result<(), Error> {
        if self.is_suspended {
            return Err(Error::TenantSuspended);
        }
        if self.is_barred {
            return Err(Error::SecondFactorEnrolmentRequired);
        }
        if wanted != Wanted::First && self.membership.is_none() {
            return Err(Error::NoSuchTenant);
        }
        Ok(())
    }
}
