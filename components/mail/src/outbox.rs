//! The outbox: letters on their way, sealed with their id, and the statements that store them.

use insula_kit::id::MailId;
use insula_kit::problem::INTERNAL;
use insula_kit::sql::master_keys::MasterKeys;
use insula_kit::sql::{self, Statement};
use insula_kit::{Cx, Problem, params, seal};

use crate::letter::{Letter, Template};

const INSERT: &str = include_str!("../sql/mail_insert.sql");
const LOCK: &str = include_str!("../sql/user_account_lock_by_email.sql");
const INSERT_BY_EMAIL: &str = include_str!("../sql/mail_insert_by_email.sql");
const INSERT_BY_TOKEN: &str = include_str!("../sql/mail_insert_by_token.sql");

/// Stores a letter about a person or a tenant, in the batch of what it tells of.
///
/// # Errors
///
/// `master-key-unusable` without a master key.
pub fn send(cx: &Cx, template: Template, subject_id: &str, letter: &Letter) -> Result<Statement, Problem> {
    let id = cx.new_id()?;
    let content = sealed(cx, id, letter)?;
    let values = params![id, template.as_str(), subject_id, content, cx.now()];
    Ok(Statement::required(INSERT, values))
}

/// Stores the letter that brings an account's token, if the same batch has made the token.
///
/// # Errors
///
/// As [`send`].
pub fn send_token(cx: &Cx, template: Template, digest: &str, letter: &Letter) -> Result<Statement, Problem> {
    let id = cx.new_id()?;
    let content = sealed(cx, id, letter)?;
    let values = params![id, template.as_str(), content, cx.now(), digest];
    Ok(Statement::new(INSERT_BY_TOKEN, values))
}

/// Stores a letter to whoever has its address, unless one of the kind was stored for it within the pause. The first
/// statement locks the person: of two at once the second sees the first's letter.
///
/// # Errors
///
/// As [`send`].
pub fn send_to_owner(
    cx: &Cx,
    template: Template,
    letter: &Letter,
    pause_ms: i64,
) -> Result<[Statement; 2], Problem> {
    let id = cx.new_id()?;
    let (content, now) = (sealed(cx, id, letter)?, cx.now());
    let values = params![id, template.as_str(), content, now, &letter.to, now.plus_ms(-pause_ms)];
    Ok([Statement::new(LOCK, params![&letter.to]), Statement::new(INSERT_BY_EMAIL, values)])
}

/// Opens a letter that was sealed with this id. None when it was changed, or is another mail's.
#[must_use]
pub fn open(keys: &MasterKeys, id: MailId, content: &str) -> Option<Letter> {
    seal::open_with(keys, &info(id), content).and_then(|text| serde_json::from_str(&text).ok())
}

fn sealed(cx: &Cx, id: MailId, letter: &Letter) -> Result<String, Problem> {
    let unwritable = || Problem::new(&INTERNAL).caused_by(sql::Error::Decode("content".to_owned()));
    let text = serde_json::to_string(letter).map_err(|_| unwritable())?;
    seal::seal(cx.master_keys()?.current(), &info(id), cx.random()?, &text).ok_or_else(unwritable)
}

/// Every mail has a key of its own, so what is sealed can't be moved to another row.
fn info(id: MailId) -> String {
    format!("mail\n{id}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use insula_kit::time::Timestamp;

    #[test]
    fn a_letter_is_opened_with_its_own_id_and_key_only() {
        let id = |number| MailId::new(Timestamp::from_ms(0), [number; 10]);
        let letter = Letter { to: "ada@example.org".to_owned(), code: None, tenant: None };
        let text = serde_json::to_string(&letter).unwrap();
        let keys = |current: &str, previous: &str| {
            MasterKeys::read(Some(current.repeat(32)), Some(previous.repeat(32))).unwrap()
        };
        let content = seal::seal(&"1".repeat(32), &info(id(1)), [7; 12], &text).unwrap();
        assert!(open(&keys("1", ""), id(1), &content).as_ref() == Some(&letter));
        assert!(open(&keys("2", "1"), id(1), &content) == Some(letter));
        assert!(open(&keys("1", ""), id(2), &content).is_none());
        assert!(open(&keys("2", "3"), id(1), &content).is_none());
        assert!(!content.contains("ada"));
    }
}
