//! The Merkle tree of RFC 9162, section 2.1, kept incrementally.
//!
//! [`Frontier`] appends and knows the root with as many hashes as the size has bits. A node that covers a whole power of
//! two of leaves never changes again: those are kept ([`Node`]), and a proof is made of them ([`Plan`]) with a number of
//! reads that grows with the logarithm of the size. Checking a proof ([`verify`]) needs nothing but the proof.

pub mod plan;
pub mod verify;

pub use plan::Plan;

use crate::hash::Hash;

/// A node whose subtree is whole: it covers the `1 << level` leaves from `index << level` on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Node {
    /// How far above the leaves.
    pub level: u32,
    /// Its place among the nodes of its level.
    pub index: u64,
}

/// The right edge of a tree: what is needed to append to it and to know its root.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    /// The roots of the whole subtrees that the tree consists of, the largest first.
    roots: Vec<Hash>,
}

impl Frontier {
    /// The edge of a tree of that size, whose [`Self::nodes`] have these hashes. None when there are too many or too few.
    #[must_use]
    pub fn resume(size: u64, roots: Vec<Hash>) -> Option<Self> {
        (u32::try_from(roots.len()) == Ok(size.count_ones())).then_some(Self { size, roots })
    }

    /// The nodes that the edge of a tree of that size consists of, the largest first.
    #[must_use]
    pub fn nodes(size: u64) -> Vec<Node> {
        plan::cover(0, size)
    }

    /// How many leaves the tree has.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Appends a leaf. `kept` is told of every node that is whole from now on, the leaf first.
    pub fn push(&mut self, leaf: Hash, mut kept: impl FnMut(Node, Hash)) {
        let (mut hash, mut node) = (leaf, Node { level: 0, index: self.size });
        kept(node, hash);
        while node.index & 1 == 1 {
            let Some(left) = self.roots.pop() else { break };
            hash = Hash::node(left, hash);
            node = Node { level: node.level + 1, index: node.index >> 1 };
            kept(node, hash);
        }
        self.roots.push(hash);
        self.size += 1;
    }

    /// The root of the tree.
    #[must_use]
    pub fn root(&self) -> Hash {
        fold(&self.roots).unwrap_or_else(Hash::empty)
    }
}

/// The root of neighbouring whole subtrees, the largest first.
fn fold(roots: &[Hash]) -> Option<Hash> {
    roots.iter().rev().copied().reduce(|right, left| Hash::node(left, right))
}

#[cfg(test)]
mod tests;
