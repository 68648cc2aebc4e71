//! Checks a log in a file, line by line.

use std::io::{self, BufRead, Read as _};

use serde::Deserialize;

use super::fault::{Fault, Why};
use super::line::{
    CHECKPOINT_START, CheckpointLine, ENTRY_START, EntryLine, FORM, Header, LENGTH_LIMIT, entry_end_length,
    is_entry_end,
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

/// Checks a whole log. `progress` is told how many entries were checked, now and then.
///
/// # Errors
///
/// When it can't be read; the inner error is what is wrong first.
pub fn verify(
    log: impl BufRead,
    verifier: &Verifier,
    progress: impl FnMut(u64),
) -> io::Result<Result<Checked, Fault>> {
    run(log, Check::new(verifier.clone()), progress)
}

/// The same with a check that may know more of the log.
///
/// # Errors
///
/// As [`verify`].
pub fn run(
    mut log: impl BufRead,
    mut check: Check,
    mut progress: impl FnMut(u64),
) -> io::Result<Result<Checked, Fault>> {
    let mut line = Vec::new();
    loop {
        line.clear();
        let limit = u64::try_from(LENGTH_LIMIT).unwrap_or(u64::MAX);
        if log.by_ref().take(limit).read_until(b'\n', &mut line)? == 0 {
            return Ok(check.end());
        }
        if let Err(fault) = check.line(&line) {
            return Ok(Err(fault));
        }
        if check.head.size.is_multiple_of(1 << 14) {
            progress(check.head.size);
        }
    }
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
        } else if whole.starts_with(ENTRY_START.as_bytes()) {
            self.entry(whole)
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

    fn entry(&mut self, line: &[u8]) -> Result<(), Fault> {
        let place = self.head.size;
        // What follows the entry is as long for every link, so it is known where the entry ends.
        let end = line.len().checked_sub(entry_end_length(place));
        let bytes = end.and_then(|end| line.get(ENTRY_START.len()..end)).unwrap_or_default();
        let leaf = Hash::leaf(bytes);
        let next = self.head.after(leaf);
        if !is_entry_end(&line[line.len() - entry_end_length(place).min(line.len())..], next.link, place)
            || bytes.is_empty()
        {
            return Err(misfit(line, place));
        }
        let wrong = |why| Err(Fault::Entry { seq: place, why });
        let Some(owner) = text_of(bytes, "tenant_id").or_else(|| read_any(bytes)) else {
            return wrong(Why::Unreadable);
        };
        if self.header.as_ref().is_none_or(|(_, tenant_id)| tenant_id != owner) {
            return wrong(Why::Foreign);
        }
        self.head = next;
        self.tree.push(leaf, |_, _| {});
        match &self.kept {
            Some(kept) if kept.size == self.head.size && kept.root != self.tree.root() => {
                Err(Fault::Rewritten { from: self.covered.unwrap_or_default(), size: kept.size })
            }
            Some(_) | None => Ok(()),
        }
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
