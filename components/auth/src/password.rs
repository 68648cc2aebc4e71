//! Passwords and their hashes: Argon2id, at least as OWASP advises (19 MiB, two passes, one lane).
//!
//! How much a hash costs is set by `argon2_memory_kib`, `argon2_iterations` and `argon2_parallelism`, never below that. A
//! hash that is weaker than what is set is made anew when its owner logs in. Until then a wrong password for that account
//! is answered a little faster than one for an unknown address, which costs what is set.
//!
//! Neither a password nor its hash has a `Debug` or a `Display`, so that it gets into no log by accident.

mod policy;

use argon2::password_hash::phc;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use insula_kit::config;
use insula_kit::validate::FieldError;

use crate::error::Error;

const MEMORY: Setting = Setting { name: "argon2_memory_kib", least: 19_456, most: 131_072 };
const PASSES: Setting = Setting { name: "argon2_iterations", least: 2, most: 16 };
const LANES: Setting = Setting { name: "argon2_parallelism", least: 1, most: 4 };

/// A password as somebody typed it, in its normal form.
pub struct Password(String);

/// A password's hash, as a PHC string.
#[derive(Clone)]
pub struct PasswordHash(String);

/// What a hash costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

/// A variable, and what it may be. The most is what an instance has room and time for.
struct Setting {
    name: &'static str,
    least: u32,
    most: u32,
}

impl Password {
    /// Reads a new password.
    pub fn parse(text: &str) -> Result<Self, FieldError> {
        Self::parse_field("password", text)
    }

    /// Reads a new password that stands in a field of that name.
    pub fn parse_field(field: &str, text: &str) -> Result<Self, FieldError> {
        policy::parse(field, text).map(Self)
    }

    /// Refuses a new password that is little more than what is known of its owner: the address, the name.
    pub fn unlike(self, field: &str, known: &[&str]) -> Result<Self, FieldError> {
        policy::refuse_own(field, &self.0, known).map(|()| self)
    }

    /// A password that shall prove something, and so is compared whatever it looks like. What is too long to be one
    /// costs what any other does.
    pub fn presented(text: &str) -> Self {
        Self(policy::presented(text).unwrap_or_default())
    }

    /// Hashes the password for storage.
    pub fn hash(&self, cost: Cost, salt: [u8; 16]) -> Result<PasswordHash, Error> {
        let hash = cost.argon2()?.hash_password_with_salt(self.0.as_bytes(), &salt);
        Ok(PasswordHash(hash.map_err(|_| Error::Hashing)?.to_string()))
    }

    /// Whether the password is the one that was hashed. Without a hash it costs what one of this cost does, and is false.
    pub fn proves(&self, stored: Option<&PasswordHash>, cost: Cost) -> Result<bool, Error> {
        match stored {
            Some(stored) => Ok(cost.argon2()?.verify_password(self.0.as_bytes(), stored.as_str()).is_ok()),
            None => self.hash(cost, [0; 16]).map(|_nobodys| false),
        }
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

    /// Whether it is made with less than that cost, and so is to be made anew.
    pub fn is_weaker_than(&self, cost: Cost) -> bool {
        let parsed = phc::PasswordHash::new(&self.0).ok();
        let params = parsed.as_ref().and_then(|hash| Params::try_from(hash).ok());
        params.is_none_or(|params| {
            params.m_cost() < cost.memory_kib || params.t_cost() < cost.passes || params.p_cost() < cost.lanes
        })
    }
}

impl Cost {
    /// What is set.
    ///
    /// # Errors
    ///
    /// [`Error::UnusableCost`] for what is less than the least, or no number: weak hashes are worse than none.
    pub async fn load() -> Result<Self, Error> {
        let (memory_kib, passes) = (MEMORY.load().await?, PASSES.load().await?);
        Ok(Self { memory_kib, passes, lanes: LANES.load().await? })
    }

    fn argon2(self) -> Result<Argon2<'static>, Error> {
        let params =
            Params::new(self.memory_kib, self.passes, self.lanes, None).map_err(|_| Error::Hashing)?;
        Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
    }
}

impl Setting {
    async fn load(&self) -> Result<u32, Error> {
        self.read(config::variable(self.name).await.as_deref())
    }

    fn read(&self, value: Option<&str>) -> Result<u32, Error> {
        let number = value.map_or(Ok(self.least), |value| value.trim().parse::<u32>().map_err(|_| ()));
        let number = number.ok().filter(|number| (self.least..=self.most).contains(number));
        number.ok_or(Error::UnusableCost { name: self.name, least: self.least, most: self.most })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COST: Cost = Cost { memory_kib: 19_456, passes: 2, lanes: 1 };
    const CHEAP: Cost = Cost { memory_kib: 64, passes: 1, lanes: 1 };
    const PARAMETERS: &str = "$argon2id$v=19$m=19456,t=2,p=1$";

    fn hash(text: &str, cost: Cost) -> PasswordHash {
        Password::parse(text).ok().unwrap().hash(cost, [7; 16]).unwrap()
    }

    #[test]
    fn only_the_same_password_proves_what_was_stored() {
        let stored = hash("correct horse", COST);
        assert!(stored.as_str().starts_with(PARAMETERS));
        let proves = |text: &str| Password::presented(text).proves(Some(&stored), COST).unwrap();
        assert!(proves("correct horse"));
        for other in ["correct horsf", "Correct horse", "correct horse ", "", &"correct horse".repeat(400)] {
            assert!(!proves(other), "{other:?}");
        }
        let nonsense = PasswordHash::stored("nonsense".to_owned());
        assert!(!Password::presented("correct horse").proves(Some(&nonsense), COST).unwrap());
    }

    #[test]
    fn nobodys_password_is_never_right() {
        assert!(!Password::presented("correct horse").proves(None, COST).unwrap());
        assert!(!Password::presented("").proves(None, COST).unwrap());
    }

    #[test]
    fn a_hash_is_weaker_when_it_was_made_with_less_memory_or_fewer_passes_or_lanes() {
        let cost = |memory_kib, passes, lanes| Cost { memory_kib, passes, lanes };
        let stored = hash("correct horse", cost(128, 2, 2));
        for (other, is_weaker) in [
            (cost(128, 2, 2), false),
            (cost(64, 1, 1), false),
            (cost(129, 2, 2), true),
            (cost(128, 3, 2), true),
            (cost(128, 2, 3), true),
        ] {
            assert_eq!(stored.is_weaker_than(other), is_weaker, "{other:?}");
        }
        assert!(PasswordHash::stored("nonsense".to_owned()).is_weaker_than(cost(64, 1, 1)));
        assert!(
            Password::presented("correct horse").proves(Some(&stored), COST).unwrap(),
            "it has its own cost"
        );
    }

    #[test]
    fn the_cost_can_be_raised_and_never_lowered() {
        let read = |value| MEMORY.read(value).ok();
        assert_eq!(
            (read(None), read(Some("19456")), read(Some(" 65536"))),
            (Some(19_456), Some(19_456), Some(65_536))
        );
        for bad in ["", "19455", "131073", "-1", "much"] {
            assert_eq!(read(Some(bad)), None, "{bad}");
        }
    }

    #[test]
    fn equal_passwords_have_unequal_hashes() {
        let hash = |salt| Password::presented("correct horse").hash(CHEAP, [salt; 16]).unwrap();
        assert!(hash(1).as_str() != hash(2).as_str());
    }
}
