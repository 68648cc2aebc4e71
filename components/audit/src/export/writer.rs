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
        let header =
            Header { insula_audit_log: FORM, origin: origin.to_owned(), tenant_id: tenant_id.to_owned() };
        let writer = Self { origin: header.origin.clone(), head: Head::EMPTY, tree: Frontier::default() };
        (writer, canonical(&header))
    }

    /// The line of the next entry.
    #[must_use]
    pub fn entry(&mut self, text: &str) -> String {
        let leaf = Hash::leaf(text.as_bytes());
        let place = self.head.size;
        self.head = self.head.after(leaf);
        self.tree.push(leaf, |_, _| {});
        format!("{ENTRY_START}{text}{}\n", entry_end(self.head.link, place))
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
        canonical(&CheckpointLine { checkpoint })
    }
}

fn canonical(line: &impl serde::Serialize) -> String {
    let mut text = serde_json_canonicalizer::to_string(line).unwrap_or_default();
    text.push('\n');
    text
}
