//! A component that seals a text under the key of a tenant, and opens it: what a product does with a secret of a tenant.

use insula_kit::id::TenantId;
use insula_kit::openapi::{Answer, Doc, Media};
use insula_kit::problem::{NOT_FOUND, Problem};
use insula_kit::route::{Access, Body, Method, Route};
use insula_kit::{Cx, Request, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What this component does.
#[derive(Clone, Copy, Debug)]
pub enum Operation {
    /// Seals.
    Seal,
    /// Opens.
    Open,
}

/// What is sealed, or was, for whom and what.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Asked {
    tenant_id: String,
    purpose: String,
    text: String,
}

#[derive(Serialize, ToSchema)]
struct Done {
    text: String,
}

/// The two routes.
pub const ROUTES: &[Route<Operation>] =
    &[route("/sealing/seal", Operation::Seal), route("/sealing/open", Operation::Open)];

const ANSWERS: &[Answer] = &[Answer::json::<Done>(200, "The text.")];

const fn route(path: &'static str, operation: Operation) -> Route<Operation> {
    Route {
        method: Method::Post,
        path,
        operation,
        access: Access::Operator,
        metered: false,
        creates: false,
        body: Body::Json(Media::of::<Asked>("application/json")),
        doc: Doc { id: "sealing", summary: "", about: "", query: &[], answers: ANSWERS, problems: &[] },
    }
}

/// Runs an operation.
///
/// # Errors
///
/// Those of [`Cx::tenant_key`], [`Cx::seal_under`] and [`Cx::open_under`].
pub async fn dispatch(operation: Operation, cx: &Cx, request: Request) -> Result<Response, Problem> {
    let Asked { tenant_id, purpose, text } = request.json()?;
    let key = cx.tenant_key(TenantId::parse(&tenant_id).ok_or_else(|| Problem::new(&NOT_FOUND))?).await?;
    let text = match operation {
        Operation::Seal => cx.seal_under(&key, &purpose, &text)?,
        Operation::Open => cx.open_under(&key, &purpose, &text)?,
    };
    Response::ok(&Done { text })
}

insula_kit::component!(ROUTES, dispatch);
