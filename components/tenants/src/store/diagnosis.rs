//! What diagnostics look at: statements, and how their rows are read.

use insula_domain::metric::Reset;
use insula_domain::role::Role;
use insula_domain::scope;
use insula_kit::id::{KeyId, TenantId, UserId};
use insula_kit::params;
use insula_kit::sql::{self, Row, Statement};
use insula_kit::time::Timestamp;

use super::product;
use crate::diagnosis::nothing::{Keys, Standing, Subject, Used};
use crate::diagnosis::slow::Slowest;
use crate::diagnosis::wrong::{Binding, Dangling};

const GET: &str = include_str!("../../sql/tenant_get_diagnosis.sql");
const GET_KEY: &str = include_str!("../../sql/api_key_get_diagnosis.sql");
const GET_MEMBER: &str = include_str!("../../sql/member_get.sql");
const COUNT_ROWS: &str = include_str!("../../sql/tenant_count_rows.sql");
const COUNT_SEEN: &str = include_str!("../../sql/postgres/tenant_count_seen.sql");
const COUNT_DANGLING: &str = include_str!("../../sql/tenant_count_dangling.sql");
const COUNT_EMPTY: &str = include_str!("../../sql/bucket_count_empty.sql");
const GET_BINDING: &str = include_str!("../../sql/postgres/table_get_binding.sql");
const GET_ROLE: &str = include_str!("../../sql/postgres/role_get.sql");
const LIST_SLOWEST: &str = include_str!("../../sql/postgres/statement_list_slowest.sql");
/// As the components have them that run them.
const LIST_USAGE: &str = include_str!("../../../usage/sql/usage_counter_list_by_tenant.sql");
const LIST_KEYS: &str = include_str!("../../../keys/sql/api_key_list_by_tenant.sql");
const LIST_MEMBERS: &str = include_str!("../../sql/member_list.sql");
const LIST_LOG: &str = include_str!("../../../gdpr/sql/audit_entry_list.sql");

/// The platform's tables that have rows of tenants. Sessions and their tokens are a person's.
pub const TABLES: &[&str] = &[
    "api_key",
    "audit_checkpoint",
    "audit_entry",
    "audit_node",
    "invitation",
    "membership",
    "product_arrival",
    "product_intent",
    "tenant_database",
    "tenant_key",
    "tenant_limit",
    "usage_counter",
];

/// Rows are counted up to here: who has more knows enough.
pub const COUNTED_AT_MOST: i64 = 100_000;
const PAGE: i64 = 50;

/// A statement that a tenant's callers have run often.
pub struct Main {
    /// The operation that runs it.
    pub operation: &'static str,
    /// The table that the tenant's rows are in.
    pub table: &'static str,
    /// The name that the statement has for it.
    pub alias: &'static str,
    /// As it is run.
    pub statement: Statement,
}

/// How the tenant stands, for [`standing`]; no row means that there is none.
pub fn get(tenant_id: TenantId, now: Timestamp) -> Statement {
    Statement::new(GET, params![now, tenant_id])
}

/// Reads it.
pub fn standing(row: &Row) -> Result<Standing, sql::Error> {
    Ok(Standing {
        state: row.text("state")?,
        is_operators: row.optional_text("state_by")?.as_deref() == Some("operator"),
        second_factor_required: row.integer("second_factor_required")? == 1,
        members: row.integer("members")?,
        members_without_factor: row.integer("members_without_factor")?,
        keys: Keys {
            all: row.integer("all_keys")?,
            revoked: row.integer("revoked_keys")?,
            expired: row.integer("expired_keys")?,
            bound: row.integer("bound_keys")?,
            orphaned: row.integer("orphaned_keys")?,
            working: row.integer("working_keys")?,
        },
    })
}

/// A member that is looked at, for [`member`].
pub fn get_member(tenant_id: TenantId, user_id: UserId) -> Statement {
    Statement::new(GET_MEMBER, params![tenant_id, user_id])
}

/// Reads it.
pub fn member(row: Option<&Row>) -> Result<Subject, sql::Error> {
    row.map_or(Ok(Subject::Stranger), |row| Ok(Subject::Member(row.word("role", Role::parse)?)))
}

/// A key that is looked at, for [`key`].
pub fn get_key(tenant_id: TenantId, key_id: KeyId) -> Statement {
    Statement::new(GET_KEY, params![tenant_id, key_id])
}

/// Reads it.
pub fn key(row: Option<&Row>) -> Result<Subject, sql::Error> {
    let Some(row) = row else { return Ok(Subject::Stranger) };
    Ok(Subject::Key {
        scopes: scope::from_text(&row.text("scopes")?),
        role: row.optional_text("role")?.as_deref().and_then(Role::parse),
        expires_at: row.optional_time("expires_at_ms")?,
        is_revoked: row.optional_time("revoked_at_ms")?.is_some(),
        networks: row.optional_text("networks")?,
    })
}

/// What the tenant has used in the present periods, for [`used`].
pub fn list_usage(tenant_id: TenantId, now: Timestamp) -> Statement {
    let start_ms = |reset: Reset| reset.period(now.as_ms()).start_ms;
    Statement::new(LIST_USAGE, params![start_ms(Reset::Daily), start_ms(Reset::Monthly), tenant_id])
}

/// Reads it.
pub fn used(row: &Row) -> Result<Used, sql::Error> {
    Ok(Used { metric: row.text("name")?, used: row.integer("used")?, quota: row.optional_integer("quota")? })
}

/// The buckets of the tenant's callers.
pub fn count_empty(tenant_id: TenantId, now: Timestamp) -> Statement {
    Statement::new(COUNT_EMPTY, params![now, tenant_id])
}

/// How many rows the tenant has of each of the platform's tables, for [`counted`].
pub fn count_rows(tenant_id: TenantId) -> Statement {
    Statement::new(COUNT_ROWS, params![tenant_id, COUNTED_AT_MOST])
}

/// Reads a table and a number.
pub fn counted(row: &Row) -> Result<(String, i64), sql::Error> {
    Ok((row.text("name")?, row.integer("counted")?))
}

/// How many rows of each of the platform's tables whoever asks sees.
pub fn count_seen(tenant_id: TenantId) -> Statement {
    Statement::new(COUNT_SEEN, params![tenant_id])
}

/// What refers to something that isn't there, for [`dangling`].
pub fn count_dangling(tenant_id: TenantId) -> Statement {
    Statement::new(COUNT_DANGLING, params![tenant_id])
}

/// Reads it.
pub fn dangling(row: &Row) -> Result<Dangling, sql::Error> {
    Ok(Dangling {
        members: row.integer("members")?,
        keys: row.integer("all_keys")?,
        limits: row.integer("limits")?,
        log_entries: row.integer("log_entries")?,
    })
}

/// How the platform's tables are bound to the scope, and those of the product, where the tenant has them. On PostgreSQL.
pub fn get_bindings() -> [Statement; 2] {
    [
        Statement::new(GET_BINDING, params![TABLES.join(" ")]),
        Statement::product(GET_BINDING, params![product::TABLES.join(" ")]),
    ]
}

/// Reads one, and about how many rows the table has; none where nobody has looked.
pub fn binding(row: &Row) -> Result<(Binding, Option<i64>), sql::Error> {
    let is = |column| row.integer(column).map(|number| number == 1);
    let binding = Binding {
        name: row.text("name")?,
        is_bound: is("is_bound")?,
        is_forced: is("is_forced")?,
        policies: row.integer("policies")?,
    };
    Ok((binding, Some(row.integer("estimate")?).filter(|rows| *rows >= 0)))
}

/// As whom statements run, on PostgreSQL.
pub fn get_role() -> Statement {
    Statement::new(GET_ROLE, vec![])
}

/// The statements that took longest, where PostgreSQL keeps figures, for [`slowest`].
pub fn list_slowest() -> Statement {
    Statement::new(LIST_SLOWEST, vec![])
}

/// Reads one.
pub fn slowest(row: &Row) -> Result<Slowest, sql::Error> {
    Ok(Slowest { text: row.text("text")?, mean_us: row.integer("mean_us")? })
}

/// What the tenant's callers have run most.
pub fn main(tenant_id: TenantId, now: Timestamp) -> Vec<Main> {
    let of = |operation, table, alias, statement| Main { operation, table, alias, statement };
    let log = params![tenant_id, 0, i64::MAX, 0, i64::MAX, "", "", "", PAGE];
    vec![
        product::main(tenant_id, PAGE),
        of("get_usage", "usage_counter", "u", list_usage(tenant_id, now)),
        of("list_api_keys", "api_key", "k", Statement::new(LIST_KEYS, params![tenant_id, "", PAGE])),
        of("list_members", "membership", "m", Statement::new(LIST_MEMBERS, params![tenant_id, "", PAGE])),
        of("list_audit_log", "audit_entry", "audit_entry", Statement::new(LIST_LOG, log)),
    ]
}

#[cfg(test)]
mod tests {
    use insula_domain::data_map;

    use super::*;

    /// A table that nobody looks at would be diagnosed by nobody.
    #[test]
    fn every_table_of_tenants_rows_is_looked_at() {
        let of_tenants = data_map::TABLES.iter().filter(|table| {
            table.columns.iter().any(|(name, _)| *name == "tenant_id")
                && !matches!(table.name, "session" | "access_token" | "audit_head")
        });
        for table in of_tenants.map(|table| table.name) {
            let place = |text: &str, word: &str| text.contains(&format!("{word} {table}"));
            let is_products = product::TABLES.contains(&table);
            assert!(is_products != TABLES.contains(&table), "{table}");
            assert!(is_products || place(COUNT_ROWS, "from"), "{table} is not counted");
            assert!(is_products || place(COUNT_SEEN, "from"), "{table} is not looked at");
        }
    }
}
