//! Changing a key. What it may do counts from its next call on: the guard asks the database each time.
//!
//! Whoever manages keys may bind a key tighter. What an owner made or bound, only an owner may loosen: an admin would lend
//! the owner's power to whoever has the key.

use insula_domain::action::Action;
use insula_domain::role::Role;
use insula_kit::audit::Event;
use insula_kit::id::KeyId;
use insula_kit::schema::Failure;
use insula_kit::sql::{self, Scope};
use insula_kit::{Cx, Problem};

use super::{ATTEMPTS, get, giver};
use crate::api_key::ApiKey;
use crate::bounds::loosened;
use crate::change::Change;
use crate::error::Error;
use crate::store::{self, Changer};

/// Changes a key of the caller's tenant. `check` sees the key as it is before, and may refuse.
pub async fn change(
    cx: &Cx,
    id: KeyId,
    change: &Change,
    check: impl Fn(&ApiKey) -> Result<(), Problem>,
) -> Result<ApiKey, Problem> {
    let tenant_id = cx.tenant_id()?;
    for _ in 0..ATTEMPTS {
        let (giver, calling) = giver(cx).await?;
        let key = get(cx, id).await?;
        check(&key)?;
        if key.has_ended(cx.now()) {
            return Err(Error::Ended.into());
        }
        let settings = change.apply(&key.settings);
        // The end of a key that was replaced is that of its grace, and stays.
        if key.successor.is_some() && settings.expires_at != key.settings.expires_at {
            return Err(Error::Rotated.into());
        }
        let excess = giver.excess_of_change(&key.settings, &settings, key.creator_role);
        if !excess.is_empty() {
            return Err(Error::Invalid(excess).into());
        }
        if settings == key.settings {
            return Ok(key);
        }
        let loosened = loosened(&key.settings, &settings);
        if !loosened.is_empty() && giver.role != Role::Owner && is_owners(cx, &key).await? {
            return Err(Error::Invalid(loosened).into());
        }
        let (calling, loosens) = (calling.as_ref(), !loosened.is_empty());
        let by = Changer { user_id: cx.user_id()?, role: giver.role, calling, loosens };
        let mut statements = store::update(tenant_id, &key, &settings, by);
        statements.push(cx.audit(Event::new(Action::KeyChanged).fact("key_id", id)).await?);
        match cx.batch(Scope::Tenant(tenant_id), statements).await {
            Ok(_) => return Ok(ApiKey { settings, version: key.version + 1, ..key }),
            Err(Failure::Database(sql::Error::Refused(0))) => return Err(Error::NotFound.into()),
            // A key isn't what it was, or is an owner's now: look again.
            Err(Failure::Database(sql::Error::Refused(_))) => {}
            Err(failure) => return Err(failure.into()),
        }
    }
    Err(sql::Error::Busy.into())
}

/// Whether only an owner may loosen what binds the key, or those that share its limit.
pub async fn is_owners(cx: &Cx, key: &ApiKey) -> Result<bool, Problem> {
    let tenant_id = cx.tenant_id()?;
    Ok(!cx.query(Scope::Tenant(tenant_id), store::get_of_owner(tenant_id, key)).await?.is_empty())
}
