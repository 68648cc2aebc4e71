//! Reports and the counted rows in the database.

use insula_domain::metric::Period;
use insula_kit::Cx;
use insula_kit::id::{ReportId, TenantId};
use insula_kit::page::Ask;
use insula_kit::params;
use insula_kit::schema::Failure;
use insula_kit::sql::{Row, Scope, Statement};

use crate::report::{NewReport, Summary};

const COUNT_ROWS: &str = include_str!("../sql/usage_counter_add_rows.sql");
const GET_USED: &str = include_str!("../sql/usage_counter_get_rows.sql");
const INSERT: &str = include_str!("../sql/report_insert.sql");
const LIST: &str = include_str!("../sql/report_list.sql");
const GET: &str = include_str!("../sql/report_get.sql");

/// Counts the rows, if the quota allows all of them, and stores the report: both or neither. Only the quota can refuse.
pub fn insert(new: &NewReport, body: &str, period: Period) -> Vec<Statement> {
    let NewReport { tenant_id, created_by, summary, .. } = new;
    let insert = params![
        summary.id,
        *tenant_id,
        created_by,
        summary.file_name.clone(),
        summary.label_column.clone(),
        summary.rows,
        summary.columns,
        summary.score,
        body,
        summary.created_at
    ];
    vec![
        Statement::required(COUNT_ROWS, params![period.start_ms, summary.rows, *tenant_id]),
        Statement::product_change(INSERT, insert).must(),
    ]
}

/// Rows counted in the period, and the most that the tenant's plan allows.
pub async fn used(cx: &Cx, tenant_id: TenantId, period: Period) -> Result<(i64, Option<i64>), Failure> {
    let statement = Statement::new(GET_USED, params![period.start_ms, tenant_id]);
    let rows = cx.query(Scope::Tenant(tenant_id), statement).await?;
    let Some(row) = rows.first() else { return Ok((0, None)) };
    Ok((row.integer("used")?, row.optional_integer("quota")?))
}

/// A part of the tenant's reports, oldest first, one more than asked for if there are more.
pub async fn list(cx: &Cx, tenant_id: TenantId, ask: &Ask) -> Result<Vec<Summary>, Failure> {
    let statement = Statement::product(LIST, params![tenant_id, &ask.after, ask.rows()]);
    let rows = cx.query(Scope::Tenant(tenant_id), statement).await?;
    rows.iter().map(summary).collect()
}

/// The answer that the report was stored as.
pub async fn get(cx: &Cx, tenant_id: TenantId, id: ReportId) -> Result<Option<String>, Failure> {
    let rows = cx.query(Scope::Tenant(tenant_id), Statement::product(GET, params![tenant_id, id])).await?;
    Ok(rows.first().map(|row| row.text("body")).transpose()?)
}

fn summary(row: &Row) -> Result<Summary, Failure> {
    Ok(Summary {
        id: row.id("id")?,
        created_at: row.time("created_at_ms")?,
        file_name: row.optional_text("file_name")?,
        label_column: row.optional_text("label_column")?,
        rows: row.integer("row_count")?,
        columns: row.integer("column_count")?,
        score: row.real("score")?,
    })
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use insula_domain::metric::ROWS_ANALYZED;
    use insula_kit::sql::memory::Memory;
    use insula_kit::sql::{Db, Error};

    use super::*;

    const TENANT: &str = "ten_01h455vb4pex5vsknk084sn02q";
    const PERIOD: Period = Period { start_ms: 0, end_ms: None };

    fn database() -> Db {
        let db = Db::Memory(Memory::migrated().unwrap());
        let tenant = Statement::new(
            "insert into tenant (id, name, state, plan, created_at_ms) values ($1, 'Acme', 'active', 'free', 0) returning id",
            params![TENANT],
        );
        block_on(db.query(Scope::System, tenant)).unwrap();
        db
    }

    fn count(db: &Db, rows: i64) -> Result<i64, Error> {
        let statement = Statement::required(COUNT_ROWS, params![PERIOD.start_ms, rows, TENANT]);
        block_on(db.query(Scope::System, statement)).and_then(|rows| rows[0].integer("used"))
    }

    #[test]
    fn rows_are_counted_up_to_the_quota_and_not_one_more() {
        let db = database();
        assert!(matches!(count(&db, 10_001), Err(Error::Refused(0))));
        assert_eq!(count(&db, 9_000).unwrap(), 9_000);
        assert!(matches!(count(&db, 1_001), Err(Error::Refused(0))));
        assert_eq!(count(&db, 1_000).unwrap(), 10_000);
        assert!(matches!(count(&db, 1), Err(Error::Refused(0))));
    }

    #[test]
    fn a_tenant_that_is_gone_counts_nothing() {
        let db = Db::Memory(Memory::migrated().unwrap());
        assert!(matches!(count(&db, 1), Err(Error::Refused(0))));
    }

    #[test]
    fn rows_are_counted_under_the_metrics_name() {
        assert!(COUNT_ROWS.contains(&format!("'{ROWS_ANALYZED}'")));
    }
}
