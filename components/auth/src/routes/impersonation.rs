//! The operator acting as a person: how that begins, who sees it, and how it ends.

use insula_domain::permission::Permission;
use insula_kit::openapi::{Answer, Doc, Media};
use insula_kit::page::{self, Page};
use insula_kit::problem::NOT_FOUND;
use insula_kit::route::{Access, Body, Method, Route};

use super::Operation;
use crate::http::impersonation::start::ImpersonationBody;
use crate::http::impersonation::view::{ImpersonationView, StartedView};

pub const START_IMPERSONATION: Route<Operation> = Route {
    method: Method::Post,
    path: "/api/v1/auth/impersonate",
    operation: Operation::StartImpersonation,
    access: Access::Operator,
    metered: false,
    creates: false,
    body: Body::Json(Media::json::<ImpersonationBody>()),
    doc: Doc {
        id: "start_impersonation",
        summary: "Act as a person",
        about: "An access token with which the operator acts as a member of an active tenant, there and nowhere else. It \
                says so itself (`act`, RFC 8693), ends by itself, and can't be prolonged. It reads and does the daily \
                work; whatever makes credentials or members, changes the tenant, or is the person's own, is \
                `forbidden`. The tenant's audit log has the beginning with its reason, and every call, as the \
                operator's on behalf of the person. A second factor that the tenant demands is not asked for. The \
                person's logging out everywhere ends it too. Services that verify tokens by the published keys alone \
                take it until it expires, as any token.",
        query: &[],
        answers: &[Answer::json::<StartedView>(200, "The token.")],
        problems: &[&NOT_FOUND],
    },
};

pub const LIST_IMPERSONATIONS: Route<Operation> = of_tenant(
    Method::Get,
    "/api/v1/tenants/{tenant_id}/impersonations",
    Operation::ListImpersonations,
    Doc {
        id: "list_impersonations",
        summary: "List as whom the operator acts",
        about: "Those that go on; the audit log has all of them.",
        query: page::QUERY,
        answers: &[Answer::json::<Page<ImpersonationView>>(200, "One page of them.")],
        problems: &[],
    },
);

pub const END_IMPERSONATION: Route<Operation> = of_tenant(
    Method::Delete,
    "/api/v1/tenants/{tenant_id}/impersonations/{session_id}",
    Operation::EndImpersonation,
    Doc {
        id: "end_impersonation",
        summary: "Have the operator act as a person no longer",
        about: "From its next call on its token is refused.",
        query: &[],
        answers: &[Answer::empty(204, "It has ended.")],
        problems: &[],
    },
);

/// What the operations on those of a tenant have in common: who may call them. The operator who acts as somebody may not.
const fn of_tenant(method: Method, path: &'static str, operation: Operation, doc: Doc) -> Route<Operation> {
    let access = Access::PersonWithOrOperator(Permission::ManageUsers);
    Route { method, path, operation, access, metered: false, creates: false, body: Body::None, doc }
}
