//! Access tokens: JWTs (RFC 7519) that say who is calling, in which tenant, and what it may do there.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use insula_domain::credential;
use insula_domain::role::Role;
use insula_kit::id::{SessionId, TenantId, TokenId, UserId};
use insula_kit::time::Timestamp;
use serde::Serialize;

use crate::error::Error;
use crate::signing_key::SigningKey;

/// How long a token is good for.
pub const LIFETIME_SECONDS: i64 = 15 * 60;
/// Whom tokens are for.
const AUDIENCE: &str = "insula";
/// The names of what a token says.
pub const CLAIMS: [&str; 12] =
    ["iss", "sub", "aud", "exp", "nbf", "iat", "jti", "sid", "tenant_id", "role", "scope", "act"];
/// Who acts as the person of a token that has an `act`.
pub const OPERATOR: &str = "operator";

/// What a token says: whose call it is, by which session, in a tenant or in none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    pub id: TokenId,
    pub session_id: SessionId,
    pub user_id: UserId,
    pub membership: Option<(TenantId, Role)>,
    pub issued_at: Timestamp,
    pub expires_at: Timestamp,
    /// Whether it is the operator who acts as the person.
    pub impersonated: bool,
}

/// The text of a token. It can be put into the one answer that shows it, and into a digest; it can't be printed.
pub struct AccessToken(String);

#[derive(Serialize)]
struct Header<'a> {
    typ: &'static str,
    alg: &'a str,
    kid: &'a str,
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    sub: UserId,
    aud: &'static str,
    exp: i64,
    nbf: i64,
    iat: i64,
    jti: TokenId,
    sid: SessionId,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant_id: Option<TenantId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<Role>,
    scope: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    act: Option<Act>,
}

/// Who acts as the subject (RFC 8693, 4.1).
#[derive(Serialize)]
struct Act {
    sub: &'static str,
}

/// When a token ends that is issued now: a whole second, as tokens count.
pub const fn expires_at(now: Timestamp) -> Timestamp {
    Timestamp::from_ms((now.as_seconds() + LIFETIME_SECONDS) * 1_000)
}

impl Access {
    /// The tenant that it acts in.
    pub fn tenant_id(&self) -> Option<TenantId> {
        self.membership.map(|(tenant_id, _)| tenant_id)
    }

    /// The token. `issuer` is the address that this server is known by.
    pub fn sign(&self, issuer: &str, key: &SigningKey, seed: [u8; 32]) -> Result<AccessToken, Error> {
        let header = Header { typ: "JWT", alg: key.public().algorithm(), kid: &key.public().kid };
        let (tenant_id, role) = self.membership.unzip();
        let claims = Claims {
            iss: issuer,
            sub: self.user_id,
            aud: AUDIENCE,
            exp: self.expires_at.as_seconds(),
            nbf: self.issued_at.as_seconds(),
            iat: self.issued_at.as_seconds(),
            jti: self.id,
            sid: self.session_id,
            tenant_id,
            role,
            scope: role.map(permissions).unwrap_or_default(),
            act: self.impersonated.then_some(Act { sub: OPERATOR }),
        };
        let message = format!("{}.{}", part(&header)?, part(&claims)?);
        let signature = URL_SAFE_NO_PAD.encode(key.sign(&message, seed)?);
        Ok(AccessToken(format!("{message}.{signature}")))
    }
}

impl AccessToken {
    /// What is stored of it.
    pub fn digest(&self) -> String {
        credential::digest(&self.0)
    }

    /// The text, for its owner.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

/// A part of a token: JSON in unpadded base64url (RFC 7515, 3.1).
fn part(value: &impl Serialize) -> Result<String, Error> {
    serde_json::to_vec(value).map(|json| URL_SAFE_NO_PAD.encode(json)).map_err(|_| Error::Signing)
}

fn permissions(role: Role) -> String {
    role.permissions().iter().map(|permission| permission.as_str()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use insula_domain::credential::Presented;
    use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};

    const ISSUER: &str = "https://insula.example";

    fn access(membership: Option<(TenantId, Role)>) -> Access {
        let at = Timestamp::from_ms(4_102_444_800_999);
        Access {
            id: TokenId::new(at, [4; 10]),
            session_id: SessionId::new(at, [1; 10]),
            user_id: UserId::new(at, [2; 10]),
            membership,
            issued_at: at,
            expires_at: expires_at(at),
            impersonated: false,
        }
    }

    fn claims(token: &AccessToken, key: &SigningKey) -> jsonwebtoken::errors::Result<serde_json::Value> {
        let mut validation = Validation::new(Algorithm::RS256);
        validation.set_audience(&[AUDIENCE]);
        validation.set_issuer(&[ISSUER]);
        let jwk = serde_json::from_value(serde_json::to_value(key.public()).unwrap()).unwrap();
        let decoding = DecodingKey::from_jwk(&jwk)?;
        decode(token.reveal(), &decoding, &validation).map(|data| data.claims)
    }

    #[test]
    fn others_can_verify_a_token_with_the_published_key() {
        let key = SigningKey::rsa(crate::signing_key::example::key());
        let tenant_id = TenantId::new(Timestamp::from_ms(1), [3; 10]);
        let access = access(Some((tenant_id, Role::Viewer)));
        let token = access.sign(ISSUER, &key, [7; 32]).unwrap();
        let expected = serde_json::json!({
            "iss": ISSUER, "sub": access.user_id, "aud": "insula", "jti": access.id, "sid": access.session_id,
            "iat": 4_102_444_800_i64,
            "nbf": 4_102_444_800_i64, "exp": 4_102_445_700_i64, "tenant_id": tenant_id, "role": "viewer",
            "scope": "view_reports",
        });
        assert_eq!(claims(&token, &key).unwrap(), expected);
        let header = decode_header(token.reveal()).unwrap();
        assert_eq!((header.alg, header.kid.as_deref()), (Algorithm::RS256, Some(key.public().kid.as_str())));
        assert_eq!(access.expires_at.as_ms(), 4_102_445_700_000);
    }

    #[test]
    fn a_token_with_which_the_operator_acts_says_so_and_no_other_does() {
        let key = SigningKey::rsa(crate::signing_key::example::key());
        let act = |impersonated| {
            let token = Access { impersonated, ..access(None) }.sign(ISSUER, &key, [7; 32]).unwrap();
            claims(&token, &key).unwrap().get("act").cloned()
        };
        assert_eq!(act(true), Some(serde_json::json!({ "sub": "operator" })));
        assert_eq!(act(false), None);
    }

    #[test]
    fn a_changed_token_proves_nothing() {
        let key = SigningKey::rsa(crate::signing_key::example::key());
        let token = access(None).sign(ISSUER, &key, [7; 32]).unwrap();
        let mut text = token.reveal().to_owned();
        let at = text.find('.').unwrap() + 9;
        let other = if &text[at..=at] == "A" { "B" } else { "A" };
        text.replace_range(at..=at, other);
        assert!(claims(&AccessToken(text), &key).is_err());
    }

    #[test]
    fn a_token_without_a_tenant_names_none_and_allows_nothing() {
        let key = SigningKey::rsa(crate::signing_key::example::key());
        let token = access(None).sign(ISSUER, &key, [7; 32]).unwrap();
        let claims = claims(&token, &key).unwrap();
        assert_eq!((claims.get("tenant_id"), claims.get("role")), (None, None));
        assert_eq!(claims["scope"], "");
    }

    #[test]
    fn the_guard_takes_it_for_a_token_and_the_blinding_is_not_part_of_it() {
        let key = SigningKey::rsa(crate::signing_key::example::key());
        let token = |seed| access(None).sign(ISSUER, &key, [seed; 32]).unwrap();
        assert_eq!(Presented::parse(token(1).reveal()), Some(Presented::Token));
        assert_eq!(token(1).digest(), token(2).digest());
    }
}
