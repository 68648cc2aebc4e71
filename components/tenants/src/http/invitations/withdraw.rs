//! `DELETE /api/v1/tenants/{tenant_id}/invitations/{invitation_id}`

use insula_kit::{Cx, Problem, Request, Response};

use crate::service::invitation;

pub async fn handle(cx: &Cx, request: &Request) -> Result<Response, Problem> {
    invitation::withdraw(cx, request.path_id("invitation_id")?).await?;
    Ok(Response::no_content())
}
