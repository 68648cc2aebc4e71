//! SHA-256, its text, and the ways in which it is used, told apart by a first byte so that none passes for another.

use std::fmt;

use sha2::{Digest, Sha256};

/// The first byte of what is hashed to a leaf (RFC 9162, 2.1.1).
const LEAF: u8 = 0x00;
/// The first byte of what is hashed to a node (RFC 9162, 2.1.1).
const NODE: u8 = 0x01;
/// The first byte of what is hashed to a link of the chain. PostgreSQL's function `insula_audit_append` has it too.
const LINK: u8 = 0x02;

/// 256 bits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// What an empty chain ends with.
    pub const ZERO: Self = Self([0; 32]);

    /// The hash of an empty tree.
    #[must_use]
    pub fn empty() -> Self {
        Self(Sha256::digest([]).into())
    }

    /// The hash of an entry's bytes, as a leaf of the tree and in its link.
    #[must_use]
    pub fn leaf(bytes: &[u8]) -> Self {
        Self(Sha256::new().chain_update([LEAF]).chain_update(bytes).finalize().into())
    }

    /// The hash of a node of the tree.
    #[must_use]
    pub fn node(left: Self, right: Self) -> Self {
        let mut bytes = [NODE; 65];
        bytes[1..33].copy_from_slice(&left.0);
        bytes[33..].copy_from_slice(&right.0);
        Self(Sha256::digest(bytes).into())
    }

    /// The link of the entry at a place, counted from 0, after the link before.
    #[must_use]
    pub fn link(previous: Self, place: u64, leaf: Self) -> Self {
        let mut bytes = [LINK; 73];
        bytes[1..33].copy_from_slice(&previous.0);
        bytes[33..41].copy_from_slice(&place.to_be_bytes());
        bytes[41..].copy_from_slice(&leaf.0);
        Self(Sha256::digest(bytes).into())
    }

    /// Its 64 lower-case hexadecimal digits.
    #[must_use]
    pub fn digits(&self) -> [u8; 64] {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut text = [0; 64];
        for (pair, byte) in text.chunks_exact_mut(2).zip(self.0) {
            pair[0] = DIGITS[usize::from(byte >> 4)];
            pair[1] = DIGITS[usize::from(byte & 15)];
        }
        text
    }

    /// Reads 64 lower-case hexadecimal digits: there is one way to write a hash.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => Some(byte - b'0'),
            b'a'..=b'f' => Some(byte - b'a' + 10),
            _ => None,
        };
        let mut hash = [0; 32];
        if text.len() != 64 {
            return None;
        }
        for (byte, pair) in hash.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            *byte = digit(pair[0])? << 4 | digit(pair[1])?;
        }
        Some(Self(hash))
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(std::str::from_utf8(&self.digits()).unwrap_or_default())
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_read_as_it_is_written_and_in_no_other_way() {
        let hash = Hash::leaf(b"x");
        let text = hash.to_string();
        assert_eq!(Hash::parse(&text), Some(hash));
        assert_eq!(Hash::parse(&text.to_uppercase()), None);
        assert_eq!(Hash::parse(&text[1..]), None);
        assert_eq!(Hash::parse(&format!("{text}0")), None);
        assert_eq!(Hash::parse(&text.replacen(|_: char| true, "g", 1)), None);
    }

    #[test]
    fn a_leaf_a_node_and_a_link_of_the_same_bytes_differ() {
        let (one, other) = (Hash::leaf(b"1"), Hash::leaf(b"2"));
        let node = Hash::node(one, other);
        assert_ne!(node, Hash::leaf(&[one.0, other.0].concat()));
        assert_ne!(node, Hash::node(other, one));
        assert_ne!(Hash::link(one, 1, other), Hash::link(one, 2, other));
        assert_ne!(Hash::link(one, 0, other), Hash::link(other, 0, one));
    }
}
