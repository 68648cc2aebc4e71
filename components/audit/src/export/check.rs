//! Checks a log in a file, line by line.

use serde::Deserialize;

use super::fault::{Fault, Why};
use super::line::{
    CHECKPOINT_START, CheckpointLine, ENTRY_START, EntryLine, FORM, Header, entry_end_length, is_entry_end,
};
use crate::chain::Head;
use crate::checkpoint::Checkpoint;
use crate::entry::is_canonical;
use crate::hash::Hash;
use crate::merkle::Frontier;
use crate::note::{Refusal, Verifier};
use crate::plain::text_of;

/// A log that is being checked.
#[derive(Clone, Debug)]
pub struct Check {
    verifier: Verifier,
    header: Option<(String, String)>,
    head: Head,
    tree: Frontier,
    covered: Option<u64>,
    kept: Option<Checkpoint>,
}

/// A log in which nothing is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// What its newest checkpoint says.
    pub checkpoint: Checkpoint,
    /// Whose log it is.
    pub tenant_id: String,
}

/// What any entry says of which log it is in.
#[derive(Deserialize)]
struct Owned<'a> {
    #[serde(borrow)]
    tenant_id: &'a str,
}

/// What can be said of the line of an entry without knowing those before it.
#[derive(Clone, Debug)]
pub(super) struct Judged {
    leaf: Hash,
    /// What is wrong with the entry itself.
    why: Option<Why>,
}

/// Whether a line is that of an entry, as far as its first bytes say.
pub(super) fn is_entry(line: &[u8]) -> bool {
    line.starts_with(ENTRY_START.as_bytes())
}

/// Judges the line of the entry at a place of the log of a tenant, without the new line that ends it.
pub(super) fn judge(line: &[u8], place: u64, tenant_id: &str) -> Judged {
    let bytes = bytes_of(line, place);
    let why = match text_of(bytes, "tenant_id").or_else(|| read_any(bytes)) {
        None => Some(Why::Unreadable),
        Some(owner) if owner != tenant_id => Some(Why::Foreign),
        Some(_) => None,
    };
    Judged { leaf: Hash::leaf(bytes), why }
}

/// The entry in its line. What follows it is as long for every link, so it is known where the entry ends.
fn bytes_of(line: &[u8], place: u64) -> &[u8] {
    let end = line.len().checked_sub(entry_end_length(place));
    end.and_then(|end| line.get(ENTRY_START.len()..end)).unwrap_or_default()
}

impl Check {
    /// A log that shall be signed with that key.
    #[must_use]
    pub fn new(verifier: Verifier) -> Self {
        let (head, tree) = (Head::EMPTY, Frontier::default());
        Self { verifier, header: None, head, tree, covered: None, kept: None }
    }

    /// The same for a log that must go on from a checkpoint that somebody has kept.
    #[must_use]
    pub fn kept(self, checkpoint: Checkpoint) -> Self {
        Self { kept: Some(checkpoint), ..self }
    }

    /// Takes the next line, with the new line that ends it.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn line(&mut self, line: &[u8]) -> Result<(), Fault> {
        let whole = line.strip_suffix(b"\n");
        if self.header.is_none() {
            let header = header(whole.unwrap_or_default()).ok_or(Fault::Header)?;
            // A log and the key that signs it have one name, which ends with the tenant's.
            let owner = header.0.strip_suffix(&header.1).is_some_and(|start| start.ends_with('/'));
            if header.0 != self.verifier.name() || !owner {
                return Err(Fault::Header);
            }
            self.header = Some(header);
            return Ok(());
        }
        let next = self.head.size;
        let unreadable = Fault::Entry { seq: next, why: Why::Unreadable };
        let whole = whole.ok_or(unreadable.clone())?;
        if whole.starts_with(CHECKPOINT_START.as_bytes()) {
            self.checkpoint(whole)
        } else if is_entry(whole) {
            let judged = judge(whole, next, self.tenant_id());
            self.join(whole, &judged)
        } else {
            Err(unreadable)
        }
    }

    /// Says that there are no more lines.
    ///
    /// # Errors
    ///
    /// What is wrong with the log as a whole.
    pub fn end(self) -> Result<Checked, Fault> {
        let (origin, tenant_id) = self.header.ok_or(Fault::Header)?;
        let covered = self.covered.unwrap_or_default();
        if self.covered != Some(self.head.size) {
            return Err(Fault::Uncovered { from: covered });
        }
        if self.kept.is_some_and(|kept| kept.size > covered) {
            return Err(Fault::Entry { seq: covered, why: Why::Missing });
        }
        let checkpoint = Checkpoint { origin, size: covered, root: self.tree.root() };
        Ok(Checked { checkpoint, tenant_id })
    }

    /// Takes the next line, which is that of an entry and was judged as the one of [the next place](Self::size), without the
    /// new line that ends it.
    pub(super) fn join(&mut self, line: &[u8], Judged { leaf, why }: &Judged) -> Result<(), Fault> {
        let place = self.head.size;
        let next = self.head.after(*leaf);
        let end = line.len().saturating_sub(entry_end_length(place));
        if !is_entry_end(&line[end..], next.link, place) || end <= ENTRY_START.len() {
            return Err(misfit(line, place));
        }
        if let Some(why) = why {
            return Err(Fault::Entry { seq: place, why: *why });
        }
        self.head = next;
        self.tree.push(*leaf, |_, _| {});
        match &self.kept {
            Some(kept) if kept.size == self.head.size && kept.root != self.tree.root() => {
                Err(Fault::Rewritten { from: self.covered.unwrap_or_default(), size: kept.size })
            }
            Some(_) | None => Ok(()),
        }
    }

    /// How many entries were taken.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.head.size
    }

    /// Whose log it is, once its first line was taken.
    pub(super) fn tenant_id(&self) -> &str {
        self.header.as_ref().map(|(_, tenant_id)| tenant_id.as_str()).unwrap_or_default()
    }

    fn checkpoint(&mut self, line: &[u8]) -> Result<(), Fault> {
        let (size, root) = (self.head.size, self.tree.root());
        let refused = |why| Fault::Checkpoint { size, why };
        let read: Option<CheckpointLine> = serde_json::from_slice(line).ok().filter(|_| is_canonical(line));
        let note = read.ok_or(refused(Refusal::Malformed))?.checkpoint;
        let found = Checkpoint::open(&note, &self.verifier).map_err(refused)?;
        if self.header.as_ref().is_none_or(|(origin, _)| *origin != found.origin) {
            return Err(Fault::Header);
        }
        if found.size > size {
            return Err(Fault::Entry { seq: size, why: Why::Missing });
        }
        let from = self.covered.unwrap_or_default();
        if found.size < size {
            // It was signed for fewer: what stands between them is not covered by it.
            return Err(Fault::Entry { seq: found.size.max(from), why: Why::Misplaced });
        }
        if found.root != root {
            return Err(Fault::Rewritten { from, size });
        }
        self.covered = Some(size);
        Ok(())
    }
}

/// The tenant of an entry of whatever form that is canonical.
fn read_any(bytes: &[u8]) -> Option<&str> {
    is_canonical(bytes)
        .then(|| serde_json::from_slice::<Owned<'_>>(bytes).ok())
        .flatten()
        .map(|one| one.tenant_id)
}

fn header(line: &[u8]) -> Option<(String, String)> {
    let header: Header = serde_json::from_slice(line).ok()?;
    (header.insula_audit_log == FORM && is_canonical(line)).then_some((header.origin, header.tenant_id))
}

/// Why a line is not the one of the entry at that place.
fn misfit(line: &[u8], place: u64) -> Fault {
    match serde_json::from_slice::<EntryLine>(line) {
        Ok(found) if found.seq > place => Fault::Entry { seq: place, why: Why::Missing },
        Ok(found) if found.seq < place => Fault::Entry { seq: place, why: Why::Misplaced },
        Ok(_) => Fault::Entry { seq: place, why: Why::Changed },
        Err(_) => Fault::Entry { seq: place, why: Why::Unreadable },
    }
}
