//! Invitations.

use insula_domain::permission::Permission;
use insula_kit::openapi::{Answer, Doc, Media};
use insula_kit::page::{self, Page};
use insula_kit::problem::{ALREADY_MEMBER, Kind, MEMBER_LIMIT};
use insula_kit::route::{Body, Method, Route};

use super::Operation;
use super::members::{by_person, member};
use crate::error;
use crate::http::invitations::create::NewInvitationBody;
use crate::http::invitations::view::InvitationView;

const INVITE_PROBLEMS: &[&Kind] = &[&ALREADY_MEMBER, &MEMBER_LIMIT, &error::INVITATION_LIMIT];
const INVITATIONS: &str = "/api/v1/tenants/{tenant_id}/invitations";

pub const ADD_MEMBER: Route<Operation> = invite(
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
);

pub const INVITE: Route<Operation> = invite(
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
);

pub const LIST: Route<Operation> = member(
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
);

pub const WITHDRAW: Route<Operation> = member(
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
);

/// What the two names of inviting have in common.
const fn invite(path: &'static str, operation: Operation, doc: Doc) -> Route<Operation> {
    let body = Body::Json(Media::json::<NewInvitationBody>());
    by_person(
        Permission::ManageUsers,
        Route { creates: true, ..member(Method::Post, path, operation, body, doc) },
    )
}
