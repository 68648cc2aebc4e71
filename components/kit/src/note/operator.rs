//! What the operator reads of tenants, and does as a person: in the log of the tenant, before it is answered or done.

use std::collections::BTreeMap;

use insula_domain::action::Action;

use super::PAUSE_MS;
use crate::audit::Event;
use crate::cx::Cx;
use crate::guard::{Call, Caller};
use crate::id::TenantId;
use crate::problem::Problem;
use crate::route::Access;
use crate::sql::Scope;

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

    /// Notes, before it is answered, that the operator has read something of each of these tenants, in the log of each. Where
    /// somebody else reads it, nothing.
    ///
    /// # Errors
    ///
    /// What can't be noted isn't answered.
    pub async fn note_operators_reads(
        &self,
        tenants: impl Iterator<Item = TenantId>,
        path: &str,
    ) -> Result<(), Problem> {
        let Caller::Operator = self.caller() else { return Ok(()) };
        let mut entries = Vec::new();
        // Each once, and in one order: two pages at once must not wait for each other's logs.
        let logs: BTreeMap<_, _> = tenants.map(|tenant_id| (tenant_id.to_string(), tenant_id)).collect();
        for tenant_id in logs.into_values() {
            entries.push(self.audit(read(self.operation, path).in_tenant(tenant_id)).await?);
        }
        if !entries.is_empty() {
            self.batch(Scope::System, entries).await?;
        }
        Ok(())
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
        let mut event = read(operation, &path);
        if let Some(tenant_id) = tenant_id {
            event = event.in_tenant(tenant_id);
        }
        cx.query(Scope::System, cx.audit(event).await?).await?;
        Ok(())
    }
}

fn read(operation: &str, path: &str) -> Event {
    Event::new(Action::OperatorRead).fact("operation", operation).fact("path", path)
}

/// Notes, before it is done, that the operator does something as a person: so there is an entry whatever the operation
/// itself tells the log. `path` is what is called, `shown` what the log has of it.
///
/// # Errors
///
/// What can't be noted isn't done.
pub async fn acting(cx: &Cx, call: Call<'_>, path: &str, shown: &str) -> Result<(), Problem> {
    let Caller::Impersonator { session_id, .. } = cx.caller() else { return Ok(()) };
    if call.method.reads() {
        return Ok(());
    }
    let (operation, method) = (call.operation, call.method.as_str());
    let event = Event::new(Action::OperatorActed).in_tenant(cx.tenant_id()?);
    let event = event.fact("operation", operation).fact("method", method).fact("path", shown);
    cx.note(&format!("operator acts\n{operation}\n{method} {path}\n{session_id}"), PAUSE_MS, event).await
}
