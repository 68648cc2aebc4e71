//! The route table.

mod limits;

use insula_domain::permission::Permission;
use insula_kit::openapi::{Answer, Doc, Media};
use insula_kit::page::{self, Page};
use insula_kit::problem::{ALREADY_MEMBER, Kind, MEMBER_LIMIT, STALE};
use insula_kit::route::{Access, Body, Method, Route};

use crate::error;
use crate::http::change::ChangeBody;
use crate::http::create::NewTenantBody;
use crate::http::invitations::create::NewInvitationBody;
use crate::http::invitations::view::InvitationView;
use crate::http::members::set_role::MemberChangeBody;
use crate::http::members::view::MemberView;
use crate::http::security::{SecurityBody, SecurityView};
use crate::http::state::ReasonBody;
use crate::http::view::TenantView;

/// What this component can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Makes a tenant that the caller owns.
    Create,
    /// Lists tenants.
    List,
    /// Reads one tenant.
    Get,
    /// Changes what a tenant is besides its state.
    Change,
    /// Has a tenant's calls refused.
    Suspend,
    /// Has them let in again.
    Activate,
    /// Has a tenant removed.
    Remove,
    /// Lists the members of a tenant.
    ListMembers,
    /// Changes what a member is.
    SetRole,
    /// Reads what a tenant demands of its members.
    GetSecurity,
    /// Sets what a tenant demands of its members.
    SetSecurity,
    /// Removes a member.
    RemoveMember,
    /// Invites somebody, under the name of adding a member.
    AddMember,
    /// Invites somebody.
    Invite,
    /// Lists invitations.
    ListInvitations,
    /// Withdraws an invitation.
    Withdraw,
    /// Lists what a tenant may.
    ListLimits,
    /// Reads what a tenant may.
    GetLimit,
    /// Sets what a tenant may.
    SetLimit,
    /// Removes what is set about what a tenant may.
    ClearLimit,
    /// Lists the plans.
    ListPlans,
    /// Reads a plan.
    GetPlan,
    /// Makes a plan or changes it.
    SetPlan,
}

/// Every operation of this component.
pub const ROUTES: &[Route<Operation>] = &[
    create("/api/v1/tenants", "create_tenant", "Create a tenant"),
    list("/api/v1/tenants", "list_tenants", "List tenants"),
    Route {
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
    },
    Route {
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
    },
    state(
        Access::PersonWithOrOperator(Permission::ManageTenant),
        "/api/v1/tenants/{tenant_id}/suspend",
        Operation::Suspend,
        "suspend_tenant",
        "Suspend a tenant",
        "From its next call on it is refused with `tenant-suspended`, its people and its keys alike. The operator may take \
            over what a member has suspended.",
    ),
    state(
        Access::InAnyState(Permission::ManageTenant),
        "/api/v1/tenants/{tenant_id}/activate",
        Operation::Activate,
        "activate_tenant",
        "Activate a tenant",
        "From its next call on it is let in again. What the operator has suspended, only the operator activates.",
    ),
    Route {
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
    by_person(
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
    security(
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
    ),
    by_person(
        Permission::ManageTenant,
        security(
            Method::Patch,
            Operation::SetSecurity,
            Body::Json(Media::json::<SecurityBody>()),
            Doc {
                id: "update_tenant_security",
                summary: "Change what a tenant demands",
                about: "Whoever lacks the second factor that a tenant begins to demand leaves it at once: its sessions act \
                    in no tenant, where it can get one. API keys go on.",
                query: &[],
                answers: &[Answer::json::<SecurityView>(200, "What it demands of its members.")],
                problems: SECURITY_PROBLEMS,
            },
        ),
    ),
    invite(
        "/api/v1/tenants/{tenant_id}/members",
        Operation::AddMember,
        Doc {
            id: "add_member",
            summary: "Add a member",
            about: "By invitation: it is mailed a code, and is a member once it has accepted. So nobody is made a member \
                    without wanting it, and the answer doesn't tell whether somebody is registered with the address. \
                    The same as `POST …/invitations`.",
            query: &[],
            answers: &[Answer::json::<InvitationView>(202, "The invitation, which is on its way.")],
            problems: INVITE_PROBLEMS,
        },
    ),
    invite(
        INVITATIONS,
        Operation::Invite,
        Doc {
            id: "create_invitation",
            summary: "Invite somebody",
            about: "The address is mailed a code that can be used once, within 7 days, by whoever registers with it or \
                    has it already. A new invitation takes the place of an earlier one to the same address. It counts \
                    while the tenant is active and who sent it may still send it. Only an owner may invite an owner.",
            query: &[],
            answers: &[Answer::json::<InvitationView>(201, "The invitation.")],
            problems: INVITE_PROBLEMS,
        },
    ),
    member(
        Method::Get,
        INVITATIONS,
        Operation::ListInvitations,
        Body::None,
        Doc {
            id: "list_invitations",
            summary: "List invitations",
            about: "Those that were neither accepted nor withdrawn, and are not over.",
            query: page::QUERY,
            answers: &[Answer::json::<Page<InvitationView>>(200, "One page of invitations.")],
            problems: &[],
        },
    ),
    member(
        Method::Delete,
        "/api/v1/tenants/{tenant_id}/invitations/{invitation_id}",
        Operation::Withdraw,
        Body::None,
        Doc {
            id: "withdraw_invitation",
            summary: "Withdraw an invitation",
            about: "Its code counts no more. Only an owner may withdraw an invitation to be an owner.",
            query: &[],
            answers: &[Answer::empty(204, "It is withdrawn.")],
            problems: &[],
        },
    ),
    limits::LIST_LIMITS,
    limits::GET_LIMIT,
    limits::SET_LIMIT,
    limits::CLEAR_LIMIT,
    limits::LIST_PLANS,
    limits::GET_PLAN,
    limits::SET_PLAN,
    create("/api/v1/workspaces", "create_workspace", "Create a workspace"),
    list("/api/v1/workspaces", "list_workspaces", "List workspaces"),
];

const CREATE_PROBLEMS: &[&Kind] = &[&error::TENANT_LIMIT];
const CHANGE_PROBLEMS: &[&Kind] = &[&error::LAST_OWNER, &STALE];
const SECURITY_PROBLEMS: &[&Kind] = &[&error::SECOND_FACTOR_MISSING, &STALE];
const REMOVE_PROBLEMS: &[&Kind] = &[&error::LAST_OWNER];
const INVITE_PROBLEMS: &[&Kind] = &[&ALREADY_MEMBER, &MEMBER_LIMIT, &error::INVITATION_LIMIT];
/// What changing a tenant answers.
const CHANGED: &[Answer] = &[Answer::json::<TenantView>(200, "The tenant.")];
const STATE_PROBLEMS: &[&Kind] = &[&error::INVALID_TRANSITION];
const ONE: &str = "/api/v1/tenants/{tenant_id}";
const INVITATIONS: &str = "/api/v1/tenants/{tenant_id}/invitations";
const ONE_MEMBER: &str = "/api/v1/tenants/{tenant_id}/members/{user_id}";

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

/// What the operations on a tenant's demands have in common.
const fn security(method: Method, operation: Operation, body: Body, doc: Doc) -> Route<Operation> {
    let (path, access) =
        ("/api/v1/tenants/{tenant_id}/security", Access::Permission(Permission::ManageTenant));
    Route { method, path, operation, access, metered: false, creates: false, body, doc }
}

/// The same for people only: a member or a demand that a key makes would outlive the key and whatever bounds it.
const fn by_person(permission: Permission, route: Route<Operation>) -> Route<Operation> {
    Route { access: Access::PersonWith(permission), ..route }
}

/// What the two names of inviting have in common.
const fn invite(path: &'static str, operation: Operation, doc: Doc) -> Route<Operation> {
    let body = Body::Json(Media::json::<NewInvitationBody>());
    by_person(
        Permission::ManageUsers,
        Route { creates: true, ..member(Method::Post, path, operation, body, doc) },
    )
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
            about: "A person sees the tenants that it is a member of, the operator sees all.",
            query: page::QUERY,
            answers: LISTED,
            problems: &[],
        },
    }
}
