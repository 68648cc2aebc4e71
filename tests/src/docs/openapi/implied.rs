//! The problems that an operation has without saying so: from its access rule, its body, and the server in front.

use insula_host::problem::{BAD_REQUEST, OVERLOADED, TIMEOUT};
use insula_kit::problem::{
    FORBIDDEN, IDEMPOTENCY_KEY_REUSED, INTERNAL, INVALID, Kind, MALFORMED, NOT_FOUND, NOT_MIGRATED,
    PAYLOAD_TOO_LARGE, QUOTA_EXCEEDED, RATE_LIMITED, SECOND_FACTOR_ENROLMENT_REQUIRED, TENANT_SUSPENDED,
    UNAUTHENTICATED, UNAVAILABLE, UNSUPPORTED_MEDIA_TYPE,
};
use insula_kit::route::{Access, Body, Route};

/// The slugs of all problems of a route, its own among them.
pub fn slugs(route: &Route<()>) -> Vec<&'static str> {
    let mut kinds: Vec<&'static Kind> = vec![&INVALID, &INTERNAL];
    // Whoever is asked for a credential may be looked up in the database, also where only the operator is let in.
    if route.access != Access::Public {
        kinds.extend([&UNAUTHENTICATED, &FORBIDDEN, &TENANT_SUSPENDED, &UNAVAILABLE, &NOT_MIGRATED]);
    }
    if !matches!(route.access, Access::Public | Access::Operator) {
        kinds.push(&RATE_LIMITED);
    }
    // Who may not know the tenant, and what no id of the path names.
    if matches!(
        route.access,
        Access::MemberOfPath
            | Access::Permission(_)
            | Access::PersonWith(_)
            | Access::PersonWithOrOperator(_)
            | Access::PermissionOrOperator(_)
            | Access::InAnyState(_)
    ) {
        kinds.push(&NOT_FOUND);
    }
    // A person who was let in by the tenant of the path.
    if route.path.contains("{tenant_id}") && route.access != Access::Operator {
        kinds.push(&SECOND_FACTOR_ENROLMENT_REQUIRED);
    }
    if route.metered {
        kinds.push(&QUOTA_EXCEEDED);
    }
    if !matches!(route.body, Body::None) {
        kinds.extend([&MALFORMED, &PAYLOAD_TOO_LARGE, &UNSUPPORTED_MEDIA_TYPE]);
    }
    // A stranger is known by its body alone, so it can't send another one.
    if route.creates && route.access != Access::Public {
        kinds.push(&IDEMPOTENCY_KEY_REUSED);
    }
    kinds.extend(route.doc.problems);
    let server = [BAD_REQUEST.slug, OVERLOADED.slug, TIMEOUT.slug];
    kinds.iter().map(|kind| kind.slug).chain(server).collect()
}
