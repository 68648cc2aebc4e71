//! The operations on plans. What a plan says counts from its tenants' next calls on.

use insula_domain::action::Action;
use insula_kit::audit::Event;
use insula_kit::problem::NOT_FOUND;
use insula_kit::schema::Failure;
use insula_kit::sql;
use insula_kit::validate::FieldError;
use insula_kit::{Cx, Problem};

use super::ATTEMPTS;
use crate::plan::{Plan, Terms, is_name};
use crate::store::plan::{self, FIRST_QUOTA};

/// Every plan, by name.
pub async fn list(cx: &Cx) -> Result<Vec<Plan>, Problem> {
    Ok(plan::read(&cx.batch(cx.scope(), plan::list(None)).await?)?)
}

/// One plan.
pub async fn get(cx: &Cx, name: &str) -> Result<Plan, Problem> {
    find(cx, name).await?.ok_or_else(|| Problem::new(&NOT_FOUND))
}

/// Makes a plan, or changes it. `check` sees what there was, and may refuse.
pub async fn set(
    cx: &Cx,
    name: &str,
    terms: &Terms,
    check: impl Fn(Option<&Plan>) -> Result<(), Problem>,
) -> Result<Plan, Problem> {
    if !is_name(name) {
        return Err(Problem::new(&NOT_FOUND));
    }
    for _ in 0..ATTEMPTS {
        let present = find(cx, name).await?;
        check(present.as_ref())?;
        let expected = present.map_or(-1, |plan| plan.version);
        let mut statements = plan::set(name, terms, expected);
        let entry = Event::new(Action::PlanSet).fact("plan", name);
        let entry = entry.fact("requests_per_minute", terms.rate.calls).fact("burst", terms.rate.burst);
        statements.push(cx.audit(entry).await?);
        match cx.batch(cx.scope(), statements).await {
            Ok(_) => return get(cx, name).await,
            Err(Failure::Database(sql::Error::Refused(at))) if at >= FIRST_QUOTA => {
                let field = format!("quotas/{}/metric", at - FIRST_QUOTA);
                return Err(FieldError::new(&field, "unknown", "is not a metric").into());
            }
            Err(Failure::Database(sql::Error::Refused(_))) => {}
            Err(failure) => return Err(failure.into()),
        }
    }
    Err(sql::Error::Busy.into())
}

async fn find(cx: &Cx, name: &str) -> Result<Option<Plan>, Problem> {
    Ok(plan::read(&cx.batch(cx.scope(), plan::list(Some(name))).await?)?.pop())
}
