//! What a person is asked for again who is calling already, and the change of its password.

use insula_kit::id::{SessionId, UserId};
use insula_kit::params;
use insula_kit::sql::{self, Row, Statement};
use insula_kit::time::Timestamp;

use super::second_factor::{self, Factor};
use crate::email::Email;
use crate::password::PasswordHash;

const GET: &str = include_str!("../../sql/user_account_get_proof.sql");
const SET_PASSWORD: &str = include_str!("../../sql/user_account_set_password.sql");
const END_OTHERS: &str = include_str!("../../sql/session_end_others.sql");

/// A person who is calling.
pub struct Own {
    pub user_id: UserId,
    pub email: Email,
    pub name: Option<String>,
    pub password: PasswordHash,
    /// The second factor that counts.
    pub factor: Option<Factor>,
}

/// The person, for [`read`].
pub fn get(user_id: UserId) -> Statement {
    Statement::new(GET, params![user_id])
}

/// Reads the person.
pub fn read(row: &Row) -> Result<Own, sql::Error> {
    Ok(Own {
        user_id: row.id("id")?,
        email: Email::stored(row.text("email")?),
        name: row.optional_text("name")?,
        password: PasswordHash::stored(row.text("password")?),
        factor: second_factor::read(row)?,
    })
}

/// Sets the hash of a password that was just shown, to the same one or to a stronger one; refused if somebody has changed
/// the password meanwhile. Whoever changes it while this batch runs comes after it, and ends the session that it makes.
pub fn hold_password(user_id: UserId, old: &PasswordHash, new: &PasswordHash) -> Statement {
    Statement::required(SET_PASSWORD, params![new.as_str(), user_id, old.as_str()])
}

/// Replaces a password and ends all other sessions; refused at the first statement if somebody was faster.
pub fn change_password(
    user_id: UserId,
    old: &PasswordHash,
    new: &PasswordHash,
    session_id: SessionId,
    now: Timestamp,
) -> Vec<Statement> {
    vec![
        Statement::required(SET_PASSWORD, params![new.as_str(), user_id, old.as_str()]),
        Statement::new(END_OTHERS, params![now, user_id, session_id]),
    ]
}
