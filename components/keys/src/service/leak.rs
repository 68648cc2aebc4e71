//! Revoking keys that were found in public.

use insula_domain::action::Action;
use insula_domain::credential::{Presented, digest};
use insula_kit::audit::Event;
use insula_kit::config::variable;
use insula_kit::id::{KeyId, TenantId};
use insula_kit::sql::Scope;
use insula_kit::{Cx, Problem};

use crate::error::Error;
use crate::leak::{Found, REPORTS_LIMIT, Signers};
use crate::store;

/// Sees that who may report signed the bytes, revokes every key that they name, all at once, and tells of each thing that
/// was found whether it is a key. The same report again finds the same.
pub async fn report(
    cx: &Cx,
    signer: &str,
    signature: &str,
    bytes: &[u8],
) -> Result<Vec<(Found, bool)>, Problem> {
    let document = variable("secret_scanning_keys").await.unwrap_or_default();
    if !Signers::read(&document).signed(signer, signature, bytes) {
        return Err(Error::Unsigned.into());
    }
    let all: Vec<Found> = serde_json::from_slice(bytes).map_err(|_| Error::Unreadable)?;
    if all.is_empty() || all.len() > REPORTS_LIMIT {
        return Err(Error::ReportLength.into());
    }
    let now = cx.now();
    let read = |(at, found): (usize, &Found)| {
        let id = match Presented::parse(&found.token)? {
            Presented::ApiKey { id_suffix } => Some(KeyId::from_suffix(id_suffix)?),
            Presented::Foreign => None,
            Presented::OperatorKey | Presented::Token => return None,
        };
        Some((at, (id, digest(&found.token))))
    };
    let mut found: Vec<_> = all.iter().enumerate().filter_map(read).collect();
    // In one order for everybody, or two reports at once would wait for one another.
    found.sort_by(|(_, (_, one)), (_, (_, other))| one.cmp(other));
    let (places, presented): (Vec<usize>, Vec<_>) = found.into_iter().unzip();
    let mut known = vec![false; all.len()];
    if !presented.is_empty() {
        let revoke = |(id, digest): &(Option<KeyId>, String)| store::revoke_by_credential(*id, digest, now);
        let keys = counting(cx, &presented).await?;
        // As who changes a key does, which may be one of these.
        let mut tenants: Vec<TenantId> = keys.iter().map(|(tenant_id, _)| *tenant_id).collect();
        tenants.dedup();
        let mut statements: Vec<_> = tenants.iter().map(|id| insula_turns::of_tenant(*id)).collect();
        statements.extend(presented.iter().map(revoke));
        for (tenant_id, key_id) in keys {
            let event = Event::new(Action::KeyLeaked).in_tenant(tenant_id).fact("key_id", key_id);
            statements.push(cx.audit(event).await?);
        }
        let results = cx.batch(Scope::System, statements).await?;
        for (at, rows) in places.into_iter().zip(results.into_iter().skip(tenants.len())) {
            known[at] = !rows.is_empty();
        }
    }
    Ok(all.into_iter().zip(known).collect())
}

/// Those of the keys that still count, each with its tenant, sorted.
async fn counting(cx: &Cx, presented: &[(Option<KeyId>, String)]) -> Result<Vec<(TenantId, KeyId)>, Problem> {
    let find = |(id, digest): &(Option<KeyId>, String)| store::get_by_credential(*id, digest, None);
    let results = cx.batch(Scope::System, presented.iter().map(find).collect()).await?;
    let mut keys: Vec<(TenantId, KeyId)> = Vec::new();
    for (row, (_, digest)) in
        results.iter().zip(presented).filter_map(|(rows, one)| Some((rows.first()?, one)))
    {
        if row.text("digest")? == *digest && row.optional_time("revoked_at_ms")?.is_none() {
            keys.push((row.id("tenant_id")?, row.id("id")?));
        }
    }
    // In one order for everybody, or two reports at once would wait for one another.
    keys.sort_by_key(|(tenant_id, key_id)| (tenant_id.to_string(), key_id.to_string()));
    keys.dedup();
    Ok(keys)
}
