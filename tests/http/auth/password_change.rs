//! `POST /api/v1/auth/password/change`

use std::time::Duration;

use insula_tests::support::{Answer, App, Caller, at_once, eight_at_once};
use serde_json::json;

use super::{PASSWORD, login, refresh, session};

const PATH: &str = "/api/v1/auth/password/change";
const NEW: &str = "a wholly different pony";

fn change(caller: &Caller<'_>, current: &str, new: &str) -> Answer {
    caller.post(PATH, &json!({ "current_password": current, "new_password": new })).send()
}

#[test]
fn the_new_password_counts_and_all_other_sessions_end() {
    let app = App::start();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    let other = session(&app, &ada.email);

    let _ = change(&ada, PASSWORD, NEW).expect(204);

    let _ = ada.get("/api/v1/auth/me").send().expect(200);
    let stolen = app.caller(other["access_token"].as_str().unwrap());
    stolen.get("/api/v1/auth/me").send().problem(401, "unauthenticated");
    refresh(&app, &other["refresh_token"]).problem(401, "invalid-refresh-token");
    let _ = bob.get("/api/v1/auth/me").send().expect(200);
    let with = |password: &str| login(&app, &json!({ "email": ada.email, "password": password }));
    with(PASSWORD).problem(401, "invalid-credentials");
    let _ = with(NEW).expect(200);
    assert_eq!(app.mails("password-changed", &ada.email).len(), 1);
    assert_eq!(app.mails("password-changed", &bob.email).len(), 0);
}

/// Protects a person whose token somebody has stolen.
#[test]
fn a_wrong_current_password_changes_nothing_and_after_five_there_is_a_wait() {
    let app = App::start();
    let ada = app.person("ada");
    let before = app.db().dump();
    for _ in 0..5 {
        change(&ada, "not the password", NEW).problem(403, "wrong-password");
    }

    let refused = change(&ada, PASSWORD, NEW);

    refused.problem(429, "too-many-attempts");
    assert_eq!(refused.header("retry-after"), "1");
    assert_eq!(app.db().dump(), before);
    app.advance(Duration::from_secs(1));
    let _ = change(&ada, PASSWORD, NEW).expect(204);
}

#[test]
fn a_new_password_that_others_would_guess_is_refused_and_nothing_is_counted() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    for _ in 0..8 {
        change(&ada, PASSWORD, "short").invalid("/new_password", "length");
        change(&ada, PASSWORD, "ada@example.com").invalid("/new_password", "too_common");
        change(&ada, PASSWORD, "administrator").invalid("/new_password", "too_common");
    }
    let _ = change(&ada, PASSWORD, NEW).expect(204);
}

#[test]
fn of_eight_changes_at_once_one_happens() {
    let app = App::start();
    let ada = app.person("ada");

    let answers = eight_at_once(|number| change(&ada, PASSWORD, &format!("{NEW} {number}")));

    let done: Vec<usize> = (0..8).filter(|number| answers[*number].status == 204).collect();
    assert_eq!(done.len(), 1, "{answers:?}");
    for answer in answers.iter().filter(|answer| answer.status != 204) {
        assert!(matches!(answer.status, 403 | 429), "{answer}");
    }
    app.advance(Duration::from_secs(14_400));
    let _ = login(&app, &json!({ "email": ada.email, "password": format!("{NEW} {}", done[0]) })).expect(200);
}

/// Whoever has the old password and is quick must not be left with a session that the change has not seen.
#[test]
fn a_login_beside_a_change_is_refused_or_ended() {
    let app = App::start();
    let ada = app.person("ada");
    // Few enough that none is kept waiting.
    let answers = at_once(4, |number| {
        if number == 0 {
            change(&ada, PASSWORD, NEW)
        } else {
            login(&app, &json!({ "email": ada.email, "password": PASSWORD }))
        }
    });

    let _ = answers[0].clone().expect(204);
    for answer in &answers[1..] {
        match answer.status {
            200 => {
                let token = answer.json()["access_token"].as_str().unwrap().to_owned();
                app.caller(&token).get("/api/v1/auth/me").send().problem(401, "unauthenticated");
            }
            _ => drop(answer.problem(401, "invalid-credentials")),
        }
    }
    assert_eq!(app.db().number("select count(*) from session where ended_at_ms is null"), 1);
}
