//! That somebody was refused who may not do what it asked for.

use std::rc::Rc;

use http::HeaderMap;
use insula_domain::action::Action;
use insula_domain::credential::{self, Presented};
use insula_sql::params;

use super::PAUSE_MS;
use crate::audit::Event;
use crate::config::Config;
use crate::cx::Cx;
use crate::guard::{self, Call, Caller, Grant};
use crate::id::{KeyId, TenantId};
use crate::problem::{FORBIDDEN, Problem};
use crate::sql::{Scope, Statement};

const GET_BY_TOKEN: &str = include_str!("../../sql/access_token_get.sql");
const GET_BY_KEY: &str = include_str!("../../sql/api_key_get_by_credential.sql");

/// Notes that a member, or a key, may not do what it asked for: the guard told so, or the operation.
///
/// # Errors
///
/// As [`Cx::note`].
pub async fn refused(cx: &Cx, call: Call<'_>) -> Result<(), Problem> {
    let who = match cx.caller() {
        Caller::Person { user_id, .. } => user_id.to_string(),
        Caller::ApiKey { key_id, .. } => key_id.to_string(),
        Caller::Impersonator { session_id, .. } => session_id.to_string(),
        Caller::Operator | Caller::Anonymous => return Ok(()),
    };
    let mut event = Event::new(Action::PermissionRefused).fact("operation", call.operation);
    let tenant_id = cx.membership().map(|membership| membership.tenant_id);
    if let Some(tenant_id) = call.tenant.and_then(TenantId::parse).or(tenant_id) {
        event = event.in_tenant(tenant_id);
    }
    cx.note(&format!("refused\n{who}\n{}\n{tenant_id:?}", call.operation), PAUSE_MS, event).await
}

/// The same of a call that the guard let nobody make: who it was is looked up.
///
/// # Errors
///
/// As [`Cx::note`].
pub async fn refused_by_guard(
    problem: &Problem,
    config: &Rc<Config>,
    call: Call<'_>,
    headers: &HeaderMap,
) -> Result<(), Problem> {
    let presented = guard::credential(headers).filter(|_| problem.kind() == &FORBIDDEN);
    let Some(text) = presented else { return Ok(()) };
    let digest = credential::digest(&text);
    let statement = match Presented::parse(&text) {
        Some(Presented::Token) => Statement::new(GET_BY_TOKEN, params![digest]),
        Some(Presented::ApiKey { id_suffix }) => {
            let id = KeyId::from_suffix(id_suffix).map(|id| id.to_string());
            Statement::new(GET_BY_KEY, params![id, digest])
        }
        Some(Presented::Foreign) => Statement::new(GET_BY_KEY, params![None::<String>, digest]),
        Some(Presented::OperatorKey) | None => return Ok(()),
    };
    let is_token = Presented::parse(&text) == Some(Presented::Token);
    let rows = config.db.query(Scope::System, statement).await?;
    let Some(row) = rows.first() else { return Ok(()) };
    let caller = if !is_token {
        Caller::ApiKey { key_id: row.id("id")?, creator_id: row.id("user_id")? }
    } else if row.integer("impersonated")? == 1 {
        Caller::Impersonator { user_id: row.id("user_id")?, session_id: row.id("id")? }
    } else {
        Caller::Person { user_id: row.id("user_id")?, session_id: row.id("id")? }
    };
    let own = row.optional_text("tenant_id")?;
    let cx = Cx::admitted(Grant::refused(caller), call.client, Rc::clone(config), call.operation);
    refused(&cx, Call { tenant: call.tenant.or(own.as_deref()), ..call }).await
}
