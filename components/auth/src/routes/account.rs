//! Accounts: registration, the address, forgotten passwords, invitations.

use insula_kit::openapi::{Answer, Doc, Media};
use insula_kit::problem::{ALREADY_MEMBER, Kind, MEMBER_LIMIT, NOT_FOUND, NOT_MIGRATED, UNAVAILABLE};
use insula_kit::route::{Access, Body, Method, Route};

use super::Operation;
use crate::error;
use crate::http::accept_invitation::AcceptInvitationBody;
use crate::http::forgot_password::ForgottenPasswordBody;
use crate::http::me::{MeView, MembershipView};
use crate::http::register::{RegistrationBody, RegistrationView};
use crate::http::reset_password::PasswordResetBody;
use crate::http::verify_email::VerifyEmailBody;

pub const REGISTER: Route<Operation> = Route {
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
        about: "With `tenant_name` also a tenant, which the person owns. With `invitation`, the code of an invitation to \
                this address, it joins the tenant that invited it, and the address is confirmed; otherwise a code \
                that confirms it is mailed, for the person to give when it is logged in. That an address is taken is \
                told, because the answer is the account itself; but not often to one network, and whoever has the \
                address is mailed that somebody tried. Where nothing is made, as by a login or a forgotten password, \
                it is not told.",
        query: &[],
        answers: &[Answer::json::<RegistrationView>(201, "The person, and the tenant if there is one.")],
        problems: &[
            &error::EMAIL_TAKEN,
            &error::TOO_MANY_ATTEMPTS,
            &error::INVALID_TOKEN,
            &MEMBER_LIMIT,
            &UNAVAILABLE,
            &NOT_MIGRATED,
        ],
    },
};

pub const ME: Route<Operation> = Route {
    method: Method::Get,
    path: "/api/v1/auth/me",
    operation: Operation::Me,
    access: Access::PersonOrImpersonator,
    metered: false,
    creates: false,
    body: Body::None,
    doc: Doc {
        id: "get_me",
        summary: "Read who is calling",
        about: "The person, its memberships, and what it may do in the tenant that its token acts in. Where it is the \
                operator who acts as the person, `act` says so, and other tenants are left out.",
        query: &[],
        answers: &[
            Answer::json::<MeView>(200, "The person."),
            Answer::empty(304, "The client has this version already."),
        ],
        problems: &[&NOT_FOUND],
    },
};

pub const VERIFY_EMAIL: Route<Operation> = Route {
    method: Method::Post,
    path: "/api/v1/auth/verify-email",
    operation: Operation::VerifyEmail,
    access: Access::Person,
    metered: false,
    creates: false,
    body: Body::Json(Media::json::<VerifyEmailBody>()),
    doc: Doc {
        id: "verify_email",
        summary: "Confirm an address",
        about: "With the code that was mailed when the person who is calling registered, or asked for another one. It \
                can be used once, within 7 days, and by nobody else: who registers with another's address can't have \
                it confirmed by whoever reads the mail there.",
        query: &[],
        answers: &[Answer::empty(204, "The address is confirmed.")],
        problems: &[&error::INVALID_TOKEN, &error::TOO_MANY_ATTEMPTS, &NOT_FOUND],
    },
};

pub const SEND_VERIFICATION: Route<Operation> = Route {
    method: Method::Post,
    path: "/api/v1/auth/verify-email/send",
    operation: Operation::SendVerification,
    access: Access::Person,
    metered: false,
    creates: false,
    body: Body::None,
    doc: Doc {
        id: "send_verification",
        summary: "Ask for another code that confirms the address",
        about: "It is mailed, and earlier ones count no more. Nothing is mailed when the address is confirmed, or \
                when the last code is younger than 5 minutes.",
        query: &[],
        answers: &[Answer::empty(202, "What is to be mailed will be.")],
        problems: &[&NOT_FOUND],
    },
};

pub const FORGOT_PASSWORD: Route<Operation> = with_mailed_token(
    "/api/v1/auth/password/forgot",
    Operation::ForgotPassword,
    Media::json::<ForgottenPasswordBody>(),
    Doc {
        id: "forgot_password",
        summary: "Ask for a new password",
        about: "Whoever has the address is mailed a code, at most once in 5 minutes; earlier codes go on to count, \
                until one is used. The answer is the same, and takes the same time, when nobody has the address.",
        query: &[],
        answers: &[Answer::empty(202, "If somebody has the address, a code is mailed to it.")],
        problems: FORGOT_PROBLEMS,
    },
);

pub const RESET_PASSWORD: Route<Operation> = with_mailed_token(
    "/api/v1/auth/password/reset",
    Operation::ResetPassword,
    Media::json::<PasswordResetBody>(),
    Doc {
        id: "reset_password",
        summary: "Choose a new password",
        about: "With a code that was mailed, once, within 45 minutes. All sessions of the person end, its address is \
                confirmed, and it is told by mail. The answer sets the cookie of this device, as a login's: who \
                can't log in because others try to has a way in.",
        query: &[],
        answers: &[Answer::empty(204, "The password is the new one.")],
        problems: TOKEN_PROBLEMS,
    },
);

pub const ACCEPT_INVITATION: Route<Operation> = Route {
    method: Method::Post,
    path: "/api/v1/auth/invitations/accept",
    operation: Operation::AcceptInvitation,
    access: Access::Person,
    metered: false,
    creates: true,
    body: Body::Json(Media::json::<AcceptInvitationBody>()),
    doc: Doc {
        id: "accept_invitation",
        summary: "Accept an invitation",
        about: "With the code that was mailed to the address of the person who is calling, once, within 7 days. \
                The person is a member at once, and acts in the tenant when it switches there.",
        query: &[],
        answers: &[Answer::json::<MembershipView>(200, "What the person is, and where.")],
        problems: &[&error::INVALID_TOKEN, &MEMBER_LIMIT, &ALREADY_MEMBER, &NOT_FOUND],
    },
};

const TOKEN_PROBLEMS: &[&Kind] =
    &[&error::INVALID_TOKEN, &error::TOO_MANY_ATTEMPTS, &UNAVAILABLE, &NOT_MIGRATED];
const FORGOT_PROBLEMS: &[&Kind] = &[&error::TOO_MANY_ATTEMPTS, &UNAVAILABLE, &NOT_MIGRATED];

/// What the operations around mailed tokens have in common: everybody may try.
const fn with_mailed_token(
    path: &'static str,
    operation: Operation,
    body: Media,
    doc: Doc,
) -> Route<Operation> {
    Route {
        method: Method::Post,
        path,
        operation,
        access: Access::Public,
        metered: false,
        creates: false,
        body: Body::Json(body),
        doc,
    }
}
