//! The exchange of the master key, for the operator.

use insula_kit::openapi::{Answer, Doc, Query};
use insula_kit::problem::{MASTER_KEY_UNUSABLE, NOT_MIGRATED, UNAVAILABLE};
use insula_kit::route::{Access, Body, Method, Route};

use super::Operation;
use crate::http::rewrap::RewrappedView;

pub const REWRAP: Route<Operation> = Route {
    method: Method::Post,
    path: "/internal/master-key/rewrap",
    operation: Operation::Rewrap,
    access: Access::Operator,
    metered: false,
    creates: false,
    body: Body::None,
    doc: Doc {
        id: "rewrap_keys",
        summary: "Wrap the keys by the new master key",
        about: "For a server whose master key was exchanged: what `master_key_previous` has wrapped is wrapped by \
                `master_key`, and what was sealed under those keys stays as it is. A call does a bounded part; call \
                it until nothing is left. It is safe to call by many at once, to stop, and to call again.",
        query: &[Query { name: "limit", about: "The most keys of this call, 1 to 5,000. Absent: 5,000." }],
        answers: &[Answer::json::<RewrappedView>(200, "What was done, and how much is left.")],
        problems: &[&MASTER_KEY_UNUSABLE, &UNAVAILABLE, &NOT_MIGRATED],
    },
};
