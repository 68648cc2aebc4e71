//! `POST /api/v1/api-keys/import`

use insula_tests::support::{Answer, App, Caller, eight_at_once};
use serde_json::{Value, json};

use super::patch;

const TEXT: &str = "sk_old_4eC39HqLyjWDarjtT1zdp7dc";

fn import(caller: &Caller<'_>, key: &str) -> Answer {
    let body = json!({ "key": key, "name": "moved", "scopes": ["read"] });
    caller.post("/api/v1/api-keys/import", &body).send()
}

#[test]
fn a_key_of_another_system_works_here_and_only_its_digest_is_kept() {
    let app = App::start();
    let ada = app.person("ada");
    app.caller(TEXT).get("/api/v1/usage").send().problem(401, "unauthenticated");

    let answer = import(&ada, TEXT).expect(201);

    let made = answer.json();
    assert_eq!((&made["imported"], &made["prefix"]), (&json!(true), &Value::Null));
    assert!(made.get("key").is_none());
    assert_eq!(app.caller(TEXT).get("/api/v1/usage").send().expect(200).json()["tenant_id"], *ada.tenant_id);
    let header = app.request("GET", "/api/v1/usage").header("x-api-key", TEXT).send();
    let _ = header.expect(200);
    for shown in [answer.text(), app.db().dump().concat(), app.log().concat()] {
        assert!(!shown.contains(TEXT), "{shown}");
    }
    assert_eq!(app.db().rows("select digest from api_key"), [[insula_domain::credential::digest(TEXT)]]);
    // Whoever knows the id of such a key can make up no text for it.
    let suffix = made["id"].as_str().unwrap().strip_prefix("key_").unwrap();
    let guessed = insula_domain::credential::api_key(true, suffix, &"A".repeat(43));
    app.caller(&guessed).get("/api/v1/usage").send().problem(401, "unauthenticated");
}

#[test]
fn it_is_changed_rotated_and_revoked_as_any_other() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let path = import(&ada, TEXT).expect(201).header("location").to_owned();
    let call = || app.caller(TEXT).get("/api/v1/reports").send();
    let _ = patch(&ada, &path, &json!({ "rate_limit": "2/day" })).expect(200);
    let _ = call().expect(200);

    let new = ada.post(&format!("{path}/rotate"), &json!({})).send().expect(201).json();

    assert!(new["key"].as_str().unwrap().starts_with("ins_live_") && new["imported"] == false, "{new}");
    let _ = app.caller(new["key"].as_str().unwrap()).get("/api/v1/reports").send().expect(200);
    // They share the limit.
    call().problem(429, "rate-limited");
    let _ = ada.request("DELETE", &path).send().expect(204);
    call().problem(401, "unauthenticated");
}

#[test]
fn what_could_be_guessed_or_is_of_our_own_form_is_refused() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let before = app.db().dump();
    for text in [
        "",
        "short",
        "0123456789abcdef012",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "abcdefgabcdefgabcdefgabcdefg",
        "correct horse battery staple",
        "key-with-\u{e9}-0123456789abcdef",
        "0123456789abcdef\u{7f}0123",
        "header12345.payload67890.signature",
    ] {
        import(&ada, text).invalid("/key", "format");
    }
    import(&ada, &"0123456789abcdef".repeat(17)).invalid("/key", "format");
    import(&ada, &ada.credential).invalid("/key", "format");
    import(&ada, &app.operator().credential).invalid("/key", "format");
    assert_eq!(app.db().dump(), before);
    let own = ada.key(&["read"]).credential;
    import(&ada, &own).invalid("/key", "format");
}

/// Protects one customer from another: who has the same text learns neither whose it is, nor gets in there, nor takes it
/// away; and a text that was revoked, perhaps because it leaked, never opens anything again.
#[test]
fn a_text_belongs_to_the_first_who_imports_it_and_others_are_told_nothing_else() {
    let app = App::start().without_limits();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    let path = import(&ada, TEXT).expect(201).header("location").to_owned();

    let bare = |answer: Answer| {
        let mut problem = answer.problem(409, "key-not-importable");
        problem.as_object_mut().unwrap().remove("instance");
        problem
    };
    let foreign = bare(import(&bob, TEXT));
    assert_eq!(foreign, bare(import(&ada, TEXT)), "the same for one's own");

    let usage = app.caller(TEXT).get("/api/v1/usage").send().expect(200).json();
    assert_eq!(usage["tenant_id"], *ada.tenant_id);
    let _ = ada.request("DELETE", &path).send().expect(204);
    assert_eq!(foreign, bare(import(&bob, TEXT)));
    assert_eq!(foreign, bare(import(&ada, TEXT)));
    assert_eq!(app.db().number("select count(*) from api_key"), 1);
}

#[test]
fn of_eight_imports_at_once_by_two_tenants_one_succeeds() {
    let app = App::start().without_limits();
    let (ada, bob) = (app.person("ada"), app.person("bob"));

    let answers = eight_at_once(|number| import(if number % 2 == 0 { &ada } else { &bob }, TEXT));

    let (made, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 201);
    assert_eq!(made.len(), 1);
    refused.iter().for_each(|answer| drop(answer.problem(409, "key-not-importable")));
    assert_eq!(app.db().number("select count(*) from api_key"), 1);
}

#[test]
fn an_import_counts_against_the_number_of_keys_and_exceeds_no_role() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let admin = app.member(&ada, "admin");
    let body = json!({ "key": TEXT, "name": "moved", "scopes": ["billing"] });
    admin.post("/api/v1/api-keys/import", &body).send().invalid("/scopes/0", "exceeds-role");
    app.db().execute(&format!(
        "insert into api_key (id, tenant_id, created_by, name, scopes, live, digest, created_at_ms)
         with recursive n (i) as (select 1 union all select i + 1 from n where i < 1000)
         select 'key_' || i, '{}', '{}', 'x', 'read', 1, 'd' || i, 0 from n",
        ada.tenant_id, ada.user_id
    ));
    import(&ada, TEXT).problem(409, "key-limit");
}
