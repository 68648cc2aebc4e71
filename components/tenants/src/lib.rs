//! Tenants: the accounts that own everything else. A workspace is a tenant under its other name.
//!
//! | Operation | Route                             | Who                                    |
//! |-----------|-----------------------------------|----------------------------------------|
//! | `Create`  | `POST /api/v1/tenants`            | a person, who becomes the owner        |
//! | `List`    | `GET /api/v1/tenants`             | a person its own, the operator all     |
//! | `Get`     | `GET /api/v1/tenants/{tenant_id}` | a member, a key of the tenant, the operator |
//! | `ListMembers` | `GET /api/v1/tenants/{tenant_id}/members` | `manage_users` |
//! | `SetRole` | `PATCH /api/v1/tenants/{tenant_id}/members/{user_id}` | `manage_users` |
//! | `RemoveMember` | `DELETE /api/v1/tenants/{tenant_id}/members/{user_id}` | `manage_users` |
//! | `Create`  | `POST /api/v1/workspaces`         | as for tenants                         |
//! | `List`    | `GET /api/v1/workspaces`          | as for tenants                         |
//!
//! A request passes through three layers, in this order:
//!
//! 1. `http` turns bytes into types and types into bytes.
//! 2. `service` applies the rules of `tenant` and `member`.
//! 3. `store` states the SQL of `sql/` and reads its rows.

mod error;
mod http;
mod member;
mod service;
mod store;
mod tenant;

use insula_domain::permission::Permission;
use insula_kit::openapi::{Answer, Doc, Media};
use insula_kit::page::{self, Page};
use insula_kit::problem::{Kind, STALE};
use insula_kit::route::{Access, Body, Method, Route};
use insula_kit::{Cx, Problem, Request, Response};

use crate::http::create::NewTenantBody;
use crate::http::members::set_role::MemberChangeBody;
use crate::http::members::view::MemberView;
use crate::http::view::TenantView;

/// The problems that only this component has.
pub static KINDS: &[&Kind] = error::KINDS;

/// What this component can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Makes a tenant that the caller owns.
    Create,
    /// Lists tenants.
    List,
    /// Reads one tenant.
    Get,
    /// Lists the members of a tenant.
    ListMembers,
    /// Changes what a member is.
    SetRole,
    /// Removes a member.
    RemoveMember,
}

/// Every operation of this component.
pub const ROUTES: &[Route<Operation>] = &[
    create("/api/v1/tenants", "create_tenant", "Create a tenant"),
    list("/api/v1/tenants", "list_tenants", "List tenants"),
    Route {
        method: Method::Get,
        path: "/api/v1/tenants/{tenant_id}",
        operation: Operation::Get,
        access: Access::MemberOfPath,
        metered: false,
        creates: false,
        body: Body::None,
        doc: Doc {
            id: "get_tenant",
            summary: "Read a tenant",
            about: "",
            query: &[],
            answers: &[
                Answer::json::<TenantView>(200, "The tenant."),
                Answer::empty(304, "The client has this version already."),
            ],
            problems: &[],
        },
    },
    member(
        Method::Get,
        "/api/v1/tenants/{tenant_id}/members",
        Operation::ListMembers,
        Body::None,
        Doc {
            id: "list_members",
            summary: "List members",
            about: "",
            query: page::QUERY,
            answers: &[Answer::json::<Page<MemberView>>(200, "One page of members.")],
            problems: &[],
        },
    ),
    member(
        Method::Patch,
        ONE_MEMBER,
        Operation::SetRole,
        Body::Json(Media::json::<MemberChangeBody>()),
        Doc {
            id: "update_member",
            summary: "Change a member's role",
            about: "It counts from the member's next call on. Only an owner may make, or change, an owner, and a \
                    tenant always keeps one.",
            query: &[],
            answers: &[Answer::json::<MemberView>(200, "The member.")],
            problems: CHANGE_PROBLEMS,
        },
    ),
    member(
        Method::Delete,
        ONE_MEMBER,
        Operation::RemoveMember,
        Body::None,
        Doc {
            id: "remove_member",
            summary: "Remove a member",
            about: "From its next call on it is a stranger to the tenant, and the keys that it made are refused. Only \
                    an owner may remove an owner, and a tenant always keeps one.",
            query: &[],
            answers: &[Answer::empty(204, "The person is no member any more.")],
            problems: REMOVE_PROBLEMS,
        },
    ),
    create("/api/v1/workspaces", "create_workspace", "Create a workspace"),
    list("/api/v1/workspaces", "list_workspaces", "List workspaces"),
];

const CHANGE_PROBLEMS: &[&Kind] = &[&error::LAST_OWNER, &STALE];
const REMOVE_PROBLEMS: &[&Kind] = &[&error::LAST_OWNER];
const ONE_MEMBER: &str = "/api/v1/tenants/{tenant_id}/members/{user_id}";

/// What the operations on members have in common: who may call them, and that they are not metered.
const fn member(
    method: Method,
    path: &'static str,
    operation: Operation,
    body: Body,
    doc: Doc,
) -> Route<Operation> {
    let access = Access::Permission(Permission::ManageUsers);
    Route { method, path, operation, access, metered: false, creates: false, body, doc }
}

/// What `POST` answers, under either name.
const CREATED: &[Answer] = &[Answer::json::<TenantView>(201, "The tenant, ready for use.")];
/// What `GET` of the list answers, under either name.
const LISTED: &[Answer] = &[Answer::json::<Page<TenantView>>(200, "One page of tenants.")];

const fn create(path: &'static str, id: &'static str, summary: &'static str) -> Route<Operation> {
    Route {
        method: Method::Post,
        path,
        operation: Operation::Create,
        access: Access::Person,
        metered: false,
        creates: true,
        body: Body::Json(Media::json::<NewTenantBody>()),
        doc: Doc {
            id,
            summary,
            about: "The caller becomes its owner. A workspace is a tenant under its other name.",
            query: &[],
            answers: CREATED,
            problems: &[],
        },
    }
}

const fn list(path: &'static str, id: &'static str, summary: &'static str) -> Route<Operation> {
    Route {
        method: Method::Get,
        path,
        operation: Operation::List,
        access: Access::PersonOrOperator,
        metered: false,
        creates: false,
        body: Body::None,
        doc: Doc {
            id,
            summary,
            about: "A person sees the tenants that it is a member of, the operator sees all.",
            query: page::QUERY,
            answers: LISTED,
            problems: &[],
        },
    }
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
        Operation::ListMembers => http::members::list::handle(cx, &request).await,
        Operation::SetRole => http::members::set_role::handle(cx, &request).await,
        Operation::RemoveMember => http::members::remove::handle(cx, &request).await,
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
