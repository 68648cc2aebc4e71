//! `POST /api/v1/auth/switch`

use insula_tests::support::{App, Person};
use serde_json::{Value, json};

use super::{bytes, refresh, session};

const PATH: &str = "/api/v1/auth/switch";

/// A second tenant of the person.
#[track_caller]
fn second(app: &App, person: &Person<'_>) -> String {
    app.advance(std::time::Duration::from_millis(5));
    let made = person.post("/api/v1/tenants", &json!({ "name": "Second" })).send().expect(201).json();
    made["id"].as_str().unwrap().to_owned()
}

fn acts_in(app: &App, tokens: &Value) -> Value {
    let caller = app.caller(tokens["access_token"].as_str().unwrap());
    caller.get("/api/v1/usage").send().expect(200).json()["tenant_id"].clone()
}

#[test]
fn the_new_token_and_the_next_ones_act_there_and_the_earlier_one_where_it_did() {
    let app = App::start();
    let ada = app.person("ada");
    let second = second(&app, &ada);
    let tokens = session(&app, &ada.email);
    let caller = app.caller(tokens["access_token"].as_str().unwrap());

    let there = caller.post(PATH, &json!({ "tenant_id": second })).send().expect(200).json();

    assert_eq!((&there["tenant_id"], there.get("refresh_token")), (&second.clone().into(), None));
    assert_eq!(acts_in(&app, &there), second);
    assert_eq!(acts_in(&app, &tokens), ada.tenant_id);
    let next = refresh(&app, &tokens["refresh_token"]).expect(200).json();
    assert_eq!((acts_in(&app, &next), &next["tenant_id"]), (second.clone().into(), &second.into()));
}

/// Otherwise whoever stole an access token could go on for ever without the refresh token.
#[test]
fn the_new_token_ends_with_those_that_the_session_has_already() {
    let app = App::start();
    let ada = app.person("ada");
    app.advance(std::time::Duration::from_secs(890));

    let answer = ada.post(PATH, &json!({ "tenant_id": ada.tenant_id })).send().expect(200).json();

    assert_eq!(answer["expires_in"], 10);
    let there = app.caller(answer["access_token"].as_str().unwrap());
    let again = there.post(PATH, &json!({ "tenant_id": ada.tenant_id })).send().expect(200).json();
    assert_eq!(again["expires_in"], 10);
    app.advance(std::time::Duration::from_secs(10));
    for token in [&answer["access_token"], &again["access_token"]] {
        app.caller(token.as_str().unwrap()).get("/api/v1/auth/me").send().problem(401, "unauthenticated");
    }
}

#[test]
fn one_that_meets_a_logout_is_done_or_unauthenticated_and_its_token_is_over() {
    for _ in 0..5 {
        let app = App::start();
        let ada = app.person("ada");
        let answers = insula_tests::support::eight_at_once(|number| match number {
            7 => ada.post("/api/v1/auth/logout", &json!({})).send(),
            _ => ada.post(PATH, &json!({ "tenant_id": ada.tenant_id })).send(),
        });
        for answer in &answers {
            match answer.status {
                200 => {
                    let token = answer.json()["access_token"].as_str().unwrap().to_owned();
                    app.caller(&token).get("/api/v1/auth/me").send().problem(401, "unauthenticated");
                }
                204 => {}
                _ => {
                    answer.problem(401, "unauthenticated");
                }
            }
        }
    }
}

#[test]
fn anothers_tenant_is_not_there_just_as_one_that_does_not_exist() {
    let app = App::start();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    let before = app.db().dump();
    let send = |tenant_id: &str| {
        let request = ada.post(PATH, &json!({ "tenant_id": tenant_id }));
        request.header("x-request-id", "same").send()
    };
    let foreign = send(&bob.tenant_id);
    foreign.problem(404, "not-found");

    for absent in ["ten_01h455vb4pex5vsknk084sn02q", "nonsense", ""] {
        let mut absent = bytes(&send(absent));
        let mut foreign = bytes(&foreign);
        for answer in [&mut absent, &mut foreign] {
            answer.1.retain(|(name, _)| name != "ratelimit");
        }
        assert_eq!(absent, foreign);
    }

    let without_buckets =
        |dump: Vec<String>| dump.into_iter().filter(|line| !line.starts_with("bucket: ")).collect::<Vec<_>>();
    assert_eq!(without_buckets(app.db().dump()), without_buckets(before));
}

#[test]
fn a_token_of_a_tenant_that_the_person_left_lets_it_switch_to_another() {
    let app = App::start();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    app.join(&ada.tenant_id, &bob.user_id, "viewer");
    let there = bob.post(PATH, &json!({ "tenant_id": ada.tenant_id })).send().expect(200).json();
    let there = app.caller(there["access_token"].as_str().unwrap());
    let _ = there.get("/api/v1/usage").send();

    let back = there.post(PATH, &json!({ "tenant_id": bob.tenant_id })).send().expect(200).json();

    assert_eq!(acts_in(&app, &back), bob.tenant_id);
}
