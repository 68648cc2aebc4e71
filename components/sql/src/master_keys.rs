//! The master keys that the manifest gives a component: the one that seals now, and the one before, while what it has
//! sealed is sealed anew.

use crate::config::Unreadable;

/// The fewest characters of a master key: as many as 24 random bytes have in base64, and too many to be a word.
pub const SHORTEST: usize = 32;

const EXPECTED: &str =
    "at least 32 characters that nobody can guess, such as `openssl rand -base64 32` prints";

/// The keys. `Debug` shows neither.
#[derive(Clone, PartialEq, Eq)]
pub struct MasterKeys {
    current: String,
    previous: Option<String>,
}

impl MasterKeys {
    /// Reads the two variables. An empty `previous` is none, and so is one that is the current key.
    ///
    /// # Errors
    ///
    /// Which of the two is missing or too short to be a key.
    pub fn read(current: Option<String>, previous: Option<String>) -> Result<Self, Unreadable> {
        let unreadable = |name| Unreadable { name, expected: EXPECTED };
        let is_key = |text: &String| text.len() >= SHORTEST;
        let current = current.filter(is_key).ok_or(unreadable("master_key"))?;
        let previous = previous.filter(|text| !text.is_empty() && *text != current);
        if previous.as_ref().is_some_and(|text| !is_key(text)) {
            return Err(unreadable("master_key_previous"));
        }
        Ok(Self { current, previous })
    }

    /// The key that seals.
    #[must_use]
    pub fn current(&self) -> &str {
        &self.current
    }

    /// The key before, which opens what isn't sealed anew yet.
    #[must_use]
    pub fn previous(&self) -> Option<&str> {
        self.previous.as_deref()
    }

    /// Both, the current one first.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.current()).chain(self.previous())
    }
}

impl std::fmt::Debug for MasterKeys {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("MasterKeys")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(current: &str, previous: &str) -> Result<MasterKeys, Unreadable> {
        MasterKeys::read(Some(current.to_owned()), Some(previous.to_owned()))
    }

    #[test]
    fn the_current_key_comes_first_and_an_empty_or_equal_previous_one_is_none() {
        let (one, two) = ("1".repeat(SHORTEST), "2".repeat(SHORTEST));
        assert_eq!(read(&one, &two).unwrap().iter().collect::<Vec<_>>(), [&one, &two]);
        for none in ["", &one] {
            assert_eq!(read(&one, none).unwrap().previous(), None);
        }
        assert_eq!(MasterKeys::read(Some(one.clone()), None).unwrap().current(), one);
    }

    /// Protects against a variable that was set to a word, or to nothing, by a slip.
    #[test]
    fn what_is_missing_or_short_is_named_and_never_shown() {
        let (long, short) = ("1".repeat(SHORTEST), "s3cret".to_owned());
        assert_eq!(MasterKeys::read(None, Some(long.clone())).unwrap_err().name, "master_key");
        for (current, previous, name) in
            [("", "", "master_key"), (&*short, "", "master_key"), (&*long, &*short, "master_key_previous")]
        {
            let error = read(current, previous).unwrap_err();
            assert_eq!(error.name, name);
            assert!(!error.to_string().contains("s3cret"));
        }
        assert_eq!(format!("{:?}", read(&long, &"2".repeat(SHORTEST)).unwrap()), "MasterKeys");
    }
}
