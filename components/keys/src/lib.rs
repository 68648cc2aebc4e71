//! API keys: the credentials of programs.
//!
//! | Operation | Route                               | Permission    |
//! |-----------|-------------------------------------|---------------|
//! | `Create`  | `POST /api/v1/api-keys`             | `manage_keys` |
//! | `List`    | `GET /api/v1/api-keys`              | `manage_keys` |
//! | `Get`     | `GET /api/v1/api-keys/{key_id}`     | `manage_keys` |
//! | `Revoke`  | `DELETE /api/v1/api-keys/{key_id}`  | `manage_keys` |
//!
//! A request passes through three layers, in this order:
//!
//! 1. `http` turns bytes into types and types into bytes.
//! 2. `service` applies the rules of `api_key`.
//! 3. `store` states the SQL of `sql/` and reads its rows.
//!
//! The text of a key exists in the answer to its creation and nowhere else: what is stored is its digest.

mod api_key;
mod error;
mod http;
mod service;
mod store;

use insula_domain::permission::Permission;
use insula_kit::openapi::{Answer, Doc, Media};
use insula_kit::page::{self, Page};
use insula_kit::problem::Kind;
use insula_kit::route::{Access, Body, Method, Route};
use insula_kit::{Cx, Problem, Request, Response};

use crate::http::create::{CreatedKeyView, NewKeyBody};
use crate::http::view::KeyView;

/// The problems that only this component has.
pub static KINDS: &[&Kind] = error::KINDS;

/// What this component can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Makes a key.
    Create,
    /// Lists the tenant's keys.
    List,
    /// Reads one key.
    Get,
    /// Ends a key.
    Revoke,
}

const CREATE_PROBLEMS: &[&Kind] = &[&error::KEY_LIMIT];
const LIST_PATH: &str = "/api/v1/api-keys";
const ONE_PATH: &str = "/api/v1/api-keys/{key_id}";

/// Every operation of this component.
pub const ROUTES: &[Route<Operation>] = &[
    Route {
        creates: true,
        body: Body::Json(Media::json::<NewKeyBody>()),
        ..route(
            Method::Post,
            LIST_PATH,
            Operation::Create,
            Doc {
                id: "create_api_key",
                summary: "Create an API key",
                about: "`key` of the answer is shown this once. A key may do what one of its scopes and its \
                        creator's present role allow.",
                query: &[],
                answers: &[Answer::json::<CreatedKeyView>(201, "The key, with its secret text.")],
                problems: CREATE_PROBLEMS,
            },
        )
    },
    route(
        Method::Get,
        LIST_PATH,
        Operation::List,
        Doc {
            id: "list_api_keys",
            summary: "List API keys",
            about: "All keys of the tenant, revoked ones too.",
            query: page::QUERY,
            answers: &[Answer::json::<Page<KeyView>>(200, "One page of keys.")],
            problems: &[],
        },
    ),
    route(
        Method::Get,
        ONE_PATH,
        Operation::Get,
        Doc {
            id: "get_api_key",
            summary: "Read an API key",
            about: "",
            query: &[],
            answers: &[
                Answer::json::<KeyView>(200, "The key, without its secret."),
                Answer::empty(304, "The client has this version already."),
            ],
            problems: &[],
        },
    ),
    route(
        Method::Delete,
        ONE_PATH,
        Operation::Revoke,
        Doc {
            id: "revoke_api_key",
            summary: "Revoke an API key",
            about: "From now on the key is refused everywhere. Revoking it again changes nothing.",
            query: &[],
            answers: &[Answer::empty(204, "The key is revoked.")],
            problems: &[],
        },
    ),
];

/// What the operations have in common: who may call them, and that they are not metered.
const fn route(method: Method, path: &'static str, operation: Operation, doc: Doc) -> Route<Operation> {
    let access = Access::Permission(Permission::ManageKeys);
    Route { method, path, operation, access, metered: false, creates: false, body: Body::None, doc }
}

insula_kit::component!(ROUTES, dispatch);

/// Runs one operation, for a caller that its access rule let in.
///
/// # Errors
///
/// The problem that the caller is told.
pub async fn dispatch(operation: Operation, cx: &Cx, request: Request) -> Result<Response, Problem> {
    match operation {
        Operation::Create => http::create::handle(cx, &request).await,
        Operation::List => http::list::handle(cx, &request).await,
        Operation::Get => http::get::handle(cx, &request).await,
        Operation::Revoke => http::revoke::handle(cx, &request).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_route_table_builds() {
        let mut router = matchit::Router::new();
        for (at, route) in ROUTES.iter().enumerate() {
            if ROUTES[..at].iter().all(|other| other.path != route.path) {
                router.insert(route.path, ()).unwrap();
            }
            let twin = |other: &Route<Operation>| {
                other.doc.id == route.doc.id || (other.path, other.method) == (route.path, route.method)
            };
            assert!(!ROUTES[at + 1..].iter().any(twin), "{}", route.doc.id);
        }
    }
}
