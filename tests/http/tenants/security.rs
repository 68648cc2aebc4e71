//! `GET` and `PATCH /api/v1/tenants/{tenant_id}/security`

use std::time::Duration;

use insula_tests::support::{Answer, App, PASSWORD, Person, at_once};
use serde_json::{Value, json};

fn path(tenant_id: &str) -> String {
    format!("/api/v1/tenants/{tenant_id}/security")
}

fn set(person: &Person<'_>, required: bool) -> Answer {
    let body = json!({ "second_factor_required": required });
    person.request("PATCH", &path(&person.tenant_id)).json(&body).send()
}

fn log_in(app: &App, email: &str, tenant_id: Option<&str>) -> Answer {
    let body = json!({ "email": email, "password": PASSWORD, "tenant_id": tenant_id });
    app.request("POST", "/api/v1/auth/login").json(&body).send()
}

fn switch(app: &App, tokens: &Value, tenant_id: &str) -> Answer {
    let caller = app.caller(tokens["access_token"].as_str().unwrap());
    caller.post("/api/v1/auth/switch", &json!({ "tenant_id": tenant_id })).send()
}

#[test]
fn whoever_has_no_second_factor_leaves_at_once_and_comes_back_with_one() {
    let app = App::start();
    let ada = app.person("ada");
    let member = app.member(&ada, "admin");
    let running = log_in(&app, &member.email, Some(&ada.tenant_id)).expect(200).json();
    // A key is the tenant's own, also one that such a member has made.
    let key = member.key(&["read"]);
    let _ = ada.enrol(&app);

    let answer = set(&ada, true).expect(200);

    assert_eq!(answer.json(), json!({ "second_factor_required": true }));
    member.get("/api/v1/usage").send().problem(401, "unauthenticated");
    let _ = ada.get("/api/v1/usage").send().expect(200);
    let _ = key.get("/api/v1/usage").send().expect(200);
    let keys = ada.get("/api/v1/api-keys").send().expect(200).json();
    assert_eq!(keys["items"][0]["created_by"], member.user_id, "whoever demands it sees whose it is");
    let refreshed = app
        .request("POST", "/api/v1/auth/refresh")
        .json(&json!({ "refresh_token": running["refresh_token"] }))
        .send()
        .expect(200)
        .json();
    assert_eq!(refreshed["tenant_id"], Value::Null, "the session goes on in no tenant");
    switch(&app, &refreshed, &ada.tenant_id).problem(403, "second-factor-enrolment-required");
    let named = log_in(&app, &member.email, Some(&ada.tenant_id));
    named.problem(403, "second-factor-enrolment-required");
    let tokens = log_in(&app, &member.email, None).expect(200).json();
    assert_eq!(tokens["tenant_id"], Value::Null);

    let caller = app.caller(tokens["access_token"].as_str().unwrap());
    let _ = caller.enrol(&app);

    let there = switch(&app, &tokens, &ada.tenant_id).expect(200).json();
    assert_eq!(there["tenant_id"], ada.tenant_id);
}

/// Protects a tenant from a token that acts elsewhere and names it in the path.
#[test]
fn whoever_has_no_second_factor_can_not_act_there_by_a_token_of_another_tenant() {
    let app = App::start();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    app.join(&ada.tenant_id, &bob.user_id, "admin");
    let members = format!("/api/v1/tenants/{}/members", ada.tenant_id);
    let tenant = format!("/api/v1/tenants/{}", ada.tenant_id);
    let _ = bob.get(&members).send().expect(200);
    let _ = ada.enrol(&app);

    let _ = set(&ada, true).expect(200);

    for path in [&members, &tenant] {
        bob.get(path).send().problem(403, "second-factor-enrolment-required");
    }
    let _ = bob.get("/api/v1/usage").send().expect(200);
    let _ = bob.enrol(&app);
    let _ = bob.get(&members).send().expect(200);
}

/// Protects a tenant from a token that outlived its bearer's membership and its bearer's second factor.
#[test]
fn whoever_was_removed_gives_up_its_second_factor_and_comes_back_comes_without_its_old_token() {
    let app = App::start();
    let ada = app.person("ada");
    let member = app.member(&ada, "admin");
    let _ = ada.enrol(&app);
    let device = member.enrol(&app);
    let _ = set(&ada, true).expect(200);
    let members = format!("/api/v1/tenants/{}/members", ada.tenant_id);
    let _ = member.get(&members).send().expect(200);
    let own = format!("{members}/{}", member.user_id);
    let _ = ada.request("DELETE", &own).send().expect(204);
    let body = json!({ "password": PASSWORD, "code": device.recovery_codes[0] });
    let _ = member.request("DELETE", "/api/v1/auth/mfa/totp").json(&body).send().expect(204);

    app.join(&ada.tenant_id, &member.user_id, "admin");

    for path in [&*members, "/api/v1/usage", &path(&ada.tenant_id)] {
        member.get(path).send().problem(401, "unauthenticated");
    }
    let acting = format!(
        "select count(*) from session where user_id = '{}' and tenant_id is not null",
        member.user_id
    );
    assert_eq!(app.db().number(&acting), 0);
}

/// Protects an owner from locking itself out.
#[test]
fn whoever_has_no_second_factor_can_not_demand_one() {
    let app = App::start();
    let ada = app.person("ada");
    let before = app.db().dump();

    set(&ada, true).problem(409, "second-factor-missing");

    assert_eq!(app.db().dump(), before);
    let _ = set(&ada, false).expect(200);
}

#[test]
fn a_change_is_of_the_version_that_the_client_has_seen() {
    let app = App::start();
    let ada = app.person("ada");
    let _ = ada.enrol(&app);
    let seen = ada.get(&path(&ada.tenant_id)).send().expect(200);
    let tag = seen.header("etag").to_owned();
    let change = |required: bool| {
        let body = json!({ "second_factor_required": required });
        ada.request("PATCH", &path(&ada.tenant_id)).header("if-match", &tag).json(&body).send()
    };

    let changed = change(true).expect(200);

    change(false).problem(412, "stale");
    let seen = ada.get(&path(&ada.tenant_id)).header("if-none-match", changed.header("etag")).send();
    assert_eq!(seen.status, 304, "{seen}");
}

#[test]
fn whoever_removes_its_second_factor_leaves_the_tenants_that_demand_one() {
    let app = App::start();
    let ada = app.person("ada");
    let device = ada.enrol(&app);
    let _ = set(&ada, true).expect(200);
    app.advance(Duration::from_secs(30));

    let body = json!({ "password": PASSWORD, "code": device.code(&app) });
    let _ = ada.request("DELETE", "/api/v1/auth/mfa/totp").json(&body).send().expect(204);

    ada.get("/api/v1/usage").send().problem(401, "unauthenticated");
    let named = log_in(&app, &ada.email, Some(&ada.tenant_id));
    named.problem(403, "second-factor-enrolment-required");
}

#[test]
fn a_login_that_names_no_tenant_acts_in_the_first_that_lets_it_in() {
    let app = App::start();
    let ada = app.person("ada");
    app.advance(Duration::from_millis(5));
    let bob = app.person("bob");
    app.join(&ada.tenant_id, &bob.user_id, "viewer");
    let _ = ada.enrol(&app);
    let first = log_in(&app, &bob.email, None).expect(200).json();
    assert_eq!(first["tenant_id"], ada.tenant_id);

    let _ = set(&ada, true).expect(200);

    assert_eq!(log_in(&app, &bob.email, None).expect(200).json()["tenant_id"], bob.tenant_id);
}

/// What acts in a tenant for somebody who has no second factor: tokens, and sessions whose next tokens would.
fn barred(app: &App, tenant_id: &str) -> i64 {
    let of_nobody = "not exists (
      select 1 from second_factor f where f.user_id = s.user_id and f.confirmed_at_ms is not null)";
    app.db().number(&format!(
        "select (select count(*) from access_token a join session s on s.id = a.session_id
           where a.tenant_id = '{tenant_id}' and {of_nobody})
         + (select count(*) from session s where s.tenant_id = '{tenant_id}' and {of_nobody})"
    ))
}

/// Protects a tenant from whoever is let in while it begins to demand more: by what was read before, it would be right.
#[test]
fn whoever_comes_while_a_second_factor_begins_to_be_demanded_has_one_or_stays_out() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let member = app.member(&ada, "analyst");
    let _ = ada.enrol(&app);
    for _ in 0..8 {
        let _ = set(&ada, false).expect(200);
        app.db().execute("delete from guess");
        let sessions: Vec<Value> =
            (0..4).map(|_| log_in(&app, &member.email, Some(&ada.tenant_id)).expect(200).json()).collect();

        let answers = at_once(9, |number| match number {
            0 => set(&ada, true),
            1 | 2 => log_in(&app, &member.email, Some(&ada.tenant_id)),
            3 | 4 => log_in(&app, &member.email, None),
            5 | 6 => switch(&app, &sessions[number - 5], &ada.tenant_id),
            _ => {
                let body = json!({ "refresh_token": sessions[number - 5]["refresh_token"] });
                app.request("POST", "/api/v1/auth/refresh").json(&body).send()
            }
        });

        let _ = answers[0].clone().expect(200);
        for (answer, expected) in answers.iter().zip([&[200][..], &[200, 403], &[200, 403], &[200], &[200]]) {
            assert!(expected.contains(&answer.status), "{answer}");
        }
        // A token that a demand has taken away meanwhile can't switch.
        assert!(answers[5..7].iter().all(|answer| matches!(answer.status, 200 | 401 | 403)), "{answers:?}");
        assert!(answers[7..].iter().all(|answer| answer.status == 200), "{answers:?}");
        assert_eq!(barred(&app, &ada.tenant_id), 0, "{answers:?}");
    }
}

/// The same from the other side: a second factor goes while its person comes.
#[test]
fn whoever_comes_while_its_second_factor_goes_stays_out() {
    for _ in 0..6 {
        let app = App::start().without_limits();
        let ada = app.person("ada");
        let device = ada.enrol(&app);
        let _ = set(&ada, true).expect(200);
        let sessions: Vec<Value> = (0..2)
            .map(|number| {
                let body = json!({
                    "email": ada.email, "password": PASSWORD, "code": device.recovery_codes[number],
                });
                app.request("POST", "/api/v1/auth/login").json(&body).send().expect(200).json()
            })
            .collect();
        app.advance(Duration::from_secs(30));

        let answers = at_once(6, |number| match number {
            0 => {
                let body = json!({ "password": PASSWORD, "code": device.code(&app) });
                ada.request("DELETE", "/api/v1/auth/mfa/totp").json(&body).send()
            }
            1 | 2 => {
                let code = &device.recovery_codes[number + 2];
                let body = json!({ "email": ada.email, "password": PASSWORD, "code": code });
                app.request("POST", "/api/v1/auth/login").json(&body).send()
            }
            3 | 4 => switch(&app, &sessions[0], &ada.tenant_id),
            _ => {
                let body = json!({ "refresh_token": sessions[1]["refresh_token"] });
                app.request("POST", "/api/v1/auth/refresh").json(&body).send()
            }
        });

        let _ = answers[0].clone().expect(204);
        let _ = answers[5].clone().expect(200);
        assert_eq!(barred(&app, &ada.tenant_id), 0, "{answers:?}");
    }
}

/// A demand and the removal of the second factor of whoever makes it, at once: nobody acts there without one.
#[test]
fn of_a_demand_and_the_removal_of_its_second_factor_at_once_nobody_is_left_in() {
    for _ in 0..6 {
        let app = App::start().without_limits();
        let ada = app.person("ada");
        let device = ada.enrol(&app);
        app.advance(Duration::from_secs(30));

        let answers = at_once(2, |number| match number {
            0 => set(&ada, true),
            _ => {
                let body = json!({ "password": PASSWORD, "code": device.code(&app) });
                ada.request("DELETE", "/api/v1/auth/mfa/totp").json(&body).send()
            }
        });

        let _ = answers[1].clone().expect(204);
        let demands = app.db().number("select second_factor_required from tenant") == 1;
        assert_eq!(demands, answers[0].status == 200, "{answers:?}");
        if demands {
            assert_eq!(barred(&app, &ada.tenant_id), 0, "{answers:?}");
        }
    }
}
