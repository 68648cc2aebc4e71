//! The route table.

use insula_kit::openapi::{Answer, Doc, Media};
use insula_kit::problem::{
    ALREADY_MEMBER, Kind, MEMBER_LIMIT, NOT_FOUND, NOT_MIGRATED, SECOND_FACTOR_ENROLMENT_REQUIRED,
    UNAVAILABLE,
};
use insula_kit::route::{Access, Body, Method, Route};

use crate::error;
use crate::http::accept_invitation::AcceptInvitationBody;
use crate::http::forgot_password::ForgottenPasswordBody;
use crate::http::jwks::JwksView;
use crate::http::login::LoginBody;
use crate::http::logout::LogoutBody;
use crate::http::me::{MeView, MembershipView};
use crate::http::openid_configuration::ConfigurationView;
use crate::http::password_change::PasswordChangeBody;
use crate::http::refresh::RefreshBody;
use crate::http::register::{RegistrationBody, RegistrationView};
use crate::http::reset_password::PasswordResetBody;
use crate::http::second_factor::{ConfirmBody, RecoveryCodesView, RemoveBody, SecretView, StartBody};
use crate::http::signing_keys::rotate::{RotatedView, RotationBody};
use crate::http::signing_keys::view::SigningKeysView;
use crate::http::switch::SwitchBody;
use crate::http::token_view::{AccessView, SessionView};
use crate::http::verify_email::VerifyEmailBody;

/// What this component can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Makes a person, and a tenant that it owns.
    Register,
    /// Makes a session.
    Login,
    /// Makes the next tokens of a session.
    Refresh,
    /// Ends sessions.
    Logout,
    /// Makes a token for another tenant.
    Switch,
    /// Reads who is calling.
    Me,
    /// Changes the password.
    ChangePassword,
    /// Makes a secret for a second factor.
    StartTotp,
    /// Makes the secret count.
    ConfirmTotp,
    /// Removes the second factor.
    RemoveTotp,
    /// Proves an address.
    VerifyEmail,
    /// Mails what proves an address.
    SendVerification,
    /// Mails what a forgotten password is replaced with.
    ForgotPassword,
    /// Replaces a forgotten password.
    ResetPassword,
    /// Joins the tenant that invited.
    AcceptInvitation,
    /// Publishes the keys that tokens are verified with.
    Jwks,
    /// Publishes where those keys are.
    OpenIdConfiguration,
    /// Lists the keys that tokens are signed with.
    ListSigningKeys,
    /// Makes the next key.
    RotateSigningKeys,
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
            about: "With `tenant_name` also a tenant, which the person owns. With `invitation`, the code of an invitation to \
                    this address, it joins the tenant that invited it, and the address is confirmed; otherwise a code \
                    that confirms it is mailed. That an address is taken is told, because the answer is the account \
                    itself; where nothing is made, as by a login or a forgotten password, it is not.",
            query: &[],
            answers: &[Answer::json::<RegistrationView>(201, "The person, and the tenant if there is one.")],
            problems: &[
                &error::EMAIL_TAKEN,
                &error::INVALID_TOKEN,
                &MEMBER_LIMIT,
                &UNAVAILABLE,
                &NOT_MIGRATED,
            ],
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
            about: "The token acts in the tenant that `tenant_id` names, or in the person's first that it may act in. \
                    A person with a second factor sends a `code` as well.",
            query: &[],
            answers: &[Answer::json::<SessionView>(200, "The tokens of a new session.")],
            problems: &[
                &error::INVALID_CREDENTIALS,
                &error::SECOND_FACTOR_REQUIRED,
                &error::WRONG_CODE,
                &SECOND_FACTOR_ENROLMENT_REQUIRED,
                &error::TOO_MANY_ATTEMPTS,
                &NOT_FOUND,
                &UNAVAILABLE,
                &NOT_MIGRATED,
            ],
        },
    },
    Route {
        method: Method::Post,
        path: "/api/v1/auth/refresh",
        operation: Operation::Refresh,
        access: Access::Public,
        metered: false,
        creates: false,
        body: Body::Json(Media::json::<RefreshBody>()),
        doc: Doc {
            id: "refresh",
            summary: "Exchange a refresh token",
            about: "For the next access and refresh token. A refresh token can be exchanged once, within 7 days; a \
                    second attempt ends the session and all its tokens, because somebody has a copy.",
            query: &[],
            answers: &[Answer::json::<SessionView>(200, "The next tokens of the session.")],
            problems: &[
                &error::INVALID_REFRESH_TOKEN,
                &error::TOO_MANY_ATTEMPTS,
                &UNAVAILABLE,
                &NOT_MIGRATED,
            ],
        },
    },
    Route {
        method: Method::Post,
        path: "/api/v1/auth/logout",
        operation: Operation::Logout,
        access: Access::Person,
        metered: false,
        creates: false,
        body: Body::Json(Media::json::<LogoutBody>()),
        doc: Doc {
            id: "logout",
            summary: "Log out",
            about: "Ends the session, and all its tokens at once; with `everywhere` all sessions of the person.",
            query: &[],
            answers: &[Answer::empty(204, "It has ended.")],
            problems: &[],
        },
    },
    Route {
        method: Method::Post,
        path: "/api/v1/auth/switch",
        operation: Operation::Switch,
        access: Access::Person,
        metered: false,
        creates: false,
        body: Body::Json(Media::json::<SwitchBody>()),
        doc: Doc {
            id: "switch_tenant",
            summary: "Act in another tenant",
            about: "An access token of the same session, for another tenant that the person belongs to. Tokens that \
                    are exchanged from now on act there too; earlier ones act where they did, and it ends with them.",
            query: &[],
            answers: &[Answer::json::<AccessView>(200, "An access token.")],
            problems: &[&NOT_FOUND, &SECOND_FACTOR_ENROLMENT_REQUIRED],
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
    own(
        Method::Post,
        "/api/v1/auth/password/change",
        Operation::ChangePassword,
        Body::Json(Media::json::<PasswordChangeBody>()),
        Doc {
            id: "change_password",
            summary: "Change the password",
            about: "All other sessions of the person end. A wrong current password counts as a failed login does.",
            query: &[],
            answers: &[Answer::empty(204, "It is changed.")],
            problems: CHANGE_PROBLEMS,
        },
    ),
    own(
        Method::Post,
        TOTP,
        Operation::StartTotp,
        Body::Json(Media::json::<StartBody>()),
        Doc {
            id: "start_totp",
            summary: "Begin a second factor",
            about: "Makes a secret for an app that shows codes (RFC 6238: SHA-1, six digits, 30 seconds). It counts \
                    once a code of it is confirmed; until then another call replaces it.",
            query: &[],
            answers: &[Answer::json::<SecretView>(200, "The secret, shown once.")],
            problems: START_PROBLEMS,
        },
    ),
    own(
        Method::Post,
        "/api/v1/auth/mfa/totp/confirm",
        Operation::ConfirmTotp,
        Body::Json(Media::json::<ConfirmBody>()),
        Doc {
            id: "confirm_totp",
            summary: "Confirm a second factor",
            about: "From now on a login needs a code as well.",
            query: &[],
            answers: &[Answer::json::<RecoveryCodesView>(200, "The recovery codes, shown once.")],
            problems: CONFIRM_PROBLEMS,
        },
    ),
    own(
        Method::Delete,
        TOTP,
        Operation::RemoveTotp,
        Body::Json(Media::json::<RemoveBody>()),
        Doc {
            id: "remove_totp",
            summary: "Remove the second factor",
            about: "With the recovery codes. The person's sessions leave the tenants that demand a second factor.",
            query: &[],
            answers: &[Answer::empty(204, "There is none any more.")],
            problems: REMOVE_PROBLEMS,
        },
    ),
    with_mailed_token(
        "/api/v1/auth/verify-email",
        Operation::VerifyEmail,
        Media::json::<VerifyEmailBody>(),
        Doc {
            id: "verify_email",
            summary: "Confirm an address",
            about: "With the code that was mailed when the person registered, or asked for another one. It can be used \
                    once, within 7 days.",
            query: &[],
            answers: &[Answer::empty(204, "The address is confirmed.")],
            problems: TOKEN_PROBLEMS,
        },
    ),
    Route {
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
    },
    with_mailed_token(
        "/api/v1/auth/password/forgot",
        Operation::ForgotPassword,
        Media::json::<ForgottenPasswordBody>(),
        Doc {
            id: "forgot_password",
            summary: "Ask for a new password",
            about: "Whoever has the address is mailed a code, at most once in 5 minutes; earlier codes count no more. \
                    The answer is the same, and takes the same time, when nobody has the address.",
            query: &[],
            answers: &[Answer::empty(202, "If somebody has the address, a code is mailed to it.")],
            problems: FORGOT_PROBLEMS,
        },
    ),
    with_mailed_token(
        "/api/v1/auth/password/reset",
        Operation::ResetPassword,
        Media::json::<PasswordResetBody>(),
        Doc {
            id: "reset_password",
            summary: "Choose a new password",
            about: "With a code that was mailed, once, within 45 minutes. All sessions of the person end, its address is \
                    confirmed, and it is told by mail.",
            query: &[],
            answers: &[Answer::empty(204, "The password is the new one.")],
            problems: TOKEN_PROBLEMS,
        },
    ),
    Route {
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
            about: "The keys that access tokens are verified with, as a JSON Web Key Set (RFC 7517). Choose by the \
                    `kid` of the token, and accept the one algorithm that the key names.",
            query: &[],
            answers: &[Answer::json::<JwksView>(200, "The keys.")],
            problems: &[&UNAVAILABLE, &NOT_MIGRATED],
        },
    },
    Route {
        method: Method::Get,
        path: "/.well-known/openid-configuration",
        operation: Operation::OpenIdConfiguration,
        access: Access::Public,
        metered: false,
        creates: false,
        body: Body::None,
        doc: Doc {
            id: "get_openid_configuration",
            summary: "Read how to verify tokens",
            about: "Issuer, algorithms and the place of the public keys, where libraries look for them (OpenID \
                    Connect Discovery 1.0).",
            query: &[],
            answers: &[Answer::json::<ConfigurationView>(200, "The metadata.")],
            problems: &[],
        },
    },
    Route {
        method: Method::Get,
        path: "/api/v1/auth/signing-keys",
        operation: Operation::ListSigningKeys,
        access: Access::Operator,
        metered: false,
        creates: false,
        body: Body::None,
        doc: Doc {
            id: "list_signing_keys",
            summary: "List the signing keys",
            about: "The newest 50, without their private halves.",
            query: &[],
            answers: &[Answer::json::<SigningKeysView>(200, "The keys.")],
            problems: &[&UNAVAILABLE, &NOT_MIGRATED],
        },
    },
    Route {
        method: Method::Post,
        path: "/api/v1/auth/signing-keys/rotate",
        operation: Operation::RotateSigningKeys,
        access: Access::Operator,
        metered: false,
        creates: false,
        body: Body::Json(Media::json::<RotationBody>()),
        doc: Doc {
            id: "rotate_signing_keys",
            summary: "Make the next signing key",
            about: "It is published at once and signs ten minutes later, when all caches know it; the present one is \
                    published for another 30 minutes, so no token ends early. Safe to call again: one next key waits \
                    at most. With `withdraw`, the new key signs at once and all others are published no longer: for \
                    a key that somebody else may have. Insula itself takes no token that it didn't issue.",
            query: &[],
            answers: &[Answer::json::<RotatedView>(200, "Whether a key was made, and the keys.")],
            problems: &[&UNAVAILABLE, &NOT_MIGRATED],
        },
    },
];

const CHANGE_PROBLEMS: &[&Kind] = &[&error::WRONG_PASSWORD, &error::TOO_MANY_ATTEMPTS];
const START_PROBLEMS: &[&Kind] =
    &[&error::WRONG_PASSWORD, &error::SECOND_FACTOR_ENABLED, &error::TOO_MANY_ATTEMPTS];
const CONFIRM_PROBLEMS: &[&Kind] = &[
    &error::CODE_REFUSED,
    &error::SECOND_FACTOR_ENABLED,
    &error::NO_SECOND_FACTOR,
    &error::TOO_MANY_ATTEMPTS,
];
const REMOVE_PROBLEMS: &[&Kind] =
    &[&error::WRONG_PASSWORD, &error::CODE_REFUSED, &error::NO_SECOND_FACTOR, &error::TOO_MANY_ATTEMPTS];
const TOTP: &str = "/api/v1/auth/mfa/totp";

/// What the operations of a person on its own account have in common.
const fn own(
    method: Method,
    path: &'static str,
    operation: Operation,
    body: Body,
    doc: Doc,
) -> Route<Operation> {
    Route { method, path, operation, access: Access::Person, metered: false, creates: false, body, doc }
}

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
