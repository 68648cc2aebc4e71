//! `POST /api/v1/api-keys/verify`

use std::collections::BTreeMap;

use insula_domain::network;
use insula_domain::permission::Permission;
use insula_domain::scope::{Scope, effective};
use insula_kit::time::Timestamp;
use insula_kit::validate::FieldError;
use insula_kit::{Cx, Problem, Request, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::service::verify::{self, Active, Inactive};

/// What was presented to a service in front.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PresentedApiKey)]
pub struct VerifyBody {
    /// The text that a client presented.
    #[schema(write_only)]
    key: String,
    /// The address that it came from; a key that is bound to other networks is not active then. Absent or null: unknown,
    /// and the caller compares with `allowed_networks` itself.
    #[schema(example = "192.0.2.7")]
    client_address: Option<String>,
}

/// What a key is worth now. Nothing is counted.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = VerifiedApiKey)]
pub enum VerifiedView {
    /// Calls with it would be let in, as far as no limit decides.
    Active(Box<ActiveView>),
    /// It is worth nothing.
    Inactive(InactiveView),
}

/// Why a key is worth nothing.
#[derive(Serialize, ToSchema)]
#[schema(as = InactiveApiKey)]
pub struct InactiveView {
    /// `false`.
    #[schema(example = false)]
    active: bool,
    /// Why.
    reason: Inactive,
}

/// What an active key may do.
#[derive(Serialize, ToSchema)]
#[schema(as = ActiveApiKey)]
pub struct ActiveView {
    /// `true`.
    active: bool,
    /// Its id.
    #[schema(example = "key_01h455vb4pex5vsknk084sn02q")]
    key_id: String,
    /// Its tenant.
    #[schema(example = "ten_01h455vb4pex5vsknk084sn02q")]
    tenant_id: String,
    /// Who made it.
    #[schema(example = "usr_01h455vb4pex5vsknk084sn02q")]
    created_by: String,
    /// What people call it.
    name: String,
    /// What it is for.
    scopes: Vec<Scope>,
    /// What it may do: by its scopes and by the present role of who made it.
    permissions: Vec<Permission>,
    /// How fast it may call.
    limits: LimitsView,
    /// The networks that it may be used from; null is everywhere.
    #[schema(required)]
    allowed_networks: Option<Vec<String>>,
    /// Texts of the tenant's own.
    metadata: BTreeMap<String, String>,
    /// Whether its text says `live` or `test`.
    live: bool,
    /// When it ends; null if it doesn't.
    #[schema(required, format = DateTime)]
    expires_at: Option<String>,
}

/// How fast calls may come. The tightest decides.
#[derive(Serialize, ToSchema)]
#[schema(as = ApiKeyLimits)]
pub struct LimitsView {
    /// The tenant's plan, whose rate all its keys share.
    #[schema(example = "free")]
    plan: String,
    /// Calls a minute, by the plan.
    #[schema(example = 10)]
    requests_per_minute: i64,
    /// Calls at once, by the plan.
    #[schema(example = 20)]
    burst: i64,
    /// The key's own limit; null if it has none.
    #[schema(required, example = "100/minute")]
    rate_limit: Option<String>,
}

impl From<Active> for ActiveView {
    fn from(active: Active) -> Self {
        let Active { key, tenant_id, plan, requests_per_minute, burst } = active;
        let permissions = key.creator_role.map(|role| effective(role, Some(&key.settings.scopes)));
        Self {
            active: true,
            key_id: key.id.to_string(),
            tenant_id: tenant_id.to_string(),
            created_by: key.created_by.to_string(),
            name: key.settings.name,
            scopes: key.settings.scopes,
            permissions: permissions.unwrap_or_default(),
            limits: LimitsView {
                plan,
                requests_per_minute,
                burst,
                rate_limit: key.settings.limit.map(|limit| limit.to_string()),
            },
            allowed_networks: key.settings.networks.map(|networks| networks.to_list()),
            metadata: key.settings.metadata,
            live: key.live,
            expires_at: key.settings.expires_at.map(Timestamp::to_rfc3339),
        }
    }
}

pub async fn handle(cx: &Cx, request: &Request) -> Result<Response, Problem> {
    let body: VerifyBody = request.json()?;
    let address = body.client_address.as_deref();
    let client = address.map(|text| {
        let wrong = || FieldError::new("client_address", "address", "must be an IPv4 or IPv6 address");
        network::address(text).ok_or_else(wrong)
    });
    let view = match verify::verify(cx, &body.key, client.transpose()?).await? {
        Ok(active) => {
            let path = format!("/api/v1/api-keys/{}", active.key.id);
            cx.note_operators_read(Some(active.tenant_id), &path).await?;
            VerifiedView::Active(Box::new(active.into()))
        }
        Err(reason) => VerifiedView::Inactive(InactiveView { active: false, reason }),
    };
    Response::ok(&view)
}
