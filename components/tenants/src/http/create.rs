//! `POST /api/v1/tenants` and `POST /api/v1/workspaces`

use insula_domain::isolation::Isolation;
use insula_kit::sql::Db;
use insula_kit::validate::{Errors, FieldError};
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
    /// How its product data is kept apart: `schema`, in a schema of its own that only its own role reaches, which is what it
    /// gets on PostgreSQL; or `shared`, in tables that it shares with others, which is all that SQLite has. Null is as absent.
    #[schema(pattern = "^(shared|schema)$", example = "shared")]
    isolation: Option<String>,
}

impl NewTenantBody {
    fn read(&self, db: &Db) -> Result<(Name, Isolation), Vec<FieldError>> {
        let mut errors = Errors::default();
        let name = errors.keep(Name::parse(&self.name));
        let isolation = match &self.isolation {
            Some(text) => errors.keep(insula_isolation::parse_new(db, text)),
            None => Some(insula_isolation::default_of(db)),
        };
        errors.finish(name.zip(isolation))
    }
}

pub async fn handle(cx: &Cx, request: &Request) -> Result<Response, Problem> {
    let body: NewTenantBody = request.json()?;
    let (name, isolation) = body.read(cx.db())?;
    service::create(cx, name, isolation, |tenant| {
        let location = format!("/api/v1/tenants/{}", tenant.id);
        Response::created(&location, &TenantView::from(tenant))
    })
    .await
}
