//! What every component needs to answer a request: HTTP, problems, pages, idempotency, and the SQL seam with it.
//!
//! A component states its routes ([`route::Route`]: method, path, access rule, OpenAPI operation) and hands each
//! request to [`serve::serve`], which gives it an id, has the guard admit it, dispatches it, and turns whatever
//! comes back into an answer. Nothing here knows a business word beyond the permission that a route names.
//!
//! | Module          | Holds                                                                  |
//! |-----------------|------------------------------------------------------------------------|
//! | [`route`]       | the route table's row, access rules, charging                          |
//! | [`serve`]       | the one path from a request to an answer                               |
//! | [`request`]     | a request whose path matched: path values, query, headers, body        |
//! | [`json`]        | a JSON body, read with every fault instead of the first                |
//! | [`response`]    | answers, with their headers                                            |
//! | [`problem`]     | RFC 9457 problems and their catalogue                                  |
//! | [`validate`]    | what is wrong with which field                                         |
//! | [`client`]      | where a request comes from                                             |
//! | [`cx`]          | what an operation may use: clock, ids, caller, database                |
//! | [`guard`]       | the call of `insula:access/guard`                                      |
//! | [`limits`]      | what an answer says of limits                                          |
//! | [`idempotency`] | `Idempotency-Key`: the stored answer of an earlier, equal request      |
//! | [`page`]        | cursor pages                                                           |
//! | [`audit`]       | what an operation appends to the audit log                             |
//! | [`etag`]        | strong entity tags                                                     |
//! | [`texts`]       | texts of a client's own under names of its own                         |
//! | [`token`]       | opaque tokens                                                          |
//! | `seal`          | what is stored only under the master key                               |
//! | [`wrap`]        | keys that are stored sealed under the master key, and which it was     |
//! | [`data_key`]    | what is stored only under its owner's key                              |
//! | [`own_database`] | product data of a tenant that has a database of its own               |
//! | [`note`]        | what changes nothing and is in the audit log once in a while           |
//! | `second_factor` | whether a person lacks the one that a tenant demands               |
//! | `schema`        | whether the database is as new as this release needs                   |
//! | `log`           | failures, for the log                                                  |
//! | [`openapi`]     | what a route says of itself in the OpenAPI document                    |
//!
//! [`sql`], with [`id`], [`time`] and [`config`], is a library of its own, because the guard is built on it too.

pub mod audit;
mod bindings;
pub mod client;
pub mod cx;
pub mod data_key;
pub mod etag;
pub mod guard;
pub mod idempotency;
mod json;
pub mod limits;
pub mod log;
pub mod note;
pub mod openapi;
pub mod own_database;
pub mod page;
pub mod problem;
pub mod request;
pub mod response;
pub mod route;
pub mod schema;
pub mod seal;
mod second_factor;
pub mod serve;
pub mod texts;
pub mod token;
pub mod validate;
pub mod wrap;

pub use bytes::Bytes;
pub use cx::Cx;
pub use insula_sql as sql;
pub use insula_sql::{config, id, params, time};
pub use json::{Pairs, Patch};
pub use problem::Problem;
pub use request::Request;
pub use response::Response;

/// Makes a crate a component that answers HTTP requests: `component!(ROUTES, dispatch)`.
///
/// Native builds, which only test the crate or read its routes, leave the entry point out.
#[macro_export]
macro_rules! component {
    ($routes:expr, $dispatch:path) => {
        #[cfg(target_family = "wasm")]
        mod entry {
            use super::*;
            use spin_sdk::http::{IntoResponse, Request};

            #[spin_sdk::http_service]
            async fn handle(request: Request) -> impl IntoResponse {
                $crate::serve::serve($routes, request, $dispatch).await
            }
        }
    };
}
