//! `POST /api/v1/auth/impersonate`, and what the operator can do with what it gets there.

use std::time::Duration;

use insula_domain::credential::digest;
use insula_tests::support::{Answer, App, Caller, Person, eight_at_once, only_on_postgresql};
use serde_json::{Value, json};

use super::PASSWORD;

const START: &str = "/api/v1/auth/impersonate";

fn start(app: &App, person: &Person<'_>, more: Value) -> Answer {
    let mut body = json!({ "user_id": person.user_id, "tenant_id": person.tenant_id, "reason": "Ticket 4711: no report" });
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    app.operator().post(START, &body).send()
}

fn begin<'a>(app: &'a App, person: &Person<'_>) -> (Caller<'a>, String) {
    let made = start(app, person, json!({})).expect(200).json();
    let text = |name: &str| made[name].as_str().unwrap().to_owned();
    (app.caller(&text("access_token")), text("session_id"))
}

fn one(tenant_id: &str, session_id: &str) -> String {
    format!("/api/v1/tenants/{tenant_id}/impersonations/{session_id}")
}

#[test]
fn the_operator_gets_a_token_that_says_who_acts_and_ends_by_itself() {
    let app = App::start();
    let ada = app.person("ada");

    let made = start(&app, &ada, json!({ "expires_in_seconds": 600 })).expect(200).json();

    assert_eq!((&made["expires_in"], &made["expires_at"]), (&json!(600), &json!("2030-01-01T00:10:00Z")));
    assert_eq!((&made["user_id"], &made["tenant_id"]), (&json!(ada.user_id), &json!(ada.tenant_id)));
    assert!(made.get("refresh_token").is_none(), "{made}");
    let token = made["access_token"].as_str().unwrap();
    let claims = super::token::verified(&app, token);
    assert_eq!(claims["act"], json!({ "sub": "operator" }));
    assert_eq!((&claims["sub"], &claims["tenant_id"]), (&json!(ada.user_id), &json!(ada.tenant_id)));
    assert_eq!((&claims["sid"], claims["exp"].as_i64()), (&made["session_id"], Some(1_893_456_600)));

    let acting = app.caller(token);
    let me = acting.get("/api/v1/auth/me").send().expect(200).json();
    assert_eq!((&me["act"], &me["user"]["id"]), (&json!({ "sub": "operator" }), &json!(ada.user_id)));
    assert_eq!(ada.get("/api/v1/auth/me").send().expect(200).json()["act"], Value::Null);
    let _ = acting.get("/api/v1/reports").send().expect(200);

    app.advance(Duration::from_secs(599));
    let _ = acting.get("/api/v1/reports").send().expect(200);
    app.advance(Duration::from_secs(1));
    acting.get("/api/v1/reports").send().problem(401, "unauthenticated");
    let _ = app.operator().request("POST", "/internal/tick").send().expect(200);
    assert_eq!(app.db().number("select count(*) from session where impersonated = 1"), 0);
}

#[test]
fn it_takes_a_reason_and_lasts_a_quarter_of_an_hour_and_at_most_an_hour() {
    let app = App::start();
    let ada = app.person("ada");
    let made = start(&app, &ada, json!({})).expect(200).json();
    assert_eq!(made["expires_in"], json!(900));
    let made = start(&app, &ada, json!({ "expires_in_seconds": 3600 })).expect(200).json();
    assert_eq!(made["expires_in"], json!(3_600));
    let before = app.db().dump();
    for seconds in [0, -1, 59, 3_601, i64::MAX] {
        start(&app, &ada, json!({ "expires_in_seconds": seconds })).invalid("/expires_in_seconds", "range");
    }
    for reason in ["", " a ", &"x".repeat(501)] {
        start(&app, &ada, json!({ "reason": reason })).invalid("/reason", "length");
    }
    let _ = app.operator().post(START, &json!({ "user_id": "x", "tenant_id": "y" })).send().expect(422);
    assert_eq!(app.db().dump(), before);
}

/// Protects people whose tenant has nothing to do with what the operator looks for.
#[test]
fn only_a_member_of_an_active_tenant_can_be_acted_as() {
    let app = App::start();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    let before = app.db().dump();
    for more in [
        json!({ "tenant_id": bob.tenant_id }),
        json!({ "tenant_id": "ten_01h455vb4pex5vsknk084sn02q" }),
        json!({ "user_id": "usr_01h455vb4pex5vsknk084sn02q" }),
        json!({ "user_id": "nonsense" }),
        json!({ "tenant_id": "" }),
    ] {
        start(&app, &ada, more).problem(404, "not-found");
    }
    assert_eq!(app.db().dump(), before);

    app.db().execute(&format!("update tenant set state = 'suspended' where id = '{}'", ada.tenant_id));
    let before = app.db().dump();
    start(&app, &ada, json!({})).problem(403, "tenant-suspended");
    assert_eq!(app.db().dump(), before);
}

/// What is the person's own; and to act as somebody once more.
fn of_the_person(ada: &Person<'_>) -> Vec<(&'static str, String, Value)> {
    vec![
        ("POST", "/api/v1/auth/switch".to_owned(), json!({ "tenant_id": ada.tenant_id })),
        ("POST", "/api/v1/auth/logout".to_owned(), json!({ "everywhere": true })),
        (
            "POST",
            "/api/v1/auth/password/change".to_owned(),
            json!({ "current_password": PASSWORD, "new_password": "another one that is long" }),
        ),
        ("POST", "/api/v1/auth/mfa/totp".to_owned(), json!({ "password": PASSWORD })),
        ("POST", "/api/v1/auth/verify-email/send".to_owned(), json!({})),
        ("POST", "/api/v1/auth/invitations/accept".to_owned(), json!({ "token": "x" })),
        (
            "POST",
            START.to_owned(),
            json!({ "user_id": ada.user_id, "tenant_id": ada.tenant_id, "reason": "nested" }),
        ),
    ]
}

/// What would last longer than the operator's session.
fn lasting(
    ada: &Person<'_>,
    viewer: &Person<'_>,
    key: &str,
    session_id: &str,
) -> Vec<(&'static str, String, Value)> {
    let tenant = format!("/api/v1/tenants/{}", ada.tenant_id);
    vec![
        ("POST", "/api/v1/api-keys".to_owned(), json!({ "name": "mine", "scopes": ["admin"] })),
        (
            "POST",
            "/api/v1/api-keys/import".to_owned(),
            json!({ "name": "mine", "scopes": ["admin"], "key": "of-another-system:0123456789" }),
        ),
        ("POST", format!("{key}/rotate"), json!({ "grace_period_hours": 1 })),
        ("PATCH", key.to_owned(), json!({ "name": "mine" })),
        ("DELETE", key.to_owned(), json!({})),
        ("POST", format!("{tenant}/members"), json!({ "email": "eve@example.com", "role": "owner" })),
        ("PATCH", format!("{tenant}/members/{}", viewer.user_id), json!({ "role": "owner" })),
        ("DELETE", format!("{tenant}/members/{}", viewer.user_id), json!({})),
        ("POST", format!("{tenant}/invitations"), json!({ "email": "eve@example.com", "role": "owner" })),
        ("PATCH", tenant.clone(), json!({ "name": "Mine" })),
        ("PATCH", format!("{tenant}/security"), json!({ "second_factor_required": false })),
        ("POST", format!("{tenant}/suspend"), json!({ "reason": "because" })),
        ("POST", "/api/v1/tenants".to_owned(), json!({ "name": "Mine" })),
        ("DELETE", tenant.clone(), json!({})),
        ("GET", "/api/v1/tenants".to_owned(), json!({})),
        ("DELETE", one(&ada.tenant_id, session_id), json!({})),
    ]
}

/// Protects persons and tenants: nothing that the operator makes as somebody outlasts its session.
#[test]
fn whoever_acts_as_a_person_can_make_itself_nothing_that_lasts() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let viewer = app.member(&ada, "viewer");
    let key =
        ada.post("/api/v1/api-keys", &json!({ "name": "x", "scopes": ["read"] })).send().expect(201).json();
    let (acting, session_id) = begin(&app, &ada);
    let tenant = format!("/api/v1/tenants/{}", ada.tenant_id);
    let key = format!("/api/v1/api-keys/{}", key["id"].as_str().unwrap());
    let person = app.db().rows("select * from user_account order by id");
    let members = app.db().rows("select * from membership order by tenant_id, user_id");
    let sessions = app.db().number("select count(*) from session");

    let all = of_the_person(&ada).into_iter().chain(lasting(&ada, &viewer, &key, &session_id));
    for (method, path, body) in all {
        let answer = acting.request(method, &path).json(&body).send();
        assert_eq!(answer.status, 403, "{method} {path}: {answer}");
        assert_eq!(answer.json()["type"], "/problems/forbidden", "{answer}");
    }

    assert_eq!(app.db().rows("select * from user_account order by id"), person);
    assert_eq!(app.db().rows("select * from membership order by tenant_id, user_id"), members);
    assert_eq!(app.db().number("select count(*) from session"), sessions);
    assert_eq!(app.db().number("select count(*) from api_key where revoked_at_ms is null"), 1);
    // What it may: the daily work, which the person may.
    let _ = acting.get(&tenant).send().expect(200);
    let _ = acting.get("/api/v1/api-keys").send().expect(200);
}

/// Protects the person's other tenants from an operator who has a reason for this one.
#[test]
fn it_counts_in_its_tenant_and_nowhere_else_that_the_person_belongs_to() {
    let app = App::start();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    app.join(&bob.tenant_id, &ada.user_id, "owner");
    let (acting, _) = begin(&app, &ada);

    let elsewhere = |tenant_id: &str| acting.get(&format!("/api/v1/tenants/{tenant_id}/members")).send();
    let there = elsewhere(&bob.tenant_id);
    there.problem(404, "not-found");
    let absent = elsewhere("ten_01h455vb4pex5vsknk084sn02q");
    assert_eq!((there.status, there.json()["type"].clone()), (absent.status, absent.json()["type"].clone()));
    let me = acting.get("/api/v1/auth/me").send().expect(200);
    assert!(!me.text().contains(&bob.tenant_id), "{me}");
    assert_eq!(me.json()["memberships"].as_array().unwrap().len(), 1);

    app.db().execute(&format!("delete from membership where tenant_id = '{}'", ada.tenant_id));
    acting.get("/api/v1/auth/me").send().problem(401, "unauthenticated");
}

#[test]
fn a_tenant_that_is_suspended_meanwhile_is_closed_to_it_too() {
    let app = App::start();
    let ada = app.person("ada");
    let (acting, _) = begin(&app, &ada);
    app.db().execute(&format!("update tenant set state = 'suspended' where id = '{}'", ada.tenant_id));
    acting.get("/api/v1/reports").send().problem(403, "tenant-suspended");
}

#[test]
fn the_operator_the_tenant_and_the_person_end_it_at_once() {
    let app = App::start();
    let ada = app.person("ada");
    let viewer = app.member(&ada, "viewer");
    let by_operator = |path: &str| app.operator().request("DELETE", path).send().expect(204);
    let by_owner = |path: &str| ada.request("DELETE", path).send().expect(204);
    for end in [&by_operator as &dyn Fn(&str) -> Answer, &by_owner] {
        let (acting, session_id) = begin(&app, &viewer);
        let path = one(&ada.tenant_id, &session_id);
        viewer.request("DELETE", &path).send().problem(403, "forbidden");
        let _ = acting.get("/api/v1/reports").send().expect(200);
        let _ = end(&path);
        acting.get("/api/v1/reports").send().problem(401, "unauthenticated");
        ada.request("DELETE", &path).send().problem(404, "not-found");
    }
    let (acting, _) = begin(&app, &viewer);
    let _ = viewer.post("/api/v1/auth/logout", &json!({ "everywhere": true })).send().expect(204);
    acting.get("/api/v1/reports").send().problem(401, "unauthenticated");
    // The other way round: its end is nobody else's.
    let (_, session_id) = begin(&app, &ada);
    let _ = by_owner(&one(&ada.tenant_id, &session_id));
    let _ = ada.get("/api/v1/reports").send().expect(200);
}

/// Protects people's own sessions from whoever ends those of the operator.
#[test]
fn nothing_else_can_be_ended_that_way() {
    let app = App::start();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    let (_, session_id) = begin(&app, &ada);
    let own = app
        .db()
        .rows(&format!("select id from session where user_id = '{}' and impersonated = 0", ada.user_id));
    ada.request("DELETE", &one(&ada.tenant_id, &own.concat().concat())).send().problem(404, "not-found");
    bob.request("DELETE", &one(&bob.tenant_id, &session_id)).send().problem(404, "not-found");
    bob.request("DELETE", &one(&ada.tenant_id, &session_id)).send().problem(404, "not-found");
    assert_eq!(app.db().number("select count(*) from session where ended_at_ms is not null"), 0);
}

#[test]
fn the_tenant_sees_which_go_on() {
    let app = App::start();
    let ada = app.person("ada");
    let viewer = app.member(&ada, "viewer");
    let path = format!("/api/v1/tenants/{}/impersonations", ada.tenant_id);
    let (_, first) = begin(&app, &viewer);
    app.advance(Duration::from_millis(1));
    let (_, second) = begin(&app, &ada);
    let listed = |caller: &Caller<'_>| {
        let page = caller.get(&path).send().expect(200).json();
        let items = page["items"].as_array().unwrap();
        items.iter().map(|item| item["session_id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(listed(&ada), [first.clone(), second.clone()]);
    assert_eq!(listed(&app.operator()), [first.clone(), second.clone()]);
    let _ = ada.request("DELETE", &one(&ada.tenant_id, &first)).send().expect(204);
    assert_eq!(listed(&ada), [second]);
    app.advance(Duration::from_secs(900));
    let later = app.log_in(&ada.email);
    assert!(listed(&later).is_empty());
    let absent = "/api/v1/tenants/ten_01h455vb4pex5vsknk084sn02q/impersonations";
    app.operator().get(absent).send().problem(404, "not-found");
    viewer.get(&path).send().problem(401, "unauthenticated");
}

#[test]
fn a_second_factor_that_the_tenant_demands_does_not_stop_the_operator() {
    let app = App::start();
    let ada = app.person("ada");
    let viewer = app.member(&ada, "viewer");
    app.db().execute("update tenant set second_factor_required = 1");
    let (acting, _) = begin(&app, &viewer);
    let _ = acting.get("/api/v1/reports").send().expect(200);
    let _ = acting.get(&format!("/api/v1/tenants/{}", ada.tenant_id)).send().expect(200);
}

/// Protects the person's sessions: the operator's don't push them out.
#[test]
fn it_counts_for_none_of_the_sessions_that_a_person_may_have() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    for _ in 0..60 {
        let _ = begin(&app, &ada);
    }
    let _ = app.log_in(&ada.email);
    let _ = ada.get("/api/v1/auth/me").send().expect(200);
    assert_eq!(app.db().number("select count(*) from session where ended_at_ms is null"), 62);
}

#[test]
fn eight_at_once_are_eight_sessions_and_one_of_eight_ends_is_the_end() {
    let app = App::start();
    let ada = app.person("ada");
    let begun = eight_at_once(|_| start(&app, &ada, json!({})).status);
    assert_eq!(begun, [200; 8]);
    assert_eq!(app.db().number("select count(*) from session where impersonated = 1"), 8);
    let (_, session_id) = begin(&app, &ada);
    let path = one(&ada.tenant_id, &session_id);
    let mut ended = eight_at_once(|_| app.operator().request("DELETE", &path).send().status);
    ended.sort_unstable();
    assert_eq!(ended, [204, 404, 404, 404, 404, 404, 404, 404]);
}

/// Protects tenants while a new release is rolled out: the one before would take the operator for the person.
#[test]
fn a_release_that_does_not_know_of_it_lets_nobody_in_who_acts_as_a_person_on_postgresql() {
    only_on_postgresql();
    let app = App::start();
    let ada = app.person("ada");
    let (acting, _) = begin(&app, &ada);
    for (caller, expected) in [(&acting, "forbidden"), (&*ada, "admitted")] {
        let asked = format!(
            "select outcome from insula_admit_3(1, '', '{}', null, 0, null, null, 0, 1893456000000, 0, 'x', null)",
            digest(&caller.credential)
        );
        assert_eq!(app.db().rows(&asked), [[expected]]);
    }
}
