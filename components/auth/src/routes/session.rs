//! Sessions: how they begin, go on and end.

use insula_kit::openapi::{Answer, Doc, Media};
use insula_kit::problem::{
    NOT_FOUND, NOT_MIGRATED, SECOND_FACTOR_ENROLMENT_REQUIRED, TENANT_SUSPENDED, UNAVAILABLE,
};
use insula_kit::route::{Access, Body, Method, Route};

use super::Operation;
use crate::error;
use crate::http::login::LoginBody;
use crate::http::logout::LogoutBody;
use crate::http::refresh::RefreshBody;
use crate::http::switch::SwitchBody;
use crate::http::token_view::{AccessView, SessionView};

pub const LOGIN: Route<Operation> = Route {
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
        about: "The token acts in the tenant that `tenant_id` names, or in the person's first active one that it may \
                act in. A person with a second factor sends a `code` as well. No token names a tenant that isn't \
                active; whoever may activate it names it in the path. The answer sets a cookie, \
                `insula-device-` and a name for the account: sent with the next login it has wrong passwords on this \
                device counted apart, so that nobody else's slow the person down here. It opens nothing, and ends \
                after 90 days or with the password. Of several people each has one.",
        query: &[],
        answers: &[Answer::json::<SessionView>(200, "The tokens of a new session.")],
        problems: &[
            &error::INVALID_CREDENTIALS,
            &error::SECOND_FACTOR_REQUIRED,
            &error::WRONG_CODE,
            &SECOND_FACTOR_ENROLMENT_REQUIRED,
            &TENANT_SUSPENDED,
            &error::TOO_MANY_ATTEMPTS,
            &NOT_FOUND,
            &UNAVAILABLE,
            &NOT_MIGRATED,
        ],
    },
};

pub const REFRESH: Route<Operation> = Route {
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
        problems: &[&error::INVALID_REFRESH_TOKEN, &error::TOO_MANY_ATTEMPTS, &UNAVAILABLE, &NOT_MIGRATED],
    },
};

pub const LOGOUT: Route<Operation> = Route {
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
};

pub const SWITCH: Route<Operation> = Route {
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
        problems: &[&NOT_FOUND, &SECOND_FACTOR_ENROLMENT_REQUIRED, &TENANT_SUSPENDED],
    },
};
