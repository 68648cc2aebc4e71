//! Usage: what a tenant has used of each metric, and what its plan includes.
//!
//! | Operation   | Route               | Access       |
//! |-------------|---------------------|--------------|
//! | `get_usage` | `GET /api/v1/usage` | `view_usage` |
//!
//! Nothing here counts: the guard counts calls when it admits them, and a workload counts what it did in the batch
//! that stores it. This component reads the counters. A request passes through three layers, in this order:
//!
//! 1. `http` reads the day that is asked for and turns the figures into JSON.
//! 2. `service` asks for the caller's tenant at that time.
//! 3. `store` runs the statement in `sql/`; `usage` is what comes back.

mod error;
mod http;
mod service;
mod store;
mod usage;

use insula_domain::permission::Permission;
use insula_kit::openapi::{Answer, Doc, Query};
use insula_kit::problem::Kind;
use insula_kit::route::{Access, Body, Method, Route};
use insula_kit::{Cx, Problem, Request, Response};

use crate::http::view::UsageView;

/// Every operation of this component.
pub const ROUTES: &[Route<Operation>] = &[Route {
    method: Method::Get,
    path: "/api/v1/usage",
    operation: Operation::GetUsage,
    access: Access::Permission(Permission::ViewUsage),
    metered: false,
    creates: false,
    body: Body::None,
    doc: Doc {
        id: "get_usage",
        summary: "What the tenant has used",
        about: "For each metric: what was used in the period, what the present plan includes, what is left, and when the \
                counter starts again. Asking costs nothing.",
        query: &[Query {
            name: "period",
            about: "A day in UTC, `YYYY-MM-DD`, not after today: each metric is shown in the period that the day lies \
                    in. Absent: today.",
        }],
        answers: &[Answer::json::<UsageView>(200, "The figures of the periods that the day lies in.")],
        problems: &[],
    },
}];

/// The problems of this component's own: none.
pub static KINDS: &[&Kind] = &[];

/// What this component does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Reads the caller's tenant's figures.
    GetUsage,
}

/// Runs an operation.
///
/// # Errors
///
/// The problem that the client is told.
pub async fn dispatch(operation: Operation, cx: &Cx, request: Request) -> Result<Response, Problem> {
    match operation {
        Operation::GetUsage => http::get::handle(cx, &request).await,
    }
}

insula_kit::component!(ROUTES, dispatch);
