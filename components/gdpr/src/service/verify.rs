//! The log checked against itself, from the database: every entry, link and stored node, and what was signed.

use insula_audit::chain::Head;
use insula_audit::entry::Entry;
use insula_audit::hash::Hash;
use insula_audit::merkle::{Frontier, Node};
use insula_domain::action::Action;
use insula_kit::audit::Event;
use insula_kit::id::TenantId;
use insula_kit::sql::{self, Scope};
use insula_kit::time::Timestamp;
use insula_kit::validate::FieldError;
use insula_kit::{Cx, Problem};

use super::{checkpoint, log, tree};
use crate::store::entry::{self, Log, Whole};
use crate::store::{self, node};

/// How many entries one call checks, at most: some seconds' work.
const ENTRIES: u64 = 200 * tree::PART;

/// What is wrong first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// At which entry.
    pub entry: u64,
    /// What.
    pub why: Why,
}

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The entry isn't there.
    Missing,
    /// Its bytes don't fit its link, or are not those of an entry.
    Changed,
    /// It is found by another time, action or actor than it says.
    Indexed,
    /// It is of another log.
    Foreign,
    /// A stored node of the tree is not that of the entries from there on.
    Tree,
    /// What was signed after so many entries is not what is there, or nobody signed it.
    Checkpoint,
    /// The log doesn't end as its head says.
    Head,
}

/// What came of it.
#[derive(Debug)]
pub struct Outcome {
    /// The first entry that was checked.
    pub from: u64,
    /// The entry after the last that was checked.
    pub to: u64,
    /// How many entries the log has.
    pub size: u64,
    /// How many of them a checkpoint covers, and was seen to.
    pub signed: u64,
    /// Where the next call goes on, if this one was not the last.
    pub next: Option<u64>,
    /// What is wrong first.
    pub fault: Option<Fault>,
}

/// Where a check is.
struct Check<'a> {
    cx: &'a Cx,
    log: Log,
    head: Head,
    /// The tree so far; none where the one that is stored doesn't reach.
    tree: Option<Frontier>,
    covered: u64,
    signed: u64,
}

/// Checks a log from an entry on. That it was checked, and from where, is an entry.
pub async fn verify(cx: &Cx, tenant_id: TenantId, from: u64) -> Result<Outcome, Problem> {
    let found = log(cx, tenant_id).await?;
    if from > found.size || !from.is_multiple_of(tree::PART) {
        let detail =
            format!("must be the `next` of an answer, a multiple of {} up to {}", tree::PART, found.size);
        return Err(FieldError::query("first_entry", "range", detail).into());
    }
    let event = Event::new(Action::AuditLogVerified).in_tenant(tenant_id).fact("first_entry", from);
    cx.batch(Scope::Tenant(tenant_id), vec![cx.audit(event).await?]).await?;
    // What is appended from now on is for the next check.
    let found = log(cx, tenant_id).await?;
    let (size, to) = (found.size, found.size.min(from + ENTRIES));
    let mut outcome = Outcome { from, to, size, signed: 0, next: (to < size).then_some(to), fault: None };
    match begin(cx, found, from).await? {
        Err(fault) => outcome.fault = Some(fault),
        Ok(mut check) => {
            outcome.fault = check.run(to).await?;
            outcome.signed = check.signed;
        }
    }
    if let Some(fault) = &outcome.fault {
        (outcome.to, outcome.next) = (fault.entry.max(from), None);
    }
    Ok(outcome)
}

async fn begin(cx: &Cx, log: Log, from: u64) -> Result<Result<Check<'_>, Fault>, Problem> {
    let newest = store::checkpoint::get(cx.db(), &log, u64::MAX).await?;
    // Who cuts a log off, with its head, leaves what was signed for it.
    if newest.is_some_and(|newest| newest.size > log.size) {
        return Ok(Err(Fault { entry: log.size, why: Why::Missing }));
    }
    let covered = node::covered(cx.db(), &log).await?;
    let mut head = Head::EMPTY;
    if from > 0 {
        let last = entry::between(cx.db(), &log, from - 1, from).await?.pop();
        match tree::ended(last, from) {
            Ok(found) => head = found,
            Err(_) => return Ok(Err(Fault { entry: from - 1, why: Why::Missing })),
        }
    }
    let roots =
        if from <= covered { node::get(cx.db(), &log, &Frontier::nodes(from)).await? } else { Vec::new() };
    let tree = Frontier::resume(from, roots);
    if tree.is_none() && from <= covered {
        return Ok(Err(Fault { entry: 0, why: Why::Tree }));
    }
    Ok(Ok(Check { cx, log, head, tree, covered, signed: 0 }))
}

impl Check<'_> {
    async fn run(&mut self, to: u64) -> Result<Option<Fault>, Problem> {
        while self.head.size < to {
            if let Some(fault) = self.part(to.min(self.head.size + tree::PART)).await? {
                return Ok(Some(fault));
            }
        }
        let ends_well = self.head.size < self.log.size || self.head.link.to_string() == self.log.link;
        Ok((!ends_well).then_some(Fault { entry: self.head.size.saturating_sub(1), why: Why::Head }))
    }

    /// Checks the entries up to a place, then the nodes and checkpoints over them.
    async fn part(&mut self, to: u64) -> Result<Option<Fault>, Problem> {
        let from = self.head.size;
        let db = self.cx.db();
        let mut statements =
            vec![entry::whole(&self.log, from, to), store::checkpoint::list(&self.log, from, to)];
        let levels: Vec<u32> = (tree::LEVEL..63).take_while(|level| to >> level > from >> level).collect();
        let nodes = |level: &u32| node::list(&self.log, *level, from >> level, to >> level);
        statements.extend(levels.iter().map(nodes));
        let found = db.batch(self.log.scope, statements).await?;
        let [entries, checkpoints, nodes @ ..] = found.as_slice() else { return Ok(None) };
        let mut stored = Vec::new();
        for (level, rows) in levels.iter().zip(nodes) {
            for (index, hash) in node::read(rows)? {
                stored.push((Node { level: *level, index }, hash));
            }
        }
        let kept = checkpoints.iter().map(store::checkpoint::kept).collect::<Result<Vec<_>, sql::Error>>()?;
        let mut entries = entry::read_whole(entries)?.into_iter();
        for place in from..to {
            let fault = |why| Ok(Some(Fault { entry: place, why }));
            let Some(found) = entries.next().filter(|found| found.stored.seq == place) else {
                return fault(Why::Missing);
            };
            let leaf = Hash::leaf(found.stored.text.as_bytes());
            self.head = self.head.after(leaf);
            if self.head.link.to_string() != found.stored.link {
                return fault(Why::Changed);
            }
            if let Some(why) = misfit(&found, &self.log) {
                return fault(why);
            }
            if let Some(node) = self.push(leaf, &stored) {
                return Ok(Some(Fault { entry: node.index << node.level, why: Why::Tree }));
            }
            for kept in kept.iter().filter(|kept| kept.size == place + 1) {
                if !self.is_signed(kept.clone()).await? {
                    return Ok(Some(Fault { entry: place, why: Why::Checkpoint }));
                }
                self.signed = place + 1;
            }
        }
        Ok(None)
    }

    /// Takes a leaf in. Returns the node that is stored otherwise than it is, or not at all where it should be.
    fn push(&mut self, leaf: Hash, stored: &[(Node, String)]) -> Option<Node> {
        let (tree, covered, mut wrong) = (self.tree.as_mut()?, self.covered, None);
        tree.push(leaf, |node, hash| {
            if node.level < tree::LEVEL || (node.index + 1) << node.level > covered {
                return;
            }
            let found = stored.iter().find(|(other, _)| *other == node);
            if found.is_none_or(|(_, found)| *found != hash.to_string()) {
                wrong = wrong.or(Some(node));
            }
        });
        wrong
    }

    /// Whether a checkpoint is ours and says what is there.
    async fn is_signed(&self, kept: store::checkpoint::Kept) -> Result<bool, Problem> {
        let root = self.tree.as_ref().map(Frontier::root);
        match checkpoint::open(self.cx, &self.log, kept).await {
            // What can't be asked is no sign that anybody altered anything.
            Err(problem) if problem.kind().status >= 500 => Err(problem),
            signed => Ok(signed.is_ok_and(|signed| root.is_none_or(|root| root == signed.says.root))),
        }
    }
}

/// What is wrong with an entry whose bytes fit its link.
fn misfit(found: &Whole, log: &Log) -> Option<Why> {
    let Ok(entry) = serde_json::from_str::<Entry>(&found.stored.text) else { return Some(Why::Changed) };
    if entry.tenant_id != log.name {
        return Some(Why::Foreign);
    }
    let at = Timestamp::parse_rfc3339(&entry.at);
    let is_found = entry.action == found.action
        && entry.actor.id.as_deref().unwrap_or_default() == found.actor_id
        && at == Some(found.at);
    if !is_found {
        return Some(Why::Indexed);
    }
    entry.write().is_none_or(|again| again.text != found.stored.text).then_some(Why::Changed)
}
