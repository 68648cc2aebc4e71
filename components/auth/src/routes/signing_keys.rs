//! The keys that tokens are signed with, for everybody and for the operator.

use insula_kit::openapi::{Answer, Doc, Media};
use insula_kit::problem::{NOT_MIGRATED, UNAVAILABLE};
use insula_kit::route::{Access, Body, Method, Route};

use super::Operation;
use crate::http::jwks::JwksView;
use crate::http::openid_configuration::ConfigurationView;
use crate::http::signing_keys::rotate::{RotatedView, RotationBody};
use crate::http::signing_keys::view::SigningKeysView;

pub const JWKS: Route<Operation> = Route {
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
};

pub const OPEN_ID_CONFIGURATION: Route<Operation> = Route {
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
};

pub const LIST_SIGNING_KEYS: Route<Operation> = Route {
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
};

pub const ROTATE_SIGNING_KEYS: Route<Operation> = Route {
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
                published for another 75 minutes, so no token ends early. Safe to call again: one next key waits \
                at most. With `withdraw`, the new key signs at once and all others are published no longer: for \
                a key that somebody else may have. Insula itself takes no token that it didn't issue.",
        query: &[],
        answers: &[Answer::json::<RotatedView>(200, "Whether a key was made, and the keys.")],
        problems: &[&UNAVAILABLE, &NOT_MIGRATED],
    },
};
