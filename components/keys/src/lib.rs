//! API keys: the credentials of programs.
//!
//! | Operation | Route                                    | Who                          |
//! |-----------|------------------------------------------|------------------------------|
//! | `Create`  | `POST /api/v1/api-keys`                  | `manage_keys`                |
//! | `List`    | `GET /api/v1/api-keys`                   | `manage_keys`                |
//! | `Get`     | `GET /api/v1/api-keys/{key_id}`          | `manage_keys`                |
//! | `Change`  | `PATCH /api/v1/api-keys/{key_id}`        | `manage_keys`                |
//! | `Revoke`  | `DELETE /api/v1/api-keys/{key_id}`       | `manage_keys`                |
//! | `Rotate`  | `POST /api/v1/api-keys/{key_id}/rotate`  | `manage_keys`                |
//! | `Import`  | `POST /api/v1/api-keys/import`           | `manage_keys`                |
//! | `Verify`  | `POST /api/v1/api-keys/verify`           | `manage_keys`, the operator  |
//! | `Leaked`  | `POST /api/v1/api-keys/leaked`           | who signs as a known scanner |
//!
//! A request passes through three layers, in this order:
//!
//! 1. `http` turns bytes into types and types into bytes; `routes` holds the table.
//! 2. `service` applies the rules of `api_key`, `settings`, `change`, `bounds` and `leak`.
//! 3. `store` states the SQL of `sql/` and reads its rows.
//!
//! The text of a key exists in the answer to its creation and nowhere else: what is stored is its digest. No caller makes
//! or changes a key so that it could do more than the caller itself: `bounds` says what that means.

mod api_key;
mod bounds;
mod change;
mod error;
mod http;
mod leak;
mod routes;
mod service;
mod settings;
mod store;

use insula_kit::problem::Kind;
use insula_kit::{Cx, Problem, Request, Response};

pub use routes::{Operation, ROUTES};

/// The problems that only this component has.
pub static KINDS: &[&Kind] = error::KINDS;

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
        Operation::Change => http::change::handle(cx, &request).await,
        Operation::Revoke => http::revoke::handle(cx, &request).await,
        Operation::Rotate => http::rotate::handle(cx, &request).await,
        Operation::Import => http::import::handle(cx, &request).await,
        Operation::Verify => http::verify::handle(cx, &request).await,
        Operation::Leaked => http::leak::handle(cx, &request).await,
    }
}
