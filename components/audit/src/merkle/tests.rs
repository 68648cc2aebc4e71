//! The tree against the vectors of Certificate Transparency's first implementations, and against the definition.

use std::collections::HashMap;

use proptest::prelude::*;

use super::verify::{Tree, consistency, inclusion};
use super::*;

/// The leaves that Certificate Transparency's own tests use.
const LEAVES: [&[u8]; 8] = [
    b"",
    b"\x00",
    b"\x10",
    b"\x20\x21",
    b"\x30\x31",
    b"\x40\x41\x42\x43",
    b"\x50\x51\x52\x53\x54\x55\x56\x57",
    b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
];

/// The roots of the trees of the first 1, 2, … 8 of them.
const ROOTS: [&str; 8] = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

/// Index, size, and the proof of it.
const INCLUSION: [(u64, u64, &[&str]); 5] = [
    (0, 1, &[]),
    (
        0,
        8,
        &[
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        5,
        8,
        &[
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (2, 3, &["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
    (
        1,
        5,
        &[
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
];

/// The sizes of two trees, and the proof that one is the beginning of the other.
const CONSISTENCY: [(u64, u64, &[&str]); 4] = [
    (1, 1, &[]),
    (
        1,
        8,
        &[
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        6,
        8,
        &[
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (
        2,
        5,
        &[
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
];

fn hash(text: &str) -> Hash {
    Hash::parse(text).unwrap()
}

fn hashes(texts: &[&str]) -> Vec<Hash> {
    texts.iter().map(|text| hash(text)).collect()
}

/// A tree with every node that it keeps.
fn grow(leaves: &[Hash]) -> (Frontier, HashMap<Node, Hash>, Vec<Hash>) {
    let (mut tree, mut nodes, mut roots) = (Frontier::default(), HashMap::new(), vec![Hash::empty()]);
    for leaf in leaves {
        tree.push(*leaf, |node, hash| assert!(nodes.insert(node, hash).is_none(), "{node:?} came twice"));
        roots.push(tree.root());
    }
    (tree, nodes, roots)
}

fn known() -> (HashMap<Node, Hash>, Vec<Hash>) {
    let leaves: Vec<Hash> = LEAVES.iter().map(|leaf| Hash::leaf(leaf)).collect();
    let (_, nodes, roots) = grow(&leaves);
    (nodes, roots)
}

/// The root as RFC 9162, 2.1.1 defines it.
fn defined(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Hash::empty(),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            Hash::node(defined(left), defined(right))
        }
    }
}

#[test]
fn the_roots_are_those_of_certificate_transparency() {
    let (_, roots) = known();
    assert_eq!(roots[0], hash("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
    assert_eq!(roots[1..], hashes(&ROOTS));
}

#[test]
fn the_inclusion_proofs_are_those_of_certificate_transparency() {
    let (nodes, roots) = known();
    for (index, size, expected) in INCLUSION {
        let proof = Plan::inclusion(index, size).unwrap().prove(|node| nodes.get(&node).copied()).unwrap();
        assert_eq!(proof, hashes(expected), "{index} of {size}");
        let at = |number: u64| usize::try_from(number).unwrap();
        assert!(inclusion(Hash::leaf(LEAVES[at(index)]), index, size, &proof, roots[at(size)]));
    }
    assert_eq!(Plan::inclusion(8, 8), None);
}

#[test]
fn the_consistency_proofs_are_those_of_certificate_transparency() {
    let (nodes, roots) = known();
    for (old, new, expected) in CONSISTENCY {
        let proof = Plan::consistency(old, new).unwrap().prove(|node| nodes.get(&node).copied()).unwrap();
        assert_eq!(proof, hashes(expected), "{old} of {new}");
        let tree = |size: u64| Tree { size, root: roots[usize::try_from(size).unwrap()] };
        assert!(consistency(tree(old), tree(new), &proof));
    }
    assert_eq!((Plan::consistency(0, 8), Plan::consistency(8, 7)), (None, None));
}

#[test]
fn a_missing_node_is_no_proof() {
    assert_eq!(Plan::inclusion(5, 8).unwrap().prove(|_| None), None);
}

proptest! {
    #[test]
    fn a_tree_that_grows_is_the_tree_that_is_defined(count in 0_u64..70, more in 0_u64..70) {
        let leaves: Vec<Hash> = (0..count + more).map(|number| Hash::leaf(&number.to_be_bytes())).collect();
        let (tree, nodes, roots) = grow(&leaves);
        prop_assert_eq!(tree.root(), defined(&leaves));
        // And it can be left and taken up again.
        let edge = Frontier::nodes(count).into_iter().map(|node| nodes[&node]).collect();
        let mut again = Frontier::resume(count, edge).unwrap();
        prop_assert_eq!(again.root(), roots[usize::try_from(count).unwrap()]);
        for leaf in &leaves[usize::try_from(count).unwrap()..] {
            again.push(*leaf, |_, _| {});
        }
        prop_assert_eq!(again, tree);
        prop_assert_eq!(Frontier::resume(count + 1, Vec::new()), None);
    }

    #[test]
    fn every_leaf_is_proven_and_nothing_else_is(size in 1_u64..70, at in 0_u64..70, other in 0_u64..70, flip in 0_usize..256) {
        let leaves: Vec<Hash> = (0..size).map(|number| Hash::leaf(&number.to_be_bytes())).collect();
        let (_, nodes, roots) = grow(&leaves);
        let (index, root) = (at % size, roots[usize::try_from(size).unwrap()]);
        let leaf = leaves[usize::try_from(index).unwrap()];
        let mut proof = Plan::inclusion(index, size).unwrap().prove(|node| nodes.get(&node).copied()).unwrap();
        prop_assert!(inclusion(leaf, index, size, &proof, root));
        let elsewhere = other % size;
        prop_assert_eq!(inclusion(leaf, elsewhere, size, &proof, root), elsewhere == index);
        prop_assert!(!inclusion(Hash::leaf(b"other"), index, size, &proof, root));
        let mut wrong = leaf;
        wrong.0[flip / 8] ^= 1 << (flip % 8);
        prop_assert!(!inclusion(wrong, index, size, &proof, root));
        proof.push(root);
        prop_assert!(!inclusion(leaf, index, size, &proof, root));
    }

    #[test]
    fn every_beginning_is_proven_and_nothing_else_is(new in 1_u64..70, at in 0_u64..70, flip in 0_usize..256) {
        let leaves: Vec<Hash> = (0..new).map(|number| Hash::leaf(&number.to_be_bytes())).collect();
        let (_, nodes, roots) = grow(&leaves);
        let tree = |size: u64| Tree { size, root: roots[usize::try_from(size).unwrap()] };
        let old = at % new + 1;
        let mut proof = Plan::consistency(old, new).unwrap().prove(|node| nodes.get(&node).copied()).unwrap();
        prop_assert!(consistency(tree(old), tree(new), &proof));
        let mut forged = tree(old);
        forged.root.0[flip / 8] ^= 1 << (flip % 8);
        prop_assert!(!consistency(forged, tree(new), &proof));
        if old < new {
            prop_assert!(!consistency(tree(new), tree(old), &proof));
            let longer = Tree { size: old + 1, ..tree(old) };
            prop_assert!(!consistency(longer, tree(new), &proof));
        }
        proof.push(tree(new).root);
        prop_assert!(!consistency(tree(old), tree(new), &proof));
        prop_assert!(consistency(tree(0), tree(new), &[]) && !consistency(tree(0), tree(new), &proof));
    }
}
