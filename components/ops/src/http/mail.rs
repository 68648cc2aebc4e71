//! `GET /internal/mail`

use insula_kit::page::Ask;
use insula_kit::sql::Scope;
use insula_kit::{Cx, Problem, Request, Response, id};
use serde::Serialize;
use utoipa::ToSchema;

use crate::store::mail::{self, Listed};

/// A mail of the outbox. What it says, and to whom, nobody is told.
#[derive(Serialize, ToSchema)]
#[schema(as = Mail)]
pub struct MailView {
    /// Its id.
    #[schema(example = "mai_01h455vb4pex5vsknk084sn02q")]
    id: String,
    /// Which letter it is.
    #[schema(example = "verify-email")]
    template: String,
    /// `waiting`, `delivered`, or `given_up`: it was refused, or not delivered within a day.
    #[schema(example = "delivered")]
    state: String,
    /// How often it was tried.
    attempts: i64,
    /// Why the last try failed; null if it didn't.
    #[schema(required, example = "status 503")]
    failure: Option<String>,
    /// When it was written.
    #[schema(format = DateTime, example = "2030-01-01T00:00:00.007Z")]
    created_at: String,
    /// When it is tried next; null when it isn't any more.
    #[schema(required, format = DateTime, example = "2030-01-01T00:01:00.007Z")]
    due_at: Option<String>,
    /// When it was delivered or given up; null while it waits.
    #[schema(required, format = DateTime, example = "2030-01-01T00:00:30Z")]
    ended_at: Option<String>,
}

impl From<Listed> for MailView {
    fn from(mail: Listed) -> Self {
        let due_at = mail.ended_at.is_none().then(|| mail.due_at.to_rfc3339());
        Self {
            id: mail.id.to_string(),
            template: mail.template,
            state: mail.state,
            attempts: mail.attempts,
            failure: mail.failure,
            created_at: mail.created_at.to_rfc3339(),
            due_at,
            ended_at: mail.ended_at.map(insula_kit::time::Timestamp::to_rfc3339),
        }
    }
}

/// Lists the outbox.
pub async fn handle(cx: &Cx, request: &Request) -> Result<Response, Problem> {
    let ask = Ask::read::<id::Mail>(request)?;
    let rows = cx.query(Scope::Operator, mail::list(&ask)).await?;
    let mails = rows.iter().map(mail::read).collect::<Result<_, _>>()?;
    Response::ok(&ask.page(mails, |mail: &Listed| mail.id).map(MailView::from))
}
