//! The operations on keys: the order of their steps, and what happens whole or not at all.

pub mod change;
pub mod leak;
pub mod rotate;
pub mod verify;

use insula_domain::credential::{Presented, digest};
use insula_kit::guard::Caller;
use insula_kit::id::KeyId;
use insula_kit::page::{Ask, Page};
use insula_kit::problem::NOT_FOUND;
use insula_kit::sql::Scope;
use insula_kit::validate::FieldError;
use insula_kit::{Cx, Problem, Response, idempotency};

use crate::api_key::{ApiKey, Secret};
use crate::bounds::Giver;
use crate::error::Error;
use crate::settings::Settings;
use crate::store;

/// Makes a key of the caller's tenant; `answer` shows its text this once, and is kept, sealed, for a request that is
/// sent again.
pub async fn create(
    cx: &Cx,
    settings: Settings,
    live: bool,
    answer: impl FnOnce(&ApiKey, &Secret) -> Result<Response, Problem>,
) -> Result<Response, Problem> {
    let key = new_key(cx, settings, live).await?;
    let secret = Secret::new(key.live, key.id, cx.random()?);
    let answer = answer(&key, &secret)?;
    let tenant_id = cx.tenant_id()?;
    let statements = store::insert(tenant_id, &key, &secret.digest());
    let refused = |at| if at == store::LOCK { Error::NotFound } else { Error::KeyLimit };
    idempotency::commit(cx, Scope::Tenant(tenant_id), statements, answer, refused).await
}

/// Makes a key with a text of another system, of which only the digest is kept.
pub async fn import(
    cx: &Cx,
    text: &str,
    settings: Settings,
    live: bool,
    answer: impl FnOnce(&ApiKey) -> Result<Response, Problem>,
) -> Result<Response, Problem> {
    if Presented::parse(text) != Some(Presented::Foreign) {
        let detail = "must have 20 to 256 visible ASCII characters, at least 8 different ones, and neither the form of an \
                      Insula key nor that of a token";
        return Err(FieldError::new("key", "format", detail).into());
    }
    let key = ApiKey { imported: true, ..new_key(cx, settings, live).await? };
    let answer = answer(&key)?;
    let tenant_id = cx.tenant_id()?;
    let digest = digest(text);
    let statements = store::insert(tenant_id, &key, &digest);
    match idempotency::attempt(cx, Scope::Tenant(tenant_id), statements, answer).await? {
        Ok(answer) => Ok(answer),
        Err(store::LOCK) => Err(Error::NotFound.into()),
        Err(_) => {
            let known = cx.query(Scope::System, store::get_by_import(&digest)).await?;
            Err(if known.is_empty() { Error::KeyLimit } else { Error::NotImportable }.into())
        }
    }
}

/// A key that the caller may make. It isn't stored yet.
async fn new_key(cx: &Cx, settings: Settings, live: bool) -> Result<ApiKey, Problem> {
    let giver = giver(cx).await?;
    let excess = giver.excess_of_new(&settings);
    if !excess.is_empty() {
        return Err(Error::Invalid(excess).into());
    }
    Ok(ApiKey {
        id: cx.new_id()?,
        created_by: cx.user_id()?,
        settings,
        live,
        imported: false,
        created_at: cx.now(),
        revoked: None,
        successor: None,
        last_used_at: None,
        version: 0,
        creator_role: Some(giver.role),
    })
}

/// What the caller can give away.
async fn giver(cx: &Cx) -> Result<Giver, Problem> {
    let membership = cx.membership().ok_or_else(|| Problem::new(&NOT_FOUND))?;
    let key = match cx.caller() {
        Caller::ApiKey { key_id, .. } => Some(get(cx, key_id).await?.settings),
        Caller::Anonymous | Caller::Person { .. } | Caller::Operator => None,
    };
    Ok(Giver { role: membership.role, permissions: membership.permissions.clone(), key })
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
