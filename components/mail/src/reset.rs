//! The letter that brings a code to replace a forgotten password.
//!
//! Anybody may ask for it, by an address. What is asked is written down without a look at whether anybody has the address, so
//! neither the answer nor its time, nor who waits for whom, tells that. The tick looks, when the letter is due: whoever has
//! the address is made a token of the code, which the audit log tells; a letter to nobody, or to who was written to a moment
//! ago, is never delivered.

use insula_kit::id::{MailId, UserId};
use insula_kit::sql::{self, Rows, Statement};
use insula_kit::time::Timestamp;
use insula_kit::token::Token;
use insula_kit::{Cx, Problem, params};

use crate::account_token::{Fresh, ResetPassword};
use crate::email::Email;
use crate::letter::{Letter, Template};
use crate::outbox;

const LOCK: &str = include_str!("../sql/user_account_lock_by_email.sql");
const KEEP: &str = include_str!("../sql/account_token_keep_by_email.sql");
const INSERT: &str = include_str!("../sql/account_token_insert_by_email.sql");
const ADDRESS: &str = include_str!("../sql/mail_address.sql");
const VOID: &str = include_str!("../sql/mail_void.sql");
const OWNER: &str = include_str!("../sql/user_account_get_by_email.sql");

/// A letter that is nobody's yet.
const NOBODY: &str = "";

/// Stores that somebody wants the letter to go to whoever has the address.
///
/// # Errors
///
/// As [`outbox::send`].
pub fn ask(cx: &Cx, email: &Email) -> Result<Statement, Problem> {
    let code = Token::<ResetPassword>::new(cx.random()?);
    let letter = Letter { to: email.as_str().to_owned(), code: Some(code.reveal().to_owned()), tenant: None };
    outbox::send(cx, Template::PasswordReset, NOBODY, &letter)
}

/// Whether it isn't known yet who has the address of a letter.
#[must_use]
pub fn is_open(template: Template, subject_id: &str) -> bool {
    template == Template::PasswordReset && subject_id == NOBODY
}

/// Who has an address; the rows are for [`read_owner`].
#[must_use]
pub fn get_owner(email: &str) -> Statement {
    Statement::new(OWNER, params![email])
}

/// Reads who has an address, if anybody does.
///
/// # Errors
///
/// A row that isn't as the statement says.
pub fn read_owner(rows: &Rows) -> Result<Option<UserId>, sql::Error> {
    rows.first().map(|row| row.id("id")).transpose()
}

/// Makes the token of whoever has the address, and the letter one to that person. Refused when nobody has it any more, when
/// the person has a token that is younger than a pause, or when somebody else has taken the letter meanwhile. Earlier tokens
/// go on to count: anybody may ask for this one, and must not be able to take from the person what it has been mailed. There
/// are no more of them than pauses in a lifetime.
#[must_use]
pub fn address(id: MailId, attempt: i64, letter: &Letter, asked_at: Timestamp) -> Vec<Statement> {
    let code = letter.code.as_deref().unwrap_or_default();
    let token = Fresh::of(&Token::<ResetPassword>::presented(code.to_owned()), asked_at);
    let before = token.replaces_before();
    let Fresh { purpose, digest, created_at, expires_at, .. } = &token;
    vec![
        Statement::required(LOCK, params![&letter.to]),
        Statement::new(KEEP, params![*purpose, &letter.to, before, *created_at]),
        Statement::required(INSERT, params![*purpose, digest, *created_at, *expires_at, &letter.to, before]),
        Statement::required(ADDRESS, params![digest, id, attempt]),
    ]
}

/// Makes the letter one that is never delivered, unless somebody else has taken it meanwhile. It looks as if it had ended
/// long ago.
#[must_use]
pub fn void(id: MailId, attempt: i64) -> Statement {
    Statement::new(VOID, params![id, attempt])
}
