//! Access tokens: what they say, who can verify them, when they end, and that none can be made or changed by others.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use insula_domain::role::Role;
use insula_host::secrets::Secrets;
use insula_tests::support::App;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde_json::{Value, json};

use super::{PASSWORD, login, register, token};

const NOW: i64 = 1_893_456_000;

/// The header or the claims of a token, as written.
fn part(token: &str, at: usize) -> Value {
    let text = token.split('.').nth(at).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap()
}

/// A token with other parts, joined again.
fn joined(parts: [&str; 3]) -> String {
    parts.join(".")
}

fn written(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

/// The same text with the character there exchanged for another of the alphabet.
fn changed(text: &str, at: usize) -> String {
    let mut bytes = text.as_bytes().to_vec();
    bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
    String::from_utf8(bytes).unwrap()
}

#[track_caller]
fn is_refused(app: &App, token: &str) {
    let answer = app.caller(token).get("/api/v1/auth/me").send();
    answer.problem(401, "unauthenticated");
    assert!(answer.header("www-authenticate").starts_with("Bearer "), "{answer}");
}

/// What a token says to whoever verifies it with the published key alone.
#[track_caller]
pub fn verified(app: &App, token: &str) -> Value {
    let (key, validation) = published(app, token);
    jsonwebtoken::decode::<Value>(token, &key, &validation).unwrap().claims
}

/// The published key that a token names, and what else is looked at.
fn published(app: &App, token: &str) -> (DecodingKey, Validation) {
    let jwks = app.request("GET", "/.well-known/jwks.json").send().expect(200).json();
    let keys: JwkSet = serde_json::from_value(jwks).unwrap();
    let header = jsonwebtoken::decode_header(token).unwrap();
    let key = keys.find(header.kid.as_deref().unwrap()).expect("the key that the token names");
    let mut validation = Validation::new(Algorithm::RS256);
    validation.set_issuer(&["http://localhost"]);
    validation.set_audience(&["insula"]);
    // The application's clock is not the one that the library looks at; the times are compared where they matter.
    validation.validate_exp = false;
    (DecodingKey::from_jwk(key).unwrap(), validation)
}

#[test]
fn others_can_verify_a_token_with_the_published_key() {
    let app = App::start();
    let ada = app.person("ada");
    let (key, validation) = published(&app, &ada.credential);

    assert_eq!(verified(&app, &ada.credential), part(&ada.credential, 1));
    for at in 0..2 {
        let mut parts: Vec<String> = ada.credential.split('.').map(str::to_owned).collect();
        parts[at] = changed(&parts[at], 12);
        assert!(jsonwebtoken::decode::<Value>(parts.join("."), &key, &validation).is_err());
    }
}

#[test]
fn a_token_says_who_is_calling_where_as_what_and_until_when() {
    let app = App::start();
    let ada = app.person("ada");
    app.advance(Duration::from_millis(1_999));
    let admin = app.member(&ada, "admin");

    let (header, claims) = (part(&admin.credential, 0), part(&admin.credential, 1));

    assert_eq!((&header["typ"], &header["alg"]), (&"JWT".into(), &"RS256".into()));
    let session = app.db().rows(&format!(
        "select s.id, a.expires_at_ms from session s join access_token a on a.session_id = s.id where s.user_id = '{}'",
        admin.user_id
    ));
    let scope: Vec<&str> = Role::Admin.permissions().iter().map(|permission| permission.as_str()).collect();
    assert_eq!(
        claims,
        json!({
            "iss": "http://localhost", "aud": "insula", "sub": admin.user_id, "sid": session[0][0], "jti": claims["jti"],
            "iat": NOW + 1, "nbf": NOW + 1, "exp": NOW + 901,
            "tenant_id": ada.tenant_id, "role": "admin", "scope": scope.join(" "),
        })
    );
    assert!(claims["jti"].as_str().unwrap().starts_with("tok_"), "{claims}");
    assert_eq!(session[0][1], ((NOW + 901) * 1_000).to_string());
}

#[test]
fn a_token_without_a_tenant_claims_no_role_and_no_permission() {
    let app = App::start();
    let body = json!({ "email": "ada@example.com", "password": PASSWORD });
    let _ = register(&app, &body).expect(201);
    let answer = login(&app, &body).expect(200).json();

    let claims = part(answer["access_token"].as_str().unwrap(), 1);

    assert_eq!((claims.get("tenant_id"), claims.get("role")), (None, None));
    assert_eq!(claims["scope"], "");
}

#[test]
fn a_token_ends_after_fifteen_minutes_and_others_go_on() {
    let app = App::start();
    let ada = app.person("ada");
    app.advance(Duration::from_millis(899_999));
    let _ = ada.get("/api/v1/auth/me").send().expect(200);
    let later = token(&app, &ada.email, None);

    app.advance(Duration::from_millis(1));

    is_refused(&app, &ada.credential);
    let _ = app.caller(&later).get("/api/v1/auth/me").send().expect(200);
}

#[test]
fn a_token_that_is_changed_by_one_character_is_refused() {
    let app = App::start();
    let ada = app.person("ada");
    let parts: Vec<&str> = ada.credential.split('.').collect();
    for at in 0..3 {
        // The last character of a part may hold bits that don't count: it must not be changed all the same.
        for place in [0, parts[at].len() / 2, parts[at].len() - 1] {
            let text = changed(parts[at], place);
            let mut other = [parts[0], parts[1], parts[2]];
            other[at] = &text;
            is_refused(&app, &joined(other));
        }
    }
    for odd in
        [format!("{}=", ada.credential), format!("{}.", ada.credential), joined([parts[0], parts[1], ""])]
    {
        is_refused(&app, &odd);
    }
    let _ = ada.get("/api/v1/auth/me").send().expect(200);
}

#[test]
fn a_token_without_a_signature_is_refused_whatever_algorithm_it_claims() {
    let app = App::start();
    let ada = app.person("ada");
    let parts: Vec<&str> = ada.credential.split('.').collect();
    for algorithm in ["none", "None", "NONE", ""] {
        let header = written(&json!({ "typ": "JWT", "alg": algorithm }));
        for signature in ["", parts[2], "AAAA"] {
            is_refused(&app, &joined([&header, parts[1], signature]));
        }
    }
}

#[test]
fn a_token_that_somebody_else_signed_is_refused() {
    let app = App::start();
    let ada = app.person("ada");
    let claims = part(&ada.credential, 1);
    let published = app.request("GET", "/.well-known/jwks.json").send().expect(200).json()["keys"][0].clone();
    let kid = published["kid"].as_str().map(str::to_owned);
    let folder = tempfile::tempdir().unwrap();
    let stranger = Secrets::load(folder.path(), None).unwrap().signing_key;

    let key = EncodingKey::from_rsa_pem(stranger.as_bytes()).unwrap();
    let header = Header { kid: kid.clone(), ..Header::new(Algorithm::RS256) };
    is_refused(&app, &jsonwebtoken::encode(&header, &claims, &key).unwrap());

    // The public key taken for a shared secret, which libraries that believe the header fall for.
    let key = EncodingKey::from_secret(published["n"].as_str().unwrap().as_bytes());
    let header = Header { kid, ..Header::new(Algorithm::HS256) };
    is_refused(&app, &jsonwebtoken::encode(&header, &claims, &key).unwrap());
}
