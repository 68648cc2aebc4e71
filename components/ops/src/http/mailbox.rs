//! `GET /internal/mailbox`

use insula_kit::page::{Ask, Page};
use insula_kit::sql::Scope;
use insula_kit::sql::master_keys::MasterKeys;
use insula_kit::{Cx, Problem, Request, Response, id};
use insula_mail::mailbox::Kept;
use serde::Serialize;
use utoipa::ToSchema;

use crate::store::mail::{self, Sealed};

const PATH: &str = "/internal/mailbox";

/// A mail that the component `mailer-log` has delivered.
#[derive(Serialize, ToSchema)]
#[schema(as = DeliveredMail)]
pub struct DeliveredView {
    /// Its id.
    #[schema(example = "mai_01h455vb4pex5vsknk084sn02q")]
    id: String,
    /// Which letter it is.
    #[schema(example = "verify-email")]
    template: String,
    /// The address.
    #[schema(example = "ada@example.org")]
    to: String,
    /// The subject.
    subject: String,
    /// The text.
    text: String,
    /// When it was delivered.
    #[schema(format = DateTime, example = "2030-01-01T00:00:00.007Z")]
    delivered_at: String,
}

/// Lists the mailbox. Letters hold what opens accounts: that the operator has read them is in the platform's log, and in
/// that of each tenant that has sent one.
pub async fn handle(cx: &Cx, request: &Request) -> Result<Response, Problem> {
    let ask = Ask::read::<id::Mail>(request)?;
    cx.note_operators_read(None, PATH).await?;
    let rows = cx.query(Scope::Operator, mail::list_mailbox(&ask)).await?;
    let mails = rows.iter().map(mail::read_sealed).collect::<Result<Vec<_>, _>>()?;
    let page = ask.page(mails, |mail: &Sealed| mail.id);
    cx.note_operators_reads(page.items.iter().filter_map(|mail| mail.tenant_id), PATH).await?;
    let keys = cx.master_keys()?;
    // What was sealed under an earlier master key than the previous one can't be read any more, and is left out.
    let items = page.items.into_iter().filter_map(|sealed| opened(keys, &sealed)).collect();
    Response::ok(&Page::<DeliveredView> { items, next_cursor: page.next_cursor })
}

fn opened(keys: &MasterKeys, sealed: &Sealed) -> Option<DeliveredView> {
    let Kept { template, to, subject, text } = Kept::open(keys, sealed.id, &sealed.content)?;
    let (id, delivered_at) = (sealed.id.to_string(), sealed.delivered_at.to_rfc3339());
    Some(DeliveredView { id, template, to, subject, text, delivered_at })
}
