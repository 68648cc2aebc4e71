//! Passwords and their hashes: Argon2id, at least as OWASP advises (19 MiB, two passes, one lane).
//!
//! How much a hash costs is set by `argon2_memory_kib`, `argon2_iterations` and `argon2_parallelism`, never below that. A
//! hash that is weaker than what is set is made anew when its owner logs in. Until then a wrong password for that account
//! is answered a little faster than one for an unknown address, which costs what is set.
//!
//! Neither a password nor its hash has a `Debug` or a `Display`, so that it gets into no log by accident.

mod argon2id;
mod policy;

use argon2::password_hash::phc;
use argon2::{Algorithm, Params, Version};
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

/// What a stored hash says.
struct Parts {
    cost: Cost,
    salt: phc::Salt,
    output: phc::Output,
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
    pub async fn hash(&self, cost: Cost, salt: [u8; 16]) -> Result<PasswordHash, Error> {
        let tag = argon2id::tag(self.0.as_bytes(), &salt, cost).await?;
        PasswordHash::new(cost, &salt, &tag)
    }

    /// Whether the password is the one that was hashed. Without a hash, or with one that is none of ours, it costs what one
    /// of this cost does, and is false.
    pub async fn proves(&self, stored: Option<&PasswordHash>, cost: Cost) -> Result<bool, Error> {
        let Some(Parts { cost, salt, output }) = stored.and_then(PasswordHash::parts) else {
            return self.hash(cost, [0; 16]).await.map(|_nobodys| false);
        };
        let tag = argon2id::tag(self.0.as_bytes(), &salt, cost).await?;
        // Compared in constant time.
        Ok(phc::Output::new(&tag).is_ok_and(|tag| tag == output))
    }
}

impl PasswordHash {
    /// A new one, as [RFC 9106] and the [PHC string format] have it.
    ///
    /// [RFC 9106]: https://www.rfc-editor.org/rfc/rfc9106
    /// [PHC string format]: https://github.com/P-H-C/phc-string-format/blob/master/phc-sf-spec.md
    fn new(cost: Cost, salt: &[u8], tag: &[u8]) -> Result<Self, Error> {
        let hash = phc::PasswordHash {
            algorithm: Algorithm::Argon2id.ident(),
            version: Some(Version::V0x13.into()),
            params: cost.params()?.try_into().map_err(|_| Error::Hashing)?,
            salt: Some(phc::Salt::new(salt).map_err(|_| Error::Hashing)?),
            hash: Some(phc::Output::new(tag).map_err(|_| Error::Hashing)?),
        };
        Ok(Self(hash.to_string()))
    }

    /// What it says; none if it is none of ours.
    fn parts(&self) -> Option<Parts> {
        let parsed = phc::PasswordHash::new(&self.0).ok()?;
        let is_ours =
            parsed.algorithm == Algorithm::Argon2id.ident() && parsed.version == Some(Version::V0x13.into());
        let params = Params::try_from(&parsed).ok().filter(|_| is_ours)?;
        let cost = Cost { memory_kib: params.m_cost(), passes: params.t_cost(), lanes: params.p_cost() };
        let is_affordable =
            cost.memory_kib <= MEMORY.most && cost.passes <= PASSES.most && cost.lanes <= LANES.most;
        let output = parsed.hash.filter(|output| output.len() == argon2id::TAG && is_affordable)?;
        Some(Parts { cost, salt: parsed.salt?, output })
    }

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
        self.parts().is_none_or(|Parts { cost: own, .. }| {
            own.memory_kib < cost.memory_kib || own.passes < cost.passes || own.lanes < cost.lanes
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

    fn params(self) -> Result<Params, Error> {
        Params::new(self.memory_kib, self.passes, self.lanes, None).map_err(|_| Error::Hashing)
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
    use argon2::{Argon2, PasswordHasher};
    use futures::executor::block_on;

    use super::*;

    const COST: Cost = Cost { memory_kib: 19_456, passes: 2, lanes: 1 };
    const CHEAP: Cost = Cost { memory_kib: 64, passes: 1, lanes: 1 };
    const PARAMETERS: &str = "$argon2id$v=19$m=19456,t=2,p=1$";

    fn hash(text: &str, cost: Cost) -> PasswordHash {
        block_on(Password::parse(text).ok().unwrap().hash(cost, [7; 16])).unwrap()
    }

    fn proves(text: &str, stored: Option<&PasswordHash>) -> bool {
        block_on(Password::presented(text).proves(stored, COST)).unwrap()
    }

    #[test]
    fn only_the_same_password_proves_what_was_stored() {
        let stored = hash("correct horse", COST);
        assert!(stored.as_str().starts_with(PARAMETERS));
        assert!(proves("correct horse", Some(&stored)));
        for other in ["correct horsf", "Correct horse", "correct horse ", "", &"correct horse".repeat(400)] {
            assert!(!proves(other, Some(&stored)), "{other:?}");
        }
        let of_another_kind = stored.as_str().replace("argon2id", "argon2i");
        let of_another_version = stored.as_str().replace("v=19", "v=16");
        let (begin, tag) = stored.as_str().rsplit_once('$').unwrap();
        let shortened = format!("{begin}${}", &tag[..22]);
        let too_dear = stored.as_str().replace("m=19456", "m=131073");
        for text in
            ["nonsense".to_owned(), String::new(), of_another_kind, of_another_version, shortened, too_dear]
        {
            assert!(!proves("correct horse", Some(&PasswordHash::stored(text))));
        }
    }

    /// Others can check it, and what they made can be checked here.
    #[test]
    fn a_hash_is_the_one_that_every_implementation_makes() {
        let params = Params::new(COST.memory_kib, COST.passes, COST.lanes, None).unwrap();
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let theirs = argon2.hash_password_with_salt(b"correct horse", &[7; 16]).unwrap().to_string();
        assert_eq!(hash("correct horse", COST).as_str(), theirs);
    }

    #[test]
    fn nobodys_password_is_never_right() {
        assert!(!proves("correct horse", None));
        assert!(!proves("", None));
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
        assert!(proves("correct horse", Some(&stored)), "it has its own cost");
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
        let hash = |salt| block_on(Password::presented("correct horse").hash(CHEAP, [salt; 16])).unwrap();
        assert!(hash(1).as_str() != hash(2).as_str());
    }
}
