//! GDPR: what shows that a tenant's data were handled as promised. Today that is the audit log, readable and provable.
//!
//! | Operation | Route                                                     | Who                        |
//! |-----------|-----------------------------------------------------------|----------------------------|
//! | `List`    | `GET /api/v1/tenants/{tenant_id}/audit-log`               | `view_audit`, the operator |
//! | `GetCheckpoint`, `MakeCheckpoint` | `GET`, `POST …/audit-log/checkpoint` | `view_audit`, the operator |
//! | `Prove`   | `GET …/audit-log/proof`                                   | `view_audit`, the operator |
//! | `Verify`  | `POST …/audit-log/verify`                                 | `view_audit`, the operator |
//! | `GetKey`  | `GET /api/v1/audit-log-keys/{tenant_id}`                  | everyone                   |
//! | `SignDue` | `POST /internal/audit-log/checkpoints`                    | the operator               |
//!
//! Nothing here writes what was done: every component appends to the log in the batch of what it does. A request passes
//! through three layers, in this order:
//!
//! 1. `http` turns bytes into types and types into bytes; `routes` holds the table.
//! 2. `service` says what is read and proven, with the rules of `filter` and of the library `insula-audit`.
//! 3. `store` states the SQL of `sql/` and reads its rows.

mod error;
mod filter;
mod http;
mod routes;
mod service;
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
        Operation::List => http::list::handle(cx, &request).await,
        Operation::GetCheckpoint => http::checkpoint::get(cx, &request).await,
        Operation::MakeCheckpoint => http::checkpoint::make(cx, &request).await,
        Operation::Prove => http::proof::handle(cx, &request).await,
        Operation::Verify => http::verify::handle(cx, &request).await,
        Operation::GetKey => http::key::handle(cx, &request).await,
        Operation::SignDue => http::due::handle(cx, &request).await,
    }
}
