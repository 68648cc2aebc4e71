//! The operations on keys: the order of their steps, and what happens whole or not at all.

pub mod change;
pub mod leak;
pub mod rotate;
pub mod verify;

use insula_domain::action::Action;
use insula_domain::credential::{Presented, digest};
use insula_kit::audit::Event;
use insula_kit::guard::Caller;
use insula_kit::id::KeyId;
use insula_kit::page::{Ask, Page};
use insula_kit::problem::NOT_FOUND;
use insula_kit::sql::{self, Scope};
use insula_kit::validate::FieldError;
use insula_kit::{Cx, Problem, Response, idempotency};

use crate::api_key::{ApiKey, Secret};
use crate::bounds::Giver;
use crate::error::Error;
use crate::settings::Settings;
use crate::store::{self, Refused};

/// How often a change is tried again that another one was faster than.
const ATTEMPTS: usize = 8;

/// Makes a key of the caller's tenant; `answer` shows its text this once, and is kept, sealed, for a request that is
/// sent again.
pub async fn create(
    cx: &Cx,
    settings: Settings,
    live: bool,
    answer: impl FnOnce(&ApiKey, &Secret) -> Result<Response, Problem>,
) -> Result<Response, Problem> {
    let (calling, key) = new_key(cx, settings, live).await?;
    let secret = Secret::new(key.live, key.id, cx.random()?);
    let answer = answer(&key, &secret)?;
    let tenant_id = cx.tenant_id()?;
    let mut statements = store::insert(tenant_id, &key, &secret.digest(), calling.as_ref());
    let count = statements.len();
    statements.push(cx.audit(Event::new(Action::KeyCreated).fact("key_id", key.id)).await?);
    let refused = |at| match store::refused(at, count) {
        Refused::NoTenant => Problem::from(Error::NotFound),
        // The calling key is another one than a moment ago; whoever has it may try again.
        Refused::Changed => sql::Error::Busy.into(),
        Refused::Last => Error::KeyLimit.into(),
    };
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
    let (calling, key) = new_key(cx, settings, live).await?;
    let key = ApiKey { imported: true, ..key };
    let answer = answer(&key)?;
    let tenant_id = cx.tenant_id()?;
    let digest = digest(text);
    let mut statements = store::insert(tenant_id, &key, &digest, calling.as_ref());
    let count = statements.len();
    statements.push(cx.audit(Event::new(Action::KeyImported).fact("key_id", key.id)).await?);
    match idempotency::attempt(cx, Scope::Tenant(tenant_id), statements, answer).await? {
        Ok(answer) => Ok(answer),
        Err(at) => match store::refused(at, count) {
            Refused::NoTenant => Err(Error::NotFound.into()),
            Refused::Changed => Err(sql::Error::Busy.into()),
            Refused::Last => {
                let known = cx.query(Scope::System, store::get_by_import(&digest)).await?;
                Err(if known.is_empty() { Error::KeyLimit } else { Error::NotImportable }.into())
            }
        },
    }
}

/// A key that the caller may make, behind the key that is calling, if one is. It isn't stored yet.
async fn new_key(cx: &Cx, settings: Settings, live: bool) -> Result<(Option<ApiKey>, ApiKey), Problem> {
    let (giver, calling) = giver(cx).await?;
    let mut excess = Vec::new();
    let settings = match giver.share_limit(settings.clone()) {
        Ok(shared) => shared,
        Err(error) => {
            excess.push(error);
            Settings { limit: giver.own_limit(), ..settings }
        }
    };
    excess.extend(giver.excess_of_new(&settings));
    if !excess.is_empty() {
        return Err(Error::Invalid(excess).into());
    }
    let bound = calling.as_ref().filter(|calling| calling.is_bound());
    let key = ApiKey {
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
        limit_root: bound.map(ApiKey::limit_root),
        is_limited: bound.is_some_and(|calling| calling.is_limited),
        bounds_role: calling.as_ref().map_or(giver.role, |calling| calling.bounds_role.min(giver.role)),
        creator_role: Some(giver.role),
    };
    Ok((calling, key))
}

/// What the caller can give away, and the key that is calling, if one is.
async fn giver(cx: &Cx) -> Result<(Giver, Option<ApiKey>), Problem> {
    let membership = cx.membership().ok_or_else(|| Problem::new(&NOT_FOUND))?;
    let calling = match cx.caller() {
        Caller::ApiKey { key_id, .. } => Some(get(cx, key_id).await?),
        Caller::Anonymous | Caller::Person { .. } | Caller::Operator | Caller::Impersonator { .. } => None,
    };
    if calling.as_ref().is_some_and(|key| key.has_ended(cx.now())) {
        return Err(Error::CallerEnded.into());
    }
    let key = calling.as_ref().map(|key| key.settings.clone());
    let shares_limit = calling.as_ref().is_some_and(ApiKey::is_bound);
    Ok((
        Giver { role: membership.role, permissions: membership.permissions.clone(), key, shares_limit },
        calling,
    ))
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
    let event = Event::new(Action::KeyRevoked).fact("key_id", id);
    if cx.change(Scope::Tenant(tenant_id), store::revoke(tenant_id, id, cx.now()), event).await?.is_none() {
        // It was revoked before, which is as well; or there is none.
        get(cx, id).await?;
    }
    Ok(())
}
