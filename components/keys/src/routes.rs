//! The route table.

use insula_domain::permission::Permission;
use insula_kit::openapi::{Answer, Doc, Media};
use insula_kit::page::{self, Page};
use insula_kit::problem::{Kind, NOT_MIGRATED, STALE, UNAUTHENTICATED, UNAVAILABLE};
use insula_kit::route::{Access, Body, Method, Route};

use crate::error::{KEY_ENDED, KEY_LIMIT, KEY_NOT_IMPORTABLE, KEY_ROTATED};
use crate::http::change::ChangeBody;
use crate::http::create::{CreatedKeyView, NewKeyBody};
use crate::http::import::ImportBody;
use crate::http::leak::{ReportBody, VerdictsView};
use crate::http::rotate::{RotatedKeyView, RotationBody};
use crate::http::verify::{VerifiedView, VerifyBody};
use crate::http::view::KeyView;

/// What this component can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Makes a key.
    Create,
    /// Lists the tenant's keys.
    List,
    /// Reads one key.
    Get,
    /// Changes a key.
    Change,
    /// Ends a key.
    Revoke,
    /// Replaces a key.
    Rotate,
    /// Makes a key of another system one of the tenant's.
    Import,
    /// Tells what a key is worth.
    Verify,
    /// Ends keys that were found in public.
    Leaked,
}

const LIST_PATH: &str = "/api/v1/api-keys";
const ONE_PATH: &str = "/api/v1/api-keys/{key_id}";
const ONE_KEY: Answer = Answer::json::<KeyView>(200, "The key, without its secret.");

/// Every operation of this component.
pub const ROUTES: &[Route<Operation>] = &[
    Route {
        creates: true,
        body: Body::Json(Media::json::<NewKeyBody>()),
        ..route(
            (Method::Post, LIST_PATH, Operation::Create),
            ("create_api_key", "Create an API key"),
            "`key` of the answer is shown this once. A key may do what one of its scopes and its creator's present role \
             allow. A key that makes a key can't make it mightier than itself.",
            &[Answer::json::<CreatedKeyView>(201, "The key, with its secret text.")],
            CREATE_PROBLEMS,
        )
    },
    list(),
    route(
        (Method::Get, ONE_PATH, Operation::Get),
        ("get_api_key", "Read an API key"),
        "",
        &[ONE_KEY, Answer::empty(304, "The client has this version already.")],
        &[],
    ),
    Route {
        body: Body::Json(Media::json::<ChangeBody>()),
        ..route(
            (Method::Patch, ONE_PATH, Operation::Change),
            ("update_api_key", "Change an API key"),
            "Counts from the key's next call on. `If-Match` may name the version that shall be changed; that the key was \
             used meanwhile doesn't matter.",
            &[ONE_KEY],
            CHANGE_PROBLEMS,
        )
    },
    route(
        (Method::Delete, ONE_PATH, Operation::Revoke),
        ("revoke_api_key", "Revoke an API key"),
        "From now on the key is refused everywhere. Revoking it again changes nothing.",
        &[Answer::empty(204, "The key is revoked.")],
        &[],
    ),
    Route {
        creates: true,
        body: Body::Json(Media::json::<RotationBody>()),
        ..route(
            (Method::Post, "/api/v1/api-keys/{key_id}/rotate", Operation::Rotate),
            ("rotate_api_key", "Rotate an API key"),
            "Makes a key with the same settings and as long a life, and ends the old one after a grace period. The caller \
             becomes its creator, and must be one who could create it.",
            &[Answer::json::<RotatedKeyView>(201, "The new key, with its secret text.")],
            ROTATE_PROBLEMS,
        )
    },
    Route {
        creates: true,
        body: Body::Json(Media::json::<ImportBody>()),
        ..route(
            (Method::Post, "/api/v1/api-keys/import", Operation::Import),
            ("import_api_key", "Import an API key"),
            "Lets programs go on with a key that another system made. Only its digest is kept. A text belongs to the first \
             tenant that imports it, for ever: import keys before anybody else knows them, and rotate them soon.",
            &[Answer::json::<KeyView>(201, "The key.")],
            IMPORT_PROBLEMS,
        )
    },
    Route {
        access: Access::PermissionOrOperator(Permission::ManageKeys),
        body: Body::Json(Media::json::<VerifyBody>()),
        ..route(
            (Method::Post, "/api/v1/api-keys/verify", Operation::Verify),
            ("verify_api_key", "Tell what an API key is worth"),
            "For services in front, as RFC 7662 has it for tokens. Nothing is counted against the key. A key of another \
             tenant is unknown, except to the operator.",
            &[Answer::json::<VerifiedView>(200, "What the key is worth.")],
            &[],
        )
    },
    Route {
        access: Access::Public,
        body: Body::Signed(Media::json::<ReportBody>()),
        ..route(
            (Method::Post, "/api/v1/api-keys/leaked", Operation::Leaked),
            ("report_leaked_api_keys", "Report API keys that were found in public"),
            "For secret scanners, in the form of GitHub's partner program: the body is signed, and the headers \
             `Github-Public-Key-Identifier` and `Github-Public-Key-Signature` say by whom and how. Every key that is named \
             is revoked at once. At most 500 in one report.",
            &[Answer::json::<VerdictsView>(200, "What became of each, in the order of the report.")],
            LEAK_PROBLEMS,
        )
    },
];

const LIST_ANSWERS: &[Answer] = &[Answer::json::<Page<KeyView>>(200, "One page of keys.")];
const CREATE_PROBLEMS: &[&Kind] = &[&KEY_LIMIT];
const IMPORT_PROBLEMS: &[&Kind] = &[&KEY_LIMIT, &KEY_NOT_IMPORTABLE];
const CHANGE_PROBLEMS: &[&Kind] = &[&KEY_ENDED, &KEY_ROTATED, &STALE];
const ROTATE_PROBLEMS: &[&Kind] = &[&KEY_LIMIT, &KEY_ENDED, &KEY_ROTATED];
const LEAK_PROBLEMS: &[&Kind] = &[&UNAUTHENTICATED, &UNAVAILABLE, &NOT_MIGRATED];

const fn list() -> Route<Operation> {
    let mut route = route(
        (Method::Get, LIST_PATH, Operation::List),
        ("list_api_keys", "List API keys"),
        "All keys of the tenant, revoked ones too.",
        LIST_ANSWERS,
        &[],
    );
    route.doc.query = page::QUERY;
    route
}

/// What the operations have in common: who may call them, and that they are not metered.
const fn route(
    (method, path, operation): (Method, &'static str, Operation),
    (id, summary): (&'static str, &'static str),
    about: &'static str,
    answers: &'static [Answer],
    problems: &'static [&'static Kind],
) -> Route<Operation> {
    let access = Access::Permission(Permission::ManageKeys);
    let doc = Doc { id, summary, about, query: &[], answers, problems };
    Route { method, path, operation, access, metered: false, creates: false, body: Body::None, doc }
}
