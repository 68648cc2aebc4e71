//! `POST /api/v1/tenants` and `POST /api/v1/workspaces`

use insula_kit::{Cx, Problem, Request, Response};
use serde::Deserialize;
use utoipa::ToSchema;

use super::view::TenantView;
use crate::service;
use crate::tenant::Name;

/// What a new tenant needs.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewTenant)]
pub struct NewTenantBody {
    /// What people call it: 1 to 100 characters, white space at the ends is removed.
    #[schema(min_length = 1, max_length = 100, example = "Acme")]
    name: String,
}

pub async fn handle(cx: &Cx, request: &Request) -> Result<Response, Problem> {
    let body: NewTenantBody = request.json()?;
    let name = Name::parse(&body.name)?;
    service::create(cx, name, |tenant| {
        let location = format!("/api/v1/tenants/{}", tenant.id);
        Response::created(&location, &TenantView::from(tenant))
    })
    .await
}
