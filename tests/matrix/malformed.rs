//! Requests that no route may accept: unknown fields, wrong methods, wrong media types, bodies that are too large.

use insula_kit::route::{Access, Body, JSON_LIMIT_BYTES, Route};
use insula_tests::routes::groups;
use insula_tests::support::{App, Caller, Request};

use super::samples::{json_body, path, request};
use super::world::Side;

/// Calls `act` for every route, with somebody who may call it.
pub fn each(act: impl Fn(&App, &Route<()>, &str, Option<Caller<'_>>)) {
    let app = App::start().without_limits();
    let ada = Side::new(&app, "ada");
    for group in groups() {
        for route in &group.routes {
            let caller = match route.access {
                Access::Public => None,
                Access::Operator => Some(app.operator()),
                Access::Person
                | Access::PersonOrImpersonator
                | Access::PersonOrOperator
                | Access::MemberOfPath
                | Access::Permission(_)
                | Access::PersonWith(_)
                | Access::PermissionOrOperator(_)
                | Access::PersonWithOrOperator(_)
                | Access::InAnyState(_) => Some(ada.owner.caller.clone()),
            };
            ada.renew(&app);
            act(&app, route, &path(route, |name| ada.id(name).to_owned()), caller);
        }
    }
}

/// A request without a body.
pub fn plain<'a>(app: &'a App, method: &str, path: &str, caller: Option<&Caller<'a>>) -> Request<'a> {
    match caller {
        Some(caller) => caller.request(method, path),
        None => app.request(method, path),
    }
}

#[test]
fn an_unknown_field_is_refused_by_name_and_nothing_is_stored() {
    each(|app, route, path, caller| {
        let Body::Json(_) = route.body else { return };
        let mut body =
            json_body(app, route.doc.id).unwrap_or_else(|| panic!("no sample for `{}`", route.doc.id));
        body["surprise"] = 1.into();
        let before = app.db().dump();
        plain(app, route.method.as_str(), path, caller.as_ref())
            .json(&body)
            .send()
            .invalid("/surprise", "unknown");
        assert_eq!(app.db().dump(), before);
    });
}

#[test]
fn what_is_no_json_is_malformed() {
    each(|app, route, path, caller| {
        let Body::Json(_) = route.body else { return };
        for body in ["", "{", "[1,", "nonsense", "{\"a\":1}x"] {
            let request = plain(app, route.method.as_str(), path, caller.as_ref());
            request.body("application/json", body).send().problem(400, "malformed");
        }
    });
}

#[test]
fn another_media_type_is_refused() {
    each(|app, route, path, caller| {
        if matches!(route.body, Body::None) {
            return;
        }
        for media_type in
            ["text/plain", "application/xml", "application/jsonx", "application/json; charset=utf-16", ""]
        {
            let request = plain(app, route.method.as_str(), path, caller.as_ref());
            request.body(media_type, "{}").send().problem(415, "unsupported-media-type");
        }
    });
}

#[test]
fn a_body_over_the_limit_is_refused_announced_or_not() {
    each(|app, route, path, caller| {
        let Body::Json(_) = route.body else { return };
        let request = || plain(app, route.method.as_str(), path, caller.as_ref());
        let large = format!("\"{}\"", "x".repeat(JSON_LIMIT_BYTES));
        let announced = request().body("application/json", large.clone()).send();
        assert_eq!(announced.problem(413, "payload-too-large")["limit_bytes"], JSON_LIMIT_BYTES);
        request().unannounced("application/json", large).send().problem(413, "payload-too-large");
    });
}

#[test]
fn a_method_that_a_path_does_not_know_is_405_with_exactly_those_that_it_knows() {
    let groups = groups();
    each(|app, route, path, caller| {
        let same = groups.iter().flat_map(|group| &group.routes).filter(|other| other.path == route.path);
        let mut known: Vec<&str> = same.map(|other| other.method.as_str()).collect();
        if known.contains(&"GET") {
            known.push("HEAD");
        }
        known.sort_unstable();
        let answer = plain(app, "TRACE", path, caller.as_ref()).send();
        answer.problem(405, "method-not-allowed");
        let mut allowed: Vec<&str> = answer.header("allow").split(", ").collect();
        allowed.sort_unstable();
        assert_eq!(allowed, known, "{answer}");
    });
}

#[test]
fn an_unknown_query_parameter_is_refused_by_name() {
    each(|app, route, path, caller| {
        let request = request(app, route, &format!("{path}?surprise=1"), caller.as_ref());
        let before = app.db().dump();
        let answer = request.send();
        answer.invalid("?surprise", "unknown");
        assert_eq!(app.db().dump(), before);
    });
}

#[test]
fn every_answer_has_a_request_id_and_may_not_be_sniffed_or_stored_unasked() {
    each(|app, route, path, caller| {
        let answer = request(app, route, path, caller.as_ref()).header("x-request-id", "my.own-id_1").send();
        assert_eq!(answer.header("x-request-id"), "my.own-id_1", "{answer}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{answer}");
        assert!(!answer.header("cache-control").is_empty(), "{answer}");
        // How long it is, unless it is as long as the log that it holds; and of nothing nothing is said (RFC 9110, 8.6).
        let length = answer.header("content-length").parse::<usize>().ok();
        let is_stream = answer.header("content-type").starts_with("application/x-ndjson");
        let is_told = if answer.status == 204 || is_stream {
            length.is_none()
        } else {
            length == Some(answer.body.len())
        };
        assert!(is_told, "{answer}");
        let odd = request(app, route, path, caller.as_ref()).header("x-request-id", "no good").send();
        assert!(odd.header("x-request-id").starts_with("req_"), "{odd}");
    });
}

/// A program sees how much is left before it is refused, whatever it calls and however that ends.
#[test]
fn every_admitted_answer_tells_what_is_left_of_the_limits() {
    each(|app, route, path, caller| {
        let answer = request(app, route, path, caller.as_ref()).send();
        let is_limited = !matches!(route.access, Access::Public | Access::Operator);
        for name in ["ratelimit-policy", "ratelimit"] {
            assert_eq!(answer.header(name).contains("\"rate\";"), is_limited, "{answer}");
        }
    });
}
