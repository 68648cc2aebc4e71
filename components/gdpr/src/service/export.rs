//! The log as a file that `insula audit verify` checks.
//!
//! What is stored is written as it is, changed or not: whoever checks the file finds out. It is read part by part while it
//! is sent, so a log of any length takes no more memory than a part. An answer that breaks off is gone on with from the
//! first entry that is missing: the lines of both are the file.

use futures::stream::{self, StreamExt};
use insula_audit::export;
use insula_domain::action::Action;
use insula_kit::audit::Event;
use insula_kit::id::TenantId;
use insula_kit::response::Rest;
use insula_kit::sql::{Db, Scope};
use insula_kit::validate::FieldError;
use insula_kit::{Bytes, Cx, Problem};

use super::{checkpoint, log, tree};
use crate::store::entry::{self, Log};

/// Where an export is.
struct Walk {
    db: Db,
    log: Log,
    /// The next entry.
    next: u64,
    /// The line of the checkpoint, until it is sent.
    last: Option<String>,
}

/// The lines of a log from an entry on: the header, if it is the first one, the entries, and a checkpoint of all of them.
/// That it was exported is an entry as well, the last one.
pub async fn lines(cx: &Cx, tenant_id: TenantId, first: u64) -> Result<Rest, Problem> {
    let found = log(cx, tenant_id).await?;
    if first > found.size {
        let detail = format!("must be a whole number up to {}", found.size);
        return Err(FieldError::query("first_entry", "range", detail).into());
    }
    let event = Event::new(Action::AuditLogExported).in_tenant(tenant_id).fact("first_entry", first);
    cx.batch(Scope::Tenant(tenant_id), vec![cx.audit(event).await?]).await?;
    let found = log(cx, tenant_id).await?;
    let signed = checkpoint::sign(cx, &found, checkpoint::PARTS).await?;
    let header = export::header_line(&signed.says.origin, &found.name);
    let log = Log { size: signed.says.size, ..found };
    let walk =
        Walk { db: cx.db().clone(), log, next: first, last: Some(export::checkpoint_line(signed.note)) };
    let header = stream::iter((first == 0).then(|| Ok(Bytes::from(header))));
    Ok(Rest::new(header.chain(stream::try_unfold(walk, step))))
}

/// The next part of the file, and where it goes on.
async fn step(mut walk: Walk) -> Result<Option<(Bytes, Walk)>, Problem> {
    while walk.next < walk.log.size {
        let to = walk.log.size.min(walk.next + tree::PART);
        let mut text = String::new();
        for found in entry::between(&walk.db, &walk.log, walk.next, to).await? {
            text.push_str(&export::entry_line(&found.text, &found.link, found.seq));
        }
        walk.next = to;
        // A part that isn't there is for the reader to miss.
        if !text.is_empty() {
            return Ok(Some((Bytes::from(text), walk)));
        }
    }
    Ok(walk.last.take().map(|line| (Bytes::from(line), walk)))
}
