//! Rotating a key: another one takes its place, and it goes on for a while, so that programs can be given the new one.

use insula_domain::action::Action;
use insula_domain::role::Role;
use insula_kit::audit::Event;
use insula_kit::id::KeyId;
use insula_kit::sql::{self, Scope};
use insula_kit::time::Timestamp;
use insula_kit::{Cx, Problem, Response, idempotency};

use super::change::is_owners;
use super::{ATTEMPTS, get, giver};
use crate::api_key::{ApiKey, Secret};
use crate::error::Error;
use crate::settings::Settings;
use crate::store::{self, Refused};

const HOUR_MS: i64 = 3_600_000;

/// A key that was replaced.
pub struct Replaced {
    pub id: KeyId,
    /// When it ends, or ended.
    pub ends_at: Timestamp,
}

/// Replaces a key of the caller's tenant by one with the same settings that shares its limit (also one that is set later, or
/// by the operator), made by the caller, and so bounded by its role. What an owner bound isn't prolonged by others. Nothing
/// that the caller couldn't make is made so. Of rotations at once one succeeds; the others find the key replaced.
pub async fn rotate(
    cx: &Cx,
    id: KeyId,
    grace_hours: i64,
    answer: impl Fn(&ApiKey, &Secret, &Replaced) -> Result<Response, Problem>,
) -> Result<Response, Problem> {
    let tenant_id = cx.tenant_id()?;
    for _ in 0..ATTEMPTS {
        let (giver, calling) = giver(cx).await?;
        let now = cx.now();
        let old = get(cx, id).await?;
        old.demand_rotatable(now)?;
        // A key that is limited, by the operator too, gets no other one's text: it would have that one's limit besides its
        // own.
        let bound = calling.as_ref().filter(|calling| calling.is_bound());
        if bound.is_some_and(|calling| calling.limit_root() != old.limit_root()) {
            return Err(Error::Mightier.into());
        }
        let is_kept_short = giver.role != Role::Owner && is_owners(cx, &old).await?;
        let ends_at = if is_kept_short { old.settings.expires_at } else { old.successor_ends_at(now) };
        // A key that ends lengthens no life, least of all its own.
        let expires_at = match giver.key.as_ref().and_then(|own| own.expires_at) {
            Some(own) => Some(ends_at.map_or(own, |ends_at| ends_at.min(own))),
            None => ends_at,
        };
        let settings = Settings { expires_at, ..old.settings.clone() };
        if !giver.excess_of_new(&settings).is_empty() {
            return Err(Error::Mightier.into());
        }
        let new = ApiKey {
            id: cx.new_id()?,
            created_by: cx.user_id()?,
            settings,
            imported: false,
            created_at: now,
            last_used_at: None,
            version: 0,
            limit_root: Some(old.limit_root()),
            bounds_role: old.bounds_role.min(giver.role),
            creator_role: Some(giver.role),
            ..old.clone()
        };
        let secret = Secret::new(new.live, new.id, cx.random()?);
        let grace_ends_at = (grace_hours > 0).then(|| now.plus_ms(grace_hours * HOUR_MS));
        let old_ends_at = old.settings.expires_at;
        let ends_at = match grace_ends_at {
            Some(grace) => old_ends_at.map_or(grace, |old| old.min(grace)),
            None => now,
        };
        let replaced = Replaced { id, ends_at };
        let (digest, calling) = (secret.digest(), calling.as_ref());
        let mut statements = store::replace(tenant_id, &old, &new, &digest, grace_ends_at, calling);
        let count = statements.len();
        let event = Event::new(Action::KeyRotated).fact("key_id", id).fact("successor_id", new.id);
        statements.push(cx.audit(event).await?);
        let answer = answer(&new, &secret, &replaced)?;
        match idempotency::attempt(cx, Scope::Tenant(tenant_id), statements, answer).await? {
            Ok(answer) => return Ok(answer),
            Err(at) => match store::refused(at, count) {
                Refused::NoTenant => return Err(Error::NotFound.into()),
                Refused::Changed => {}
                Refused::Last => return Err(Error::KeyLimit.into()),
            },
        }
    }
    Err(sql::Error::Busy.into())
}
