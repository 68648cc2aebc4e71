//! What changes nothing and is told all the same: that the operator read what is a tenant's, that it called as a person,
//! that a key comes from another network, that somebody was refused. The path from a request to an answer sees to it, so no
//! operation has to think of it. What a tenant's own people and keys read of its data, the workload tells that has it
//! ([`Cx::note_read`]).
//!
//! Each read of the operator's is an entry. The rest anybody can cause as often as it likes, so it is noted once, and then not
//! again for a while ([`Cx::note`]).

use std::fmt::Display;
use std::net::IpAddr;
use std::rc::Rc;

use insula_domain::action::Action;
use insula_domain::credential::{self, Presented};
use insula_domain::known_networks::{KnownNetworks, Seen, around};
use insula_domain::proxies;
use insula_sql::params;

use crate::audit::Event;
use crate::config::Config;
use crate::cx::Cx;
use crate::guard::{Call, Caller, Grant};
use crate::id::{KeyId, TenantId};
use crate::problem::{FORBIDDEN, Problem};
use crate::route::Access;
use crate::schema::Failure;
use crate::sql::{self, Scope, Statement};

const GET: &str = include_str!("../sql/audit_pause_get.sql");
const INSERT: &str = include_str!("../sql/audit_pause_insert.sql");
const GET_BY_TOKEN: &str = include_str!("../sql/access_token_get.sql");
const GET_BY_KEY: &str = include_str!("../sql/api_key_get_by_credential.sql");
const GET_NETWORKS: &str = include_str!("../sql/api_key_get_networks.sql");
const SET_NETWORKS: &str = include_str!("../sql/api_key_set_networks.sql");

/// How long the same refusal of the same caller, the same call as a person, or the same read of a tenant's own caller isn't
/// noted again: an hour. A read is the same for the same caller, network and dataset: whoever has stolen a key doesn't hide
/// behind its owner.
const PAUSE_MS: i64 = 3_600_000;
/// How often the networks of a key are looked at again that another call has changed.
const ATTEMPTS: usize = 8;

impl Cx {
    /// Appends to the audit log that something happened, unless that was noted less than a pause ago. `about` is what makes
    /// it the same as before; only a digest of it is kept.
    ///
    /// # Errors
    ///
    /// As [`Self::audit`] and [`Self::batch`].
    pub async fn note(&self, about: &str, pause_ms: i64, event: Event) -> Result<(), Problem> {
        let subject = credential::digest(about);
        let now = self.now();
        if !self.query(Scope::System, Statement::new(GET, params![&subject, now])).await?.is_empty() {
            return Ok(());
        }
        let begin = Statement::required(INSERT, params![&subject, now.plus_ms(pause_ms), now]);
        match self.batch(Scope::System, vec![begin, self.audit(event).await?]).await {
            // Refused: another call was faster.
            Ok(_) | Err(Failure::Database(sql::Error::Refused(_))) => Ok(()),
            Err(failure) => Err(failure.into()),
        }
    }

    /// Notes that the caller has read a dataset of its tenant, before it is answered. `dataset` is an id or a word, never
    /// what tells who somebody is.
    ///
    /// # Errors
    ///
    /// What can't be noted isn't answered.
    pub async fn note_read(&self, action: Action, dataset: impl Display) -> Result<(), Problem> {
        let who = match self.caller() {
            Caller::Person { user_id, .. } => user_id.to_string(),
            Caller::ApiKey { key_id, .. } => key_id.to_string(),
            // What the operator reads is noted wherever it does, as itself or as a person.
            Caller::Impersonator { .. } | Caller::Operator | Caller::Anonymous => return Ok(()),
        };
        let network = self.client().map(|client| proxies::household(client).to_string()).unwrap_or_default();
        let tenant_id = self.tenant_id()?;
        let about = format!("{who}\n{tenant_id}\n{network}\n{}\n{dataset}", action.as_str());
        let event = Event::new(action).in_tenant(tenant_id).fact("dataset", dataset);
        self.prepare_digests().await?;
        self.note(&self.keyed_digest("noted read", &about)?, PAUSE_MS, event).await
    }
}

impl Cx {
    /// Notes, before it is answered, that the operator has read something that the path of the call doesn't name: in the log of
    /// the tenant whose it is, in the platform's what is of many. `path` leads to it. Where somebody else reads it, nothing.
    ///
    /// # Errors
    ///
    /// What can't be noted isn't answered.
    pub async fn note_operators_read(&self, tenant_id: Option<TenantId>, path: &str) -> Result<(), Problem> {
        let Caller::Operator = self.caller() else { return Ok(()) };
        Reading { operation: self.operation, path: path.to_owned(), tenant_id }.note(self).await
    }
}

/// What a call reads, for the log.
pub struct Reading {
    operation: &'static str,
    path: String,
    tenant_id: Option<TenantId>,
}

impl Reading {
    /// What is noted of a call of that route, if the operator makes it: not of what is the platform's own.
    pub fn of(call: Call<'_>, path: &str) -> Option<Self> {
        let is_platforms = matches!(call.access, Access::Public | Access::Operator);
        let tenant_id = call.tenant.and_then(TenantId::parse);
        (call.method.reads() && !is_platforms).then(|| Self {
            operation: call.operation,
            path: path.to_owned(),
            tenant_id,
        })
    }

    /// Notes in the log of the tenant, before it is answered, what the operator reads, in its own name or in a person's; in
    /// the platform's what it reads of many.
    ///
    /// # Errors
    ///
    /// What can't be noted isn't answered.
    pub async fn note(self, cx: &Cx) -> Result<(), Problem> {
        let Self { operation, path, tenant_id } = self;
        let tenant_id = match cx.caller() {
            Caller::Operator => tenant_id,
            Caller::Impersonator { .. } => Some(cx.tenant_id()?),
            Caller::Anonymous | Caller::Person { .. } | Caller::ApiKey { .. } => return Ok(()),
        };
        let mut event = Event::new(Action::OperatorRead).fact("operation", operation).fact("path", path);
        if let Some(tenant_id) = tenant_id {
            event = event.in_tenant(tenant_id);
        }
        cx.query(Scope::System, cx.audit(event).await?).await?;
        Ok(())
    }
}

/// Notes, before it is done, that the operator does something as a person: so there is an entry whatever the operation
/// itself tells the log.
///
/// # Errors
///
/// What can't be noted isn't done.
pub async fn acting(cx: &Cx, call: Call<'_>, path: &str) -> Result<(), Problem> {
    let Caller::Impersonator { session_id, .. } = cx.caller() else { return Ok(()) };
    if call.method.reads() {
        return Ok(());
    }
    let (operation, method) = (call.operation, call.method.as_str());
    let event = Event::new(Action::OperatorActed).in_tenant(cx.tenant_id()?);
    let event = event.fact("operation", operation).fact("method", method).fact("path", path);
    cx.note(&format!("operator acts\n{operation}\n{method} {path}\n{session_id}"), PAUSE_MS, event).await
}

/// Notes, before the call is answered, that a key comes from a network that it wasn't used from before, and remembers it. The
/// guard says when there is something to do; most calls end here at once. Of calls at once that come from the same network,
/// one notes it.
///
/// # Errors
///
/// What can't be noted isn't answered.
pub async fn network(cx: &Cx) -> Result<(), Problem> {
    let (Caller::ApiKey { key_id, .. }, Some(client), true) =
        (cx.caller(), cx.client(), cx.grant.new_network)
    else {
        return Ok(());
    };
    let tenant_id = cx.tenant_id()?;
    let (scope, network) = (Scope::Tenant(tenant_id), around(client));
    for _ in 0..ATTEMPTS {
        let rows = cx.query(scope, Statement::new(GET_NETWORKS, params![tenant_id, key_id])).await?;
        let Some(row) = rows.first() else { return Ok(()) };
        let before = row.optional_text("known_networks")?;
        let known = KnownNetworks::stored(before.as_deref(), row.optional_integer("networks_told_until_ms")?);
        let (next, is_told) = match known.see(&network, cx.now().as_ms()) {
            Seen::Nothing => return Ok(()),
            Seen::First(next) => (next, false),
            Seen::New(next) => (next, true),
        };
        let values =
            params![next.to_text(), next.told_until_ms(), tenant_id, key_id, before.unwrap_or_default()];
        let mut statements = vec![Statement::required(SET_NETWORKS, values)];
        if is_told {
            let event = Event::new(Action::KeyNewNetwork).in_tenant(tenant_id).fact("key_id", key_id);
            statements.push(cx.audit(event).await?);
        }
        match cx.batch(scope, statements).await {
            Ok(_) => return Ok(()),
            // Another call was faster: what it remembered may be this one's network.
            Err(Failure::Database(sql::Error::Refused(_))) => {}
            Err(failure) => return Err(failure.into()),
        }
    }
    // So many others are noted meanwhile that this one waits for the key's next call.
    Ok(())
}

/// Notes what is to be noted of a call that no operation of ours answers: from where a key comes, and what the operator
/// does as a person.
///
/// # Errors
///
/// What can't be noted isn't done.
pub async fn passed(cx: &Cx, call: Call<'_>, path: &str) -> Result<(), Problem> {
    network(cx).await?;
    let Caller::Impersonator { .. } = cx.caller() else { return Ok(()) };
    acting(cx, call, path).await?;
    match Reading::of(call, path) {
        Some(reading) => reading.note(cx).await,
        None => Ok(()),
    }
}

/// Notes that a member, or a key, may not do what it asked for: the guard told so, or the operation.
///
/// # Errors
///
/// As [`Cx::note`].
pub async fn refused(cx: &Cx, call: Call<'_>) -> Result<(), Problem> {
    let who = match cx.caller() {
        Caller::Person { user_id, .. } => user_id.to_string(),
        Caller::ApiKey { key_id, .. } => key_id.to_string(),
        Caller::Impersonator { session_id, .. } => session_id.to_string(),
        Caller::Operator | Caller::Anonymous => return Ok(()),
    };
    let mut event = Event::new(Action::PermissionRefused).fact("operation", call.operation);
    let tenant_id = cx.membership().map(|membership| membership.tenant_id);
    if let Some(tenant_id) = call.tenant.and_then(TenantId::parse).or(tenant_id) {
        event = event.in_tenant(tenant_id);
    }
    cx.note(&format!("refused\n{who}\n{}\n{tenant_id:?}", call.operation), PAUSE_MS, event).await
}

/// The same of a call that the guard let nobody make: who it was is looked up.
///
/// # Errors
///
/// As [`Cx::note`].
pub async fn refused_by_guard(
    problem: &Problem,
    config: &Rc<Config>,
    call: Call<'_>,
    client: Option<IpAddr>,
    presented: Option<&str>,
) -> Result<(), Problem> {
    let Some(text) = presented.filter(|_| problem.kind() == &FORBIDDEN) else { return Ok(()) };
    let digest = credential::digest(text);
    let statement = match Presented::parse(text) {
        Some(Presented::Token) => Statement::new(GET_BY_TOKEN, params![digest]),
        Some(Presented::ApiKey { id_suffix }) => {
            let id = KeyId::from_suffix(id_suffix).map(|id| id.to_string());
            Statement::new(GET_BY_KEY, params![id, digest])
        }
        Some(Presented::Foreign) => Statement::new(GET_BY_KEY, params![None::<String>, digest]),
        Some(Presented::OperatorKey) | None => return Ok(()),
    };
    let is_token = Presented::parse(text) == Some(Presented::Token);
    let rows = config.db.query(Scope::System, statement).await?;
    let Some(row) = rows.first() else { return Ok(()) };
    let caller = if !is_token {
        Caller::ApiKey { key_id: row.id("id")?, creator_id: row.id("user_id")? }
    } else if row.integer("impersonated")? == 1 {
        Caller::Impersonator { user_id: row.id("user_id")?, session_id: row.id("id")? }
    } else {
        Caller::Person { user_id: row.id("user_id")?, session_id: row.id("id")? }
    };
    let own = row.optional_text("tenant_id")?;
    let cx = Cx::admitted(Grant::refused(caller), client, Rc::clone(config), call.operation);
    refused(&cx, Call { tenant: call.tenant.or(own.as_deref()), ..call }).await
}
