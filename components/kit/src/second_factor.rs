//! Whether a person lacks the second factor that a tenant demands.
//!
//! No token acts in such a tenant that is such a person's: none is made (`auth`: `store/session.rs`), and those that there
//! were are taken when the demand begins (`tenants`: `store/security.rs`) and when the person gives its factor up (`auth`:
//! `store/second_factor.rs`; where an unproven account is taken over, all its sessions end). What is left is a call with a
//! token of another tenant that names this one in its path, and only those calls ask here.
//!
//! The operator who acts as a person is asked for nothing: what it does is in the tenant's log, with what the person lacks.
//!
//! The answer is as old as the guard's own: a demand that begins after it doesn't stop a call that is under way, as the
//! end of a membership doesn't. What lasts longer than a call, a token, is made under a lock (the component `auth`).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use insula_sql::params;
use serde::Deserialize;

use crate::guard::{Caller, Grant};
use crate::problem::{Problem, SECOND_FACTOR_ENROLMENT_REQUIRED};
use crate::sql::{Db, Scope, Statement};

const GET_BARRED: &str = include_str!("../sql/tenant_get_barred.sql");

/// Refuses a person who was let in with that credential by a path's tenant that demands more of it.
///
/// # Errors
///
/// `second-factor-enrolment-required`.
pub async fn ensure(db: &Db, grant: &Grant, presented: Option<&str>) -> Result<(), Problem> {
    let (Caller::Person { user_id, .. }, Some(membership)) = (grant.caller, &grant.membership) else {
        return Ok(());
    };
    let tenant_id = membership.tenant_id;
    if presented.and_then(acts_in).is_some_and(|own| own == tenant_id.to_string()) {
        return Ok(());
    }
    let statement = Statement::new(GET_BARRED, params![tenant_id, user_id]);
    let barred = db.query(Scope::Tenant(tenant_id), statement).await?;
    if barred.is_empty() { Ok(()) } else { Err(Problem::new(&SECOND_FACTOR_ENROLMENT_REQUIRED)) }
}

/// The tenant that a token acts in. The guard has found it among those that were issued, to the byte, so what it says is
/// what was written into it.
fn acts_in(token: &str) -> Option<String> {
    let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    let claims: Claims = serde_json::from_slice(&payload).ok()?;
    claims.tenant_id
}

#[derive(Deserialize)]
struct Claims {
    tenant_id: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_acts_in_the_tenant_that_its_payload_names() {
        let of = |payload: &str| acts_in(&format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(payload)));
        let tenant_id = "ten_01h455vb4pex5vsknk084sn02q";
        assert_eq!(of(&format!(r#"{{"sub":"x","tenant_id":"{tenant_id}"}}"#)), Some(tenant_id.to_owned()));
        for none in [r#"{"sub":"x"}"#, r#"{"tenant_id":7}"#, "", "{"] {
            assert_eq!(of(none), None, "{none}");
        }
        assert_eq!((acts_in("ins_live_key"), acts_in("a.b"), acts_in("")), (None, None, None));
    }
}
