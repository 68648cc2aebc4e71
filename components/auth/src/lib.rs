//! People, their sessions and their tokens.
//!
//! | Operation  | Route                         | Who                    |
//! |------------|-------------------------------|------------------------|
//! | `Register` | `POST /api/v1/auth/register`  | everybody              |
//! | `Login`    | `POST /api/v1/auth/login`     | everybody              |
//! | `Me`       | `GET /api/v1/auth/me`         | a person               |
//! | `Jwks`     | `GET /.well-known/jwks.json`  | everybody              |
//!
//! A request passes through three layers, in this order:
//!
//! 1. `http` turns bytes into types and types into bytes.
//! 2. `service` applies the rules of `email`, `password`, `registration` and `token`.
//! 3. `store` states the SQL of `sql/` and reads its rows.
//!
//! An access token is a signed JWT that others can verify with the published key. Insula itself recognises it by the
//! digest in its session's row, so a session that ends takes its token with it at once.

mod email;
mod error;
mod http;
mod password;
mod registration;
mod service;
mod signing_key;
#[cfg(test)]
mod signing_key_example;
mod store;
mod token;

use insula_kit::openapi::{Answer, Doc, Media};
use insula_kit::problem::{Kind, NOT_FOUND, NOT_MIGRATED, UNAVAILABLE};
use insula_kit::route::{Access, Body, Method, Route};
use insula_kit::{Cx, Problem, Request, Response};

use crate::http::jwks::JwksView;
use crate::http::login::{LoginBody, TokenView};
use crate::http::me::MeView;
use crate::http::register::{RegistrationBody, RegistrationView};

/// The problems that only this component has.
pub static KINDS: &[&Kind] = error::KINDS;

/// What this component can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Makes a person, and a tenant that it owns.
    Register,
    /// Makes a session.
    Login,
    /// Reads who is calling.
    Me,
    /// Publishes the key that tokens are verified with.
    Jwks,
}

/// Every operation of this component.
pub const ROUTES: &[Route<Operation>] = &[
    Route {
        method: Method::Post,
        path: "/api/v1/auth/register",
        operation: Operation::Register,
        access: Access::Public,
        metered: false,
        creates: true,
        body: Body::Json(Media::json::<RegistrationBody>()),
        doc: Doc {
            id: "register",
            summary: "Register a person",
            about: "With `tenant_name` also a tenant, which the person owns.",
            query: &[],
            answers: &[Answer::json::<RegistrationView>(201, "The person, and the tenant if there is one.")],
            problems: &[&error::EMAIL_TAKEN, &UNAVAILABLE, &NOT_MIGRATED],
        },
    },
    Route {
        method: Method::Post,
        path: "/api/v1/auth/login",
        operation: Operation::Login,
        access: Access::Public,
        metered: false,
        creates: false,
        body: Body::Json(Media::json::<LoginBody>()),
        doc: Doc {
            id: "login",
            summary: "Log in",
            about: "The token acts in the tenant that `tenant_id` names, or in the person's first.",
            query: &[],
            answers: &[Answer::json::<TokenView>(200, "An access token.")],
            problems: &[&error::INVALID_CREDENTIALS, &NOT_FOUND, &UNAVAILABLE, &NOT_MIGRATED],
        },
    },
    Route {
        method: Method::Get,
        path: "/api/v1/auth/me",
        operation: Operation::Me,
        access: Access::Person,
        metered: false,
        creates: false,
        body: Body::None,
        doc: Doc {
            id: "get_me",
            summary: "Read who is calling",
            about: "The person, its memberships, and what it may do in the tenant that its token acts in.",
            query: &[],
            answers: &[
                Answer::json::<MeView>(200, "The person."),
                Answer::empty(304, "The client has this version already."),
            ],
            problems: &[&NOT_FOUND],
        },
    },
    Route {
        method: Method::Get,
        path: "/.well-known/jwks.json",
        operation: Operation::Jwks,
        access: Access::Public,
        metered: false,
        creates: false,
        body: Body::None,
        doc: Doc {
            id: "get_jwks",
            summary: "Read the public keys",
            about: "The keys that access tokens are verified with, as a JSON Web Key Set (RFC 7517).",
            query: &[],
            answers: &[Answer::json::<JwksView>(200, "The keys.")],
            problems: &[],
        },
    },
];

insula_kit::component!(ROUTES, dispatch);

/// Runs one operation, for a caller that its access rule let in.
///
/// # Errors
///
/// The problem that the caller is told.
pub async fn dispatch(operation: Operation, cx: &Cx, request: Request) -> Result<Response, Problem> {
    match operation {
        Operation::Register => http::register::handle(cx, &request).await,
        Operation::Login => http::login::handle(cx, &request).await,
        Operation::Me => http::me::handle(cx, &request).await,
        Operation::Jwks => http::jwks::handle().await,
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
