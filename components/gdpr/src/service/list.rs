//! Reading the log.

use std::collections::{BTreeMap, BTreeSet};

use insula_audit::entry::Entry;
use insula_kit::audit::open_personal;
use insula_kit::guard::Caller;
use insula_kit::id::{TenantId, UserId};
use insula_kit::sql::Scope;
use insula_kit::time::Timestamp;
use insula_kit::{Cx, Problem};

use crate::error::Error;
use crate::filter::Filter;
use crate::store::entry::{self, Log, Stored, Stretch};

/// How many entries are looked through for one page, at most: an index of actors would cost every entry a quarter of what it
/// costs to append it, and what is asked for them is asked seldom.
const WINDOW: u64 = 20_000;
/// How far the time of an entry may be from those of its neighbours: who appends later may have begun earlier, and the
/// clocks of two servers differ.
const DISORDER_MS: i64 = 600_000;

/// An entry as it is shown.
#[derive(Debug)]
pub struct Shown {
    /// Its place.
    pub seq: u64,
    /// Its link, as it is stored.
    pub link: String,
    /// What it says.
    pub entry: Entry,
    /// What became of its personal part, if it has one.
    pub opened: Opened,
}

/// A personal part, for a caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opened {
    /// What it says.
    Shown(BTreeMap<String, String>),
    /// It is not for this caller.
    Withheld,
    /// The key of its subject is gone.
    Erased,
    /// Its subject's key doesn't open it.
    Unreadable,
}

/// A part of a log, newest first.
#[derive(Debug)]
pub struct Part {
    /// The entries.
    pub items: Vec<Shown>,
    /// Where the next part begins, below which place; none at the log's beginning.
    pub next: Option<u64>,
}

/// A page of the log of a tenant, below a place.
pub async fn page(
    cx: &Cx,
    tenant_id: TenantId,
    filter: &Filter,
    before: Option<u64>,
    limit: i64,
) -> Result<Part, Problem> {
    let log = super::log(cx, tenant_id).await?;
    let (low, stretch) = stretch(cx, &log, filter, before).await?;
    let rows = limit + 1;
    let listed = cx.query(Scope::Tenant(tenant_id), entry::list(&log, filter, stretch, rows)).await?;
    let mut found = entry::read(Some(&listed))?;
    let limit = usize::try_from(limit).unwrap_or_default();
    let next = if found.len() > limit {
        found.truncate(limit);
        found.last().map(|last| last.seq)
    } else {
        (stretch.first > low).then_some(stretch.first)
    };
    Ok(Part { items: open(cx, found).await?, next })
}

/// Below which place nothing is asked for, and the stretch that is looked through for this page.
async fn stretch(
    cx: &Cx,
    log: &Log,
    filter: &Filter,
    before: Option<u64>,
) -> Result<(u64, Stretch), Problem> {
    let mut low = 0;
    let mut high = before.unwrap_or(log.size).min(log.size);
    if let Some(from) = filter.from {
        low = entry::place_of(cx.db(), log, from.plus_ms(-DISORDER_MS)).await?.unwrap_or(0);
    }
    if let Some(to) = filter.to {
        high = high.min(entry::place_of(cx.db(), log, to.plus_ms(DISORDER_MS)).await?.unwrap_or(log.size));
    }
    let first = low.max(high.saturating_sub(WINDOW));
    let (from, to) = (filter.from.unwrap_or(Timestamp::from_ms(i64::MIN)), filter.to);
    Ok((low, Stretch { first, before: high, from, to: to.unwrap_or(Timestamp::from_ms(i64::MAX)) }))
}

/// Opens what is personal, for those whom it is for: the tenant's own. The operator keeps the log and has no need of it.
async fn open(cx: &Cx, found: Vec<Stored>) -> Result<Vec<Shown>, Problem> {
    let mut shown = Vec::with_capacity(found.len());
    for Stored { seq, text, link } in found {
        let entry: Entry = serde_json::from_str(&text).map_err(|_| Error::Altered { entry: Some(seq) })?;
        shown.push(Shown { seq, link, entry, opened: Opened::Withheld });
    }
    if cx.caller() == Caller::Operator {
        return Ok(shown);
    }
    let subject = |one: &Shown| one.entry.personal.as_ref().and_then(|part| UserId::parse(&part.subject_id));
    let subjects: BTreeSet<String> = shown.iter().filter_map(subject).map(|id| id.to_string()).collect();
    let subjects: Vec<UserId> = subjects.iter().filter_map(|id| UserId::parse(id)).collect();
    let keys = cx.subject_keys(&subjects).await?;
    for one in &mut shown {
        let Some(personal) = &one.entry.personal else { continue };
        one.opened = match keys.get(&personal.subject_id) {
            None => Opened::Erased,
            Some(key) => open_personal(key, &personal.sealed).map_or(Opened::Unreadable, Opened::Shown),
        };
    }
    Ok(shown)
}
