//! Keys in the database: the statements of `sql/`, and how their rows are read.
//!
//! Every statement binds the tenant, so that a foreign key's id finds nothing; except those for whoever holds the text of
//! a key, or is the operator.

use std::collections::BTreeMap;

use insula_domain::network::Networks;
use insula_domain::rate_limit::RateLimit;
use insula_domain::role::Role;
use insula_domain::scope;
use insula_kit::id::{KeyId, TenantId, UserId};
use insula_kit::page::Ask;
use insula_kit::params;
use insula_kit::sql::{self, Param, Row, Statement};
use insula_kit::time::Timestamp;

use crate::api_key::{ApiKey, Reason, UNREVOKED_LIMIT};
use crate::settings::Settings;

const INSERT: &str = include_str!("../sql/api_key_insert.sql");
const LIST: &str = include_str!("../sql/api_key_list_by_tenant.sql");
const GET: &str = include_str!("../sql/api_key_get.sql");
const GET_BY_CREDENTIAL: &str = include_str!("../sql/api_key_get_by_credential.sql");
const GET_BY_IMPORT: &str = include_str!("../sql/api_key_get_by_import.sql");
const HOLD: &str = include_str!("../sql/api_key_hold.sql");
const GET_OF_OWNER: &str = include_str!("../sql/api_key_get_of_owner.sql");
const UPDATE_LIMIT: &str = include_str!("../sql/api_key_update_limit.sql");
const UPDATE: &str = include_str!("../sql/api_key_update.sql");
const RETIRE: &str = include_str!("../sql/api_key_retire.sql");
const REVOKE: &str = include_str!("../sql/api_key_revoke.sql");
const REVOKE_BY_CREDENTIAL: &str = include_str!("../sql/api_key_revoke_by_credential.sql");

/// What a batch was refused for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// There is no such tenant.
    NoTenant,
    /// The key, or the one that is calling, isn't what was read of it: look again.
    Changed,
    /// The batch's last statement had no row: of [`insert`] and [`replace`], the tenant has too many keys, or some tenant
    /// has imported the same.
    Last,
}

/// What a batch of so many statements was refused for, by the place of the statement.
pub const fn refused(at: usize, count: usize) -> Refused {
    match at {
        0 => Refused::NoTenant,
        at if at + 1 == count => Refused::Last,
        _ => Refused::Changed,
    }
}

/// Stores a key, unless the tenant has [`UNREVOKED_LIMIT`] of them.
///
/// Keys of one tenant are inserted one after another: without the lock, two transactions that run at once would
/// count without each other's key.
///
/// With the key that is calling, if one is: it is what was read of it, or nothing happens.
pub fn insert(tenant_id: TenantId, key: &ApiKey, digest: &str, calling: Option<&ApiKey>) -> Vec<Statement> {
    let Settings { name, scopes, expires_at, .. } = &key.settings;
    let mut values =
        params![key.id, tenant_id, key.created_by, name, scope::to_text(scopes), key.live, digest];
    values.extend(params![key.created_at, *expires_at]);
    values.extend(bounds(&key.settings));
    values.extend(params![key.imported, key.limit_root, key.bounds_role.as_str(), UNREVOKED_LIMIT]);
    let mut statements = locked(tenant_id, calling);
    statements.push(Statement::required(INSERT, values));
    statements
}

/// The tenant's lock, and the key that is calling, held as it is.
fn locked(tenant_id: TenantId, calling: Option<&ApiKey>) -> Vec<Statement> {
    let hold =
        |key: &ApiKey| Statement::required(HOLD, params![tenant_id, key.id, key.version, key.is_limited]);
    [insula_turns::of_tenant(tenant_id)].into_iter().chain(calling.map(hold)).collect()
}

/// Stores a key in the place of another, which ends then, or at once for none.
pub fn replace(
    tenant_id: TenantId,
    old: &ApiKey,
    new: &ApiKey,
    digest: &str,
    ends_at: Option<Timestamp>,
    calling: Option<&ApiKey>,
) -> Vec<Statement> {
    let revoked = ends_at.is_none().then_some(new.created_at);
    let because = revoked.map(|_| Reason::Rotation.as_str().to_owned());
    let values = params![new.id, ends_at, revoked, because, tenant_id, old.id, old.version, new.created_at];
    let mut statements = insert(tenant_id, new, digest, calling);
    statements.insert(statements.len() - 1, Statement::required(RETIRE, values));
    statements
}

/// Who changes a key, and whether it loosens what binds it.
#[derive(Clone, Copy, Debug)]
pub struct Changer<'a> {
    pub user_id: UserId,
    pub role: Role,
    /// The key that is calling, if it is another one.
    pub calling: Option<&'a ApiKey>,
    pub loosens: bool,
}

/// Changes what a key is, and the limit of those that share it. It is refused if one of the keys isn't what was read of
/// it, or an owner must do it.
pub fn update(tenant_id: TenantId, key: &ApiKey, settings: &Settings, by: Changer<'_>) -> Vec<Statement> {
    let Settings { name, scopes, expires_at, .. } = settings;
    let rate = settings.limit.map(RateLimit::rate);
    // The highest role comes first.
    let bounds_role = key.bounds_role.min(by.role).as_str();
    let root = key.limit_root();
    let mut values = params![name, scope::to_text(scopes), *expires_at];
    values.extend(bounds(settings));
    values.extend(params![bounds_role, tenant_id, key.id, key.version, by.loosens, by.user_id, root]);
    let mut statements = locked(tenant_id, by.calling);
    statements.push(Statement::required(UPDATE, values));
    if settings.limit != key.settings.limit {
        let (calls, window_ms) = (rate.map(|rate| rate.calls), rate.map(|rate| rate.window_ms));
        let values = params![calls, window_ms, bounds_role, tenant_id, key.id, root];
        statements.push(Statement::new(UPDATE_LIMIT, values));
    }
    statements
}

/// Whether only an owner may loosen what binds the keys that share that one's limit: a row means yes.
pub fn get_of_owner(tenant_id: TenantId, key: &ApiKey) -> Statement {
    Statement::new(GET_OF_OWNER, params![tenant_id, key.limit_root()])
}

fn bounds(settings: &Settings) -> Vec<Param> {
    let rate = settings.limit.map(RateLimit::rate);
    let metadata =
        (!settings.metadata.is_empty()).then(|| serde_json::to_string(&settings.metadata).ok()).flatten();
    params![
        rate.map(|rate| rate.calls),
        rate.map(|rate| rate.window_ms),
        settings.networks.as_ref().map(Networks::to_text),
        metadata
    ]
}

/// The keys of a tenant; the rows are for [`read`].
pub fn list(tenant_id: TenantId, ask: &Ask) -> Statement {
    Statement::new(LIST, params![tenant_id, &ask.after, ask.rows()])
}

/// One key; its row is for [`read`].
pub fn get(tenant_id: TenantId, id: KeyId) -> Statement {
    Statement::new(GET, params![tenant_id, id])
}

/// The key that somebody presents, of that tenant or of any; its row is for [`read`] and tells more of the tenant.
pub fn get_by_credential(id: Option<KeyId>, digest: &str, tenant_id: Option<TenantId>) -> Statement {
    Statement::new(GET_BY_CREDENTIAL, params![id, digest, tenant_id])
}

/// Whether some tenant has imported the key: a row means yes.
pub fn get_by_import(digest: &str) -> Statement {
    Statement::new(GET_BY_IMPORT, params![digest])
}

/// Revokes a key; no row means that it is revoked, or that the tenant has no such key. The first revocation counts.
pub fn revoke(tenant_id: TenantId, id: KeyId, now: Timestamp) -> Statement {
    Statement::new(REVOKE, params![now, tenant_id, id])
}

/// Revokes the key with that text, whosever it is; no row means that nobody has it.
pub fn revoke_by_credential(id: Option<KeyId>, digest: &str, now: Timestamp) -> Statement {
    Statement::new(REVOKE_BY_CREDENTIAL, params![now, id, digest])
}

/// Reads a key.
pub fn read(row: &Row) -> Result<ApiKey, sql::Error> {
    let limit = match (row.optional_integer("limit_calls")?, row.optional_integer("limit_window_ms")?) {
        (Some(calls), Some(window_ms)) => RateLimit::stored(calls, window_ms),
        _ => None,
    };
    let because = row.optional_text("revoked_because")?;
    let revoked_at = row.optional_time("revoked_at_ms")?;
    Ok(ApiKey {
        id: row.id("id")?,
        created_by: row.id("created_by")?,
        settings: Settings {
            name: row.text("name")?,
            scopes: scope::from_text(&row.text("scopes")?),
            expires_at: row.optional_time("expires_at_ms")?,
            limit,
            networks: row.optional_text("networks")?.as_deref().map(Networks::from_text),
            metadata: metadata(row)?,
        },
        live: row.integer("live")? == 1,
        imported: row.integer("imported")? == 1,
        created_at: row.time("created_at_ms")?,
        revoked: revoked_at.map(|at| (at, Reason::read(because.as_deref()))),
        successor: row.optional_text("successor_id")?.as_deref().and_then(KeyId::parse),
        last_used_at: row.optional_time("last_used_at_ms")?,
        version: row.integer("version")?,
        limit_root: row.optional_text("limit_root")?.as_deref().and_then(KeyId::parse),
        is_limited: row.integer("is_limited")? == 1,
        bounds_role: row
            .optional_text("bounds_role")?
            .as_deref()
            .and_then(Role::parse)
            .unwrap_or(Role::Owner),
        creator_role: row.optional_text("creator_role")?.as_deref().and_then(Role::parse),
    })
}

fn metadata(row: &Row) -> Result<BTreeMap<String, String>, sql::Error> {
    let Some(text) = row.optional_text("metadata")? else { return Ok(BTreeMap::new()) };
    serde_json::from_str(&text).map_err(|_| sql::Error::Decode("metadata".to_owned()))
}

#[cfg(test)]
mod tests;
