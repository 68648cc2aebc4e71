//! `POST /api/v1/auth/switch`

use insula_kit::id::TenantId;
use insula_kit::{Cx, Problem, Request, Response};
use serde::Deserialize;
use utoipa::ToSchema;

use super::token_view::AccessView;
use crate::service::session;

/// Where to act.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Switch)]
pub struct SwitchBody {
    /// A tenant that the person belongs to.
    #[schema(example = "ten_01h455vb4pex5vsknk084sn02q")]
    tenant_id: String,
}

pub async fn handle(cx: &Cx, request: &Request) -> Result<Response, Problem> {
    let SwitchBody { tenant_id } = request.json()?;
    let (access, token) = session::switch(cx, TenantId::parse(&tenant_id)).await?;
    Response::ok(&AccessView::new(&access, &token))
}
