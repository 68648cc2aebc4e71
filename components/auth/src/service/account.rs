//! The operations with mailed tokens: proving an address, and choosing a new password.

use insula_domain::action::Action;
use insula_kit::audit::Event;
use insula_kit::id::{KeyId, TenantId, UserId};
use insula_kit::sql::{self, Scope, Statement};
use insula_kit::token::Token;
use insula_kit::{Cx, Problem};
use insula_mail::account_token::{Fresh, Purpose, ResetPassword, VerifyEmail};
use insula_mail::letter::{Letter, Template};
use insula_mail::outbox;

use crate::device::{self, Owner, Shown};
use crate::email::Email;
use crate::error::Error;
use crate::guess::{self, Attempt};
use crate::password::{Cost, Password};
use crate::service::session::ATTEMPTS;
use crate::store::account::{self, Holder, Left};

/// How long a person is not told again that somebody tried to register with its address: a day.
const TOLD_MS: i64 = 86_400_000;

/// What makes a person's first token, and the letter that brings it, for the batch that makes the person.
pub fn verification(cx: &Cx, user_id: UserId, email: &Email) -> Result<[Statement; 2], Problem> {
    let token = Fresh::new::<VerifyEmail>(cx.random()?, cx.now());
    let letter = letter(email, &token);
    let mail = outbox::send_token(cx, Template::VerifyEmail, &token.digest, &letter)?;
    Ok([account::insert_by_user(&token, user_id), mail])
}

/// Mails another token to the person who is calling, unless the address is proven, or the last token is too young: then
/// nothing is done, and nothing noted.
pub async fn ask_verification(cx: &Cx) -> Result<(), Problem> {
    let person = super::person(cx).await?;
    let [token, mail] = verification(cx, person.id, &person.email)?;
    let entry = cx.audit(Event::new(Action::EmailVerificationMailed)).await?;
    match cx.db().batch(Scope::Person(person.id), vec![token.must(), mail, entry]).await {
        Ok(_) | Err(sql::Error::Refused(0)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Notes that the person who is calling reads the mail of its address. Anybody else's token proves nothing: who is written
/// to because a stranger registered with its address must not prove the stranger's account by a click.
pub async fn verify(cx: &Cx, token: &Token<VerifyEmail>) -> Result<(), Problem> {
    let user_id = cx.user_id()?;
    let (digest, holder) = find(cx, token).await?;
    if holder.user_id != user_id {
        return Err(Error::InvalidToken.into());
    }
    let mut statements = account::verify(&digest, user_id, cx.now());
    statements.push(cx.audit(Event::new(Action::EmailVerified).by(user_id)).await?);
    take(cx, user_id, statements).await
}

/// Has a token mailed to whoever has the address. Nobody looks here whether anybody does ([`reset`](insula_mail::reset)). A
/// person is mailed once in a while, however often this is asked.
pub async fn forgot(cx: &Cx, email: &Email) -> Result<(), Problem> {
    let _counted = Attempt::begin(cx, guess::mail(cx)?).await?;
    cx.batch(Scope::System, vec![insula_mail::reset::ask(cx, email)?]).await?;
    Ok(())
}

/// Tells whoever has the address that somebody tried to register with it, once a day at most.
pub async fn tell_owner(cx: &Cx, email: &Email) -> Result<(), Problem> {
    let letter = Letter { to: email.as_str().to_owned(), code: None, tenant: None };
    let statements = outbox::send_to_owner(cx, Template::RegistrationAttempt, &letter, TOLD_MS)?;
    cx.batch(Scope::System, statements.into()).await?;
    Ok(())
}

/// Sets the password of the token's person. A token that proves nothing costs no hashing. Returns the cookie of its device,
/// so that nobody keeps it from logging in.
pub async fn reset(cx: &Cx, token: &Token<ResetPassword>, password: &Password) -> Result<String, Problem> {
    let (digest, holder) = find(cx, token).await?;
    let (user_id, scope) = (holder.user_id, Scope::Person(holder.user_id));
    let hash = password.hash(Cost::load().await?, cx.random()?).await?;
    let letter = Letter { to: holder.email.as_str().to_owned(), code: None, tenant: None };
    let owner = Owner { account: holder.email.as_str(), user_id, password: &hash, factor_since: None };
    let cookie = device::cookie(cx, &owner, Shown::Password)?;
    for _ in 0..ATTEMPTS {
        let left = account::read_left(&cx.batch(scope, account::get_left(user_id)).await?)?;
        let mut statements = account::reset(&digest, user_id, &hash, &left, cx.now());
        statements.push(outbox::send(cx, Template::PasswordChanged, &user_id.to_string(), &letter)?);
        statements.extend(entries_of_reset(cx, user_id, &left).await?);
        match cx.db().batch(scope, statements).await {
            Ok(_) => return Ok(cookie),
            Err(sql::Error::Refused(account::TOKEN)) => return Err(Error::InvalidToken.into()),
            // There is more in the account, or less, than a moment ago.
            Err(sql::Error::Refused(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(sql::Error::Busy.into())
}

/// What appends to the logs of the tenants, and then to the platform's, what went with the old password.
async fn entries_of_reset(cx: &Cx, user_id: UserId, left: &Left) -> Result<Vec<Statement>, Problem> {
    let of_key = |(tenant_id, id): &(TenantId, KeyId)| {
        Event::new(Action::KeyRevoked).in_tenant(*tenant_id).fact("key_id", id).fact("with", "password.reset")
    };
    let mut events: Vec<Event> = left.keys.iter().map(of_key).collect();
    if left.factor {
        events.push(Event::new(Action::SecondFactorRemoved).fact("with", "password.reset"));
    }
    let mut reset = Event::new(Action::PasswordReset);
    if left.more_keys {
        reset = reset.fact("keys", "more were revoked than have an entry each");
    }
    events.push(reset);
    let mut statements = Vec::with_capacity(events.len());
    for event in events {
        statements.push(cx.audit(event.by(user_id)).await?);
    }
    Ok(statements)
}

async fn find<P: Purpose>(cx: &Cx, token: &Token<P>) -> Result<(String, Holder), Problem> {
    let digest = token.digest();
    let rows = cx.query(Scope::System, account::get(&digest, P::NAME, cx.now())).await?;
    let Some(row) = rows.first() else {
        let _counted = Attempt::begin(cx, guess::token(cx)?).await?;
        return Err(Error::InvalidToken.into());
    };
    Ok((digest, account::read(row)?))
}

/// Runs a batch whose first statements use the token. Of many at once one does.
async fn take(cx: &Cx, user_id: UserId, statements: Vec<Statement>) -> Result<(), Problem> {
    match cx.db().batch(Scope::Person(user_id), statements).await {
        Ok(_) => Ok(()),
        Err(sql::Error::Refused(_)) => Err(Error::InvalidToken.into()),
        Err(error) => Err(error.into()),
    }
}

fn letter(email: &Email, token: &Fresh) -> Letter {
    Letter { to: email.as_str().to_owned(), code: Some(token.code.clone()), tenant: None }
}
