//! Checking proofs, step by step as RFC 9162 says, with nothing but what a stranger has.

use crate::hash::Hash;

/// Whether `leaf` is the one at `index` of the tree with that size and root (RFC 9162, 2.1.3.2).
#[must_use]
pub fn inclusion(leaf: Hash, index: u64, size: u64, proof: &[Hash], root: Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut at, mut last, mut hash) = (index, size - 1, leaf);
    for &next in proof {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            hash = Hash::node(next, hash);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            hash = Hash::node(hash, next);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && hash == root
}

/// A tree: how many leaves, and which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tree {
    /// How many leaves it has.
    pub size: u64,
    /// Its root.
    pub root: Hash,
}

/// Whether the `old` tree is the beginning of the `new` one (RFC 9162, 2.1.4.2). An empty tree is the beginning of every
/// other, without a proof.
#[must_use]
pub fn consistency(old: Tree, new: Tree, proof: &[Hash]) -> bool {
    if old.size == new.size || old.size == 0 {
        let expected = if old.size == 0 { Hash::empty() } else { new.root };
        return proof.is_empty() && old.root == expected;
    }
    if old.size > new.size {
        return false;
    }
    // An old tree that is one whole subtree is not in the proof: its root is known.
    let whole = [old.root];
    let mut hashes = whole[..usize::from(old.size.is_power_of_two())].iter().chain(proof);
    let Some(&first) = hashes.next() else { return false };
    let (mut at, mut last) = (old.size - 1, new.size - 1);
    while at & 1 == 1 {
        at >>= 1;
        last >>= 1;
    }
    let (mut old_hash, mut new_hash) = (first, first);
    for &next in hashes {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            old_hash = Hash::node(next, old_hash);
            new_hash = Hash::node(next, new_hash);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            new_hash = Hash::node(new_hash, next);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && old_hash == old.root && new_hash == new.root
}
