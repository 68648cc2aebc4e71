//! The public half of a key as a JSON Web Key (RFC 7517; RFC 7518, 6; RFC 8037, 2).

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::algorithm::Algorithm;

type Text = Cow<'static, str>;

/// A public key (RFC 7517, RFC 7518).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = JsonWebKey)]
pub struct Jwk {
    /// The kind of key: `RSA`, `EC` or `OKP`.
    #[schema(value_type = String, example = "RSA")]
    kty: Text,
    /// What it is for: `sig`, signatures.
    #[serde(rename = "use")]
    #[schema(value_type = String, example = "sig")]
    usage: Text,
    /// The one algorithm that it verifies: `RS256`, `ES256` or `EdDSA`.
    #[schema(value_type = String, example = "RS256")]
    alg: Text,
    /// The name that tokens give in their header: the key's thumbprint (RFC 7638).
    pub kid: String,
    /// The modulus of an `RSA` key, big-endian, in unpadded base64url.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    n: Option<String>,
    /// The exponent of an `RSA` key, likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "AQAB")]
    e: Option<String>,
    /// The curve of an `EC` or `OKP` key: `P-256` or `Ed25519`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    crv: Option<Text>,
    /// The coordinate x of an `EC` key, or the `OKP` key, in unpadded base64url.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    x: Option<String>,
    /// The coordinate y of an `EC` key, likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    y: Option<String>,
}

impl Jwk {
    /// An RSA key.
    pub fn rsa(modulus: &[u8], exponent: &[u8]) -> Self {
        let (n, e) = (text(modulus), text(exponent));
        let kid = thumbprint(&format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#));
        Self { n: Some(n), e: Some(e), ..Self::bare("RSA", Algorithm::Rs256, kid) }
    }

    /// A point on P-256.
    pub fn p256(x: &[u8], y: &[u8]) -> Self {
        let (x, y) = (text(x), text(y));
        let kid = thumbprint(&format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#));
        let bare = Self::bare("EC", Algorithm::Es256, kid);
        Self { crv: Some("P-256".into()), x: Some(x), y: Some(y), ..bare }
    }

    /// An Ed25519 key.
    pub fn ed25519(key: &[u8]) -> Self {
        let x = text(key);
        let kid = thumbprint(&format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#));
        Self { crv: Some("Ed25519".into()), x: Some(x), ..Self::bare("OKP", Algorithm::EdDsa, kid) }
    }

    fn bare(kty: &'static str, algorithm: Algorithm, kid: String) -> Self {
        let (kty, usage, alg) = (kty.into(), "sig".into(), algorithm.as_str().into());
        Self { kty, usage, alg, kid, n: None, e: None, crv: None, x: None, y: None }
    }

    /// The algorithm's name.
    pub fn algorithm(&self) -> &str {
        &self.alg
    }
}

fn text(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Of the required members, sorted, without white space (RFC 7638, 3).
fn thumbprint(members: &str) -> String {
    text(&Sha256::digest(members))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(text: &str) -> Vec<u8> {
        URL_SAFE_NO_PAD.decode(text).unwrap()
    }

    #[test]
    fn the_thumbprints_are_those_of_the_specifications() {
        // RFC 7638, 3.1.
        let n = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCi\
                 FV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgn\
                 Yb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqb\
                 w0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";
        let key = Jwk::rsa(&bytes(n), &[1, 0, 1]);
        assert_eq!((key.n.as_deref(), key.e.as_deref()), (Some(n), Some("AQAB")));
        assert_eq!(key.kid, "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
        // RFC 8037, A.2 and A.3.
        let key = Jwk::ed25519(&bytes("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"));
        assert_eq!(key.kid, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }

    #[test]
    fn a_key_has_the_members_of_its_kind_only_and_is_read_as_it_is_written() {
        let members = |key: &Jwk| {
            let written = serde_json::to_value(key).unwrap();
            assert_eq!(serde_json::from_value::<Jwk>(written.clone()).unwrap(), *key);
            written.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ")
        };
        assert_eq!(members(&Jwk::rsa(&[1], &[1])), "alg e kid kty n use");
        assert_eq!(members(&Jwk::p256(&[1], &[1])), "alg crv kid kty use x y");
        assert_eq!(members(&Jwk::ed25519(&[1])), "alg crv kid kty use x");
    }
}
