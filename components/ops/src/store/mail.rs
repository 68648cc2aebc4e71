//! The outbox and the mailbox in the database.

use insula_kit::id::{MailId, TenantId, UserId};
use insula_kit::page::Ask;
use insula_kit::params;
use insula_kit::sql::{self, Db, Row, Scope, Statement};
use insula_kit::time::Timestamp;
use insula_mail::letter::Letter;
use insula_mail::reset;

const CLAIM: &str = include_str!("../../sql/mail_claim.sql");
const DELIVER: &str = include_str!("../../sql/mail_deliver.sql");
const POSTPONE: &str = include_str!("../../sql/mail_postpone.sql");
const ABANDON: &str = include_str!("../../sql/mail_abandon.sql");
const LIST: &str = include_str!("../../sql/mail_list.sql");
const LIST_MAILBOX: &str = include_str!("../../sql/mailbox_list.sql");

/// A mail that this caller, and nobody else, is to deliver until its lease ends.
pub struct Claimed {
    pub id: MailId,
    pub template: String,
    pub subject_id: String,
    pub content: String,
    pub attempt: i64,
    pub created_at: Timestamp,
}

/// A mail of the outbox, as the operator sees it.
pub struct Listed {
    pub id: MailId,
    pub template: String,
    pub state: String,
    pub attempts: i64,
    pub failure: Option<String>,
    pub created_at: Timestamp,
    pub due_at: Timestamp,
    pub ended_at: Option<Timestamp>,
}

/// A mail of the mailbox, sealed.
pub struct Sealed {
    pub id: MailId,
    /// The tenant that has sent it, unless it is about a person.
    pub tenant_id: Option<TenantId>,
    pub content: String,
    pub delivered_at: Timestamp,
}

/// Takes the mail that is due longest, if any is.
pub async fn claim(db: &Db, lease_end: Timestamp, now: Timestamp) -> Result<Option<Claimed>, sql::Error> {
    let rows = db.query(Scope::System, Statement::new(CLAIM, params![lease_end, now])).await?;
    rows.first().map(read_claimed).transpose()
}

/// Who has the address of a letter that was asked for.
pub async fn get_owner(db: &Db, letter: &Letter) -> Result<Option<UserId>, sql::Error> {
    reset::read_owner(&db.query(Scope::System, reset::get_owner(&letter.to)).await?)
}

/// Makes a letter that was asked for one to whoever has its address, with its entry. Refused as [`reset::address`].
pub async fn address(db: &Db, mail: &Claimed, letter: &Letter, entry: Statement) -> Result<(), sql::Error> {
    let mut statements = reset::address(mail.id, mail.attempt, letter, mail.created_at);
    statements.push(entry);
    db.batch(Scope::System, statements).await.map(|_done| ())
}

/// Makes a letter that was asked for one to nobody.
pub async fn void(db: &Db, mail: &Claimed) -> Result<(), sql::Error> {
    change(db, reset::void(mail.id, mail.attempt)).await
}

/// Notes that a mail was delivered.
pub async fn deliver(db: &Db, mail: &Claimed, now: Timestamp) -> Result<(), sql::Error> {
    change(db, Statement::new(DELIVER, params![now, mail.id])).await
}

/// Notes when a mail is due again.
pub async fn postpone(db: &Db, mail: &Claimed, failure: &str, due_at: Timestamp) -> Result<(), sql::Error> {
    change(db, Statement::new(POSTPONE, params![due_at, failure, mail.id, mail.attempt])).await
}

/// Gives a mail up.
pub async fn abandon(db: &Db, mail: &Claimed, failure: &str, now: Timestamp) -> Result<(), sql::Error> {
    change(db, Statement::new(ABANDON, params![failure, now, mail.id, mail.attempt])).await
}

/// The outbox, newest first; the rows are for [`read`].
pub fn list(ask: &Ask) -> Statement {
    Statement::new(LIST, params![&ask.after, ask.rows()])
}

/// The mailbox, newest first; the rows are for [`read_sealed`].
pub fn list_mailbox(ask: &Ask) -> Statement {
    Statement::new(LIST_MAILBOX, params![&ask.after, ask.rows()])
}

/// Reads a mail of the outbox.
pub fn read(row: &Row) -> Result<Listed, sql::Error> {
    Ok(Listed {
        id: row.id("id")?,
        template: row.text("template")?,
        state: row.text("state")?,
        attempts: row.integer("attempts")?,
        failure: row.optional_text("failure")?,
        created_at: row.time("created_at_ms")?,
        due_at: row.time("due_at_ms")?,
        ended_at: row.optional_time("ended_at_ms")?,
    })
}

/// Reads a mail of the mailbox.
pub fn read_sealed(row: &Row) -> Result<Sealed, sql::Error> {
    Ok(Sealed {
        id: row.id("id")?,
        tenant_id: TenantId::parse(&row.text("subject_id")?),
        content: row.text("content")?,
        delivered_at: row.time("delivered_at_ms")?,
    })
}

fn read_claimed(row: &Row) -> Result<Claimed, sql::Error> {
    Ok(Claimed {
        id: row.id("id")?,
        template: row.text("template")?,
        subject_id: row.text("subject_id")?,
        content: row.text("content")?,
        attempt: row.integer("attempts")?,
        created_at: row.time("created_at_ms")?,
    })
}

async fn change(db: &Db, statement: Statement) -> Result<(), sql::Error> {
    db.query(Scope::System, statement).await.map(|_changed| ())
}
