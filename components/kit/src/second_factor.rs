//! Whether a person lacks the second factor that a tenant demands.
//!
//! No token acts in such a tenant that is such a person's: none is made, and those that there were are taken when the
//! demand begins. What is left is a call with a token of another tenant that names this one in its path, and only those
//! calls ask here: they manage an account, so the hot path stays one statement.
//!
//! The operator who acts as a person is asked for nothing: what it does is in the tenant's log, with what the person lacks.
//!
//! The answer is as old as the guard's own: a demand that begins after it doesn't stop a call that is under way, as the
//! end of a membership doesn't. What lasts longer than a call, a token, is made under a lock (the component `auth`).

use insula_sql::params;

use crate::guard::{Caller, Grant};
use crate::problem::{Problem, SECOND_FACTOR_ENROLMENT_REQUIRED};
use crate::sql::{Db, Scope, Statement};

const GET_BARRED: &str = include_str!("../sql/tenant_get_barred.sql");

/// Refuses a person who was let in by a path's tenant that demands more of it.
///
/// # Errors
///
/// `second-factor-enrolment-required`.
pub async fn ensure(db: &Db, grant: &Grant) -> Result<(), Problem> {
    let (Caller::Person { user_id, .. }, Some(membership)) = (grant.caller, &grant.membership) else {
        return Ok(());
    };
    let tenant_id = membership.tenant_id;
    let statement = Statement::new(GET_BARRED, params![tenant_id, user_id]);
    let barred = db.query(Scope::Tenant(tenant_id), statement).await?;
    if barred.is_empty() { Ok(()) } else { Err(Problem::new(&SECOND_FACTOR_ENROLMENT_REQUIRED)) }
}
