//! The operations on the password of the person who is calling.

use insula_domain::action::Action;
use insula_kit::audit::Event;
use insula_kit::id::SessionId;
use insula_kit::problem::NOT_FOUND;
use insula_kit::sql::{self, Scope};
use insula_kit::{Cx, Problem};
use insula_mail::letter::{Letter, Template};
use insula_mail::outbox;

use super::failure;
use crate::device::{self, Owner, Shown};
use crate::error::Error;
use crate::guess::{self, Attempt, Proof};
use crate::password::{Cost, Password};
use crate::store::account;
use crate::store::own::{self, Own};

/// A person who is calling and has shown its password. The attempt is still counted.
pub struct Proven {
    pub own: Own,
    pub session_id: SessionId,
    pub attempt: Attempt,
}

/// Asks the person who is calling for its password. Whoever has stolen a token guesses at the pace of a login.
pub async fn prove(cx: &Cx, password: &Password) -> Result<Proven, Problem> {
    let user_id = cx.user_id()?;
    let cost = Cost::load().await?;
    let session_id = cx.session_id().ok_or_else(|| Problem::new(&NOT_FOUND))?;
    let rows = cx.query(Scope::Person(user_id), own::get(user_id)).await?;
    let own = own::read(rows.first().ok_or(Error::NoSuchPerson)?)?;
    let attempt = Attempt::begin(cx, guess::again(cx, Proof::Password, session_id)?).await?;
    if !password.proves(Some(&own.password), cost).await? {
        failure::note(cx, user_id, Proof::Password).await?;
        return Err(Error::WrongPassword.into());
    }
    Ok(Proven { own, session_id, attempt })
}

/// Changes the password of the person who is calling, and ends all its other sessions. Of changes at once one happens.
/// Returns the cookie of its device.
pub async fn change(cx: &Cx, current: &Password, new: Password) -> Result<String, Problem> {
    let Proven { own, session_id, attempt } = prove(cx, current).await?;
    let known = [own.email.as_str(), own.name.as_deref().unwrap_or_default()];
    let new = match new.unlike("new_password", &known) {
        Ok(new) => new.hash(Cost::load().await?, cx.random()?).await?,
        Err(error) => {
            cx.batch(Scope::System, attempt.undone()).await?;
            return Err(error.into());
        }
    };
    let (account, user_id) = (own.email.as_str(), own.user_id);
    let owner = Owner { account, user_id, password: &new, factor_since: None };
    let cookie = device::cookie(cx, &owner, Shown::Password)?;
    let mut statements = own::change_password(own.user_id, &own.password, &new, session_id, cx.now());
    statements.extend(account::delete_tokens(own.user_id));
    let letter = Letter { to: own.email.as_str().to_owned(), code: None, tenant: None };
    statements.push(outbox::send(cx, Template::PasswordChanged, &own.user_id.to_string(), &letter)?);
    statements.extend(attempt.succeeded());
    statements.push(cx.audit(Event::new(Action::PasswordChanged)).await?);
    match cx.db().batch(Scope::Person(own.user_id), statements).await {
        Ok(_) => Ok(cookie),
        // Another change was faster: the password is not the current one any more.
        Err(sql::Error::Refused(0)) => Err(Error::WrongPassword.into()),
        Err(error) => Err(error.into()),
    }
}
