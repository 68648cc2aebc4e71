//! `POST /api/v1/auth/signing-keys/rotate`, `GET /api/v1/auth/signing-keys`: keys come and go, and no token is ever one
//! that others can't verify.

mod meanwhile;

use std::collections::BTreeSet;
use std::time::Duration;

use insula_tests::support::{Answer, App, Options, at_once, eight_at_once, program_for_every_runtime};
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Value, json};

use super::{PASSWORD, login, register};

const ROTATE: &str = "/api/v1/auth/signing-keys/rotate";
const LIST: &str = "/api/v1/auth/signing-keys";
const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(86_400);

/// An installation whose keys are made by itself, for the algorithm.
fn started(algorithm: fn(&mut insula_host::Settings)) -> App {
    let app = App::with(Options { settings: algorithm, ..Options::default() });
    let _ = register(&app, &json!({ "email": "ada@example.com", "password": PASSWORD })).expect(201);
    app
}

fn without_key(settings: &mut insula_host::Settings, algorithm: &str) {
    settings.variables.insert("signing_key".to_owned(), String::new());
    settings.variables.insert("signing_algorithm".to_owned(), algorithm.to_owned());
}

fn rs256(settings: &mut insula_host::Settings) {
    without_key(settings, "RS256");
}

pub fn es256(settings: &mut insula_host::Settings) {
    without_key(settings, "ES256");
}

pub fn eddsa(settings: &mut insula_host::Settings) {
    without_key(settings, "EdDSA");
}

fn rotate(app: &App, body: &Value) -> Value {
    app.operator().post(ROTATE, body).send().expect(200).json()
}

fn token(app: &App) -> String {
    let answer: Answer = login(app, &json!({ "email": "ada@example.com", "password": PASSWORD }));
    answer.expect(200).json()["access_token"].as_str().unwrap().to_owned()
}

fn published(app: &App) -> JwkSet {
    serde_json::from_value(app.request("GET", "/.well-known/jwks.json").send().expect(200).json()).unwrap()
}

/// Verifies as a careful stranger does: by the key that the token names and the algorithm that the key names.
fn verifies(token: &str, keys: &JwkSet) -> bool {
    let header = jsonwebtoken::decode_header(token).unwrap();
    let Some(key) = keys.find(header.kid.as_deref().unwrap()) else { return false };
    let algorithm: Algorithm = key.common.key_algorithm.unwrap().to_string().parse().unwrap();
    let mut validation = Validation::new(algorithm);
    validation.set_issuer(&["http://localhost"]);
    validation.set_audience(&["insula"]);
    validation.validate_exp = false;
    jsonwebtoken::decode::<Value>(token, &DecodingKey::from_jwk(key).unwrap(), &validation).is_ok()
}

fn states(app: &App) -> Vec<String> {
    let keys = app.operator().get(LIST).send().expect(200).json();
    keys["items"].as_array().unwrap().iter().map(|key| key["state"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn an_installation_without_a_key_makes_one_of_the_algorithm_that_is_set() {
    for (algorithm, kind, name) in
        [(rs256 as fn(&mut _), "RSA", "RS256"), (es256, "EC", "ES256"), (eddsa, "OKP", "EdDSA")]
    {
        let app = started(algorithm);
        let token = token(&app);

        assert!(verifies(&token, &published(&app)), "{name}");
        let _ = app.caller(&token).get("/api/v1/auth/me").send().expect(200);
        let keys = app.request("GET", "/.well-known/jwks.json").send().expect(200).json()["keys"].clone();
        assert_eq!(keys.as_array().unwrap().len(), 1);
        assert_eq!(
            (&keys[0]["kty"], &keys[0]["alg"], &keys[0]["use"]),
            (&kind.into(), &name.into(), &"sig".into())
        );
        let private = BTreeSet::from(["d", "p", "q", "dp", "dq", "qi", "oth", "k"]);
        assert!(
            keys[0].as_object().unwrap().keys().all(|member| !private.contains(member.as_str())),
            "{keys}"
        );
    }
}

/// The embedded host runs the component that has more instructions; other hosts run this one.
#[test]
fn the_component_that_every_runtime_can_load_signs_as_well() {
    let program = program_for_every_runtime();
    for algorithm in [rs256 as fn(&mut _), es256, eddsa] {
        let app =
            App::with(Options { program: Some(program.clone()), settings: algorithm, ..Options::default() });
        let _ = register(&app, &json!({ "email": "ada@example.com", "password": PASSWORD })).expect(201);

        let token = token(&app);

        assert!(verifies(&token, &published(&app)));
        let _ = app.caller(&token).get("/api/v1/auth/me").send().expect(200);
    }
}

/// Whoever reads the database, or a copy of it, can sign nothing.
#[test]
fn the_private_half_is_stored_sealed_and_never_shown() {
    let app = started(es256);
    let _ = token(&app);

    let stored = app.db().rows("select private_key from signing_key").concat();
    let shown = app.operator().get(LIST).send().expect(200).text();

    assert_eq!(stored.len(), 1);
    assert!(stored[0].len() > 200 && !stored[0].contains("PRIVATE"), "{}", stored[0]);
    assert!(!shown.contains(&stored[0]) && !shown.contains("private_key"), "{shown}");
    assert!(!app.log().concat().contains("PRIVATE"));
}

/// Others keep the published set for up to five minutes: whatever copy they have, each token that lives verifies.
#[test]
fn through_a_rotation_every_token_verifies_with_every_copy_of_the_keys_that_is_in_use() {
    let app = started(es256).without_limits();
    let mut copies = vec![published(&app); 5];
    let mut tokens: Vec<String> = Vec::new();
    let mut signers = BTreeSet::new();
    for minute in 0..90 {
        if minute == 2 {
            assert_eq!(rotate(&app, &json!({}))["rotated"], true);
        }
        copies.push(published(&app));
        tokens.push(token(&app));
        signers.insert(jsonwebtoken::decode_header(tokens.last().unwrap()).unwrap().kid.unwrap());
        for token in tokens.iter().rev().take(15) {
            let old = copies.iter().rev().take(5).filter(|copy| !verifies(token, copy)).count();
            // The very first token is signed by a key that is made with it.
            assert!(old == 0 || minute < 5, "minute {minute}: {old} copies don't verify a token");
            let _ = app.caller(token).get("/api/v1/auth/me").send().expect(200);
        }
        app.advance(MINUTE);
    }
    assert_eq!(signers.len(), 2);
    assert_eq!(published(&app).keys.len(), 1);
    assert_eq!(states(&app), ["current", "retired"]);
}

#[test]
fn a_key_is_next_then_current_then_retiring_then_retired() {
    let app = started(eddsa);
    let _ = token(&app);
    let _ = rotate(&app, &json!({}));
    assert_eq!(states(&app), ["next", "current"]);
    app.advance(MINUTE * 10 - Duration::from_millis(1));
    assert_eq!(states(&app), ["next", "current"]);
    app.advance(Duration::from_millis(1));
    assert_eq!(states(&app), ["current", "retiring"]);
    app.advance(MINUTE * 75 - Duration::from_millis(1));
    assert_eq!(states(&app), ["current", "retiring"]);
    app.advance(Duration::from_millis(1));
    assert_eq!(states(&app), ["current", "retired"]);
}

#[test]
fn the_key_of_the_manifest_is_the_first_and_is_followed_by_one_that_is_made() {
    let app = App::start();
    let ada = app.person("ada");
    let keys = app.operator().get(LIST).send().expect(200).json();
    assert_eq!(
        (&keys["items"][0]["kept_in"], &keys["items"][0]["state"]),
        (&"variable".into(), &"current".into())
    );

    let _ = rotate(&app, &json!({}));
    app.advance(MINUTE * 10);
    let later = super::token(&app, &ada.email, None);

    let keys = app.operator().get(LIST).send().expect(200).json();
    assert_eq!(
        (&keys["items"][0]["kept_in"], &keys["items"][0]["state"]),
        (&"database".into(), &"current".into())
    );
    assert_eq!(published(&app).keys.len(), 2);
    for token in [&ada.credential, &later] {
        assert!(verifies(token, &published(&app)));
    }
}

#[test]
fn the_schedule_asks_for_a_key_after_ninety_days_and_not_before() {
    let app = started(es256);
    let _ = token(&app);
    assert_eq!(rotate(&app, &json!({ "if_due": true }))["rotated"], false);
    app.advance(DAY * 90 - Duration::from_millis(1));
    assert_eq!(rotate(&app, &json!({ "if_due": true }))["rotated"], false);
    app.advance(Duration::from_millis(1));
    assert_eq!(rotate(&app, &json!({ "if_due": true }))["rotated"], true);
    assert_eq!(rotate(&app, &json!({ "if_due": true }))["rotated"], false);
    assert_eq!(states(&app), ["next", "current"]);
}

#[test]
fn another_algorithm_in_the_settings_is_a_reason_to_rotate() {
    let app = App::with(Options {
        settings: |settings| {
            settings.variables.insert("signing_algorithm".to_owned(), "EdDSA".to_owned());
        },
        ..Options::default()
    });
    let ada = app.person("ada");

    let answer = rotate(&app, &json!({ "if_due": true }));

    assert_eq!(answer["rotated"], true, "{answer}");
    assert_eq!(
        (&answer["items"][0]["algorithm"], &answer["items"][1]["algorithm"]),
        (&"EdDSA".into(), &"RS256".into())
    );
    app.advance(MINUTE * 10);
    let later = super::token(&app, &ada.email, None);
    assert_eq!(jsonwebtoken::decode_header(&later).unwrap().alg, Algorithm::EdDSA);
    assert!(verifies(&later, &published(&app)));
}

/// A stolen key is worth nothing from the moment on: others forget it, and Insula never took what it didn't issue.
#[test]
fn a_withdrawn_key_is_published_no_longer_and_the_new_one_signs_at_once() {
    let app = started(es256);
    let before = token(&app);
    let _ = rotate(&app, &json!({}));

    let answer = rotate(&app, &json!({ "withdraw": true }));

    assert_eq!(answer["rotated"], true);
    let mut found = states(&app);
    found.sort();
    assert_eq!(found, ["current", "withdrawn", "withdrawn"]);
    let keys = published(&app);
    assert_eq!(keys.keys.len(), 1);
    assert!(!verifies(&before, &keys));
    assert!(verifies(&token(&app), &keys));
    app.advance(MINUTE * 11);
    assert!(verifies(&token(&app), &published(&app)));
}

#[test]
fn of_eight_rotations_at_once_one_makes_a_key() {
    let app = started(es256);
    let _ = token(&app);

    let made = eight_at_once(|_| rotate(&app, &json!({}))["rotated"] == true);

    assert_eq!(made.iter().filter(|made| **made).count(), 1, "{made:?}");
    assert_eq!(app.db().number("select count(*) from signing_key"), 2);
}

#[test]
fn of_the_first_logins_at_once_all_are_signed_by_the_same_key() {
    let app = started(es256);

    let tokens = at_once(4, |_| token(&app));

    let keys = published(&app);
    assert!(tokens.iter().all(|token| verifies(token, &keys)));
    assert_eq!(keys.keys.len(), 1);
    assert_eq!(app.db().number("select count(*) from signing_key"), 1);
}

#[test]
fn what_contradicts_itself_is_refused() {
    let app = started(es256);
    let answer = app.operator().post(ROTATE, &json!({ "if_due": true, "withdraw": true })).send();
    answer.invalid("/withdraw", "conflict");
    assert_eq!(app.db().number("select count(*) from signing_key"), 0);
}

#[test]
fn an_algorithm_that_is_none_is_our_fault_and_signs_nothing() {
    for name in ["none", "HS256"] {
        let settings: fn(&mut insula_host::Settings) = match name {
            "none" => |settings| without_key(settings, "none"),
            _ => |settings| without_key(settings, "HS256"),
        };
        let app = started(settings);
        login(&app, &json!({ "email": "ada@example.com", "password": PASSWORD })).problem(500, "internal");
        assert_eq!(app.db().number("select count(*) from access_token"), 0);
    }
}

#[test]
fn the_discovery_document_leads_to_the_keys() {
    let app = App::start();
    let ada = app.person("ada");
    // The token that says most.
    let acting = app.impersonate(&ada);
    let answer = app.request("GET", "/.well-known/openid-configuration").send().expect(200);
    assert_eq!(answer.header("cache-control"), "public, max-age=300");
    let found = answer.json();

    let claims: Value = jsonwebtoken::dangerous::insecure_decode(&acting.credential).unwrap().claims;
    assert_eq!(found["issuer"], claims["iss"]);
    assert_eq!(found["jwks_uri"], "http://localhost/.well-known/jwks.json");
    assert_eq!(found["id_token_signing_alg_values_supported"], json!(["RS256", "ES256", "EdDSA"]));
    let named: BTreeSet<&str> =
        found["claims_supported"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert_eq!(named, claims.as_object().unwrap().keys().map(String::as_str).collect());
}
