//! `PATCH /api/v1/tenants/{tenant_id}/members/{user_id}`

use insula_domain::role::Role;
use insula_kit::validate::FieldError;
use insula_kit::{Cx, Problem, Request, Response, etag};
use serde::Deserialize;
use utoipa::ToSchema;

use super::view::MemberView;
use crate::service::member;

/// What a member shall be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MemberChange)]
pub struct MemberChangeBody {
    /// `owner`, `admin`, `analyst` or `viewer`.
    #[schema(example = "analyst")]
    role: String,
}

pub async fn handle(cx: &Cx, request: &Request) -> Result<Response, Problem> {
    let MemberChangeBody { role } = request.json()?;
    let role = Role::parse(&role)
        .ok_or_else(|| FieldError::new("role", "value", "must be `owner`, `admin`, `analyst` or `viewer`"))?;
    let user_id = request.path_id("user_id")?;
    let unchanged = |member: &_| etag::demand(request, &Response::ok(&MemberView::from(member))?);
    let member = member::set_role(cx, user_id, role, unchanged).await?;
    Ok(etag::tagged(Response::ok(&MemberView::from(&member))?))
}
