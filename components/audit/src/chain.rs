//! The chain: where a log ends, and how it goes on.

use crate::hash::Hash;

/// Where a log ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// How many entries it has; the next one's place.
    pub size: u64,
    /// The link of the last entry.
    pub link: Hash,
}

impl Head {
    /// A log without entries.
    pub const EMPTY: Self = Self { size: 0, link: Hash::ZERO };

    /// Where the log ends after one more entry.
    #[must_use]
    pub fn after(self, leaf: Hash) -> Self {
        Self { size: self.size + 1, link: Hash::link(self.link, self.size, leaf) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a reader in another language has to compute; the database's function is tested against the same.
    #[test]
    fn the_first_links_are_as_documented() {
        let one = Head::EMPTY.after(Hash::leaf(b"{}"));
        let two = one.after(Hash::leaf(b"{}"));
        assert_eq!((one.size, two.size), (1, 2));
        let bytes = [&[2][..], &[0; 32], &[0; 8], &Hash::leaf(b"{}").0].concat();
        assert_eq!(one.link.0, <[u8; 32]>::from(<sha2::Sha256 as sha2::Digest>::digest(bytes)));
        assert_ne!(one.link, two.link);
    }
}
