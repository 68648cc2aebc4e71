//! Tokens that were not issued: 401, all of them, also those that the true key signed. A token is good because Insula
//! issued it and remembers it, not because its signature verifies; so nothing in a header or a claim can be believed.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use insula_tests::support::{App, Person};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use super::signing_keys::{eddsa, es256};

const NOW: i64 = 1_893_456_000;

/// The key that signs tokens, as whoever stole it would have it.
fn true_key(app: &App) -> EncodingKey {
    let pem = app.host().settings().variables["signing_key"].clone();
    EncodingKey::from_rsa_pem(pem.as_bytes()).unwrap()
}

fn claims(person: &Person) -> Value {
    let part = person.credential.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

fn header(person: &Person) -> Header {
    jsonwebtoken::decode_header(&person.credential).unwrap()
}

#[track_caller]
fn is_refused(app: &App, token: &str, what: &str) {
    let answer = app.caller(token).get("/api/v1/auth/me").send();
    assert_eq!(answer.status, 401, "{what}: {answer}");
    answer.problem(401, "unauthenticated");
}

/// The claims with some exchanged; `null` takes one away.
fn with(mut claims: Value, changes: Value) -> Value {
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(name);
        } else {
            claims[name] = value.clone();
        }
    }
    claims
}

/// A stolen signing key must not be a key to the house.
#[test]
fn claims_of_the_forgers_own_are_refused_though_the_true_key_signed_them() {
    let app = App::start();
    let (ada, eve) = (app.person("ada"), app.person("eve"));
    let key = true_key(&app);
    for (what, changes) in [
        ("the same claims, issued again", json!({ "jti": "tok_01h455vb4pex5vsknk084sn02q" })),
        ("another person", json!({ "sub": ada.user_id })),
        ("another tenant", json!({ "tenant_id": ada.tenant_id })),
        ("another session", json!({ "sid": claims(&ada)["sid"] })),
        ("another issuer", json!({ "iss": "https://evil.example" })),
        ("another audience", json!({ "aud": "other" })),
        ("several audiences", json!({ "aud": ["insula", "other"] })),
        ("expired", json!({ "iat": NOW - 2_000, "nbf": NOW - 2_000, "exp": NOW - 1_000 })),
        ("for ever", json!({ "exp": 9_999_999_999_i64 })),
        ("no end", json!({ "exp": null })),
        ("not yet valid", json!({ "nbf": NOW + 600, "exp": NOW + 1_500 })),
        ("an end that is text", json!({ "exp": "4102444800" })),
        ("more permissions", json!({ "scope": "analyze fix generate manage_tenant manage_billing" })),
        ("the operator", json!({ "sub": "operator", "role": "operator" })),
    ] {
        let token = jsonwebtoken::encode(&header(&eve), &with(claims(&eve), changes), &key).unwrap();
        is_refused(&app, &token, what);
    }
    let _ = eve.get("/api/v1/auth/me").send().expect(200);
}

/// Libraries that follow what a header says have been led to the attacker's keys (RFC 8725, 3.10).
#[test]
fn a_header_that_names_or_brings_its_own_key_is_refused() {
    let app = App::start();
    let ada = app.person("ada");
    let key = true_key(&app);
    let base = serde_json::to_value(header(&ada)).unwrap();
    for changes in [
        json!({ "kid": "../../../../dev/null" }),
        json!({ "kid": "' or '1'='1" }),
        json!({ "kid": null }),
        json!({ "jku": "https://evil.example/jwks.json" }),
        json!({ "x5u": "https://evil.example/cert.pem" }),
        json!({ "jwk": { "kty": "oct", "k": "AAAA" } }),
        json!({ "x5c": ["MIIB"] }),
        json!({ "crit": ["exp"] }),
        json!({ "b64": false, "crit": ["b64"] }),
        json!({ "zip": "DEF" }),
        json!({ "typ": "at+jwt" }),
        json!({ "cty": "JWT" }),
        json!({ "alg": "PS256" }),
        json!({ "alg": "RS512" }),
        json!({ "alg": "ES256" }),
        json!({ "alg": "HS256" }),
        json!({ "alg": "rs256" }),
    ] {
        let header = URL_SAFE_NO_PAD.encode(with(base.clone(), changes.clone()).to_string());
        let message = format!("{header}.{}", ada.credential.split('.').nth(1).unwrap());
        let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &key, Algorithm::RS256).unwrap();
        is_refused(&app, &format!("{message}.{signature}"), &changes.to_string());
    }
}

/// Two readers of a claim that comes twice may see two values.
#[test]
fn a_claim_that_comes_twice_is_refused() {
    let app = App::start();
    let ada = app.person("ada");
    let key = true_key(&app);
    let once = claims(&ada).to_string();
    for again in [r#""sub":"usr_01h455vb4pex5vsknk084sn02q""#, r#""exp":9999999999"#, r#""tenant_id":null"#] {
        let twice = format!("{},{again}}}", once.strip_suffix('}').unwrap());
        let header = ada.credential.split('.').next().unwrap();
        let message = format!("{header}.{}", URL_SAFE_NO_PAD.encode(twice));
        let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &key, Algorithm::RS256).unwrap();
        is_refused(&app, &format!("{message}.{signature}"), again);
    }
}

#[test]
fn what_is_cut_grown_nested_or_written_otherwise_is_refused() {
    let app = App::start();
    let ada = app.person("ada");
    let token = ada.credential.as_str();
    let parts: Vec<&str> = token.split('.').collect();
    for at in [1, token.len() / 4, token.len() / 2, token.len() - 1] {
        is_refused(&app, &token[..at], "cut");
    }
    is_refused(&app, &format!("{token}A"), "grown");
    is_refused(&app, &format!("{token}{}", "A".repeat(16_000)), "grown much");
    is_refused(&app, &format!("{}.{}", parts[0], parts[1]), "two parts");
    is_refused(&app, &format!("{token}.{token}"), "six parts");
    is_refused(&app, &URL_SAFE_NO_PAD.encode(token), "nested");
    is_refused(&app, &token.replace('-', "+").replace('_', "/"), "standard base64");
    is_refused(&app, &format!("{}=.{}.{}", parts[0], parts[1], parts[2]), "padded");
    let signature = URL_SAFE_NO_PAD.decode(parts[2]).unwrap();
    for bit in [0, 7, signature.len() * 4, signature.len() * 8 - 1] {
        let mut flipped = signature.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let flipped = URL_SAFE_NO_PAD.encode(flipped);
        is_refused(&app, &format!("{}.{}.{flipped}", parts[0], parts[1]), "a flipped bit");
    }
    for zero in [vec![0; signature.len()], vec![]] {
        is_refused(
            &app,
            &format!("{}.{}.{}", parts[0], parts[1], URL_SAFE_NO_PAD.encode(zero)),
            "no signature",
        );
    }
    let _ = ada.get("/api/v1/auth/me").send().expect(200);
}

/// The digests of tokens are what is stored; whoever reads them can't call with them.
#[test]
fn what_is_stored_of_a_token_is_no_token() {
    let app = App::start();
    let ada = app.person("ada");
    let digests =
        app.db().rows("select digest from access_token union all select digest from refresh_token").concat();
    assert_eq!(digests.len(), 2);
    for digest in digests {
        is_refused(&app, &digest, "a digest");
        let body = json!({ "refresh_token": digest });
        app.request("POST", "/api/v1/auth/refresh").json(&body).send().problem(401, "invalid-refresh-token");
    }
    let _ = ada.get("/api/v1/auth/me").send().expect(200);
}

/// The order of P-256's group (FIPS 186-5) and of edwards25519's (RFC 8032), in big-endian bytes.
const P256: &str = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
const ED25519: &str = "1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed";

fn number(hexadecimal: &str) -> Vec<u8> {
    (0..32).map(|at| u8::from_str_radix(&hexadecimal[2 * at..2 * at + 2], 16).unwrap()).collect()
}

/// `one + sign * other`, of 256 bits in big-endian bytes.
fn sum(one: &[u8], sign: i16, other: &[u8]) -> Vec<u8> {
    let (mut sum, mut carry) = (vec![0; 32], 0);
    for at in (0..32).rev() {
        let digit = i16::from(one[at]) + sign * i16::from(other[at]) + carry;
        sum[at] = u8::try_from(digit.rem_euclid(256)).unwrap();
        carry = digit.div_euclid(256);
    }
    sum
}

/// Of a signature others can make a second one for the same token: with ECDSA it verifies as well. It is not the token that was
/// issued, and whoever ends a session by its token must not leave a twin behind.
#[test]
fn a_second_signature_that_somebody_made_of_the_first_is_refused() {
    for algorithm in ["ES256", "EdDSA"] {
        let settings = if algorithm == "ES256" { es256 } else { eddsa };
        let app = App::with(insula_tests::support::Options { settings, ..Default::default() });
        let ada = app.person("ada");
        let (message, signature) = ada.credential.rsplit_once('.').unwrap();
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        let (first, second) = signature.split_at(32);
        let twin = if algorithm == "ES256" {
            sum(&number(P256), -1, second)
        } else {
            // Its numbers begin with the lowest byte.
            let reversed: Vec<u8> = second.iter().rev().copied().collect();
            sum(&reversed, 1, &number(ED25519)).into_iter().rev().collect()
        };
        let twin = format!("{message}.{}", URL_SAFE_NO_PAD.encode([first, &twin].concat()));

        let jwks = app.request("GET", "/.well-known/jwks.json").send().expect(200).json();
        let keys: jsonwebtoken::jwk::JwkSet = serde_json::from_value(jwks).unwrap();
        let key = jsonwebtoken::DecodingKey::from_jwk(&keys.keys[0]).unwrap();
        let (algorithm, is_twofold) = match algorithm {
            "ES256" => (Algorithm::ES256, true),
            _ => (Algorithm::EdDSA, false),
        };
        let signature = twin.rsplit_once('.').unwrap().1;
        let verified = jsonwebtoken::crypto::verify(signature, message.as_bytes(), &key, algorithm).unwrap();
        assert_eq!(verified, is_twofold, "{algorithm:?}");
        is_refused(&app, &twin, "a twin");
        let _ = ada.get("/api/v1/auth/me").send().expect(200);
    }
}
