//! Tenants that are on their way out, in the database.

use insula_kit::id::TenantId;
use insula_kit::params;
use insula_kit::sql::{self, Db, Row, Scope, Statement};
use insula_kit::time::Timestamp;

const GET: &str = include_str!("../../sql/tenant_get_ending.sql");
const END: &str = include_str!("../../sql/tenant_set_deleted.sql");
const BURY_KEYS: &str = include_str!("../../sql/api_key_bury_by_tenant.sql");
const DELETE_KEY: &str = include_str!("../../sql/tenant_key_delete_by_tenant.sql");
const DELETE_MEMBERS: &str = include_str!("../../sql/membership_delete_by_deleted.sql");

const DELETE_DATABASE: &str = include_str!("../../sql/tenant_database_delete_by_tenant.sql");

/// The tables whose rows go before the tenant is deleted, and the statement that removes a chunk of them.
const OWNED: [(&str, &str); 8] = [
    ("product_intent", include_str!("../../sql/product_intent_delete_by_tenant.sql")),
    ("tenant_database", DELETE_DATABASE),
    ("product_arrival", include_str!("../../sql/product_arrival_delete_by_tenant.sql")),
    ("report", include_str!("../../sql/report_delete_by_tenant.sql")),
    ("usage_counter", include_str!("../../sql/usage_counter_delete_by_tenant.sql")),
    ("tenant_limit", include_str!("../../sql/tenant_limit_delete_by_tenant.sql")),
    ("invitation", include_str!("../../sql/invitation_delete_by_tenant.sql")),
    ("api_key", include_str!("../../sql/api_key_delete_by_tenant.sql")),
];

/// A tenant on its way out.
pub struct Ending {
    pub id: TenantId,
    /// When it was sent there.
    pub since: Timestamp,
    /// How often its own database could not be reached; none without one.
    pub failures: Option<i64>,
}

/// The tenant that was first sent on its way out, at `latest` or before.
pub async fn find(db: &Db, latest: Timestamp, now: Timestamp) -> Result<Option<Ending>, sql::Error> {
    let rows = db.query(Scope::System, Statement::new(GET, params![latest, now])).await?;
    let read = |row: &Row| {
        let (since, failures) = (row.time("state_at_ms")?, row.optional_integer("failures")?);
        Ok(Ending { id: row.id("id")?, since, failures })
    };
    rows.first().map(read).transpose()
}

/// Forgets the database of its own, with `entry` in its log. Refused when that is forgotten.
pub async fn give_up_database(db: &Db, id: TenantId, entry: Statement) -> Result<(), sql::Error> {
    let forget = Statement::required(DELETE_DATABASE, params![id]);
    db.batch(Scope::Tenant(id), vec![forget, entry]).await.map(|_| ())
}

/// Removes a part of what it has in shared tables. Returns how many rows that were.
pub async fn remove(db: &Db, id: TenantId) -> Result<usize, sql::Error> {
    let statements = OWNED.iter().map(|(_, text)| Statement::new(text, params![id])).collect();
    let results = db.batch(Scope::Tenant(id), statements).await?;
    Ok(results.iter().map(Vec::len).sum())
}

/// Ends it, with `entry` in its log, removes the schema of its own, destroys its key, and makes its people strangers to it: so
/// many. Refused while it has anything in a shared table.
pub async fn end(db: &Db, id: TenantId, now: Timestamp, entry: Statement) -> Result<usize, sql::Error> {
    let people = Statement::new(DELETE_MEMBERS, params![id]);
    let keys = Statement::new(BURY_KEYS, params![now, id]);
    let own_key = Statement::new(DELETE_KEY, params![id]);
    let mut statements = vec![Statement::required(END, params![now, id]), people, keys, own_key];
    statements.extend(insula_isolation::drop(db, id));
    statements.push(entry);
    let results = db.batch(Scope::Tenant(id), statements).await?;
    Ok(results.get(1).map_or(0, Vec::len))
}

#[cfg(test)]
mod tests {
    use insula_domain::data_map::{Erasure, TABLES};
    use insula_domain::lifecycle::{Event, State, next};

    use super::*;

    /// The tables whose rows go with the last step: until then it has people, and a key for what is tidied up.
    const LAST: [&str; 2] = ["membership", "tenant_key"];

    #[test]
    fn everything_that_a_tenant_has_goes_with_it() {
        let of_tenants = TABLES.iter().filter(|table| table.subject == Some("tenant_id"));
        for table in of_tenants.filter(|table| table.erasure == Erasure::Delete) {
            let goes = OWNED.iter().any(|(name, _)| *name == table.name) || LAST.contains(&table.name);
            assert!(goes, "nothing removes the rows of {}", table.name);
            assert!(
                LAST.contains(&table.name) || END.contains(&format!("from {} ", table.name)),
                "{}",
                table.name
            );
        }
    }

    #[test]
    fn the_statement_says_what_the_rule_says() {
        assert_eq!(next(State::Deprovisioning, Event::Deprovisioned), Ok(State::Deleted));
        assert!(END.contains("state = 'deleted'") && END.contains("state = 'deprovisioning'"));
    }
}
