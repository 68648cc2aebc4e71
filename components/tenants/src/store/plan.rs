//! Plans in the database. They are the platform's, and no tenant's.

use insula_domain::bucket::Rate;
use insula_domain::rate_limit::RateLimit;
use insula_kit::params;
use insula_kit::sql::{self, Row, Rows, Statement};

use crate::plan::{Plan, Terms};

const LIST: &str = include_str!("../../sql/plan_list.sql");
const GET: &str = include_str!("../../sql/plan_get.sql");
const SET: &str = include_str!("../../sql/plan_set.sql");
const LIST_QUOTAS: &str = include_str!("../../sql/plan_quota_list.sql");
const DELETE_QUOTAS: &str = include_str!("../../sql/plan_quota_delete.sql");
const INSERT_QUOTA: &str = include_str!("../../sql/plan_quota_insert.sql");
const LIST_LIMITS: &str = include_str!("../../sql/endpoint_limit_list.sql");
const DELETE_LIMITS: &str = include_str!("../../sql/endpoint_limit_delete.sql");
const INSERT_LIMIT: &str = include_str!("../../sql/endpoint_limit_insert.sql");

/// The place in [`set`] of the first quota; before it, the plan isn't what was expected.
pub const FIRST_QUOTA: usize = 2;

/// Every plan, or one, with its quotas and limits, as they are at one moment; the results are for [`read`].
pub fn list(name: Option<&str>) -> Vec<Statement> {
    let plans = match name {
        Some(name) => Statement::new(GET, params![name]),
        None => Statement::new(LIST, params![]),
    };
    let name = name.unwrap_or_default();
    vec![plans, Statement::new(LIST_QUOTAS, params![name]), Statement::new(LIST_LIMITS, params![name])]
}

/// Makes a plan or changes it; refused if it isn't what is expected any more, or at the quota of an unknown metric.
pub fn set(name: &str, terms: &Terms, expected: i64) -> Vec<Statement> {
    let Terms { rate, max_users, quotas, endpoint_limits } = terms;
    let mut statements = vec![
        Statement::required(SET, params![name, rate.calls, rate.burst, *max_users, expected]),
        Statement::new(DELETE_QUOTAS, params![name]),
    ];
    for (metric, quota) in quotas {
        statements.push(Statement::required(INSERT_QUOTA, params![name, *quota, metric]));
    }
    statements.push(Statement::new(DELETE_LIMITS, params![name]));
    for (operation, limit) in endpoint_limits {
        let rate = limit.rate();
        let values = params![name, operation, rate.calls, rate.window_ms];
        statements.push(Statement::required(INSERT_LIMIT, values));
    }
    statements
}

/// Reads plans.
pub fn read(results: &[Rows]) -> Result<Vec<Plan>, sql::Error> {
    let [plans, quotas, limits] = results else { return Err(sql::Error::Decode("plan".to_owned())) };
    plans.iter().map(|row| read_one(row, quotas, limits)).collect()
}

fn read_one(row: &Row, quotas: &Rows, limits: &Rows) -> Result<Plan, sql::Error> {
    let name = row.text("name")?;
    let mut terms = Terms {
        rate: Rate::per_minute(row.integer("requests_per_minute")?, row.integer("burst")?),
        max_users: row.optional_integer("max_users")?,
        quotas: Vec::new(),
        endpoint_limits: Vec::new(),
    };
    for row in quotas {
        if row.text("plan")? == name {
            terms.quotas.push((row.text("metric")?, row.integer("quota")?));
        }
    }
    for row in limits {
        if row.text("plan")? == name {
            let limit = RateLimit::stored(row.integer("calls")?, row.integer("window_ms")?);
            let limit = limit.ok_or_else(|| sql::Error::Decode("window_ms".to_owned()))?;
            terms.endpoint_limits.push((row.text("operation")?, limit));
        }
    }
    Ok(Plan { name, terms, version: row.integer("version")? })
}
