//! `GET /api/v1/tenants/{tenant_id}/invitations`

use insula_kit::id;
use insula_kit::page::Ask;
use insula_kit::{Cx, Problem, Request, Response};

use super::view::InvitationView;
use crate::service::invitation;

pub async fn handle(cx: &Cx, request: &Request) -> Result<Response, Problem> {
    let ask = Ask::read::<id::Invitation>(request)?;
    let page = invitation::list(cx, &ask).await?;
    Response::ok(&page.map(|invitation| InvitationView::from(&invitation)))
}
