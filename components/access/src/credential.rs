//! What was presented, and the operator's key, which is known by its digest alone.

use insula_domain::credential::{Presented, digest};
use insula_sql::config::variable;
use insula_sql::id::KeyId;
use subtle::ConstantTimeEq;

/// A credential that is worth looking up. It proves nothing yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credential {
    /// An API key.
    ApiKey {
        /// Its public id; none for one of another system, which is known by its digest.
        key_id: Option<KeyId>,
        /// The digest of the whole text.
        digest: String,
    },
    /// An access token.
    Token {
        /// The digest of the whole text.
        digest: String,
    },
    /// The operator's key, or a text of its form.
    OperatorKey {
        /// The digest of the whole text.
        digest: String,
    },
}

impl Credential {
    /// Reads what was presented; none for what can't be a credential.
    pub fn read(text: &str) -> Option<Self> {
        let digest = || digest(text);
        match Presented::parse(text)? {
            Presented::OperatorKey => Some(Self::OperatorKey { digest: digest() }),
            Presented::Token => Some(Self::Token { digest: digest() }),
            Presented::ApiKey { id_suffix } => {
                let key_id = Some(KeyId::from_suffix(id_suffix)?);
                Some(Self::ApiKey { key_id, digest: digest() })
            }
            Presented::Foreign => Some(Self::ApiKey { key_id: None, digest: digest() }),
        }
    }
}

/// Whether the digest is that of the operator's key. Without a configured operator nobody is one.
pub async fn is_operator(digest: &str) -> bool {
    let known = variable("operator_key_sha256").await.unwrap_or_default();
    known.len() == 64 && bool::from(known.as_bytes().ct_eq(digest.as_bytes()))
}
