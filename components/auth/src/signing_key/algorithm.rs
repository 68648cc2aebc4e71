//! The algorithms that access tokens are signed by (RFC 7518, 3.1; RFC 8037, 3.1).

use crate::error::Error;

/// An algorithm, and with it a kind of key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256. What every library can verify.
    Rs256,
    /// ECDSA with P-256 and SHA-256.
    Es256,
    /// Ed25519.
    EdDsa,
}

impl Algorithm {
    /// Every algorithm.
    pub const ALL: [Self; 3] = [Self::Rs256, Self::Es256, Self::EdDsa];

    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
        }
    }

    /// The algorithm of that name, which is the operator's setting; no name is the usual one.
    pub fn of_setting(name: Option<&str>) -> Result<Self, Error> {
        let Some(name) = name.filter(|name| !name.is_empty()) else { return Ok(Self::Rs256) };
        Self::ALL.into_iter().find(|algorithm| algorithm.as_str() == name).ok_or(Error::UnknownAlgorithm)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_is_a_name_of_the_specification_and_nothing_else() {
        assert_eq!(Algorithm::of_setting(None).unwrap(), Algorithm::Rs256);
        assert_eq!(Algorithm::of_setting(Some("")).unwrap(), Algorithm::Rs256);
        for algorithm in Algorithm::ALL {
            assert_eq!(Algorithm::of_setting(Some(algorithm.as_str())).unwrap(), algorithm);
        }
        for other in ["none", "HS256", "rs256", "RS512"] {
            assert!(matches!(Algorithm::of_setting(Some(other)), Err(Error::UnknownAlgorithm)), "{other}");
        }
    }
}
