//! Changing a key. What it may do counts from its next call on: the guard asks the database each time.

use insula_kit::id::KeyId;
use insula_kit::sql::{self, Scope};
use insula_kit::{Cx, Problem};

use super::{get, giver};
use crate::api_key::ApiKey;
use crate::change::Change;
use crate::error::Error;
use crate::store;

/// How often a change is tried again that another one was faster than.
const ATTEMPTS: usize = 8;

/// Changes a key of the caller's tenant. `check` sees the key as it is before, and may refuse.
pub async fn change(
    cx: &Cx,
    id: KeyId,
    change: &Change,
    check: impl Fn(&ApiKey) -> Result<(), Problem>,
) -> Result<ApiKey, Problem> {
    let tenant_id = cx.tenant_id()?;
    let giver = giver(cx).await?;
    for _ in 0..ATTEMPTS {
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
        let statement = store::update(tenant_id, &key, &settings);
        if !cx.query(Scope::Tenant(tenant_id), statement).await?.is_empty() {
            return Ok(ApiKey { settings, version: key.version + 1, ..key });
        }
    }
    Err(sql::Error::Busy.into())
}
