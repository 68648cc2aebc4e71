//! The operations on tenants: the order of their steps, and what happens whole or not at all.

pub mod change;
pub mod database;
pub mod diagnosis;
pub mod invitation;
pub mod lifecycle;
pub mod limit;
pub mod member;
pub mod onboarding;
pub mod plan;
pub mod security;

use std::collections::BTreeMap;

use insula_domain::action::Action;
use insula_domain::isolation::Isolation;
use insula_domain::lifecycle::State;
use insula_domain::role::Role;
use insula_kit::audit::Event;
use insula_kit::guard::Caller;
use insula_kit::id::TenantId;
use insula_kit::page::{Ask, Page};
use insula_kit::problem::NOT_FOUND;
use insula_kit::sql::{self, Row, Scope};
use insula_kit::{Cx, Problem, Response, idempotency};

use crate::error::Error;
use crate::store;
use crate::tenant::{FIRST_PLAN, Filter, Name, Standing, Tenant};

/// How often a change is tried again that another one was faster than.
const ATTEMPTS: usize = 8;

/// Makes a tenant whose owner is the caller. Both are stored, or neither; `answer` tells of it, and is kept with it
/// for a request that is sent again.
pub async fn create(
    cx: &Cx,
    name: Name,
    isolation: Isolation,
    answer: impl FnOnce(&Tenant) -> Result<Response, Problem>,
) -> Result<Response, Problem> {
    let owner_id = cx.user_id()?;
    let tenant = Tenant {
        id: cx.new_id()?,
        name,
        standing: Standing { state: State::Active, by: None, reason: None },
        plan: FIRST_PLAN.to_owned(),
        region: None,
        isolation,
        settings: BTreeMap::new(),
        version: 0,
        role: Some(Role::Owner),
        created_at: cx.now(),
    };
    let (answer, mut statements) = (answer(&tenant)?, store::insert(&tenant, owner_id));
    let event = Event::new(Action::TenantCreated).in_tenant(tenant.id).fact("plan", &tenant.plan);
    let event = event.fact("isolation", tenant.isolation.as_str());
    statements.push(cx.audit(event).await?);
    let refused = |at| {
        if at == store::OWNER {
            Problem::from(Error::TenantLimit)
        } else {
            Problem::from(sql::Error::Refused(at))
        }
    };
    // Nobody is a member yet of what is made here, so it is nobody's to see.
    idempotency::commit(cx, Scope::System, statements, answer, refused).await
}

/// The tenants of the person who is calling; all tenants for the operator, which each of those that it is shown is told in
/// its log, with the path that it called. Those of the filter.
pub async fn list(cx: &Cx, filter: &Filter, ask: &Ask, path: &str) -> Result<Page<Tenant>, Problem> {
    let rows = match cx.caller() {
        Caller::Operator => cx.query(Scope::Operator, store::list(filter, ask)).await?,
        Caller::Person { user_id, .. } => {
            cx.query(Scope::Person(user_id), store::list_by_user(user_id, filter, ask)).await?
        }
        // The access rule lets neither in.
        Caller::ApiKey { .. } | Caller::Anonymous | Caller::Impersonator { .. } => {
            return Err(Problem::new(&NOT_FOUND));
        }
    };
    let tenants = rows.iter().map(store::read_with_role).collect::<Result<_, _>>()?;
    let page = ask.page(tenants, |tenant: &Tenant| tenant.id);
    cx.note_operators_reads(page.items.iter().map(|tenant| tenant.id), path).await?;
    Ok(page)
}

/// One tenant. The guard has seen to it that the caller is a member, or the operator.
pub async fn get(cx: &Cx, id: TenantId) -> Result<Tenant, Problem> {
    let rows = cx.query(cx.scope(), store::get(id)).await?;
    let row: &Row = rows.first().ok_or_else(|| Problem::new(&NOT_FOUND))?;
    Ok(store::read(row, cx.membership().map(|membership| membership.role))?)
}
