//! The limits of a tenant that aren't those of its plan.

use insula_domain::admission::Policy;
use insula_domain::bucket::Rate;
use insula_domain::custom_limit::{Custom, Customs};
use insula_sql::params;
use insula_sql::{Db, Error, Row, Scope, Statement};

use super::found::Found;
use crate::service::Question;

const LIST: &str = include_str!("../../sql/tenant_limit_list_by_call.sql");

/// What applies to the call instead of what was found, if the tenant has such limits.
pub async fn limits(
    db: &Db,
    question: &Question,
    found: &Found,
) -> Result<Option<Vec<(Policy, Rate)>>, Error> {
    if !found.has_customs {
        return Ok(None);
    }
    let limits = &found.decision.facts.limits;
    let rate = |policy| limits.iter().find(|limited| limited.policy == policy).map(|limited| limited.rate);
    let Some(plan) = rate(Policy::Plan) else { return Ok(None) };
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
    Ok(Some(customs.over(plan, rate(Policy::Endpoint))))
}

/// What one of the two set.
fn set(row: &Row, by: &str) -> Result<Option<Rate>, Error> {
    let column = |name: &str| row.optional_integer(&format!("{by}_{name}"));
    let (calls, window_ms, burst) = (column("calls")?, column("window_ms")?, column("burst")?);
    Ok(calls.zip(window_ms).zip(burst).map(|((calls, window_ms), burst)| Rate { calls, window_ms, burst }))
}
