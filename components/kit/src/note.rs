//! What changes nothing and is told all the same: that the operator read what is a tenant's, that it called as a person,
//! that a key comes from another network, that somebody was refused. The path from a request to an answer sees to it, so no
//! operation has to think of it. What a tenant's own people and keys read of its data, the workload tells that has it
//! ([`Cx::note_read`]).
//!
//! Each read of the operator's is an entry. The rest anybody can cause as often as it likes, so it is noted once, and then not
//! again for a while ([`Cx::note`]).

mod network;
mod operator;
mod refusal;

use std::fmt::Display;

use insula_domain::action::Action;
use insula_domain::credential;
use insula_domain::proxies;
use insula_sql::params;

use crate::audit::Event;
use crate::cx::Cx;
use crate::guard::{Call, Caller};
use crate::problem::Problem;
use crate::schema::Failure;
use crate::sql::{self, Scope, Statement};

pub use network::network;
pub use operator::{Reading, acting};
pub use refusal::{refused, refused_by_guard};

const GET: &str = include_str!("../sql/audit_pause_get.sql");
const INSERT: &str = include_str!("../sql/audit_pause_insert.sql");

/// How long the same refusal of the same caller, the same call as a person, or the same read of a tenant's own caller isn't
/// noted again: an hour. A read is the same for the same caller, network and dataset: whoever has stolen a key doesn't hide
/// behind its owner.
const PAUSE_MS: i64 = 3_600_000;

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

/// Notes what is to be noted of a call that no operation of ours answers: from where a key comes, and what the operator
/// does as a person. `path` is what is called, `shown` what the log may keep of it for ever.
///
/// # Errors
///
/// What can't be noted isn't done.
pub async fn passed(cx: &Cx, call: Call<'_>, path: &str, shown: &str) -> Result<(), Problem> {
    network(cx).await?;
    let Caller::Impersonator { .. } = cx.caller() else { return Ok(()) };
    acting(cx, call, path, shown).await?;
    match Reading::of(call, shown) {
        Some(reading) => reading.note(cx).await,
        None => Ok(()),
    }
}
