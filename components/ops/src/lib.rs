//! Operations: health, the catalogue of problems, the API's documentation, migrations, and what is due by schedule.
//!
//! | Operation       | Route                     | Access   |
//! |-----------------|---------------------------|----------|
//! | `get_health`    | `GET /health`             | everyone |
//! | `get_liveness`  | `GET /health/live`        | everyone |
//! | `get_readiness` | `GET /health/ready`       | everyone |
//! | `list_problems` | `GET /problems`           | everyone |
//! | `get_problem`   | `GET /problems/{slug}`    | everyone |
//! | `get_openapi`   | `GET /openapi.json`       | everyone |
//! | `get_docs`      | `GET /docs`               | everyone |
//! | `migrate`       | `POST /internal/migrate`  | operator |
//! | `tick`          | `POST /internal/tick`     | operator |
//! | `list_mail`     | `GET /internal/mail`      | operator |
//! | `list_mailbox`  | `GET /internal/mailbox`   | operator |
//!
//! The component has the route `/...`, so it also answers what no other component has a route for: 404.
//!
//! 1. `http` answers; `routes` holds the table.
//! 2. `health`, `catalogue`, `tick`, `rotation` and `delivery` hold what there is to say and to do.
//! 3. `store` runs the statements in `sql/`.
//!
//! The folder `generated/` is written by `cargo xtask docs` from the route tables of all components, so this crate
//! embeds what was written from, among others, its own table. [`html`] and [`catalogue`] are public for the writer, so
//! that every page of the server has the same frame and the catalogue the shape in which it is read.

mod addressing;
mod bindings;
pub mod catalogue;
mod database;
mod delivery;
mod ending;
mod health;
pub mod html;
mod http;
mod neighbour;
mod rotation;
mod routes;
mod signing;
mod store;
mod tick;

use insula_kit::problem::Kind;
use insula_kit::{Cx, Problem, Request, Response};

pub use routes::{Operation, ROUTES};

/// The problems of this component's own: none.
pub static KINDS: &[&Kind] = &[];

/// Runs an operation.
///
/// # Errors
///
/// The problem that the client is told.
pub async fn dispatch(operation: Operation, cx: &Cx, request: Request) -> Result<Response, Problem> {
    match operation {
        Operation::GetHealth | Operation::GetReadiness => http::health::ready(cx).await,
        Operation::GetLiveness => http::health::live(),
        Operation::ListProblems => http::problems::list(&request),
        Operation::GetProblem => http::problems::get(&request),
        Operation::GetOpenapi => http::documents::openapi(&request),
        Operation::GetDocs => http::documents::docs(&request),
        Operation::Migrate => http::migrate::handle(cx).await,
        Operation::Tick => http::tick::handle(cx, &request).await,
        Operation::ListMail => http::mail::handle(cx, &request).await,
        Operation::ListMailbox => http::mailbox::handle(cx, &request).await,
    }
}

insula_kit::component!(ROUTES, dispatch);
