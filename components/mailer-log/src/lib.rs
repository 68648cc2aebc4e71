//! A mailer that delivers nothing: it writes a line to the log, and puts the mail into the mailbox, where the operator
//! can read it (`GET /internal/mailbox`). For development, for tests, and until a provider of mail is chosen.
//!
//! A provider of `insula:notify/mailer`; it answers no HTTP request itself. The line of the log has the mail's id and
//! the letter's name, never an address, a text or a code. What it keeps is sealed under the master key, and goes after
//! a week.

mod bindings;

use bindings::exports::insula::notify::mailer::{Failure, Message};
use insula_kit::id::MailId;
use insula_kit::sql::{Scope, Statement};
use insula_kit::time::Timestamp;
use insula_kit::{config, params};
use insula_mail::mailbox::Kept;

const INSERT: &str = include_str!("../sql/mailbox_insert.sql");

/// Keeps one mail. The same id is kept once.
///
/// # Errors
///
/// `refused` for an id that is none, otherwise `unavailable`.
pub async fn deliver(mail: Message) -> Result<(), Failure> {
    let config = config::Config::load().await;
    let unavailable = |text: &str| Failure::Unavailable(text.to_owned());
    let id = MailId::parse(&mail.id).ok_or_else(|| Failure::Refused("the id is no mail's".to_owned()))?;
    let master_keys = config.master_keys.as_ref().map_err(|error| unavailable(&error.to_string()))?;
    let mut nonce = [0; 12];
    getrandom::fill(&mut nonce).map_err(|_| unavailable("no random bytes"))?;
    let kept = Kept { template: mail.template, to: mail.to, subject: mail.subject, text: mail.text };
    let content =
        kept.seal(master_keys.current(), id, nonce).ok_or_else(|| unavailable("it could not be sealed"))?;
    let statement = Statement::new(INSERT, params![id, content, Timestamp::now()]);
    config
        .db
        .query(Scope::System, statement)
        .await
        .map_err(|error| Failure::Unavailable(error.to_string()))?;
    let line = serde_json::json!({
        "level": "info",
        "message": "a mail was put into the mailbox",
        "mail_id": id.to_string(),
        "template": kept.template,
    });
    println!("{line}");
    Ok(())
}

#[cfg(target_family = "wasm")]
mod entry {
    #![allow(unsafe_code, reason = "the generated entry point")]
    use crate::bindings::exports::insula::notify::mailer::{Failure, Guest, Message};

    struct Mailer;
    crate::bindings::export!(Mailer with_types_in crate::bindings);

    impl Guest for Mailer {
        async fn deliver(mail: Message) -> Result<(), Failure> {
            crate::deliver(mail).await
        }
    }
}
