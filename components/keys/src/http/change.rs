//! `PATCH /api/v1/api-keys/{key_id}`

use insula_domain::scope::Scope;
use insula_kit::texts::texts;
use insula_kit::time::Timestamp;
use insula_kit::validate::{Errors, FieldError};
use insula_kit::{Cx, Pairs, Patch, Problem, Request, Response, etag};
use serde::Deserialize;
use utoipa::ToSchema;

use super::view::{KeyView, names, tag};
use crate::change::Change;
use crate::service::change;
use crate::settings;

/// What shall be another of a key. What isn't sent remains.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ApiKeyChange)]
pub struct ChangeBody {
    /// What people call it. Null is as absent.
    #[schema(min_length = 1, max_length = 100, example = "CI")]
    name: Option<String>,
    /// What it is for. Scopes that are added must be the caller's too. Null is as absent.
    #[schema(value_type = Option<Vec<Scope>>, min_items = 1, max_items = 8)]
    scopes: Option<Vec<String>>,
    /// After how many days from now it ends. Null: never.
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 3650)]
    expires_in_days: Patch<i64>,
    /// How fast it may call. Null: as the plan says.
    #[schema(
        value_type = Option<String>, pattern = "^[1-9][0-9]{0,6}/(second|minute|hour|day)$", example = "100/minute"
    )]
    rate_limit: Patch<String>,
    /// The networks that it may be used from. Null: everywhere.
    #[schema(value_type = Option<Vec<String>>, min_items = 1, max_items = 32, example = json!(["192.0.2.0/24"]))]
    allowed_networks: Patch<Vec<String>>,
    /// Texts of your own, instead of all that there were. Null is as absent.
    #[schema(value_type = Option<BTreeMap<String, String>>)]
    metadata: Option<Pairs>,
}

impl ChangeBody {
    fn read(self, now: Timestamp) -> Result<Change, Vec<FieldError>> {
        let mut errors = Errors::default();
        let change = Change {
            name: self.name.and_then(|name| settings::name(&name, &mut errors)),
            scopes: self.scopes.map(|scopes| settings::scopes(&scopes, &mut errors)),
            expires_at: set(self.expires_in_days, |days| settings::ends_at(days, now, &mut errors)),
            limit: set(self.rate_limit, |text| settings::limit(&text, &mut errors)),
            networks: set(self.allowed_networks, |texts| settings::networks(&texts, &mut errors)),
            metadata: self.metadata.map(|pairs| texts("metadata", pairs, &mut errors)),
        };
        errors.finish(Some(change))
    }
}

/// What is set, as `read` reads it. What it can't read is noted elsewhere.
fn set<T, U>(patch: Patch<T>, read: impl FnOnce(T) -> Option<U>) -> Patch<U> {
    match patch {
        Patch::Keep => Patch::Keep,
        Patch::Clear => Patch::Clear,
        Patch::Set(value) => read(value).map_or(Patch::Keep, Patch::Set),
    }
}

pub async fn handle(cx: &Cx, request: &Request) -> Result<Response, Problem> {
    let body: ChangeBody = request.json()?;
    let change = body.read(cx.now())?;
    let unchanged = |key: &_| etag::demand_one(request, |one| names(one, key));
    let key = change::change(cx, request.path_id("key_id")?, &change, unchanged).await?;
    Ok(Response::ok(&KeyView::from(&key))?.header("etag", &tag(&key)))
}
