//! The problems that an operation has without saying so: from its access rule, its body, and the server in front.

use insula_host::problem::{BAD_REQUEST, OVERLOADED, TIMEOUT};
use insula_kit::problem::{
    FORBIDDEN, IDEMPOTENCY_KEY_REUSED, INTERNAL, INVALID, Kind, MALFORMED, NOT_FOUND, NOT_MIGRATED,
    PAYLOAD_TOO_LARGE, QUOTA_EXCEEDED, RATE_LIMITED, TENANT_SUSPENDED, UNAUTHENTICATED, UNAVAILABLE,
    UNSUPPORTED_MEDIA_TYPE,
};
use insula_kit::route::{Access, Body, Route};

/// The slugs of all problems of a route, its own among them.
pub fn slugs(route: &Route<()>) -> Vec<&'static str> {
    let mut kinds: Vec<&'static Kind> = vec![&INVALID, &INTERNAL, &UNAVAILABLE];
    if route.access != Access::Public {
        kinds.extend([&UNAUTHENTICATED, &FORBIDDEN, &TENANT_SUSPENDED, &NOT_FOUND, &RATE_LIMITED]);
    }
    if route.access != Access::Operator {
        kinds.push(&NOT_MIGRATED);
    }
    if route.metered {
        kinds.push(&QUOTA_EXCEEDED);
    }
    if !matches!(route.body, Body::None) {
        kinds.extend([&MALFORMED, &PAYLOAD_TOO_LARGE, &UNSUPPORTED_MEDIA_TYPE]);
    }
    if route.creates {
        kinds.push(&IDEMPOTENCY_KEY_REUSED);
    }
    kinds.extend(route.doc.problems);
    let server = [BAD_REQUEST.slug, OVERLOADED.slug, TIMEOUT.slug];
    kinds.iter().map(|kind| kind.slug).chain(server).collect()
}
