//! Keys in the database: the statements of `sql/`, and how their rows are read.
//!
//! Every statement binds the tenant, so that a foreign key's id finds nothing.

use insula_domain::scope;
use insula_kit::id::{KeyId, TenantId};
use insula_kit::page::Ask;
use insula_kit::params;
use insula_kit::sql::{self, Row, Statement};
use insula_kit::time::Timestamp;

use crate::api_key::{ApiKey, UNREVOKED_LIMIT};

const LOCK_TENANT: &str = include_str!("../sql/tenant_lock.sql");
const INSERT: &str = include_str!("../sql/api_key_insert.sql");
const LIST: &str = include_str!("../sql/api_key_list_by_tenant.sql");
const GET: &str = include_str!("../sql/api_key_get.sql");
const REVOKE: &str = include_str!("../sql/api_key_revoke.sql");

/// The place of the statement in [`insert`] that finds no tenant; the other finds too many keys.
pub const LOCK: usize = 0;

/// Stores a key, unless the tenant has [`UNREVOKED_LIMIT`] of them.
///
/// Keys of one tenant are inserted one after another: without the lock, two transactions that run at once would
/// count without each other's key.
pub fn insert(tenant_id: TenantId, key: &ApiKey, digest: &str) -> Vec<Statement> {
    let values = params![
        key.id,
        tenant_id,
        key.created_by,
        &key.name,
        scope::to_text(&key.scopes),
        key.live,
        digest,
        key.created_at,
        key.expires_at,
        UNREVOKED_LIMIT,
    ];
    vec![Statement::required(LOCK_TENANT, params![tenant_id]), Statement::required(INSERT, values)]
}

/// The keys of a tenant; the rows are for [`read`].
pub fn list(tenant_id: TenantId, ask: &Ask) -> Statement {
    Statement::new(LIST, params![tenant_id, &ask.after, ask.rows()])
}

/// One key; its row is for [`read`].
pub fn get(tenant_id: TenantId, id: KeyId) -> Statement {
    Statement::new(GET, params![tenant_id, id])
}

/// Revokes a key; no row means that the tenant has no such key. The first revocation is the one that counts.
pub fn revoke(tenant_id: TenantId, id: KeyId, now: Timestamp) -> Statement {
    Statement::new(REVOKE, params![now, tenant_id, id])
}

/// Reads a key.
pub fn read(row: &Row) -> Result<ApiKey, sql::Error> {
    Ok(ApiKey {
        id: row.id("id")?,
        created_by: row.id("created_by")?,
        name: row.text("name")?,
        scopes: scope::from_text(&row.text("scopes")?),
        live: row.integer("live")? == 1,
        created_at: row.time("created_at_ms")?,
        expires_at: row.optional_time("expires_at_ms")?,
        revoked_at: row.optional_time("revoked_at_ms")?,
    })
}

#[cfg(test)]
mod tests;
