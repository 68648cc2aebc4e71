//! Tenants themselves: under both their names, and the states that they go through.

use insula_domain::permission::Permission;
use insula_kit::openapi::{Answer, Doc, Media, Query};
use insula_kit::page::{self, Page};
use insula_kit::problem::{Kind, STALE};
use insula_kit::route::{Access, Body, Method, Route};

use super::Operation;
use crate::error;
use crate::http::change::ChangeBody;
use crate::http::create::NewTenantBody;
use crate::http::state::ReasonBody;
use crate::http::view::TenantView;

const CREATE_PROBLEMS: &[&Kind] = &[&error::TENANT_LIMIT];
/// What changing a tenant answers.
const CHANGED: &[Answer] = &[Answer::json::<TenantView>(200, "The tenant.")];
const STATE_PROBLEMS: &[&Kind] = &[&error::INVALID_TRANSITION];
const ONE: &str = "/api/v1/tenants/{tenant_id}";
/// What `POST` answers, under either name.
const CREATED: &[Answer] = &[Answer::json::<TenantView>(201, "The tenant, ready for use.")];
/// What `GET` of the list answers, under either name.
/// What a list of tenants can be asked for.
const LIST_QUERY: &[Query] = &[
    page::QUERY[0],
    page::QUERY[1],
    Query { name: "state", about: "Only tenants in this state." },
    Query { name: "plan", about: "Only tenants on the plan of this name." },
    Query { name: "region", about: "Only tenants in the region of this name." },
];

const LISTED: &[Answer] = &[Answer::json::<Page<TenantView>>(200, "One page of tenants.")];

pub const CREATE_TENANT: Route<Operation> = create("/api/v1/tenants", "create_tenant", "Create a tenant");
pub const LIST_TENANTS: Route<Operation> = list("/api/v1/tenants", "list_tenants", "List tenants");

pub const GET: Route<Operation> = Route {
    method: Method::Get,
    path: ONE,
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
};

pub const CHANGE: Route<Operation> = Route {
    method: Method::Patch,
    path: ONE,
    operation: Operation::Change,
    access: Access::PersonWithOrOperator(Permission::ManageTenant),
    metered: false,
    creates: false,
    body: Body::Json(Media::json::<ChangeBody>()),
    doc: Doc {
        id: "update_tenant",
        summary: "Change a tenant",
        about: "Its name, region and settings are for whoever may manage it, its plan for the operator. It counts from \
                the tenant's next call on.",
        query: &[],
        answers: CHANGED,
        problems: &[&STALE],
    },
};

pub const SUSPEND: Route<Operation> = state(
    Access::PersonWithOrOperator(Permission::ManageTenant),
    "/api/v1/tenants/{tenant_id}/suspend",
    Operation::Suspend,
    "suspend_tenant",
    "Suspend a tenant",
    "From its next call on it is refused with `tenant-suspended`, its people and its keys alike. The operator may take \
            over what a member has suspended.",
);

pub const ACTIVATE: Route<Operation> = state(
    Access::InAnyState(Permission::ManageTenant),
    "/api/v1/tenants/{tenant_id}/activate",
    Operation::Activate,
    "activate_tenant",
    "Activate a tenant",
    "From its next call on it is let in again. What the operator has suspended, only the operator activates.",
);

pub const REMOVE: Route<Operation> = Route {
    method: Method::Delete,
    path: ONE,
    operation: Operation::Remove,
    access: Access::PersonWithOrOperator(Permission::ManageTenant),
    metered: false,
    creates: false,
    body: Body::None,
    doc: Doc {
        id: "remove_tenant",
        summary: "Remove a tenant",
        about: "From its next call on it is refused, and nobody brings it back. What it had is removed by and by; then it \
                is `deleted`, and its people are strangers to it.",
        query: &[],
        answers: &[Answer::json::<TenantView>(202, "The tenant, which is on its way out.")],
        problems: STATE_PROBLEMS,
    },
};

pub const CREATE_WORKSPACE: Route<Operation> =
    create("/api/v1/workspaces", "create_workspace", "Create a workspace");
pub const LIST_WORKSPACES: Route<Operation> =
    list("/api/v1/workspaces", "list_workspaces", "List workspaces");

/// What suspending and activating have in common.
const fn state(
    access: Access,
    path: &'static str,
    operation: Operation,
    id: &'static str,
    summary: &'static str,
    about: &'static str,
) -> Route<Operation> {
    Route {
        method: Method::Post,
        path,
        operation,
        access,
        metered: false,
        creates: false,
        body: Body::Json(Media::json::<ReasonBody>()),
        doc: Doc { id, summary, about, query: &[], answers: CHANGED, problems: STATE_PROBLEMS },
    }
}

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
            problems: CREATE_PROBLEMS,
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
            about: "A person sees the tenants that it is a member of, the operator sees all: each that it is shown has an \
                    entry of that in its log.",
            query: LIST_QUERY,
            answers: LISTED,
            problems: &[],
        },
    }
}
