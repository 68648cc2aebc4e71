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
    app.db().execute(&format!(
        "insert into membership (tenant_id, user_id, role, created_at_ms) values ('{}', '{}', 'viewer', 0)",
        ada.tenant_id, bob.user_id
    ));
    let there = bob.post(PATH, &json!({ "tenant_id": ada.tenant_id })).send().expect(200).json();
    let there = app.caller(there["access_token"].as_str().unwrap());
    let _ = there.get("/api/v1/usage").send();

    let back = there.post(PATH, &json!({ "tenant_id": bob.tenant_id })).send().expect(200).json();

    assert_eq!(acts_in(&app, &back), bob.tenant_id);
}
