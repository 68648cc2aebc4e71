//! People and sessions in the database: the statements of `sql/`, and how their rows are read.

pub mod account;
pub mod impersonation;
pub mod invitation;
pub mod own;
pub mod second_factor;
pub mod session;
pub mod signing_key;
pub mod wrapped;

use insula_domain::role::Role;
use insula_kit::id::{TenantId, UserId};
use insula_kit::params;
use insula_kit::sql::{self, Row, Statement};
use insula_kit::time::Timestamp;

use crate::email::Email;
use crate::password::PasswordHash;
use crate::registration::{FIRST_PLAN, FIRST_STATE, FirstTenant, Person};
use crate::store::second_factor::Factor;

const INSERT_PERSON: &str = include_str!("../sql/user_account_insert.sql");
const INSERT_TENANT: &str = include_str!("../sql/tenant_insert.sql");
const INSERT_OWNER: &str = include_str!("../sql/membership_insert_owner.sql");
const GET_BY_EMAIL: &str = include_str!("../sql/user_account_get_by_email.sql");
const GET_PERSON: &str = include_str!("../sql/user_account_get.sql");
const GET_ACTIVE: &str = include_str!("../sql/tenant_get_active.sql");
const LIST_MEMBERSHIPS: &str = include_str!("../sql/membership_list_by_user.sql");

/// The place of the statement in [`insert`] that returns no row when the address is taken.
pub const PERSON: usize = 0;
/// The most memberships that are read of one person.
pub const MEMBERSHIP_LIMIT: i64 = 200;

/// In which tenant a login shall act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// In the person's first, if it has any.
    First,
    /// In this one.
    This(TenantId),
    /// In one that can't be: what was sent is no tenant's id.
    Impossible,
}

/// What is known of a person who logs in.
pub struct Known {
    pub user_id: UserId,
    pub password: PasswordHash,
    pub membership: Option<(TenantId, Role)>,
    /// The second factor that counts.
    pub factor: Option<Factor>,
    /// Since when it does.
    pub factor_since: Option<Timestamp>,
    /// Whether the tenant is not active.
    pub is_suspended: bool,
    /// Whether it lacks the second factor that the tenant demands.
    pub is_barred: bool,
}

/// A tenant that a person belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    pub tenant_id: TenantId,
    pub name: String,
    pub role: Role,
}

/// Reads a tenant if it is active.
pub fn get_active(tenant_id: TenantId) -> Statement {
    Statement::new(GET_ACTIVE, params![tenant_id])
}

/// Stores a person, and the tenant that it owns, if any: all or nothing.
pub fn insert(person: &Person, password: &PasswordHash, tenant: Option<&FirstTenant>) -> Vec<Statement> {
    let Person { id, email, name, email_verified: _, created_at } = person;
    let values = params![*id, email.as_str(), name.clone(), password.as_str(), *created_at];
    let mut statements = vec![Statement::required(INSERT_PERSON, values)];
    if let Some(tenant) = tenant {
        let FirstTenant { id: tenant_id, name, isolation, created_at } = tenant;
        let kept = isolation.as_str();
        let values = params![*tenant_id, name, FIRST_STATE, FIRST_PLAN, *created_at, kept];
        statements.push(Statement::required(INSERT_TENANT, values));
        let values = params![*tenant_id, *id, *created_at];
        statements.push(Statement::required(INSERT_OWNER, values));
        statements.extend(insula_isolation::make(*tenant_id, *isolation));
    }
    statements
}

/// Who has the address; the row is for [`read_known`]. An address of wrong syntax is nobody's.
pub fn get_by_email(email: Option<&Email>, wanted: Wanted) -> Statement {
    let tenant_id = match wanted {
        Wanted::First => None,
        Wanted::This(id) => Some(id.to_string()),
        Wanted::Impossible => Some(String::new()),
    };
    let email = email.map_or("", Email::as_str);
    Statement::new(GET_BY_EMAIL, params![tenant_id, email])
}

/// One person, for [`read_person`].
pub fn get_person(user_id: UserId) -> Statement {
    Statement::new(GET_PERSON, params![user_id])
}

/// One person, for [`read_person`], its memberships, for [`read_membership`], and how far it is with a second factor, for
/// [`second_factor::read_state`].
pub fn get(user_id: UserId) -> Vec<Statement> {
    vec![
        get_person(user_id),
        Statement::new(LIST_MEMBERSHIPS, params![user_id, MEMBERSHIP_LIMIT]),
        second_factor::get_state(user_id),
    ]
}

/// Reads what a login needs.
pub fn read_known(row: &Row) -> Result<Known, sql::Error> {
    let password = PasswordHash::stored(row.text("password")?);
    Ok(Known {
        user_id: row.id("id")?,
        password,
        membership: read_place(row)?,
        factor: second_factor::read(row)?,
        factor_since: row.optional_time("confirmed_at_ms")?,
        is_suspended: row.integer("is_suspended")? == 1,
        is_barred: row.integer("is_barred")? == 1,
    })
}

/// Reads a tenant and the role there, if the row has them.
pub fn read_place(row: &Row) -> Result<Option<(TenantId, Role)>, sql::Error> {
    match row.optional_text("tenant_id")? {
        None => Ok(None),
        Some(_) => Ok(Some((row.id("tenant_id")?, row.word("role", Role::parse)?))),
    }
}

/// Reads a person.
pub fn read_person(row: &Row) -> Result<Person, sql::Error> {
    Ok(Person {
        id: row.id("id")?,
        email: Email::stored(row.text("email")?),
        name: row.optional_text("name")?,
        email_verified: row.optional_integer("email_verified_at_ms")?.is_some(),
        created_at: row.time("created_at_ms")?,
    })
}

/// Reads a membership.
pub fn read_membership(row: &Row) -> Result<Membership, sql::Error> {
    Ok(Membership {
        tenant_id: row.id("tenant_id")?,
        name: row.text("name")?,
        role: row.word("role", Role::parse)?,
    })
}

#[cfg(test)]
mod tests;
