//! Telling a service in front what a key is worth, without using it.

use std::net::IpAddr;

use insula_domain::credential::{Presented, digest};
use insula_kit::guard::Caller;
use insula_kit::id::{KeyId, TenantId};
use insula_kit::{Cx, Problem};
use subtle::ConstantTimeEq;

use crate::api_key::ApiKey;
use crate::store;

/// A key that counts, and what bounds its tenant.
pub struct Active {
    pub key: ApiKey,
    pub tenant_id: TenantId,
    pub plan: String,
    pub requests_per_minute: i64,
    pub burst: i64,
}

/// Why a text is not worth anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = InactiveReason)]
pub enum Inactive {
    /// No key of the tenant has this text.
    Unknown,
    /// It was revoked.
    Revoked,
    /// It has expired.
    Expired,
    /// Who made it is no member any more.
    CreatorRemoved,
    /// It may not be used from that address.
    AddressNotAllowed,
    /// Its tenant is suspended.
    TenantSuspended,
}

/// What the key with that text is worth: for the operator of any tenant, for others of their own. A key of another tenant
/// is answered as one that nobody has; and only who presents the whole text is told more than that.
pub async fn verify(
    cx: &Cx,
    text: &str,
    client: Option<IpAddr>,
) -> Result<Result<Active, Inactive>, Problem> {
    let tenant_id = match cx.caller() {
        Caller::Operator => None,
        Caller::Anonymous | Caller::Person { .. } | Caller::ApiKey { .. } | Caller::Impersonator { .. } => {
            Some(cx.tenant_id()?)
        }
    };
    let id = match Presented::parse(text) {
        Some(Presented::ApiKey { id_suffix }) => KeyId::from_suffix(id_suffix),
        Some(Presented::Foreign) => None,
        Some(Presented::OperatorKey | Presented::Token) | None => return Ok(Err(Inactive::Unknown)),
    };
    let digest = digest(text);
    let rows = cx.query(cx.scope(), store::get_by_credential(id, &digest, tenant_id)).await?;
    let Some(row) = rows.first() else { return Ok(Err(Inactive::Unknown)) };
    if !bool::from(row.text("digest")?.as_bytes().ct_eq(digest.as_bytes())) {
        return Ok(Err(Inactive::Unknown));
    }
    let active = Active {
        key: store::read(row)?,
        tenant_id: row.id("tenant_id")?,
        plan: row.text("plan")?,
        requests_per_minute: row.integer("requests_per_minute")?,
        burst: row.integer("burst")?,
    };
    let suspended = row.text("state")? != "active";
    Ok(inactive(&active.key, suspended, cx, client).map_or(Ok(active), Err))
}

fn inactive(key: &ApiKey, suspended: bool, cx: &Cx, client: Option<IpAddr>) -> Option<Inactive> {
    let outside = |networks: &insula_domain::network::Networks| client.is_some() && !networks.hold(client);
    let reasons = [
        (key.revoked.is_some(), Inactive::Revoked),
        (key.has_ended(cx.now()), Inactive::Expired),
        (key.creator_role.is_none(), Inactive::CreatorRemoved),
        (key.settings.networks.as_ref().is_some_and(outside), Inactive::AddressNotAllowed),
        (suspended, Inactive::TenantSuspended),
    ];
    reasons.into_iter().find(|(applies, _)| *applies).map(|(_, reason)| reason)
}
