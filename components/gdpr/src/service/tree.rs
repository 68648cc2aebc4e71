//! The tree over a log, kept as it grows.
//!
//! Of the tree those nodes are stored that cover [`BLOCK`] entries or more and are whole: they never change again. What lies
//! below them is made of the entries when it is needed, and so is the right edge. So a log of a million entries has 125,000
//! nodes, and a proof or a head takes a logarithm of reads and two blocks of entries.

use std::collections::{BTreeMap, BTreeSet};

use insula_audit::chain::Head;
use insula_audit::hash::Hash;
use insula_audit::merkle::{Frontier, Node, Plan};
use insula_kit::Problem;
use insula_kit::sql::{self, Db};

use crate::error::Error;
use crate::store::entry::{self, Log, Stored};
use crate::store::node;

/// The lowest nodes that are stored.
pub const LEVEL: u32 = 4;
/// How many entries one of them covers.
pub const BLOCK: u64 = 1 << LEVEL;
/// How many entries are read at once.
pub const PART: u64 = 1_024;

/// Extends the tree by one part. Returns how many entries its stored nodes cover then.
///
/// A part is stored whole or not at all, and once: of two that extend at once the slower one finds it done. What doesn't fit
/// its chain is not taken in.
pub async fn extend(db: &Db, log: &Log) -> Result<u64, Problem> {
    let from = node::covered(db, log).await?;
    let to = (log.size - log.size % BLOCK).min(from + PART);
    if to <= from {
        return Ok(from);
    }
    let mut edge = edge(db, log, from).await?;
    let mut nodes = Vec::new();
    for leaf in leaves(db, log, from, to).await? {
        edge.push(leaf, |node, hash| {
            if node.level >= LEVEL {
                nodes.push((node, hash));
            }
        });
    }
    match db.batch(log.scope, node::insert(log, from, &nodes)).await {
        Ok(_) => Ok(to),
        Err(sql::Error::Refused(_) | sql::Error::Busy) => Ok(node::covered(db, log).await?),
        Err(error) => Err(error.into()),
    }
}

/// The right edge of the tree over the first `size` entries, which stored nodes cover up to the last block.
pub async fn edge(db: &Db, log: &Log, size: u64) -> Result<Frontier, Problem> {
    let base = size - size % BLOCK;
    let roots = node::get(db, log, &Frontier::nodes(base)).await?;
    let mut edge = Frontier::resume(base, roots).ok_or(Error::Altered { entry: None })?;
    for leaf in leaves(db, log, base, size).await? {
        edge.push(leaf, |_, _| {});
    }
    Ok(edge)
}

/// The hashes of a proof, and the leaf of the entry at `place`, if one is asked for: with one batch, because what a proof
/// waits for are the ways to the database.
pub async fn prove(
    db: &Db,
    log: &Log,
    plan: &Plan,
    place: Option<u64>,
) -> Result<(Vec<Hash>, Option<Hash>), Problem> {
    let (stored, below): (Vec<Node>, Vec<Node>) = plan.nodes().partition(|node| node.level >= LEVEL);
    let first = |node: &Node| node.index << node.level;
    let blocks: BTreeSet<u64> =
        below.iter().map(first).chain(place).map(|leaf| leaf - leaf % BLOCK).collect();
    let end = |block: u64| (block + BLOCK).min(log.size);
    let mut statements = node::list_named(log, &stored);
    let named = statements.len();
    // Each with the entry before, whose link the first one goes on from.
    let read = |block: &u64| entry::list_between(log, block.saturating_sub(1), end(*block));
    statements.extend(blocks.iter().map(read));
    let mut found = db.batch(log.scope, statements).await?;
    let entries = found.split_off(named);
    let hashes = node::hashes(&stored, found.iter().flatten())?;
    let known: BTreeMap<Node, Hash> = stored.into_iter().zip(hashes).collect();
    let mut low = BTreeMap::new();
    for (block, rows) in blocks.into_iter().zip(&entries) {
        low.insert(block, linked(entry::read(Some(rows))?, block, end(block))?);
    }
    let find = |node: Node| {
        if node.level >= LEVEL {
            return known.get(&node).copied();
        }
        let first = first(&node);
        let (block, inside) = (first - first % BLOCK, usize::try_from(first % BLOCK).ok()?);
        let leaves = low.get(&block)?.get(inside..inside + (1 << node.level))?;
        let mut edge = Frontier::default();
        leaves.iter().for_each(|leaf| edge.push(*leaf, |_, _| {}));
        Some(edge.root())
    };
    let path = plan.prove(find).ok_or(Error::Altered { entry: None })?;
    Ok((path, place.and_then(|place| find(Node { level: 0, index: place }))))
}

/// The leaves of some entries, which are there, one after another, each with its link after the one before.
async fn leaves(db: &Db, log: &Log, from: u64, to: u64) -> Result<Vec<Hash>, Problem> {
    if from >= to {
        return Ok(Vec::new());
    }
    // With the entry before, whose link the first one goes on from.
    Ok(linked(entry::between(db, log, from.saturating_sub(1), to).await?, from, to)?)
}

/// The leaves of entries from one place to before another, which were read with the one before.
fn linked(stored: Vec<Stored>, from: u64, to: u64) -> Result<Vec<Hash>, Error> {
    let mut stored = stored.into_iter();
    let mut head = Head::EMPTY;
    if from > 0 {
        head = ended(stored.next(), from)?;
    }
    let mut leaves = Vec::new();
    for place in from..to {
        let wrong = Error::Altered { entry: Some(place) };
        let found = stored.next().filter(|found| found.seq == place).ok_or(wrong)?;
        let leaf = Hash::leaf(found.text.as_bytes());
        head = head.after(leaf);
        if found.link != head.link.to_string() {
            return Err(wrong);
        }
        leaves.push(leaf);
    }
    Ok(leaves)
}

/// Where the log ends whose last entry this is.
pub fn ended(last: Option<Stored>, size: u64) -> Result<Head, Error> {
    let wrong = Error::Altered { entry: Some(size - 1) };
    let last = last.filter(|last| last.seq + 1 == size).ok_or(wrong)?;
    Ok(Head { size, link: Hash::parse(&last.link).ok_or(wrong)? })
}
