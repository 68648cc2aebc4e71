//! `POST /api/v1/auth/logout`

use insula_tests::support::{App, eight_at_once};
use serde_json::{Value, json};

use super::{refresh, session};

const PATH: &str = "/api/v1/auth/logout";

fn status(app: &App, tokens: &Value) -> u16 {
    app.caller(tokens["access_token"].as_str().unwrap()).get("/api/v1/auth/me").send().status
}

#[track_caller]
fn log_out(app: &App, tokens: &Value, body: &Value) {
    let caller = app.caller(tokens["access_token"].as_str().unwrap());
    let answer = caller.post(PATH, body).send().expect(204);
    assert!(answer.body.is_empty(), "{answer}");
}

#[test]
fn the_session_and_all_its_tokens_end_at_once_and_others_go_on() {
    let app = App::start();
    let ada = app.person("ada");
    let (one, other) = (session(&app, &ada.email), session(&app, &ada.email));
    let next = refresh(&app, &one["refresh_token"]).expect(200).json();

    log_out(&app, &next, &json!({}));

    assert_eq!([status(&app, &one), status(&app, &next), status(&app, &other)], [401, 401, 200]);
    refresh(&app, &next["refresh_token"]).problem(401, "invalid-refresh-token");
    let _ = refresh(&app, &other["refresh_token"]).expect(200);
}

#[test]
fn everywhere_means_all_sessions_of_the_person_and_nobody_elses() {
    let app = App::start();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    let sessions = [session(&app, &ada.email), session(&app, &ada.email)];

    log_out(&app, &sessions[0], &json!({ "everywhere": true }));

    assert_eq!(sessions.each_ref().map(|tokens| status(&app, tokens)), [401, 401]);
    ada.get("/api/v1/auth/me").send().problem(401, "unauthenticated");
    let _ = bob.get("/api/v1/auth/me").send().expect(200);
    let ended = app.db().rows("select distinct user_id from session where ended_at_ms is not null");
    assert_eq!(ended, [[ada.user_id.as_str()]]);
    let _ = session(&app, &ada.email);
}

#[test]
fn a_key_that_the_person_made_goes_on() {
    let app = App::start();
    let ada = app.person("ada");
    let key = ada.key(&["read"]);

    let _ = ada.post(PATH, &json!({ "everywhere": true })).send().expect(204);

    let _ = key.get("/api/v1/usage").send().expect(200);
}

/// An exchange that is under way when its session ends makes no token that outlives it.
#[test]
fn no_exchange_at_the_same_time_escapes_it() {
    for _ in 0..5 {
        let app = App::start();
        let ada = app.person("ada");
        let sessions: Vec<Value> = (0..7).map(|_| session(&app, &ada.email)).collect();

        let made = eight_at_once(|number| match sessions.get(number) {
            Some(tokens) => Some(refresh(&app, &tokens["refresh_token"])),
            None => {
                let _ = ada.post(PATH, &json!({ "everywhere": true })).send().expect(204);
                None
            }
        });

        for answer in made.iter().flatten() {
            assert!(matches!(answer.status, 200 | 401), "{answer}");
            if answer.status == 200 {
                assert_eq!(status(&app, &answer.json()), 401);
                refresh(&app, &answer.json()["refresh_token"]).problem(401, "invalid-refresh-token");
            }
        }
    }
}
