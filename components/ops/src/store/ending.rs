//! Tenants that are on their way out, in the database.

use insula_kit::id::TenantId;
use insula_kit::params;
use insula_kit::sql::{self, Db, Scope, Statement};
use insula_kit::time::Timestamp;

const GET: &str = include_str!("../../sql/tenant_get_ending.sql");
const END: &str = include_str!("../../sql/tenant_set_deleted.sql");
const DELETE_MEMBERS: &str = include_str!("../../sql/membership_delete_by_deleted.sql");

/// The tables whose rows go before the tenant is deleted, and the statement that removes a chunk of them.
const OWNED: [(&str, &str); 5] = [
    ("report", include_str!("../../sql/report_delete_by_tenant.sql")),
    ("usage_counter", include_str!("../../sql/usage_counter_delete_by_tenant.sql")),
    ("tenant_limit", include_str!("../../sql/tenant_limit_delete_by_tenant.sql")),
    ("invitation", include_str!("../../sql/invitation_delete_by_tenant.sql")),
    ("api_key", include_str!("../../sql/api_key_delete_by_tenant.sql")),
];

/// Removes a chunk of what one tenant has that was sent on its way out at `latest` or before; with the last chunk the tenant
/// is deleted. One batch, so it is whole at every moment, and who is stopped is gone on for. Returns how many rows went; none when no tenant is on its way out.
pub async fn step(db: &Db, latest: Timestamp, now: Timestamp) -> Result<Option<usize>, sql::Error> {
    let rows = db.query(Scope::System, Statement::new(GET, params![latest])).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let id: TenantId = row.id("id")?;
    let mut statements: Vec<_> = OWNED.iter().map(|(_, text)| Statement::new(text, params![id])).collect();
    statements.push(Statement::new(END, params![now, id]));
    statements.push(Statement::new(DELETE_MEMBERS, params![id]));
    let results = db.batch(Scope::Tenant(id), statements).await?;
    let counted = |at: &usize| *at != OWNED.len();
    Ok(Some((0..results.len()).filter(counted).map(|at| results[at].len()).sum()))
}

#[cfg(test)]
mod tests {
    use insula_domain::data_map::{Erasure, TABLES};
    use insula_domain::lifecycle::{Event, State, next};

    use super::*;

    /// The tables whose rows go with the last step.
    const LAST: [&str; 1] = ["membership"];

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
