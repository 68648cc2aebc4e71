//! The operations on sessions: how they go on and end.

use insula_domain::action::Action;
use insula_domain::role::Role;
use insula_kit::audit::Event;
use insula_kit::id::{SessionId, TenantId, UserId};
use insula_kit::problem::NOT_FOUND;
use insula_kit::schema::Failure;
use insula_kit::sql::{self, Scope};
use insula_kit::time::Timestamp;
use insula_kit::{Cx, Problem, config};

use crate::error::Error;
use crate::guess::{self, Attempt};
use crate::refresh_token::{self, RefreshToken};
use crate::service::signing_key;
use crate::store::session::{self, Found, Refresh};
use crate::token::{self, Access, AccessToken};

/// The setting of who issues tokens: where this server is reached.
pub const ISSUER: &str = "public_url";

/// A session's present tokens.
pub struct Tokens {
    pub access: Access,
    pub access_token: AccessToken,
    pub refresh_token: RefreshToken,
}

/// How often somebody is looked for again whose place in a tenant changed after it was found.
pub const ATTEMPTS: usize = 4;

/// Exchanges a refresh token for the next tokens of its session. One that was exchanged before ends the session.
pub async fn refresh(cx: &Cx, presented: &RefreshToken) -> Result<Tokens, Problem> {
    let used = presented.digest();
    for _ in 0..ATTEMPTS {
        let rows = cx.query(Scope::System, session::get(&used, cx.now())).await?;
        let Some(row) = rows.first() else {
            end_forgotten(cx, presented).await?;
            // A right token never waits for others: 256 bits can't be guessed, and it must work behind a busy address.
            let _counted = Attempt::begin(cx, guess::token(cx)?).await?;
            return Err(Error::InvalidRefreshToken.into());
        };
        let found = session::read(row)?;
        if found.is_used {
            end_reused(cx, &used, &found, "").await?;
            return Err(Error::InvalidRefreshToken.into());
        }
        if let Some(tokens) = exchange(cx, &used, &found).await? {
            return Ok(tokens);
        }
    }
    Err(sql::Error::Busy.into())
}

/// Ends the session of a token that was exchanged for another one than this.
async fn end_reused(cx: &Cx, used: &str, found: &Found, next: &str) -> Result<(), Problem> {
    let Found { session_id, user_id, .. } = *found;
    let event = Event::new(Action::SessionReuseDetected).by(user_id).fact("session_id", session_id);
    cx.change(Scope::Person(user_id), session::end_reused(used, next, cx.now()), event).await?;
    Ok(())
}

/// Ends the session of a token that is one of ours, and so old that nothing is stored of it any more: somebody has a copy.
async fn end_forgotten(cx: &Cx, presented: &RefreshToken) -> Result<(), Problem> {
    let Some(session_id) = refresh_token::session(cx, presented) else { return Ok(()) };
    let event = Event::new(Action::SessionReuseDetected).by_system().fact("session_id", session_id);
    let end = session::end_forgotten(&presented.digest(), session_id, cx.now());
    cx.change(Scope::System, end, event).await?;
    Ok(())
}

/// None when the session's person is something else by now, in the tenant that its tokens act in. Exchanges are counted by
/// person; one that comes too early leaves the token as it is.
async fn exchange(cx: &Cx, used: &str, found: &Found) -> Result<Option<Tokens>, Problem> {
    let Found { session_id, user_id, membership, .. } = *found;
    let refreshes = guess::refreshes(cx, user_id)?;
    // Before it costs a signature.
    refreshes.demand_ready(cx).await?;
    let tokens = tokens(cx, session_id, user_id, membership).await?;
    let next = tokens.refresh();
    let mut statements = session::admit(user_id, membership);
    let admitted = statements.len();
    statements.push(refreshes.counted(cx.now()));
    statements.extend(session::exchange(used, &tokens.access, &tokens.access_token.digest(), &next));
    let mut event = Event::new(Action::SessionRefreshed).by(user_id).fact("session_id", session_id);
    if let Some((tenant_id, _)) = membership {
        event = event.in_tenant(tenant_id);
    }
    statements.push(cx.audit(event).await?);
    let scope = Scope::Person(user_id);
    match cx.batch(scope, statements).await {
        Ok(_) => Ok(Some(tokens)),
        Err(Failure::Database(sql::Error::Refused(at))) if at < admitted => Ok(None),
        Err(Failure::Database(sql::Error::Refused(at))) if at == admitted => {
            Err(refreshes.refusal(cx).await?)
        }
        Err(Failure::Database(sql::Error::Refused(_))) => {
            end_reused(cx, used, found, &next.digest).await?;
            Err(Error::InvalidRefreshToken.into())
        }
        Err(failure) => Err(failure.into()),
    }
}

/// Another access token of the session that is calling, for another of the person's tenants, which ends when those do
/// that the session has already; the session's next ones act there too.
pub async fn switch(cx: &Cx, tenant_id: Option<TenantId>) -> Result<(Access, AccessToken), Problem> {
    let (session_id, user_id) = caller(cx)?;
    let wanted = tenant_id.ok_or(Error::NoSuchTenant)?;
    let scope = Scope::Person(user_id);
    for _ in 0..ATTEMPTS {
        let rows = cx.query(scope, session::get_membership(session_id, user_id, wanted)).await?;
        let row = rows.first().ok_or(Error::NoSuchTenant)?;
        if let Some(refusal) = session::read_refusal(row)? {
            return Err(refusal.into());
        }
        // Otherwise a stolen access token could be exchanged for another one for ever, and without the refresh token.
        let expires_at = session::read_end(row)?.min(token::expires_at(cx.now()));
        let membership = session::read_place(row)?;
        let (access, token) = access_token(cx, session_id, user_id, membership, expires_at).await?;
        let mut statements = session::admit(user_id, membership);
        let admitted = statements.len();
        statements.extend(session::switch(&access, &token.digest()));
        let event = Event::new(Action::SessionSwitched).in_tenant(wanted);
        statements.push(cx.audit(event.fact("session_id", session_id)).await?);
        match cx.db().batch(scope, statements).await {
            Ok(_) => return Ok((access, token)),
            // It is something else there by now: look again.
            Err(sql::Error::Refused(at)) if at < admitted => {}
            Err(sql::Error::Refused(_)) => return Err(Error::SessionEnded.into()),
            Err(error) => return Err(error.into()),
        }
    }
    Err(sql::Error::Busy.into())
}

/// Ends the session that is calling, or all sessions of its person.
pub async fn log_out(cx: &Cx, everywhere: bool) -> Result<(), Problem> {
    let (session_id, user_id) = caller(cx)?;
    let now = cx.now();
    let (statement, action) = if everywhere {
        (session::end_all(user_id, now), Action::SessionsEnded)
    } else {
        (session::end(session_id, now), Action::SessionEnded)
    };
    let event = Event::new(action).fact("session_id", session_id);
    // No row: it has ended already, and that was recorded.
    cx.change(Scope::Person(user_id), statement, event).await?;
    Ok(())
}

fn caller(cx: &Cx) -> Result<(SessionId, UserId), Problem> {
    // The access rule lets only people in.
    let session_id = cx.session_id().ok_or_else(|| Problem::new(&NOT_FOUND))?;
    Ok((session_id, cx.user_id()?))
}

/// The tokens of a session that begins or goes on.
pub async fn tokens(
    cx: &Cx,
    session_id: SessionId,
    user_id: UserId,
    membership: Option<(TenantId, Role)>,
) -> Result<Tokens, Problem> {
    let expires_at = token::expires_at(cx.now());
    let (access, access_token) = access_token(cx, session_id, user_id, membership, expires_at).await?;
    Ok(Tokens { access, access_token, refresh_token: refresh_token::new(cx, session_id)? })
}

async fn access_token(
    cx: &Cx,
    session_id: SessionId,
    user_id: UserId,
    membership: Option<(TenantId, Role)>,
    expires_at: Timestamp,
) -> Result<(Access, AccessToken), Problem> {
    let (id, issued_at) = (cx.new_id()?, cx.now());
    let access = Access { id, session_id, user_id, membership, issued_at, expires_at, impersonated: false };
    let token = signed(cx, &access).await?;
    Ok((access, token))
}

/// The token that says this, signed by the present key.
pub async fn signed(cx: &Cx, access: &Access) -> Result<AccessToken, Problem> {
    let key = signing_key::current(cx).await?;
    let issuer = config::variable(ISSUER).await.ok_or(Error::NoSetting(ISSUER))?;
    Ok(access.sign(&issuer, &key, cx.random()?)?)
}

impl Tokens {
    /// The refresh token, as it is stored.
    pub fn refresh(&self) -> Refresh {
        let expires_at = refresh_token::expires_at(self.access.issued_at);
        Refresh { digest: self.refresh_token.digest(), expires_at }
    }
}
