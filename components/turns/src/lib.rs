//! What makes changes of one tenant, or of one person, come one after another.
//!
//! A batch that counts rows and then adds one must not run beside another that does the same: each would count without
//! the other's. So the first statement of such a batch is one of these, and every component uses the same ones, because
//! batches of two components are in each other's way too.

use insula_kit::id::{TenantId, UserId};
use insula_kit::params;
use insula_kit::sql::Statement;

const LOCK_TENANT: &str = include_str!("../sql/tenant_lock.sql");
const LOCK_PERSON: &str = include_str!("../sql/user_account_lock.sql");
const SEAT: &str = include_str!("../sql/tenant_seat.sql");

/// Other batches that begin so for the same tenant wait. Refused if there is no such tenant.
#[must_use]
pub fn of_tenant(id: TenantId) -> Statement {
    Statement::required(LOCK_TENANT, params![id])
}

/// The same for a person.
#[must_use]
pub fn of_person(id: UserId) -> Statement {
    Statement::required(LOCK_PERSON, params![id])
}

/// Refused if the tenant's plan has no room for another member. Exact only behind [`of_tenant`] in the same batch.
#[must_use]
pub fn seat(id: TenantId) -> Statement {
    Statement::required(SEAT, params![id])
}
