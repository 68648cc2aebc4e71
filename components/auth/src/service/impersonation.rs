//! The operator acting as a person: a session of its own, with one token that ends when it does.

use insula_domain::action::Action;
use insula_kit::audit::Event;
use insula_kit::id::{SessionId, TenantId};
use insula_kit::page::{Ask, Page};
use insula_kit::problem::NOT_FOUND;
use insula_kit::sql::{self, Scope};
use insula_kit::time::Timestamp;
use insula_kit::{Cx, Problem};

use super::session::{ATTEMPTS, signed};
use crate::error::Error;
use crate::impersonation::{Impersonation, Wanted};
use crate::store::{impersonation as store, session};
use crate::token::{Access, AccessToken};

/// Makes the session and its token, if the person is a member of the tenant and the tenant is active. What the tenant
/// demands of the person is not demanded of the operator, and the log says what the person lacks.
pub async fn start(cx: &Cx, wanted: Wanted) -> Result<(Access, AccessToken), Problem> {
    let Wanted { user_id, tenant_id, reason, seconds } = wanted;
    let (user_id, tenant_id) = user_id.zip(tenant_id).ok_or(Error::NoSuchTenant)?;
    for _ in 0..ATTEMPTS {
        let now = cx.now();
        let session_id = cx.new_id()?;
        let rows = cx.query(Scope::Operator, session::get_membership(session_id, user_id, tenant_id)).await?;
        let row = rows.first().ok_or(Error::NoSuchTenant)?;
        let lacks_second_factor = match session::read_refusal(row)? {
            None => false,
            Some(Error::SecondFactorEnrolmentRequired) => true,
            Some(refusal) => return Err(refusal.into()),
        };
        let access = Access {
            id: cx.new_id()?,
            session_id,
            user_id,
            membership: session::read_place(row)?,
            issued_at: now,
            // A whole second, as tokens count.
            expires_at: Timestamp::from_ms((now.as_seconds() + seconds) * 1_000),
            impersonated: true,
        };
        let token = signed(cx, &access).await?;
        let mut statements = store::hold(&access);
        let held = statements.len();
        statements.extend(store::insert(&access, &token.digest()));
        let event = Event::new(Action::OperatorImpersonated)
            .in_tenant(tenant_id)
            .fact("on_behalf_of", user_id)
            .fact("session_id", session_id)
            .fact("expires_at", access.expires_at.to_rfc3339())
            .fact("lacks_second_factor", lacks_second_factor);
        statements.push(cx.audit(event.because(user_id, &reason)).await?);
        match cx.db().batch(Scope::Operator, statements).await {
            Ok(_) => return Ok((access, token)),
            // It is something else there by now, or the tenant is: look again.
            Err(sql::Error::Refused(at)) if at < held => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(sql::Error::Busy.into())
}

/// Those of a tenant that go on.
pub async fn list(cx: &Cx, tenant_id: TenantId, ask: &Ask) -> Result<Page<Impersonation>, Problem> {
    let statements = vec![store::get_tenant(tenant_id), store::list(tenant_id, cx.now(), ask)];
    let results = cx.batch(cx.scope(), statements).await?;
    let [tenant, rows] = results.as_slice() else {
        return Err(sql::Error::Decode("impersonations".to_owned()).into());
    };
    if tenant.is_empty() {
        return Err(Problem::new(&NOT_FOUND));
    }
    let found = rows.iter().map(store::read).collect::<Result<_, _>>()?;
    Ok(ask.page(found, |found: &Impersonation| found.session_id))
}

/// Ends one of a tenant, from its next call on.
pub async fn end(cx: &Cx, tenant_id: TenantId, session_id: SessionId) -> Result<(), Problem> {
    let event = Event::new(Action::ImpersonationEnded).in_tenant(tenant_id).fact("session_id", session_id);
    let ended = cx.change(cx.scope(), store::end(tenant_id, session_id, cx.now()), event).await?;
    if ended.is_none() { Err(Problem::new(&NOT_FOUND)) } else { Ok(()) }
}
