//! The keys that access tokens are signed with.
//!
//! | Module        | Holds                                                        |
//! |---------------|--------------------------------------------------------------|
//! | [`algorithm`] | the three algorithms                                         |
//! | [`jwk`]       | the public half, as it is published                          |
//! | [`schedule`]  | which key signs when, and when the next one is due           |
//!
//! Signing by RSA is blinded: the arithmetic of `rsa` does not take the same time for every number, and without
//! blinding the time of many logins could tell something about the key. The others' arithmetic takes the same time for
//! every key, and they need no random numbers (RFC 6979, RFC 8032).

pub mod algorithm;
#[cfg(test)]
pub mod example;
pub mod jwk;
pub mod schedule;

use p256::elliptic_curve::sec1::ToEncodedPoint;
use p256::elliptic_curve::zeroize::Zeroizing;
use rand_chacha::ChaCha20Rng;
use rsa::RsaPrivateKey;
use rsa::pkcs1v15;
use rsa::pkcs8::{DecodePrivateKey, EncodePrivateKey, LineEnding};
use rsa::rand_core::{CryptoRngCore, SeedableRng};
use rsa::signature::{RandomizedSigner, SignatureEncoding, Signer};
use rsa::traits::PublicKeyParts;

use self::algorithm::Algorithm;
use self::jwk::Jwk;
use crate::error::Error;

/// 2048 bits, and so 112 of security (NIST SP 800-57, part 1, 5.6.1).
const RSA_BITS: usize = 2048;

/// A key that signs. It has no `Debug`.
pub struct SigningKey {
    secret: Secret,
    public: Jwk,
}

enum Secret {
    Rsa(Box<pkcs1v15::SigningKey<rsa::sha2::Sha256>>),
    P256(p256::ecdsa::SigningKey),
    Ed25519(ed25519_dalek::SigningKey),
}

impl SigningKey {
    /// A new key. `seed` is what nobody can guess.
    pub fn generate(algorithm: Algorithm, seed: [u8; 32]) -> Result<Self, Error> {
        let random = &mut ChaCha20Rng::from_seed(seed);
        Ok(match algorithm {
            Algorithm::Rs256 => Self::rsa(RsaPrivateKey::new(random, RSA_BITS).map_err(|_| Error::Signing)?),
            Algorithm::Es256 => Self::p256(p256::ecdsa::SigningKey::random(random)),
            Algorithm::EdDsa => Self::ed25519(ed25519_secret(random)),
        })
    }

    /// Reads a key in PKCS#8 PEM; what it is, it says itself.
    pub fn parse(pem: &str) -> Result<Self, Error> {
        let pem = pem.trim();
        if let Ok(key) = RsaPrivateKey::from_pkcs8_pem(pem) {
            return if key.size() * 8 < RSA_BITS { Err(Error::UnusableKey) } else { Ok(Self::rsa(key)) };
        }
        if let Ok(key) = p256::ecdsa::SigningKey::from_pkcs8_pem(pem) {
            return Ok(Self::p256(key));
        }
        ed25519_dalek::SigningKey::from_pkcs8_pem(pem).map(Self::ed25519).map_err(|_| Error::UnusableKey)
    }

    /// The key in PKCS#8 PEM, to be sealed.
    pub fn to_pem(&self) -> Result<Zeroizing<String>, Error> {
        let pem = match &self.secret {
            Secret::Rsa(key) => key.to_pkcs8_pem(LineEnding::LF),
            Secret::P256(key) => key.to_pkcs8_pem(LineEnding::LF),
            Secret::Ed25519(key) => key.to_pkcs8_pem(LineEnding::LF),
        };
        pem.map_err(|_| Error::Signing)
    }

    pub(crate) fn rsa(key: RsaPrivateKey) -> Self {
        let public = Jwk::rsa(&key.n().to_bytes_be(), &key.e().to_bytes_be());
        Self { secret: Secret::Rsa(Box::new(pkcs1v15::SigningKey::new(key))), public }
    }

    fn p256(key: p256::ecdsa::SigningKey) -> Self {
        let point = key.verifying_key().as_affine().to_encoded_point(false);
        let coordinate =
            |bytes: Option<&p256::FieldBytes>| bytes.map(|bytes| bytes.to_vec()).unwrap_or_default();
        let public = Jwk::p256(&coordinate(point.x()), &coordinate(point.y()));
        Self { secret: Secret::P256(key), public }
    }

    fn ed25519(key: ed25519_dalek::SigningKey) -> Self {
        let public = Jwk::ed25519(key.verifying_key().as_bytes());
        Self { secret: Secret::Ed25519(key), public }
    }

    /// The public half.
    pub const fn public(&self) -> &Jwk {
        &self.public
    }

    /// Signs as a JSON Web Signature is (RFC 7518, 3.3 and 3.4; RFC 8037, 3.1). `seed` is what nobody can guess.
    pub fn sign(&self, message: &str, seed: [u8; 32]) -> Result<Vec<u8>, Error> {
        let message = message.as_bytes();
        Ok(match &self.secret {
            Secret::Rsa(key) => {
                let mut blinding = ChaCha20Rng::from_seed(seed);
                key.try_sign_with_rng(&mut blinding, message).map_err(|_| Error::Signing)?.to_vec()
            }
            Secret::P256(key) => {
                let signature: p256::ecdsa::Signature = key.try_sign(message).map_err(|_| Error::Signing)?;
                signature.to_vec()
            }
            Secret::Ed25519(key) => key.try_sign(message).map_err(|_| Error::Signing)?.to_vec(),
        })
    }
}

fn ed25519_secret(random: &mut impl CryptoRngCore) -> ed25519_dalek::SigningKey {
    let mut secret = Zeroizing::new([0; 32]);
    random.fill_bytes(secret.as_mut());
    ed25519_dalek::SigningKey::from_bytes(&secret)
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    #[test]
    fn the_example_of_the_specification_is_signed_as_there() {
        let key = SigningKey::rsa(example::key());
        let signature = key.sign(example::MESSAGE, [7; 32]).unwrap();
        assert_eq!(URL_SAFE_NO_PAD.encode(signature), example::SIGNATURE);
    }

    /// RFC 8037, A.1 and A.4.
    #[test]
    fn the_example_of_ed25519_is_signed_as_there() {
        let secret = URL_SAFE_NO_PAD.decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A").unwrap();
        let secret = ed25519_dalek::SigningKey::from_bytes(&secret.try_into().unwrap());
        let signature = SigningKey::ed25519(secret)
            .sign("eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc", [0; 32]);
        let expected =
            "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
        assert_eq!(URL_SAFE_NO_PAD.encode(signature.unwrap()), expected);
    }

    #[test]
    fn a_key_of_every_kind_is_read_as_it_is_written() {
        for algorithm in [Algorithm::Es256, Algorithm::EdDsa] {
            let key = SigningKey::generate(algorithm, [3; 32]).ok().unwrap();
            let read = SigningKey::parse(&format!("\n{}\n\n", key.to_pem().unwrap().as_str())).ok().unwrap();
            assert_eq!((read.public(), read.public().algorithm()), (key.public(), algorithm.as_str()));
            assert_eq!(read.sign("m", [1; 32]).unwrap(), key.sign("m", [2; 32]).unwrap());
        }
        let key = SigningKey::rsa(example::key());
        let read = SigningKey::parse(&key.to_pem().unwrap()).ok().unwrap();
        assert_eq!(read.public(), key.public());
    }

    #[test]
    fn what_is_no_strong_key_is_refused() {
        let weak = RsaPrivateKey::new(&mut ChaCha20Rng::from_seed([7; 32]), 512).unwrap();
        let weak = weak.to_pkcs8_pem(LineEnding::LF).unwrap();
        for pem in ["", "nonsense", weak.as_str()] {
            assert!(matches!(SigningKey::parse(pem), Err(Error::UnusableKey)), "{}", pem.len());
        }
    }
}
