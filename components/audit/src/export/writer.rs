//! Writes a log to a file, entry by entry.

use super::line::{CheckpointLine, ENTRY_START, FORM, Header, entry_end};
use crate::chain::Head;
use crate::checkpoint::Checkpoint;
use crate::hash::Hash;
use crate::merkle::Frontier;
use crate::note::Signer;

/// A log that is being written. It gives out lines; where they go is the caller's.
#[derive(Clone, Debug)]
pub struct Writer {
    origin: String,
    head: Head,
    tree: Frontier,
}

impl Writer {
    /// A log of that name, and its first line.
    #[must_use]
    pub fn begin(origin: &str, tenant_id: &str) -> (Self, String) {
        let writer = Self { origin: origin.to_owned(), head: Head::EMPTY, tree: Frontier::default() };
        (writer, header_line(origin, tenant_id))
    }

    /// The line of the next entry.
    #[must_use]
    pub fn entry(&mut self, text: &str) -> String {
        let leaf = Hash::leaf(text.as_bytes());
        let place = self.head.size;
        self.head = self.head.after(leaf);
        self.tree.push(leaf, |_, _| {});
        entry_line(text, &self.head.link.to_string(), place)
    }

    /// The line of a checkpoint of all entries so far.
    #[must_use]
    pub fn checkpoint(&self, signer: &Signer) -> String {
        let (origin, size) = (self.origin.clone(), self.tree.size());
        self.signed(Checkpoint { origin, size, root: self.tree.root() }.sign(signer))
    }

    /// The line of a checkpoint of all entries so far that was signed before.
    #[must_use]
    pub fn signed(&self, checkpoint: String) -> String {
        checkpoint_line(checkpoint)
    }
}

/// The first line of a log, for who writes what is stored without looking at it.
#[must_use]
pub fn header_line(origin: &str, tenant_id: &str) -> String {
    canonical(&Header { insula_audit_log: FORM, origin: origin.to_owned(), tenant_id: tenant_id.to_owned() })
}

/// The line of an entry with the link that it has.
#[must_use]
pub fn entry_line(text: &str, link: &str, place: u64) -> String {
    format!("{ENTRY_START}{text}{}\n", entry_end(link, place))
}

/// The line of a checkpoint.
#[must_use]
pub fn checkpoint_line(checkpoint: String) -> String {
    canonical(&CheckpointLine { checkpoint })
}

fn canonical(line: &impl serde::Serialize) -> String {
    let mut text = serde_json_canonicalizer::to_string(line).unwrap_or_default();
    text.push('\n');
    text
}
