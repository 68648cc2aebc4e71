//! What a tenant may, and the plans that say so.

use insula_domain::permission::Permission;
use insula_kit::openapi::{Answer, Doc, Media};
use insula_kit::problem::{Kind, NOT_FOUND, STALE};
use insula_kit::route::{Access, Body, Method, Route};

use super::Operation;
use crate::error::LIMITS_LIMIT;
use crate::http::limits::set::LimitBody;
use crate::http::limits::view::{LimitView, LimitsView};
use crate::http::plans::set::PlanBody;
use crate::http::plans::view::{PlanView, PlansView};

const ONE_LIMIT: &str = "/api/v1/tenants/{tenant_id}/limits/{subject}";
const ONE_PLAN: &str = "/api/v1/plans/{plan}";
const READER: Access = Access::PermissionOrOperator(Permission::ViewUsage);
/// No key: what it sets or lifts would outlive it, and it may be what the limit is for.
const SETTER: Access = Access::PersonWithOrOperator(Permission::ManageKeys);
const ONE: Answer = Answer::json::<LimitView>(200, "What is set about the subject, and what counts.");
const LIMIT: &[Answer] = &[ONE];
const LIMIT_READ: &[Answer] = &[ONE, KNOWN];
const A_PLAN: Answer = Answer::json::<PlanView>(200, "The plan.");
const PLAN: &[Answer] = &[A_PLAN];
const PLAN_READ: &[Answer] = &[A_PLAN, KNOWN];
const KNOWN: Answer = Answer::empty(304, "The client has this version already.");
const SET_PROBLEMS: &[&Kind] = &[&LIMITS_LIMIT, &STALE];
const CHANGED: &[&Kind] = &[&NOT_FOUND, &STALE];
const ABSENT: &[&Kind] = &[&NOT_FOUND];

pub const LIST_LIMITS: Route<Operation> = route(
    (Method::Get, "/api/v1/tenants/{tenant_id}/limits", Operation::ListLimits),
    READER,
    ("list_tenant_limits", "List what a tenant may"),
    "How fast its calls may come: by its plan, by what the operator set in the plan's place, and by what the tenant set \
     for itself.",
    &[Answer::json::<LimitsView>(200, "All that is set, and what counts.")],
    &[],
);

pub const GET_LIMIT: Route<Operation> = route(
    (Method::Get, ONE_LIMIT, Operation::GetLimit),
    READER,
    ("get_tenant_limit", "Read what a tenant may"),
    "`subject` is `all`, an operation's id or an API key's.",
    LIMIT_READ,
    &[],
);

pub const SET_LIMIT: Route<Operation> = Route {
    body: Body::Json(Media::json::<LimitBody>()),
    ..route(
        (Method::Put, ONE_LIMIT, Operation::SetLimit),
        SETTER,
        ("set_tenant_limit", "Set what a tenant may"),
        "Counts from the next call on. The operator's takes the place of the plan's, upwards or downwards; calls that its \
         limit of an operation or a key applies to draw nothing from the limit of all calls. A tenant's own only binds it \
         tighter, and counts while it does. What an owner set, only an owner loosens. A key's own limit is set at the key.",
        LIMIT,
        SET_PROBLEMS,
    )
};

pub const CLEAR_LIMIT: Route<Operation> = route(
    (Method::Delete, ONE_LIMIT, Operation::ClearLimit),
    SETTER,
    ("delete_tenant_limit", "Remove what is set about what a tenant may"),
    "The operator removes what the operator set, a tenant what it set itself.",
    &[Answer::empty(204, "It is removed.")],
    &[],
);

pub const LIST_PLANS: Route<Operation> = route(
    (Method::Get, "/api/v1/plans", Operation::ListPlans),
    Access::PersonOrOperator,
    ("list_plans", "List plans"),
    "",
    &[Answer::json::<PlansView>(200, "Every plan.")],
    &[],
);

pub const GET_PLAN: Route<Operation> = route(
    (Method::Get, ONE_PLAN, Operation::GetPlan),
    Access::PersonOrOperator,
    ("get_plan", "Read a plan"),
    "",
    PLAN_READ,
    ABSENT,
);

pub const SET_PLAN: Route<Operation> = Route {
    body: Body::Json(Media::json::<PlanBody>()),
    ..route(
        (Method::Put, ONE_PLAN, Operation::SetPlan),
        Access::Operator,
        ("set_plan", "Make or change a plan"),
        "Counts from the next call of each of its tenants on. `If-Match` may name the version that shall be changed.",
        PLAN,
        CHANGED,
    )
};

const fn route(
    (method, path, operation): (Method, &'static str, Operation),
    access: Access,
    (id, summary): (&'static str, &'static str),
    about: &'static str,
    answers: &'static [Answer],
    problems: &'static [&'static Kind],
) -> Route<Operation> {
    let doc = Doc { id, summary, about, query: &[], answers, problems };
    Route { method, path, operation, access, metered: false, creates: false, body: Body::None, doc }
}
