//! The limits of a tenant that aren't those of its plan, on SQLite.

use insula_domain::admission::{Limited, Policy};
use insula_domain::bucket::{Bucket, Rate};
use insula_domain::custom_limit::{Custom, Customs};
use insula_sql::params;
use insula_sql::{Db, Error, Row, Scope, Statement};

use super::Found;
use crate::service::Question;

const LIST: &str = include_str!("../../../sql/sqlite/tenant_limit_list_by_call.sql");
const LIST_BUCKETS: &str = include_str!("../../../sql/sqlite/bucket_list.sql");

/// Puts the tenant's limits in the place of those that were found, each with its bucket.
pub async fn apply(db: &Db, question: &Question, found: &mut Found) -> Result<(), Error> {
    let limits = &found.decision.facts.limits;
    let rate = |policy| limits.iter().find(|limited| limited.policy == policy).map(|limited| limited.rate);
    let Some(plan) = rate(Policy::Plan) else { return Ok(()) };
    let mut customs = Customs::default();
    customs.key.own = rate(Policy::Key);
    let tenant_id = found.decision.tenant_id.clone();
    let values = params![tenant_id, question.endpoint.clone(), found.limit_root.clone()];
    for row in db.query(Scope::System, Statement::new(LIST, values)).await? {
        let (subject, operator) = (row.text("subject")?, set(&row, "operator")?);
        if subject == "all" {
            customs.all = Custom { operator, own: set(&row, "own")? };
        } else if Some(&subject) == question.endpoint.as_ref() {
            customs.endpoint = Custom { operator, own: set(&row, "own")? };
        } else {
            customs.key.operator = operator;
        }
    }
    let limits = customs.over(plan, rate(Policy::Endpoint));
    let id = |(policy, rate): &(Policy, Rate)| found.bucket_id(question, *policy, rate.window_ms);
    let ids: Vec<String> = limits.iter().map(id).collect();
    let nth = |at: usize| ids.get(at).cloned();
    let rows = db.query(Scope::System, Statement::new(LIST_BUCKETS, params![nth(0), nth(1), nth(2)])).await?;
    let mut applying = Vec::with_capacity(limits.len());
    for ((policy, rate), id) in limits.into_iter().zip(&ids) {
        let mut bucket = None;
        for row in &rows {
            if row.text("id")? == *id {
                bucket =
                    Some(Bucket { level: row.integer("level")?, level_at_ms: row.integer("level_at_ms")? });
            }
        }
        applying.push(Limited { policy, rate, bucket });
    }
    found.decision.facts.limits = applying;
    Ok(())
}

/// What one of the two set.
fn set(row: &Row, by: &str) -> Result<Option<Rate>, Error> {
    let column = |name: &str| row.optional_integer(&format!("{by}_{name}"));
    let (calls, window_ms, burst) = (column("calls")?, column("window_ms")?, column("burst")?);
    Ok(calls.zip(window_ms).zip(burst).map(|((calls, window_ms), burst)| Rate { calls, window_ms, burst }))
}
