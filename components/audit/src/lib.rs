//! The audit log as a stranger can check it: no I/O, no clock, no database.
//!
//! An entry is written once, as canonical JSON (RFC 8785), and its bytes are what is hashed and kept. Its hash is chained
//! to the one before, so that a change, a gap, a second copy or another order shows at the entry where it is. The same
//! hashes are the leaves of a Merkle tree (RFC 9162), whose root is signed from time to time. Who keeps a
//! signed root can see that a later log goes on from it, so that not even the operator gives two people two histories
//! unseen; and one entry can be shown without the others.
//!
//! | Module         | Holds                                                                          |
//! |----------------|--------------------------------------------------------------------------------|
//! | [`hash`]       | SHA-256, its text, and the three ways in which it is used                      |
//! | [`entry`]      | what an entry says, and its canonical bytes                                    |
//! | [`chain`]      | where a log ends, and how it goes on                                           |
//! | [`merkle`]     | the tree: appending, roots, inclusion and consistency proofs                   |
//! | [`note`]       | signed notes (C2SP signed-note) with Ed25519                                   |
//! | [`checkpoint`] | signed tree heads (C2SP tlog-checkpoint)                                       |
//! | [`export`]     | a log in a file: writing it, and checking it line by line                      |

pub mod chain;
pub mod checkpoint;
pub mod entry;
pub mod export;
pub mod hash;
pub mod merkle;
pub mod note;
mod plain;
