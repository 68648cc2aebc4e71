//! What the onboarding and the diagnostics of a tenant know of the product's own tables, which today is `report`: where
//! these move, this file moves with them.

use insula_kit::id::TenantId;
use insula_kit::params;
use insula_kit::sql::Statement;

use super::diagnosis::Main;

/// The tables.
pub const TABLES: &[&str] = &["report"];

const FIRST: &str = include_str!("../../sql/report_get_first.sql");
const COUNT: &str = include_str!("../../sql/report_count.sql");
const COUNT_SEEN: &str = include_str!("../../sql/postgres/report_count_seen.sql");
/// As the workload itself has it.
const LIST: &str = include_str!("../../../quality/sql/report_list.sql");

/// When the first report was made.
pub fn first(tenant_id: TenantId) -> Statement {
    Statement::product(FIRST, params![tenant_id])
}

/// How many rows the tenant has, counted up to a limit.
pub fn count(tenant_id: TenantId, limit: i64) -> Statement {
    Statement::product(COUNT, params![tenant_id, limit])
}

/// How many rows whoever asks sees.
pub fn count_seen(tenant_id: TenantId) -> Statement {
    Statement::product(COUNT_SEEN, params![tenant_id])
}

/// What is run most.
pub fn main(tenant_id: TenantId, page: i64) -> Main {
    let statement = Statement::product(LIST, params![tenant_id, "", page]);
    Main { operation: "list_reports", table: "report", alias: "report", statement }
}
