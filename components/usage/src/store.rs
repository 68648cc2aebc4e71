//! Counters in the database.

use insula_domain::metric::Reset;
use insula_kit::id::TenantId;
use insula_kit::params;
use insula_kit::sql::{self, Db, Row, Scope, Statement};
use insula_kit::time::Timestamp;

use crate::usage::{MetricUsage, Usage};

const LIST: &str = include_str!("../sql/usage_counter_list_by_tenant.sql");

/// The figures of a tenant in the periods that `at` lies in; none when there is no such tenant.
pub async fn read(db: &Db, tenant_id: TenantId, at: Timestamp) -> Result<Option<Usage>, sql::Error> {
    let start_ms = |reset: Reset| reset.period(at.as_ms()).start_ms;
    let params = params![start_ms(Reset::Daily), start_ms(Reset::Monthly), tenant_id];
    let rows = db.query(Scope::Tenant(tenant_id), Statement::new(LIST, params)).await?;
    let Some(first) = rows.first() else { return Ok(None) };
    let plan = first.text("plan")?;
    let metrics = rows.iter().map(|row| metric(row, at)).collect::<Result<_, _>>()?;
    Ok(Some(Usage { tenant_id, plan, metrics }))
}

fn metric(row: &Row, at: Timestamp) -> Result<MetricUsage, sql::Error> {
    let reset = row.word("reset", Reset::parse)?;
    Ok(MetricUsage {
        name: row.text("name")?,
        unit: row.text("unit")?,
        reset,
        used: row.integer("used")?,
        quota: row.optional_integer("quota")?,
        period: reset.period(at.as_ms()),
    })
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use insula_kit::sql::memory::Memory;

    use super::*;

    const OWN: &str = "ten_01h455vb4pex5vsknk084sn02q";
    const OTHER: &str = "ten_01h455vb4pex5vsknk084sn02r";
    const DAY_MS: i64 = 86_400_000;
    /// 2030-01-15T00:00:00Z.
    const TODAY: i64 = 1_893_456_000_000 + 14 * DAY_MS;

    fn database() -> Db {
        let db = Db::Memory(Memory::migrated().unwrap());
        for (id, plan) in [(OWN, "free"), (OTHER, "enterprise")] {
            run(
                &db,
                "insert into tenant (id, name, state, plan, created_at_ms) values ($1, 'T', 'active', $2, 0) returning id",
                params![id, plan],
            );
        }
        run(
            &db,
            "insert into metric (name, unit, reset) values ('files', 'files', 'never') returning name",
            vec![],
        );
        db
    }

    fn run(db: &Db, text: &'static str, params: Vec<sql::Param>) {
        assert_eq!(block_on(db.query(Scope::System, Statement::new(text, params))).unwrap().len(), 1);
    }

    fn count(db: &Db, tenant: &str, metric: &str, start_ms: i64, used: i64) {
        let text = "insert into usage_counter values ($1, $2, $3, $4) returning used";
        run(db, text, params![tenant, metric, start_ms, used]);
    }

    fn figures(db: &Db, tenant: &str, at_ms: i64) -> Vec<(String, i64, Option<i64>)> {
        let id = TenantId::parse(tenant).unwrap();
        let usage = block_on(read(db, id, Timestamp::from_ms(at_ms))).unwrap().unwrap();
        usage.metrics.into_iter().map(|metric| (metric.name, metric.used, metric.quota)).collect()
    }

    #[test]
    fn a_new_tenant_has_used_nothing_of_every_metric() {
        let expected = [
            ("api_calls".to_owned(), 0, Some(100)),
            ("files".to_owned(), 0, None),
            ("rows_analyzed".to_owned(), 0, Some(10_000)),
        ];
        assert_eq!(figures(&database(), OWN, TODAY), expected);
    }

    #[test]
    fn each_metric_is_read_in_its_own_period() {
        let db = database();
        count(&db, OWN, "api_calls", TODAY, 3);
        count(&db, OWN, "api_calls", TODAY - DAY_MS, 40);
        count(&db, OWN, "rows_analyzed", TODAY - 14 * DAY_MS, 500);
        count(&db, OWN, "rows_analyzed", TODAY - 45 * DAY_MS, 6_000);
        count(&db, OWN, "files", 0, 7);
        let used = |at_ms| figures(&db, OWN, at_ms).into_iter().map(|(_, used, _)| used).collect::<Vec<_>>();
        assert_eq!(used(TODAY), [3, 7, 500]);
        assert_eq!(used(TODAY + DAY_MS - 1), [3, 7, 500]);
        assert_eq!(used(TODAY + DAY_MS), [0, 7, 500]);
        assert_eq!(used(TODAY + 17 * DAY_MS), [0, 7, 0]);
    }

    /// Protects a tenant from seeing its neighbour's figures or plan.
    #[test]
    fn another_tenants_counters_and_plan_are_not_read() {
        let db = database();
        count(&db, OTHER, "api_calls", TODAY, 99);
        assert_eq!(figures(&db, OWN, TODAY)[0], ("api_calls".to_owned(), 0, Some(100)));
        assert_eq!(figures(&db, OTHER, TODAY)[0], ("api_calls".to_owned(), 99, None));
    }

    #[test]
    fn an_absent_tenant_has_no_figures() {
        let absent = TenantId::parse("ten_01h455vb4pex5vsknk084sn02s").unwrap();
        assert_eq!(block_on(read(&database(), absent, Timestamp::from_ms(TODAY))).unwrap(), None);
    }
}
