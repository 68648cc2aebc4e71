//! Signed heads of the tree.

use std::cell::RefCell;

use insula_audit::checkpoint::Checkpoint;
use insula_audit::note::Verifier;
use insula_domain::action::Action;
use insula_kit::audit::Event;
use insula_kit::id::TenantId;
use insula_kit::sql::Scope;
use insula_kit::time::Timestamp;
use insula_kit::{Cx, Problem};

use super::{keys, tree};
use crate::error::Error;
use crate::store::checkpoint::{self, Kept};
use crate::store::entry::{self, Log};

/// How many parts a call extends the tree by, at most. What is left of a very long log is the next call's.
pub const PARTS: usize = 100;

/// A checkpoint that was read and is believed.
#[derive(Debug)]
pub struct Signed {
    /// What it says.
    pub says: Checkpoint,
    /// The note.
    pub note: String,
    /// When it was signed.
    pub created_at: Timestamp,
    /// What others check it with.
    pub key: Verifier,
}

/// A note whose signature was found to be ours.
#[derive(Clone)]
struct Opened {
    note: String,
    says: Checkpoint,
    key: Verifier,
}

thread_local! {
    /// The newest of those: whoever asks for proofs asks for many from one checkpoint, and looking at a signature is the
    /// longest part of a proof.
    static BELIEVED: RefCell<Option<Opened>> = const { RefCell::new(None) };
}

/// The newest checkpoint of a log, or the one of that size.
pub async fn get(cx: &Cx, log: &Log, size: Option<u64>) -> Result<Signed, Problem> {
    let kept = checkpoint::get(cx.db(), log, size.unwrap_or(u64::MAX)).await?;
    let kept = kept.filter(|kept| size.is_none_or(|size| size == kept.size));
    open(cx, log, kept.ok_or(Error::NoCheckpoint)?).await
}

/// The log of a tenant and its newest checkpoint.
pub async fn newest(cx: &Cx, tenant_id: TenantId) -> Result<(Log, Signed), Problem> {
    let statements = vec![entry::get_of_tenant(tenant_id), checkpoint::get_newest(&tenant_id.to_string())];
    let found = cx.db().batch(Scope::Tenant(tenant_id), statements).await?;
    let mut found = found.iter();
    let log = found.next().map_or(Ok(None), |rows| entry::log(tenant_id, rows))?.ok_or(Error::NoSuchLog)?;
    let kept = found.flatten().next().map(checkpoint::kept).transpose()?;
    let signed = open(cx, &log, kept.ok_or(Error::NoCheckpoint)?).await?;
    Ok((log, signed))
}

/// Signs the log as it is now, at somebody's wish: that it was wished is an entry, and the checkpoint covers it.
pub async fn wished(cx: &Cx, tenant_id: TenantId) -> Result<Signed, Problem> {
    super::log(cx, tenant_id).await?;
    let event = Event::new(Action::AuditLogSigned).in_tenant(tenant_id);
    cx.batch(Scope::Tenant(tenant_id), vec![cx.audit(event).await?]).await?;
    sign(cx, &super::log(cx, tenant_id).await?, PARTS).await
}

/// Signs the log as it is now, after extending its tree by at most so many parts. What is signed goes on from what was signed before: a log that doesn't is not signed.
pub async fn sign(cx: &Cx, log: &Log, parts: usize) -> Result<Signed, Problem> {
    let mut covered = tree::extend(cx.db(), log).await?;
    for _ in 1..parts {
        if covered + tree::BLOCK > log.size {
            break;
        }
        covered = tree::extend(cx.db(), log).await?;
    }
    if covered + tree::BLOCK <= log.size {
        return Err(Error::CatchingUp.into());
    }
    let newest = match checkpoint::get(cx.db(), log, u64::MAX).await? {
        Some(kept) => Some(open(cx, log, kept).await?),
        None => None,
    };
    if let Some(newest) = newest {
        // Of two that sign at once one may know more.
        if newest.says.size >= log.size && log.size > 0 {
            return current(cx, log, newest).await;
        }
        if tree::edge(cx.db(), log, newest.says.size).await?.root() != newest.says.root {
            return Err(Error::Altered { entry: None }.into());
        }
    }
    let root = tree::edge(cx.db(), log, log.size).await?.root();
    let origin = keys::origin(&log.name).await;
    let signer = keys::signer(cx, &log.name, &origin).await?;
    let says = Checkpoint { origin, size: log.size, root };
    let kept = Kept { size: log.size, note: says.sign(&signer), created_at: cx.now() };
    if checkpoint::insert(cx.db(), log, &kept, root).await? {
        return open(cx, log, kept).await;
    }
    get(cx, log, Some(log.size)).await
}

/// A checkpoint that covers the log already; of a log that was made shorter there is none.
async fn current(cx: &Cx, log: &Log, newest: Signed) -> Result<Signed, Problem> {
    if newest.says.size > log.size {
        let now = entry::again(cx.db(), log).await?;
        if now.size < newest.says.size {
            return Err(Error::Altered { entry: Some(now.size) }.into());
        }
    }
    Ok(newest)
}

/// Believes what was kept, if our key signed it.
pub async fn open(cx: &Cx, log: &Log, kept: Kept) -> Result<Signed, Problem> {
    let wrong = Error::Altered { entry: None };
    let origin = kept.note.lines().next().unwrap_or_default();
    let is_ours = origin.ends_with(&format!("/audit/{}", log.name));
    if !is_ours {
        return Err(wrong.into());
    }
    let Opened { says, key, .. } = match believed(&kept.note) {
        Some(opened) => opened,
        None => {
            let key = keys::signer(cx, &log.name, origin).await?.verifier();
            let says = Checkpoint::open(&kept.note, &key).map_err(|_| wrong)?;
            believe(Opened { note: kept.note.clone(), says, key })
        }
    };
    if says.size != kept.size || says.origin != key.name() {
        return Err(wrong.into());
    }
    Ok(Signed { says, note: kept.note, created_at: kept.created_at, key })
}

fn believed(note: &str) -> Option<Opened> {
    BELIEVED.with_borrow(|newest| newest.as_ref().filter(|opened| opened.note == note).cloned())
}

fn believe(opened: Opened) -> Opened {
    BELIEVED.set(Some(opened.clone()));
    opened
}
