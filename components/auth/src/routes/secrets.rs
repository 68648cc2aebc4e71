//! What a person proves itself with, and changes: the password and the second factor.

use insula_kit::openapi::{Answer, Doc, Media};
use insula_kit::problem::Kind;
use insula_kit::route::{Access, Body, Method, Route};

use super::Operation;
use crate::error;
use crate::http::password_change::PasswordChangeBody;
use crate::http::second_factor::{
    ConfirmBody, RecoveryCodesView, RemoveBody, RenewCodesBody, SecretView, StartBody,
};

pub const CHANGE_PASSWORD: Route<Operation> = own(
    Method::Post,
    "/api/v1/auth/password/change",
    Operation::ChangePassword,
    Body::Json(Media::json::<PasswordChangeBody>()),
    Doc {
        id: "change_password",
        summary: "Change the password",
        about: "All other sessions of the person end. Wrong current passwords are slowed down as failed logins are, each \
                session for itself. The answer sets the cookie of this device, as a login's.",
        query: &[],
        answers: &[Answer::empty(204, "It is changed.")],
        problems: CHANGE_PROBLEMS,
    },
);

pub const START_TOTP: Route<Operation> = own(
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
);

pub const CONFIRM_TOTP: Route<Operation> = own(
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
);

pub const REMOVE_TOTP: Route<Operation> = own(
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
);

pub const RENEW_RECOVERY_CODES: Route<Operation> = own(
    Method::Post,
    "/api/v1/auth/mfa/totp/recovery-codes",
    Operation::RenewRecoveryCodes,
    Body::Json(Media::json::<RenewCodesBody>()),
    Doc {
        id: "renew_recovery_codes",
        summary: "Replace the recovery codes",
        about: "With the password, and a code of the app or one of the recovery codes. All earlier ones count no more.",
        query: &[],
        answers: &[Answer::json::<RecoveryCodesView>(200, "The next recovery codes, shown once.")],
        problems: REMOVE_PROBLEMS,
    },
);

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
