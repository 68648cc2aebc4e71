//! `POST /internal/tick`

use insula_kit::{Cx, Problem, Request, Response, config, schema};
use insula_mail::letter::Letter;
use serde::Serialize;
use utoipa::ToSchema;

use crate::addressing;
use crate::bindings::insula::notify::mailer;
use crate::database::{self, Settled};
use crate::delivery::{self, Delivery, Office};
use crate::ending;
use crate::rotation;
use crate::signing::{self, Signing};
use crate::store::mail::Claimed;
use crate::tick::{self, Ran};

/// What was due and was done.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Tick)]
pub struct TickView {
    /// Every task, in the order in which they ran.
    ran: Vec<RanView>,
    /// How many rows were removed of tenants that are on their way out.
    #[schema(example = 0)]
    removed_of_tenants: usize,
    /// What came of the databases of tenants' own that something waited for.
    tenant_databases: SettledView,
    /// Whether the next signing key was made: `not_due`, `made`, or `failed`, which the log explains.
    #[schema(example = "not_due")]
    signing_keys: &'static str,
    /// What came of the audit logs that were due to be signed.
    audit_logs: SigningView,
    /// What came of the mails that were due.
    mail: DeliveryView,
}

/// What came of the databases of tenants' own that something waited for.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TenantDatabases)]
struct SettledView {
    /// In how many all that waited was done.
    #[schema(example = 0)]
    settled: usize,
    /// How many could not be reached, or refused, and are tried again later.
    #[schema(example = 0)]
    postponed: usize,
}

/// What came of the audit logs that were due to be signed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Signing)]
struct SigningView {
    /// How many were signed.
    #[schema(example = 3)]
    signed: usize,
    /// How many could not be; the server's log says why. A log that was altered is not signed again.
    #[schema(example = 0)]
    refused: usize,
}

/// What came of the mails that were due.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Delivery)]
struct DeliveryView {
    /// How many were delivered.
    #[schema(example = 3)]
    delivered: usize,
    /// How many are tried again later.
    #[schema(example = 0)]
    postponed: usize,
    /// How many were refused, or are a day old, and are not tried any more.
    #[schema(example = 0)]
    given_up: usize,
}

/// What one task did.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TaskRun)]
struct RanView {
    /// The task's name.
    #[schema(example = "purge_sessions")]
    task: &'static str,
    /// How many rows it removed; 0 when nothing was due.
    #[schema(example = 12)]
    removed: usize,
}

impl From<&Ran> for RanView {
    fn from(ran: &Ran) -> Self {
        Self { task: ran.task, removed: ran.removed }
    }
}

impl From<Settled> for SettledView {
    fn from(Settled { settled, postponed }: Settled) -> Self {
        Self { settled, postponed }
    }
}

impl From<Signing> for SigningView {
    fn from(Signing { signed, refused }: Signing) -> Self {
        Self { signed, refused }
    }
}

impl From<Delivery> for DeliveryView {
    fn from(Delivery { delivered, postponed, given_up }: Delivery) -> Self {
        Self { delivered, postponed, given_up }
    }
}

/// Does what is due. Mail comes last: it depends on another server, which may be slow.
pub async fn handle(cx: &Cx, request: &Request) -> Result<Response, Problem> {
    schema::ensure(cx.db()).await?;
    // First, because tenants wait for it, and it takes nobody else's database.
    database::end_attempts(cx).await?;
    let ran = tick::run(cx.db(), cx.now()).await?;
    let signing_keys = rotation::run(request).await.as_str();
    let audit_logs = signing::run(request).await.into();
    let public_url = config::variable("public_url").await.unwrap_or_default();
    let office = Office { master_keys: cx.master_keys()?, public_url: &public_url };
    let address = async |claimed: &Claimed, letter: &Letter| addressing::address(cx, claimed, letter).await;
    let mail = delivery::run(cx.db(), &office, address, async |mail| mailer::deliver(mail).await).await?;
    // Last, because others' databases have a part in it, which may be slow.
    let removed_of_tenants = ending::run(cx).await?;
    let tenant_databases = database::settle(cx).await?.into();
    database::clear(cx).await?;
    let ran = ran.iter().map(RanView::from).collect();
    Response::ok(&TickView {
        ran,
        removed_of_tenants,
        tenant_databases,
        signing_keys,
        audit_logs,
        mail: mail.into(),
    })
}
