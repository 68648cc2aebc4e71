//! Passwords: their length, and their hashes (Argon2id as OWASP advises: 19 MiB, two passes, one lane).
//!
//! Neither a password nor its hash has a `Debug` or a `Display`, so that it gets into no log by accident.

use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use insula_kit::validate::FieldError;

use crate::error::Error;

const LENGTH: std::ops::RangeInclusive<usize> = 12..=256;
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// The hash of 32 random bytes that nobody kept, with the parameters above: what is computed for an unknown address,
/// so that the time tells nothing about it.
const NOBODYS_HASH: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$QUuxxAcfikELCqo3yFEZbQ$jGqqUuU/ucO+Yq5e0hMSedNyQiatGfYO5K1j2nzjmK4";

/// A password as somebody typed it.
pub struct Password(String);

/// A password's hash, as a PHC string.
pub struct PasswordHash(String);

impl Password {
    /// Reads a new password: 12 to 256 characters, any characters.
    pub fn parse(text: String) -> Result<Self, FieldError> {
        if LENGTH.contains(&text.chars().count()) {
            return Ok(Self(text));
        }
        let detail = format!("must have {} to {} characters", LENGTH.start(), LENGTH.end());
        Err(FieldError::new("password", "length", detail))
    }

    /// A password that shall prove something, and so is compared whatever it looks like.
    pub const fn presented(text: String) -> Self {
        Self(text)
    }

    /// Hashes the password for storage.
    pub fn hash(&self, salt: [u8; 16]) -> Result<PasswordHash, Error> {
        let hash = argon2()?.hash_password_with_salt(self.0.as_bytes(), &salt).map_err(|_| Error::Hashing)?;
        Ok(PasswordHash(hash.to_string()))
    }

    /// Whether the password is the one that was hashed. Costs the same when there is no hash, and is false then.
    pub fn proves(&self, stored: Option<&PasswordHash>) -> Result<bool, Error> {
        let hash = stored.map_or(NOBODYS_HASH, PasswordHash::as_str);
        let is_right = argon2()?.verify_password(self.0.as_bytes(), hash).is_ok();
        Ok(is_right && stored.is_some())
    }
}

impl PasswordHash {
    /// A hash that was stored.
    pub const fn stored(text: String) -> Self {
        Self(text)
    }

    /// The PHC string, for storage.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn argon2() -> Result<Argon2<'static>, Error> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|_| Error::Hashing)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARAMETERS: &str = "$argon2id$v=19$m=19456,t=2,p=1$";

    #[test]
    fn a_password_has_12_to_256_characters_of_any_kind() {
        for good in ["correct horse", "\u{1f40e}\u{e4}\u{0}         \u{e4}", &"\u{1f40e}".repeat(256)] {
            assert!(Password::parse(good.to_owned()).is_ok());
        }
        for bad in ["", "eleven char", &"\u{1f40e}".repeat(11), &"x".repeat(257)] {
            assert_eq!(
                Password::parse(bad.to_owned()).err().map(|error| error.pointer),
                Some("/password".into())
            );
        }
    }

    #[test]
    fn only_the_same_password_proves_what_was_stored() {
        let password = Password::parse("correct horse".to_owned()).ok().unwrap();
        let hash = password.hash([7; 16]).unwrap();
        assert!(hash.as_str().starts_with(PARAMETERS));
        assert!(password.proves(Some(&hash)).unwrap());
        for other in ["correct horsf", "Correct horse", "correct horse ", ""] {
            assert!(!Password::presented(other.to_owned()).proves(Some(&hash)).unwrap(), "{other:?}");
        }
        assert!(!password.proves(Some(&PasswordHash::stored("nonsense".to_owned()))).unwrap());
    }

    #[test]
    fn nobodys_hash_costs_the_same_and_proves_nothing() {
        let shape = |hash: &str| hash.split('$').map(str::len).collect::<Vec<_>>();
        let hash = Password::presented("correct horse".to_owned()).hash([7; 16]).unwrap();
        assert!(NOBODYS_HASH.starts_with(PARAMETERS));
        assert_eq!(shape(NOBODYS_HASH), shape(hash.as_str()));
        assert!(argon2::password_hash::phc::PasswordHash::new(NOBODYS_HASH).is_ok());
        assert!(!Password::presented("correct horse".to_owned()).proves(None).unwrap());
    }

    #[test]
    fn equal_passwords_have_unequal_hashes() {
        let hash = |salt| Password::presented("correct horse".to_owned()).hash([salt; 16]).unwrap();
        assert!(hash(1).as_str() != hash(2).as_str());
    }
}
