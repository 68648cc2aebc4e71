//! What a call has used and done, in the database.

use insula_domain::metric::Reset;
use insula_kit::id::TenantId;
use insula_kit::params;
use insula_kit::sql::{self, Db, Scope, Statement};
use insula_kit::time::Timestamp;

use crate::usage::Used;

const ADD: &str = include_str!("../sql/usage_counter_add.sql");

/// What was used and is not counted. The log has it, so that somebody can make up for it.
#[derive(Debug, thiserror::Error)]
#[error("not counted for {tenant_id}: {}", said(used))]
pub struct Lost {
    /// Who has used it.
    pub tenant_id: TenantId,
    /// What.
    pub used: Vec<Used>,
    /// Why it is not counted.
    pub source: sql::Error,
}

fn said(used: &[Used]) -> String {
    used.iter().map(|used| format!("{}={}", used.metric, used.amount)).collect::<Vec<_>>().join(", ")
}

/// Counts all of it and appends the entries, in one batch. Returns how many metrics were left out: there are none of that
/// name, or the counter can't hold so much.
///
/// # Errors
///
/// As [`Db::batch`]: nothing was counted and nothing appended then.
pub async fn keep(
    db: &Db,
    tenant_id: TenantId,
    used: &[Used],
    entries: Vec<Statement>,
    at: Timestamp,
) -> Result<usize, sql::Error> {
    let start_ms = |reset: Reset| reset.period(at.as_ms()).start_ms;
    let (day, month) = (start_ms(Reset::Daily), start_ms(Reset::Monthly));
    let add = |used: &Used| Statement::new(ADD, params![day, month, used.amount, tenant_id, &used.metric]);
    let statements = used.iter().map(add).chain(entries).collect();
    let kept = db.batch(Scope::Tenant(tenant_id), statements).await?;
    Ok(kept.iter().take(used.len()).filter(|rows| rows.is_empty()).count())
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use insula_kit::sql::memory::Memory;

    use super::*;

    const TENANT: &str = "ten_01h455vb4pex5vsknk084sn02q";

    fn database() -> Db {
        let db = Db::Memory(Memory::migrated().unwrap());
        let texts = [
            "insert into tenant (id, name, state, plan, created_at_ms) values ('ten_01h455vb4pex5vsknk084sn02q', 'Acme', 'active', 'free', 0) returning id",
            "insert into metric (name, unit, reset) values ('files', 'files', 'never') returning name",
        ];
        for text in texts {
            block_on(db.query(Scope::System, Statement::new(text, vec![]))).unwrap();
        }
        db
    }

    fn add(db: &Db, pairs: &[(&str, i64)]) -> usize {
        let used: Vec<Used> = pairs
            .iter()
            .map(|(metric, amount)| Used { metric: (*metric).to_owned(), amount: *amount })
            .collect();
        // 2030-01-15T12:00:00Z.
        let at = Timestamp::from_ms(1_894_708_800_000);
        block_on(keep(db, TenantId::parse(TENANT).unwrap(), &used, vec![], at)).unwrap()
    }

    fn counters(db: &Db) -> Vec<(String, i64, i64)> {
        let text = "select metric, period_start_ms, used from usage_counter order by metric";
        let rows = block_on(db.query(Scope::System, Statement::new(text, vec![]))).unwrap();
        rows.iter()
            .map(|row| {
                (
                    row.text("metric").unwrap(),
                    row.integer("period_start_ms").unwrap(),
                    row.integer("used").unwrap(),
                )
            })
            .collect()
    }

    #[test]
    fn an_amount_is_added_to_the_period_that_the_metric_is_in_now() {
        let db = database();
        assert_eq!(add(&db, &[("rows_analyzed", 1204), ("files", 1)]), 0);
        assert_eq!(add(&db, &[("rows_analyzed", 20_000)]), 0);

        let january = 1_893_456_000_000;
        assert_eq!(
            counters(&db),
            [("files".to_owned(), 0, 1), ("rows_analyzed".to_owned(), january, 21_204)]
        );
    }

    #[test]
    fn a_metric_that_is_not_known_or_does_not_fit_is_left_out_and_the_others_are_counted() {
        let db = database();
        assert_eq!(add(&db, &[("rows", 5), ("files", 1)]), 1);
        assert_eq!(add(&db, &[("files", i64::MAX)]), 1);
        assert_eq!(add(&db, &[("files", i64::MAX - 1)]), 0);
        assert_eq!(counters(&db), [("files".to_owned(), 0, i64::MAX)]);
    }
}
