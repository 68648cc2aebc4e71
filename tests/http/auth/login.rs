//! `POST /api/v1/auth/login`

use std::time::{Duration, Instant};

use insula_domain::credential::digest;
use insula_tests::support::{App, eight_at_once};
use serde_json::json;

use super::{PASSWORD, bytes, login, register};

#[test]
fn answers_with_a_token_of_which_only_the_digest_is_stored() {
    let app = App::start();
    let body = json!({ "email": "ada@example.com", "password": PASSWORD, "tenant_name": "Acme" });
    let made = register(&app, &body).expect(201).json();

    let answer = login(&app, &json!({ "email": "ada@example.com", "password": PASSWORD })).expect(200);

    let body = answer.json();
    let token = body["access_token"].as_str().unwrap();
    assert_eq!((&body["token_type"], &body["expires_in"]), (&"Bearer".into(), &900.into()));
    assert_eq!((&body["user_id"], &body["tenant_id"]), (&made["user"]["id"], &made["tenant"]["id"]));
    assert_eq!(answer.header("cache-control"), "no-store");
    let refresh = body["refresh_token"].as_str().unwrap();
    assert_eq!(body["refresh_expires_in"], 604_800);
    let stored = app.db().rows("select user_id, tenant_id, created_at_ms, expires_at_ms from session");
    let (user_id, tenant_id) = (body["user_id"].as_str().unwrap(), body["tenant_id"].as_str().unwrap());
    assert_eq!(stored, [[user_id, tenant_id, "1893456000000", "1894060800000"]]);
    let stored = app.db().rows("select digest, tenant_id, expires_at_ms from access_token");
    assert_eq!(stored, [[&digest(token), tenant_id, "1893456900000"]]);
    let stored = app.db().rows("select digest, expires_at_ms from refresh_token");
    assert_eq!(stored, [[&*digest(refresh), "1894060800000"]]);
    for secret in [token.rsplit('.').next().unwrap(), refresh.strip_prefix("ins_refresh_").unwrap()] {
        assert!(!app.db().dump().iter().any(|line| line.contains(secret)));
    }
}

#[test]
fn the_address_is_taken_in_any_letter_case_and_the_password_in_its_own() {
    let app = App::start();
    let _ = app.person("ada");

    let _ = login(&app, &json!({ "email": " ADA@Example.com", "password": PASSWORD })).expect(200);

    for wrong in [PASSWORD.to_uppercase(), format!("{PASSWORD} "), format!(" {PASSWORD}"), String::new()] {
        let answer = login(&app, &json!({ "email": "ada@example.com", "password": wrong }));
        answer.problem(401, "invalid-credentials");
    }
}

/// Protects the database from whoever has an account and logs in without end; and a person's other sessions from a thief
/// of the password less than from a program that never logs out.
#[test]
fn a_person_has_fifty_sessions_and_the_one_that_was_not_refreshed_for_the_longest_ends() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    app.advance(Duration::from_secs(1));
    let mut sessions = Vec::new();
    for _ in 0..48 {
        sessions.push(super::session(&app, &ada.email));
        app.advance(Duration::from_secs(1));
    }
    let refreshed = super::refresh(&app, &sessions[0]["refresh_token"]).expect(200).json();
    let living = || app.db().number("select count(*) from session where ended_at_ms is null");
    let is_alive = |token: &serde_json::Value| {
        app.caller(token.as_str().unwrap()).get("/api/v1/auth/me").send().status == 200
    };
    let _ = app.log_in(&ada.email);
    assert_eq!(living(), 50);
    let _ = ada.get("/api/v1/auth/me").send().expect(200);

    let statuses =
        eight_at_once(|_| login(&app, &json!({ "email": ada.email, "password": PASSWORD })).status);

    let made = statuses.iter().filter(|status| **status == 200).count();
    assert!(made > 0 && living() == 50, "{statuses:?}, {}", living());
    ada.get("/api/v1/auth/me").send().problem(401, "unauthenticated");
    assert!(is_alive(&refreshed["access_token"]), "refreshed since, so it is not the oldest");
    assert!((1..made).all(|at| !is_alive(&sessions[at]["access_token"])));
    assert!((made..48).all(|at| is_alive(&sessions[at]["access_token"])));
    super::refresh(&app, &sessions[1]["refresh_token"]).problem(401, "invalid-refresh-token");
    // What ended is removed by the next ticks, tokens first.
    for _ in 0..2 {
        let _ = app.operator().request("POST", "/internal/tick").send().expect(200);
    }
    assert_eq!(app.db().number("select count(*) from session"), 50);
}

/// Protects the machine, and the database, from whoever has an account: a login costs a hash and rows also when it is right.
#[test]
fn logins_that_succeed_are_slowed_down_after_a_hundred_and_only_those_to_the_account() {
    let app = App::start();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    let try_it = |email: &str| login(&app, &json!({ "email": email, "password": PASSWORD }));
    let statuses: Vec<u16> = (0..105).map(|_| try_it(&ada.email).status).collect();
    // One login was made by the person above.
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 99, "{statuses:?}");

    let refused = try_it(&ada.email);

    let wait = refused.problem(429, "too-many-attempts")["retry_after"].as_u64().unwrap();
    assert!(wait <= 30, "{refused}");
    let _ = try_it(&bob.email).expect(200);
    app.advance(Duration::from_secs(wait));
    let statuses = eight_at_once(|_| try_it(&ada.email).status);
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    let mut made = 0;
    for _ in 0..600 {
        app.advance(Duration::from_secs(1));
        made += u32::from(try_it(&ada.email).status == 200);
    }
    // Two a minute, and what the first, shorter waits leave room for.
    assert!((18..=26).contains(&made), "{made} in ten minutes");
}

#[test]
fn every_login_is_a_session_of_its_own() {
    let app = App::start();
    let ada = app.person("ada");

    let other = app.log_in(&ada.email);

    assert_ne!(ada.credential, other.credential);
    assert_eq!(app.db().number("select count(*) from session"), 2);
    for caller in [&ada.caller, &other] {
        let _ = caller.get("/api/v1/auth/me").send().expect(200);
    }
}

/// Protects everybody who would rather not tell that they are customers here.
#[test]
fn a_wrong_password_and_an_unknown_address_are_answered_byte_for_byte_the_same() {
    let app = App::start();
    let _ = app.person("ada");
    let before = app.db().dump();
    let send = |email: &str| login(&app, &json!({ "email": email, "password": "not the password" }));

    let wrong = send("ada@example.com");

    let problem = wrong.problem(401, "invalid-credentials");
    assert!(problem["detail"].is_null() && problem["errors"].is_null(), "{problem}");
    assert!(wrong.header("www-authenticate").starts_with("Bearer "), "{wrong}");
    for unknown in ["bob@example.com", "not an address", "", "ada@example.com\u{0}", &"a".repeat(300)] {
        assert_eq!(bytes(&send(unknown)), bytes(&wrong), "{unknown:?}");
    }
    assert_eq!(app.db().dump(), before);
}

#[test]
fn a_wrong_password_is_told_before_anything_about_the_tenant() {
    let app = App::start();
    let ada = app.person("ada");
    let send = |tenant_id: &str| {
        login(&app, &json!({ "email": ada.email, "password": "not the password", "tenant_id": tenant_id }))
    };

    let own = send(&ada.tenant_id);

    own.problem(401, "invalid-credentials");
    for other in ["ten_01h455vb4pex5vsknk084sn02q", "nonsense"] {
        assert_eq!(bytes(&send(other)), bytes(&own));
    }
}

#[test]
fn a_field_of_another_type_or_a_missing_one_is_refused() {
    let app = App::start();
    login(&app, &json!({ "email": 7, "password": PASSWORD })).invalid("/email", "type");
    login(&app, &json!({ "email": "ada@example.com", "password": null })).invalid("/password", "type");
    let typed = login(&app, &json!({ "email": "ada@example.com", "password": PASSWORD, "tenant_id": 7 }));
    typed.invalid("/tenant_id", "type");
    let problem = login(&app, &json!({ "email": "ada@example.com" })).problem(422, "invalid");
    assert_eq!(problem["errors"][0]["code"], "required");
}

/// An unknown address costs the hash that a known one costs, so that the time doesn't tell the two apart. Only a lower
/// bound can be seen on a busy machine: two passes over 19 MiB take longer than this anywhere, all else a fraction of it.
#[test]
fn an_address_of_nobody_costs_a_hash_too() {
    const LEAST: Duration = Duration::from_millis(6);
    let app = App::start();
    let _ = app.person("ada");
    let shortest = |email: &str| {
        let time = |_| {
            let start = Instant::now();
            let answer = login(&app, &json!({ "email": email, "password": "not the password" }));
            let passed = start.elapsed();
            // Else the attempts would become too many.
            app.advance(Duration::from_secs(3_600));
            answer.problem(401, "invalid-credentials");
            passed
        };
        (0..8).map(time).min().unwrap()
    };

    let [wrong, unknown, malformed] = ["ada@example.com", "bob@example.com", "no address"].map(shortest);

    let shown = format!("{wrong:?} for somebody, {unknown:?} for nobody, {malformed:?} for no address");
    assert!(wrong > LEAST && unknown > LEAST && malformed > LEAST, "{shown}");
}
