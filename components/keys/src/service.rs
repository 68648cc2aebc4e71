//! The operations on keys: the order of their steps, and what happens whole or not at all.

use insula_kit::id::KeyId;
use insula_kit::page::{Ask, Page};
use insula_kit::problem::NOT_FOUND;
use insula_kit::sql::Scope;
use insula_kit::{Cx, Problem, Response, idempotency};

use crate::api_key::{ApiKey, NewKey, Secret};
use crate::error::Error;
use crate::store;

/// Makes a key of the caller's tenant; `answer` shows its text this once, and is kept, sealed, for a request that is
/// sent again.
pub async fn create(
    cx: &Cx,
    new: NewKey,
    answer: impl FnOnce(&ApiKey, &Secret) -> Result<Response, Problem>,
) -> Result<Response, Problem> {
    let membership = cx.membership().ok_or_else(|| Problem::new(&NOT_FOUND))?;
    let excess = new.excess(membership.role, &membership.permissions);
    if !excess.is_empty() {
        return Err(Error::Invalid(excess).into());
    }
    let now = cx.now();
    let key = ApiKey {
        id: cx.new_id()?,
        created_by: cx.user_id()?,
        expires_at: new.expires_at(now),
        name: new.name,
        scopes: new.scopes,
        live: new.live,
        created_at: now,
        revoked_at: None,
    };
    let secret = Secret::new(key.live, key.id, cx.random()?);
    let answer = answer(&key, &secret)?;
    let tenant_id = membership.tenant_id;
    let statements = store::insert(tenant_id, &key, &secret.digest());
    let refused = |at| if at == store::LOCK { Error::NotFound } else { Error::KeyLimit };
    idempotency::commit(cx, Scope::Tenant(tenant_id), statements, answer, refused).await
}

/// The keys of the caller's tenant.
pub async fn list(cx: &Cx, ask: &Ask) -> Result<Page<ApiKey>, Problem> {
    let tenant_id = cx.tenant_id()?;
    let rows = cx.query(Scope::Tenant(tenant_id), store::list(tenant_id, ask)).await?;
    let keys = rows.iter().map(store::read).collect::<Result<_, _>>()?;
    Ok(ask.page(keys, |key| key.id))
}

/// One key of the caller's tenant.
pub async fn get(cx: &Cx, id: KeyId) -> Result<ApiKey, Problem> {
    let tenant_id = cx.tenant_id()?;
    let rows = cx.query(Scope::Tenant(tenant_id), store::get(tenant_id, id)).await?;
    Ok(store::read(rows.first().ok_or(Error::NotFound)?)?)
}

/// Ends a key of the caller's tenant. The guard asks the database at each call, so the next one is refused.
pub async fn revoke(cx: &Cx, id: KeyId) -> Result<(), Problem> {
    let tenant_id = cx.tenant_id()?;
    let rows = cx.query(Scope::Tenant(tenant_id), store::revoke(tenant_id, id, cx.now())).await?;
    if rows.is_empty() { Err(Error::NotFound.into()) } else { Ok(()) }
}
