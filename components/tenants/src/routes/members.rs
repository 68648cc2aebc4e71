//! Members, and what a tenant demands of them.

use insula_domain::permission::Permission;
use insula_kit::openapi::{Answer, Doc, Media};
use insula_kit::page::{self, Page};
use insula_kit::problem::{Kind, STALE};
use insula_kit::route::{Access, Body, Method, Route};

use super::Operation;
use crate::error;
use crate::http::members::set_role::MemberChangeBody;
use crate::http::members::view::MemberView;
use crate::http::security::{SecurityBody, SecurityView};

const CHANGE_PROBLEMS: &[&Kind] = &[&error::LAST_OWNER, &STALE];
const SECURITY_PROBLEMS: &[&Kind] = &[&error::SECOND_FACTOR_MISSING, &STALE];
const REMOVE_PROBLEMS: &[&Kind] = &[&error::LAST_OWNER];
const ONE_MEMBER: &str = "/api/v1/tenants/{tenant_id}/members/{user_id}";

pub const LIST: Route<Operation> = member(
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
);

pub const SET_ROLE: Route<Operation> = by_person(
    Permission::ManageUsers,
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
);

pub const REMOVE: Route<Operation> = member(
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
);

pub const GET_SECURITY: Route<Operation> = security(
    Method::Get,
    Operation::GetSecurity,
    Body::None,
    Doc {
        id: "get_tenant_security",
        summary: "Read what a tenant demands",
        about: "",
        query: &[],
        answers: &[
            Answer::json::<SecurityView>(200, "What it demands of its members."),
            Answer::empty(304, "The client has this version already."),
        ],
        problems: &[],
    },
);

pub const SET_SECURITY: Route<Operation> = by_person(
    Permission::ManageTenant,
    security(
        Method::Patch,
        Operation::SetSecurity,
        Body::Json(Media::json::<SecurityBody>()),
        Doc {
            id: "update_tenant_security",
            summary: "Change what a tenant demands",
            about: "Whoever lacks the second factor that a tenant begins to demand leaves it at once: its sessions act \
                    in no tenant, where it can get one. API keys are the tenant's own and go on, also those that it has \
                    made: `created_by` tells which they are.",
            query: &[],
            answers: &[Answer::json::<SecurityView>(200, "What it demands of its members.")],
            problems: SECURITY_PROBLEMS,
        },
    ),
);

/// What the operations on members have in common: who may call them, and that they are not metered.
pub(super) const fn member(
    method: Method,
    path: &'static str,
    operation: Operation,
    body: Body,
    doc: Doc,
) -> Route<Operation> {
    let access = Access::Permission(Permission::ManageUsers);
    Route { method, path, operation, access, metered: false, creates: false, body, doc }
}

/// What the operations on a tenant's demands have in common.
const fn security(method: Method, operation: Operation, body: Body, doc: Doc) -> Route<Operation> {
    let (path, access) =
        ("/api/v1/tenants/{tenant_id}/security", Access::Permission(Permission::ManageTenant));
    Route { method, path, operation, access, metered: false, creates: false, body, doc }
}

/// The same for people only: a member or a demand that a key makes would outlive the key and whatever bounds it.
pub(super) const fn by_person(permission: Permission, route: Route<Operation>) -> Route<Operation> {
    Route { access: Access::PersonWith(permission), ..route }
}
