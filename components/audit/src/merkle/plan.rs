//! Which nodes a proof consists of.

use super::{Node, fold};
use crate::hash::Hash;

/// The nodes that a proof is made of: for each of its hashes the whole subtrees, the largest first, that it is the root of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan(Vec<Vec<Node>>);

impl Plan {
    /// Of the proof that the leaf at `index` is in the tree of that size (RFC 9162, 2.1.3.1). None for no such leaf.
    #[must_use]
    pub fn inclusion(index: u64, size: u64) -> Option<Self> {
        if index >= size {
            return None;
        }
        let (mut low, mut high) = (0, size);
        let mut path = Vec::new();
        while high - low > 1 {
            let middle = low + split(high - low);
            if index < middle {
                path.push(cover(middle, high));
                high = middle;
            } else {
                path.push(cover(low, middle));
                low = middle;
            }
        }
        path.reverse();
        Some(Self(path))
    }

    /// Of the proof that the tree of the size `old` is the beginning of the one of the size `new` (RFC 9162, 2.1.4.1).
    /// None unless the old one has leaves, and no more than the new one.
    #[must_use]
    pub fn consistency(old: u64, new: u64) -> Option<Self> {
        if old == 0 || old > new {
            return None;
        }
        let (mut low, mut high) = (0, new);
        let mut path = Vec::new();
        // The old tree ends inside `low..high` or at its end.
        while old != high {
            let middle = low + split(high - low);
            if old <= middle {
                path.push(cover(middle, high));
                high = middle;
            } else {
                path.push(cover(low, middle));
                low = middle;
            }
        }
        if low != 0 {
            path.push(cover(low, high));
        }
        path.reverse();
        Some(Self(path))
    }

    /// Every node that is needed.
    pub fn nodes(&self) -> impl Iterator<Item = Node> {
        self.0.iter().flatten().copied()
    }

    /// The proof. None when a node is not known.
    #[must_use]
    pub fn prove(&self, known: impl Fn(Node) -> Option<Hash>) -> Option<Vec<Hash>> {
        let root = |nodes: &Vec<Node>| {
            let hashes: Option<Vec<Hash>> = nodes.iter().map(|node| known(*node)).collect();
            fold(&hashes?)
        };
        self.0.iter().map(root).collect()
    }
}

/// The largest power of two below `size`, which is 2 or more.
const fn split(size: u64) -> u64 {
    1 << (size - 1).ilog2()
}

/// The whole subtrees that `low..high` consists of, the largest first, where it begins at a multiple of the largest.
pub(super) fn cover(mut low: u64, high: u64) -> Vec<Node> {
    let mut nodes = Vec::new();
    while low < high {
        let level = (high - low).ilog2();
        nodes.push(Node { level, index: low >> level });
        low += 1 << level;
    }
    nodes
}
