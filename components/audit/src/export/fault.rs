//! What is wrong with a log in a file, and where.

use std::fmt;

use crate::note::Refusal;

/// The first thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The first line is not that of a log, or of another log.
    Header,
    /// The entry at that place, counted from 0.
    Entry {
        /// Where it is, or should be.
        seq: u64,
        /// What is wrong with it.
        why: Why,
    },
    /// The checkpoint after so many entries.
    Checkpoint {
        /// How many entries stand above it.
        size: u64,
        /// Why it is not believed.
        why: Refusal,
    },
    /// The entries are one after another in order, and are not those that the checkpoint was signed for: somewhere from
    /// `from` on they were exchanged, with everything that follows from them.
    Rewritten {
        /// How many entries the checkpoint before covers, which are as they were.
        from: u64,
        /// How many entries the checkpoint covers.
        size: u64,
    },
    /// No checkpoint covers the entries from there on.
    Uncovered {
        /// The first that isn't.
        from: u64,
    },
}

/// What is wrong with an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// It isn't there; the next one has another place.
    Missing,
    /// It stands here, where another should.
    Misplaced,
    /// It is not what was recorded: its bytes don't fit its link.
    Changed,
    /// Its line is no entry at all.
    Unreadable,
    /// It is of another log.
    Foreign,
}

impl fmt::Display for Why {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Missing => "is missing",
            Self::Misplaced => "stands where another should",
            Self::Changed => "is not what was recorded",
            Self::Unreadable => "can't be read",
            Self::Foreign => "is of another log",
        })
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header => write!(formatter, "the first line is not that of this audit log"),
            Self::Entry { seq, why } => write!(formatter, "entry {seq} {why}"),
            Self::Checkpoint { size, why } => {
                write!(formatter, "the checkpoint after {size} entries is not believed: {why}")
            }
            Self::Rewritten { from, size } => {
                write!(formatter, "entries {from} to {} are not those that were signed for", size - 1)
            }
            Self::Uncovered { from } => {
                write!(formatter, "no checkpoint covers entry {from} and what follows")
            }
        }
    }
}

impl std::error::Error for Fault {}
