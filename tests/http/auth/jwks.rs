//! `GET /.well-known/jwks.json`

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use insula_tests::support::App;
use jsonwebtoken::jwk::{JwkSet, ThumbprintHash};

const PATH: &str = "/.well-known/jwks.json";

/// Whoever reads a private member of the key can be anybody.
#[test]
fn publishes_the_public_half_of_one_rsa_key_and_nothing_else() {
    let app = App::start();

    let answer = app.request("GET", PATH).send().expect(200);

    let body = answer.json();
    assert_eq!(body.as_object().unwrap().len(), 1);
    assert_eq!(body["keys"].as_array().unwrap().len(), 1);
    let key = body["keys"][0].as_object().unwrap();
    let members: BTreeSet<&str> = key.keys().map(String::as_str).collect();
    assert_eq!(members, BTreeSet::from(["alg", "e", "kid", "kty", "n", "use"]));
    for private in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
        assert!(!key.contains_key(private), "{private}");
    }
    assert_eq!((&key["kty"], &key["use"], &key["alg"]), (&"RSA".into(), &"sig".into(), &"RS256".into()));
    let modulus = URL_SAFE_NO_PAD.decode(key["n"].as_str().unwrap()).unwrap();
    assert_eq!(modulus.len(), 256, "2048 bits");
    assert_eq!(key["e"], "AQAB");
}

#[test]
fn the_key_is_named_by_its_thumbprint_and_tokens_name_it() {
    let app = App::start();
    let ada = app.person("ada");
    let body = app.request("GET", PATH).send().expect(200).json();
    let keys: JwkSet = serde_json::from_value(body).unwrap();
    let key = &keys.keys[0];

    assert_eq!(key.common.key_id, Some(key.thumbprint(ThumbprintHash::SHA256).unwrap()));
    assert_eq!(jsonwebtoken::decode_header(&ada.credential).unwrap().kid, key.common.key_id);
}

#[test]
fn may_be_kept_by_caches_for_five_minutes_and_stays_the_same() {
    let app = App::start();
    let first = app.request("GET", PATH).send().expect(200);
    assert_eq!(first.header("cache-control"), "public, max-age=300");
    assert_eq!(first.header("content-type"), "application/json");
    app.advance(std::time::Duration::from_secs(86_400));

    assert_eq!(app.request("GET", PATH).send().expect(200).body, first.body);
}
