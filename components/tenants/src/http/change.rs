//! `PATCH /api/v1/tenants/{tenant_id}`

use insula_isolation::address::Address;
use insula_kit::sql::Db;
use insula_kit::texts::texts;
use insula_kit::validate::{Errors, FieldError};
use insula_kit::{Cx, Pairs, Patch, Problem, Request, Response, etag};
use serde::Deserialize;
use utoipa::ToSchema;

use super::view::TenantView;
use crate::service::change;
use crate::tenant::{Change, Name, Region};

/// What shall be another of a tenant. What isn't sent remains.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TenantChange)]
pub struct ChangeBody {
    /// What people call it: 1 to 100 characters, white space at the ends is removed. Null is as absent.
    #[schema(min_length = 1, max_length = 100, example = "Acme")]
    name: Option<String>,
    /// The name of its plan; only the operator may choose it. Null is as absent.
    #[schema(example = "professional")]
    plan: Option<String>,
    /// Where its data shall be, by a name that the operator gives its places. Null: anywhere.
    #[schema(value_type = Option<String>, pattern = "^[a-z0-9-]{1,40}$", example = "eu-central")]
    region: Patch<String>,
    /// How its product data is kept apart: `shared` or, on PostgreSQL, `schema`. What there is moves at once, while its calls
    /// wait. `database` is for the operator to choose, with `database_url`, and to leave: while data comes back from there, calls that
    /// write are answered 503. Null is as absent.
    #[schema(pattern = "^(shared|schema|database)$", example = "schema")]
    isolation: Option<String>,
    /// Where the tenant's own PostgreSQL database is: `postgres://user:password@host:port/database`, and `?sslmode=require` where
    /// that isn't this machine or a private network. Only the operator may send it; it is stored sealed, and no answer has it.
    /// Null is as absent.
    #[schema(write_only, max_length = 1000, example = "postgres://insula:password@10.0.0.7:5432/acme")]
    database_url: Option<String>,
    /// Texts of your own, instead of all that there were: at most 16. Null is as absent.
    #[schema(value_type = Option<BTreeMap<String, String>>)]
    settings: Option<Pairs>,
}

impl ChangeBody {
    fn read(self, db: &Db) -> Result<Change, Vec<FieldError>> {
        let mut errors = Errors::default();
        let change = Change {
            name: self.name.and_then(|name| errors.keep(Name::parse(&name))),
            plan: self.plan,
            region: match self.region {
                Patch::Keep => Patch::Keep,
                Patch::Clear => Patch::Clear,
                Patch::Set(text) => errors.keep(Region::parse(&text)).map_or(Patch::Keep, Patch::Set),
            },
            isolation: self.isolation.and_then(|text| errors.keep(insula_isolation::parse(db, &text))),
            database: self.database_url.and_then(|text| errors.keep(Address::parse(&text))),
            settings: self.settings.map(|pairs| texts("settings", pairs, &mut errors)),
        };
        errors.finish(Some(change))
    }
}

pub async fn handle(cx: &Cx, request: &Request) -> Result<Response, Problem> {
    let body: ChangeBody = request.json()?;
    let change = body.read(cx.db())?;
    let unchanged = |tenant: &_| etag::demand(request, &Response::ok(&TenantView::from(tenant))?);
    let tenant = change::change(cx, request.path_id("tenant_id")?, &change, unchanged).await?;
    Ok(etag::tagged(Response::ok(&TenantView::from(&tenant))?))
}
