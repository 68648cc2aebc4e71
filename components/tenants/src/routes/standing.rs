//! How a tenant stands: what a new one has still to do, and what is wrong with one.

use insula_domain::permission::Permission;
use insula_kit::openapi::{Answer, Doc, Query};
use insula_kit::problem::Kind;
use insula_kit::route::{Access, Body, Method, Route};

use super::Operation;
use crate::http::diagnostics::DiagnosticsView;
use crate::http::onboarding::OnboardingView;

const NONE: &[&Kind] = &[];
const SUBJECT: &[Query] = &[Query {
    name: "subject",
    about: "Whose view it is: the id of a member (`usr_…`) or of a key (`key_…`) of the tenant. Absent: who asks.",
}];

pub const ONBOARDING: Route<Operation> = standing(
    "/api/v1/tenants/{tenant_id}/onboarding",
    Operation::GetOnboarding,
    Doc {
        id: "get_onboarding",
        summary: "Read the checklist of a new tenant",
        about: "Each step is computed from what is there now, so one whose reason goes away is open again.",
        query: &[],
        answers: &[Answer::json::<OnboardingView>(200, "The steps, in the order in which they make sense.")],
        problems: NONE,
    },
);

pub const DIAGNOSTICS: Route<Operation> = standing(
    "/api/v1/tenants/{tenant_id}/diagnostics",
    Operation::GetDiagnostics,
    Doc {
        id: "get_diagnostics",
        summary: "Find out what is wrong with a tenant",
        about: "Three complaints, and for each the checks that find its usual causes, with what they found and a remedy. All \
                is looked at and measured in this request, within about two seconds. It is answered in any state of the tenant.",
        query: SUBJECT,
        answers: &[Answer::json::<DiagnosticsView>(200, "What was found.")],
        problems: NONE,
    },
);

/// What the two have in common.
const fn standing(path: &'static str, operation: Operation, doc: Doc) -> Route<Operation> {
    let access = Access::InAnyState(Permission::ManageTenant);
    Route {
        method: Method::Get,
        path,
        operation,
        access,
        metered: false,
        creates: false,
        body: Body::None,
        doc,
    }
}
