//! Limits of tenants in the database. Every statement binds the tenant.

use insula_domain::bucket::Rate;
use insula_domain::custom_limit::Custom;
use insula_domain::role::Role;
use insula_kit::id::{KeyId, TenantId};
use insula_kit::params;
use insula_kit::sql::{self, Row, Statement};

use crate::limit::{Limit, SUBJECTS_LIMIT};

const LIST: &str = include_str!("../../sql/tenant_limit_list.sql");
const GET_ROOT: &str = include_str!("../../sql/api_key_get_limit_root.sql");
const SET_OWN: &str = include_str!("../../sql/tenant_limit_set_own.sql");
const SET_OPERATOR: &str = include_str!("../../sql/tenant_limit_set_operator.sql");
const CLEAR_OWN: &str = include_str!("../../sql/tenant_limit_clear_own.sql");
const CLEAR_OPERATOR: &str = include_str!("../../sql/tenant_limit_clear_operator.sql");
const DELETE_EMPTY: &str = include_str!("../../sql/tenant_limit_delete_empty.sql");
const STAYS: &str = include_str!("../../sql/tenant_get_staying.sql");
const SET_LIMITED: &str = include_str!("../../sql/tenant_set_limited.sql");

/// Who sets a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setter {
    /// The operator, for a tenant.
    Operator,
    /// A member of that role, for its own tenant.
    Member(Role),
}

/// What is set for a tenant, for [`read`]; no row means that there is no such tenant.
pub fn list(tenant_id: TenantId) -> Statement {
    Statement::new(LIST, params![tenant_id])
}

/// The key whose limit a key draws from; no row means that the tenant has no such key.
pub fn get_root(tenant_id: TenantId, id: KeyId) -> Statement {
    Statement::new(GET_ROOT, params![tenant_id, id])
}

/// The place of the statement in [`set`] that finds the tenant on its way out.
pub const GOING: usize = 1;

/// Sets a limit, or removes it. Refused at the third statement if it isn't what was read any more, or the tenant has too
/// many. Who goes has its limits removed, and must not get others behind that.
pub fn set(tenant_id: TenantId, present: &Limit, by: Setter, rate: Option<Rate>) -> Vec<Statement> {
    let mut values = params![tenant_id, &present.subject];
    if let Some(rate) = rate {
        values.extend(params![rate.calls, rate.window_ms, rate.burst]);
    }
    if let (Setter::Member(role), Some(_)) = (by, rate) {
        // The highest role comes first: who tightens what an owner set makes it no less an owner's.
        values.extend(params![present.own_role.map_or(role, |before| before.min(role)).as_str()]);
    }
    values.extend(params![present.version]);
    if let (Setter::Member(_), Some(_)) = (by, rate) {
        values.extend(params![SUBJECTS_LIMIT]);
    }
    let text = match (by, rate) {
        (Setter::Operator, Some(_)) => SET_OPERATOR,
        (Setter::Operator, None) => CLEAR_OPERATOR,
        (Setter::Member(_), Some(_)) => SET_OWN,
        (Setter::Member(_), None) => CLEAR_OWN,
    };
    vec![
        insula_turns::of_tenant(tenant_id),
        Statement::required(STAYS, params![tenant_id]),
        Statement::required(text, values),
        Statement::new(DELETE_EMPTY, params![tenant_id]),
        Statement::required(SET_LIMITED, params![tenant_id]),
    ]
}

/// Reads what is set about a subject.
pub fn read(row: &Row) -> Result<Limit, sql::Error> {
    let own_role = match row.optional_text("own_role")? {
        None => None,
        Some(_) => Some(row.word("own_role", Role::parse)?),
    };
    Ok(Limit {
        subject: row.text("subject")?,
        plan: rate(row, "plan")?,
        custom: Custom { operator: rate(row, "operator")?, own: rate(row, "own")? },
        own_role,
        version: row.integer("version")?,
    })
}

fn rate(row: &Row, by: &str) -> Result<Option<Rate>, sql::Error> {
    let column = |name: &str| row.optional_integer(&format!("{by}_{name}"));
    let (calls, window_ms, burst) = (column("calls")?, column("window_ms")?, column("burst")?);
    Ok(calls.zip(window_ms).zip(burst).map(|((calls, window_ms), burst)| Rate { calls, window_ms, burst }))
}
