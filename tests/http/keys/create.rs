//! `POST /api/v1/api-keys`

use insula_domain::credential::{Presented, digest};
use insula_tests::support::App;
use serde_json::{Value, json};

use super::{PATH, create};

#[test]
fn makes_a_key_of_the_tenant_and_stores_its_digest() {
    let app = App::start();
    let ada = app.person("ada");

    let answer = create(&ada, &json!({ "name": " CI ", "scopes": ["analyze", "read"] })).expect(201);

    let made = answer.json();
    let (id, key) = (made["id"].as_str().unwrap(), made["key"].as_str().unwrap());
    let suffix = id.strip_prefix("key_").unwrap();
    assert_eq!(answer.header("location"), format!("{PATH}/{id}"));
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(
        made,
        json!({
            "id": id, "key": key, "name": "CI", "scopes": ["analyze", "read"], "live": true,
            "prefix": format!("ins_live_{suffix}"), "created_by": ada.user_id,
            "created_at": "2030-01-01T00:00:00Z", "expires_at": null, "revoked_at": null, "revoked_because": null,
            "imported": false, "rate_limit": null, "allowed_networks": null, "metadata": {}, "last_used_at": null,
            "successor_id": null,
        })
    );
    let stored = app.db().rows(
        "select id, tenant_id, created_by, name, scopes, live, digest, created_at_ms, expires_at_ms, revoked_at_ms
         from api_key",
    );
    let digest = digest(key);
    let expected = [
        id,
        &ada.tenant_id,
        &ada.user_id,
        "CI",
        "analyze read",
        "1",
        &digest,
        "1893456000000",
        "null",
        "null",
    ];
    assert_eq!(stored, [expected]);
}

#[test]
fn the_text_of_a_key_is_recognised_by_its_form() {
    let app = App::start();
    let ada = app.person("ada");
    for (live, word) in [(true, "live"), (false, "test")] {
        let made = create(&ada, &json!({ "name": "x", "scopes": ["read"], "live": live })).expect(201).json();
        let (id, key) = (made["id"].as_str().unwrap(), made["key"].as_str().unwrap());
        let suffix = id.strip_prefix("key_").unwrap();
        assert_eq!(made["live"], live);
        assert_eq!(made["prefix"], format!("ins_{word}_{suffix}"));
        let secret = key.strip_prefix(&format!("ins_{word}_{suffix}_")).unwrap();
        assert_eq!(secret.len(), 43 + 1 + 8, "256 bits in base64url and a checksum: {secret}");
        assert_eq!(Presented::parse(key), Some(Presented::ApiKey { id_suffix: suffix }));
        let _ = app.caller(key).get("/api/v1/usage").send().expect(200);
    }
}

/// Protects the tenant, should the database or the log be stolen.
#[test]
fn the_secret_is_shown_once_and_is_nowhere_else() {
    let app = App::start();
    let ada = app.person("ada");
    let made = create(&ada, &json!({ "name": "x", "scopes": ["read"] })).expect(201).json();
    let key = made["key"].as_str().unwrap();
    let secret = &key[key.len() - 52..key.len() - 9];
    let _ = app.caller(key).get("/api/v1/reports").send().expect(200);

    let one = ada.get(&format!("{PATH}/{}", made["id"].as_str().unwrap())).send().expect(200);
    let all = ada.get(PATH).send().expect(200);

    for shown in [one.text(), all.text(), app.db().dump().concat(), app.log().concat()] {
        assert!(!shown.is_empty() && !shown.contains(secret), "{shown}");
    }
    for shown in [one.text(), all.text(), app.log().concat()] {
        assert!(!shown.contains(&digest(key)), "{shown}");
    }
    assert_eq!(one.json().as_object().unwrap().get("key"), None);
    assert_eq!(all.json()["items"][0].as_object().unwrap().get("key"), None);
}

#[test]
fn a_key_is_presented_as_a_bearer_or_in_its_own_header() {
    let app = App::start();
    let ada = app.person("ada");
    let key = ada.key(&["read"]).credential;
    let send = |headers: &[(&str, &str)]| {
        let request = app.request("GET", "/api/v1/usage");
        headers.iter().fold(request, |request, (name, value)| request.header(name, value)).send()
    };
    let bearer = format!("Bearer {key}");

    for headers in [
        vec![("authorization", bearer.as_str())],
        vec![("x-api-key", key.as_str())],
        vec![("authorization", &bearer), ("x-api-key", &key)],
    ] {
        assert_eq!(send(&headers).expect(200).json()["tenant_id"], *ada.tenant_id);
    }
    for scheme in ["Basic", "Token", ""] {
        send(&[("authorization", format!("{scheme} {key}").trim())]).problem(401, "unauthenticated");
    }
}

/// What stands in front of this server may have looked at the other one of the two.
#[test]
fn two_different_credentials_are_none() {
    let app = App::start();
    let ada = app.person("ada");
    let (one, other) = (ada.key(&["read"]).credential, ada.key(&["read"]).credential);
    let bearers = [format!("Bearer {one}"), format!("Bearer {other}")];
    for headers in [
        [("authorization", &bearers[0]), ("x-api-key", &other)],
        [("authorization", &bearers[0]), ("authorization", &bearers[1])],
        [("x-api-key", &one), ("x-api-key", &other)],
    ] {
        let request = app.request("GET", "/api/v1/usage");
        let request = headers.iter().fold(request, |request, (name, value)| request.header(name, value));
        request.send().problem(401, "unauthenticated");
    }
}

/// Protects the database from whoever tries keys: what can't be one is refused without a statement.
#[test]
fn a_key_that_is_changed_in_any_character_is_refused_without_asking_the_database() {
    let app = App::start();
    let ada = app.person("ada");
    let made = create(&ada, &json!({ "name": "x", "scopes": ["read"] })).expect(201).json();
    let key = made["key"].as_str().unwrap();
    let _ = app.caller(key).get("/api/v1/usage").send().expect(200);
    // Whoever asks for a key now fails.
    app.db().execute("alter table api_key rename to hidden");
    app.caller(key).get("/api/v1/usage").send().problem(500, "internal");

    for at in 0..key.len() {
        let mut bytes = key.as_bytes().to_vec();
        bytes[at] = if bytes[at] == b'a' { b'b' } else { b'a' };
        let changed = String::from_utf8(bytes).unwrap();
        if changed.starts_with("ins_") {
            app.caller(&changed).get("/api/v1/usage").send().problem(401, "unauthenticated");
        }
    }

    app.db().execute("alter table hidden rename to api_key");
    // With the right checksum, the wrong secret of a key that exists.
    let suffix = made["id"].as_str().unwrap().strip_prefix("key_").unwrap();
    let guessed = insula_domain::credential::api_key(true, suffix, &"A".repeat(43));
    app.caller(&guessed).get("/api/v1/usage").send().problem(401, "unauthenticated");
    // What doesn't look like one any more may be a key of another system, but is none.
    app.caller(&key.replacen("ins", "jns", 1)).get("/api/v1/usage").send().problem(401, "unauthenticated");
}

#[test]
fn a_key_may_do_what_its_scopes_say_and_no_more() {
    let app = App::start();
    let ada = app.person("ada");
    let reader = ada.key(&["read"]);
    let _ = reader.get("/api/v1/usage").send().expect(200);
    reader.post(PATH, &json!({ "name": "x", "scopes": ["read"] })).send().problem(403, "forbidden");
    let admin = ada.key(&["admin"]);
    admin.get("/api/v1/usage").send().problem(403, "forbidden");
    let made = create(&admin, &json!({ "name": "x", "scopes": ["admin"] })).expect(201).json();
    assert_eq!(made["created_by"], Value::from(ada.user_id.clone()));
}
