//! `POST /api/v1/auth/invitations/accept`

use insula_kit::{Cx, Problem, Request, Response};
use insula_mail::invitation::InvitationToken;
use serde::Deserialize;
use utoipa::ToSchema;

use super::me::MembershipView;
use crate::service::invitation;

/// What is accepted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = InvitationAcceptance)]
pub struct AcceptInvitationBody {
    /// The code of the mail.
    #[schema(format = Password, write_only)]
    token: String,
}

pub async fn handle(cx: &Cx, request: &Request) -> Result<Response, Problem> {
    let AcceptInvitationBody { token } = request.json()?;
    let token = InvitationToken::presented(token);
    invitation::accept(cx, &token, |membership| Response::ok(&MembershipView::from(membership))).await
}
